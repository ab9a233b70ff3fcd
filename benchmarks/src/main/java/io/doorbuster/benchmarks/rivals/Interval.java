package io.doorbuster.benchmarks.rivals;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Geometric mean of ratios, and where 95 % of its bootstrap resamples lie. JVMs are drawn again first, then rounds within
 * each: rounds of one JVM share what its compiler happened to do.
 */
record Interval(double mean, double low, double high) {
    private static final int RESAMPLES = 2_000;

    /** Of at least one JVM with at least one ratio each. */
    static Interval of(List<double[]> ratiosByFork, long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final double[] means = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            double sum = 0;
            for (int fork = 0; fork < ratiosByFork.size(); fork++) {
                final double[] ratios = ratiosByFork.get(random.nextInt(ratiosByFork.size()));
                double forkSum = 0;
                for (int round = 0; round < ratios.length; round++) {
                    forkSum += Math.log(ratios[random.nextInt(ratios.length)]);
                }
                sum += forkSum / ratios.length;
            }
            means[i] = Math.exp(sum / ratiosByFork.size());
        }
        Arrays.sort(means);
        final double mean = Math.exp(ratiosByFork.stream()
                .mapToDouble(
                        ratios -> Arrays.stream(ratios).map(Math::log).average().orElseThrow())
                .average()
                .orElseThrow());
        return new Interval(mean, means[RESAMPLES / 40], means[RESAMPLES - 1 - RESAMPLES / 40]);
    }

    /** What the ratio, theirs to ours, says about us; too close to tell where 1 lies within. */
    String verdict() {
        return low > 1 ? "faster" : high < 1 ? "SLOWER" : "the same";
    }
}
