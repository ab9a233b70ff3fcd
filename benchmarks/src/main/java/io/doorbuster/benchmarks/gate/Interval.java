package io.doorbuster.benchmarks.gate;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * By how much a run differs from a baseline, and the 99 % interval of it, in logarithms: 0 = the same, 0.05 = 5 % slower.
 *
 * <p>The difference is that of trimmed means, a fifth left out at either end: a stolen time slice moves a mean, and a fork
 * that was compiled in one of two ways moves a median by leaps. Forks are drawn anew, not iterations: those of one fork share
 * its compiled code and its pages.
 */
record Interval(double estimate, double low, double high) {
    private static final int DRAWS = 2_000;
    private static final double TAIL = 0.005;
    private static final double TRIM = 0.2;
    private static final long SEED = 1;

    /** Of two or more values on either side. */
    static Interval ofDifference(double[] baseline, double[] run) {
        final SplittableRandom random = new SplittableRandom(SEED);
        final double estimate = trimmedMean(run.clone()) - trimmedMean(baseline.clone());
        final double[] draws = new double[DRAWS];
        final double[] drawnBaseline = new double[baseline.length];
        final double[] drawnRun = new double[run.length];
        for (int i = 0; i < DRAWS; i++) {
            draw(baseline, drawnBaseline, random);
            draw(run, drawnRun, random);
            draws[i] = trimmedMean(drawnRun) - trimmedMean(drawnBaseline);
        }
        Arrays.sort(draws);
        // Drawing from n values shows the spread of n - 1: without this, an interval of few forks is too narrow.
        final int fewer = Math.min(baseline.length, run.length);
        final double widening = Math.sqrt(fewer / (fewer - 1.0));
        final double low = draws[(int) (TAIL * DRAWS)];
        final double high = draws[DRAWS - 1 - (int) (TAIL * DRAWS)];
        return new Interval(estimate, estimate + widening * (low - estimate), estimate + widening * (high - estimate));
    }

    private static void draw(double[] from, double[] to, SplittableRandom random) {
        for (int i = 0; i < to.length; i++) {
            to[i] = from[random.nextInt(from.length)];
        }
    }

    /** Sorts what it is given. */
    static double trimmedMean(double[] values) {
        Arrays.sort(values);
        final int left = (int) (TRIM * values.length);
        double sum = 0;
        for (int i = left; i < values.length - left; i++) {
            sum += values[i];
        }
        return sum / (values.length - 2 * left);
    }

    private static double percent(double log) {
        return 100 * Math.expm1(log);
    }

    /** In percent: {@code +3.1 % [+1.2, +5.0]}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%+.1f %% [%+.1f, %+.1f]", percent(estimate), percent(low), percent(high));
    }
}
