package io.doorbuster.evaluation;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Intervals of 95 % by drawing groups of cases with replacement (percentile bootstrap). All columns are drawn together, so
 * differences between recommenders are paired. The same seed draws the same groups.
 */
public final class Bootstrap {
    static final int RESAMPLES = 1_000;

    private static final double TAIL = 0.025;

    private final double[][] means;

    /** Draws from rows of columns, one row a case. */
    public Bootstrap(double[][] columnsOfCases, int[] groupOfCase, long seed) {
        final int columns = columnsOfCases.length == 0 ? 0 : columnsOfCases[0].length;
        final int[] dense = dense(groupOfCase);
        final int groups = Arrays.stream(dense).max().orElse(-1) + 1;
        final double[][] sums = new double[groups][columns];
        final int[] counts = new int[groups];
        for (int number = 0; number < dense.length; number++) {
            counts[dense[number]]++;
            for (int column = 0; column < columns; column++) {
                sums[dense[number]][column] += columnsOfCases[number][column];
            }
        }
        means = new double[columns][RESAMPLES];
        final SplittableRandom random = new SplittableRandom(seed);
        final double[] total = new double[columns];
        for (int resample = 0; resample < RESAMPLES; resample++) {
            Arrays.fill(total, 0);
            long cases = 0;
            for (int draw = 0; draw < groups; draw++) {
                final int group = random.nextInt(groups);
                final double[] drawn = sums[group];
                cases += counts[group];
                for (int column = 0; column < columns; column++) {
                    total[column] += drawn[column];
                }
            }
            for (int column = 0; column < columns; column++) {
                means[column][resample] = total[column] / cases;
            }
        }
    }

    private static int[] dense(int[] groupOfCase) {
        final Map<Integer, Integer> numbers = new HashMap<>();
        final int[] dense = new int[groupOfCase.length];
        for (int number = 0; number < dense.length; number++) {
            final int next = numbers.size();
            dense[number] = numbers.computeIfAbsent(groupOfCase[number], group -> next);
        }
        return dense;
    }

    /** Interval of a column's mean. */
    public Interval of(int column) {
        return interval(means[column].clone());
    }

    /** Interval of one column's mean over another's. */
    public Interval ofRatio(int column, int other) {
        final double[] ratios = new double[RESAMPLES];
        Arrays.setAll(ratios, resample -> means[column][resample] / means[other][resample]);
        return interval(ratios);
    }

    /** Interval of what one column's mean is above another's. */
    Interval ofDifference(int column, int other) {
        final double[] differences = new double[RESAMPLES];
        Arrays.setAll(differences, resample -> means[column][resample] - means[other][resample]);
        return interval(differences);
    }

    private static Interval interval(double[] values) {
        Arrays.sort(values);
        final int tail = (int) Math.round(TAIL * RESAMPLES);
        return new Interval(values[tail - 1], values[RESAMPLES - tail]);
    }
}
