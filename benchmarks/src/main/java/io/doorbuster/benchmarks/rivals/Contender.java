package io.doorbuster.benchmarks.rivals;

import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;

/** One side of a comparison, with memory of its own in the layout that suits it best. One thread. */
interface Contender {
    String name();

    /**
     * Calls with random queries for at least {@code ns}, at least once.
     *
     * @param calls receives how long each call took, in nanoseconds.
     * @return nanoseconds of a call: the median, which neighbours on the machine disturb least.
     */
    double block(int queries, SplittableRandom random, long ns, Histogram calls);

    /** Of a time, in its histogram. */
    int DIGITS = 3;
}
