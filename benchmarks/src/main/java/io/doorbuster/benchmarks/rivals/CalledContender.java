package io.doorbuster.benchmarks.rivals;

import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;

/** A contender in this JVM, whose calls are timed one by one. */
interface CalledContender extends Contender {
    /**
     * Does the work once for one of the prepared queries.
     *
     * @return something of the result, so that no compiler can leave the work out.
     */
    float call(int query);

    @Override
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
}
