package io.doorbuster.simulator;

import java.util.SplittableRandom;

/** A wall clock that somebody sets, and the monotonic one beside it. */
final class SimulatedClock {
    private static final long START_NS = 1_790_000_000_000_000_000L;
    private static final long STEP_MAX_NS = 5 * 86_400_000_000_000L;

    private long wallNs = START_NS;
    private long monotonicNs;

    long wallNs() {
        return wallNs;
    }

    long monotonicNs() {
        return monotonicNs;
    }

    void advance(long ns) {
        wallNs += ns;
        monotonicNs += ns;
    }

    /** Somebody sets the wall clock, days forth or back. */
    void step(SplittableRandom random) {
        wallNs += random.nextLong(-STEP_MAX_NS, STEP_MAX_NS);
    }
}
