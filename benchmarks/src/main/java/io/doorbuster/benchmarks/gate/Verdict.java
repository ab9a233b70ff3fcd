package io.doorbuster.benchmarks.gate;

import java.util.Locale;

/** What the gate says about one benchmark. */
enum Verdict {
    FASTER,
    SAME,
    SLOWER,
    INCONCLUSIVE,
    NEW;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
