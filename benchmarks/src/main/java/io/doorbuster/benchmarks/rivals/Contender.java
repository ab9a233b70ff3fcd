package io.doorbuster.benchmarks.rivals;

import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;

/** One side of a comparison, with memory of its own in the layout that suits it best. One thread. */
interface Contender {
    String name();

    /**
     * Does the work once for one of the prepared queries.
     *
     * @return something of the result, so that no compiler can leave the work out.
     */
    float call(int query);

    /**
     * Calls with random queries for at least {@code ns}, at least once.
     *
     * @param calls receives how long each call took, in nanoseconds.
     * @return nanoseconds of a call: the median, which neighbours on the machine disturb least.
     */
    default double block(int queries, SplittableRandom random, long ns, Histogram calls) {
        final Histogram block = new Histogram(DIGITS);
        final long start = System.nanoTime();
        long now = start;
        float sum = 0;
        while (now == start || now - start < ns) {
            sum += call(random.nextInt(queries));
            final long before = now;
            now = System.nanoTime();
            block.recordValue(now - before);
        }
        Kept.value = sum;
        calls.add(block);
        return block.getValueAtPercentile(50);
    }

    /** Of a time, in its histogram. */
    int DIGITS = 3;
}
