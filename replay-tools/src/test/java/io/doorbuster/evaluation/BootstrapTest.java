package io.doorbuster.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BootstrapTest {
    /** Cases of one group, drawn as whole groups, case by case. */
    private static Interval naive(double[] values, int[] groups, int groupCount, long seed) {
        final List<Double> means = new ArrayList<>();
        final SplittableRandom random = new SplittableRandom(seed);
        for (int resample = 0; resample < Bootstrap.RESAMPLES; resample++) {
            double sum = 0;
            int cases = 0;
            for (int draw = 0; draw < groupCount; draw++) {
                final int group = random.nextInt(groupCount);
                for (int i = 0; i < values.length; i++) {
                    if (groups[i] == group) {
                        sum += values[i];
                        cases++;
                    }
                }
            }
            means.add(sum / cases);
        }
        Collections.sort(means);
        return new Interval(means.get(24), means.get(975));
    }

    /** One sum over another, of the groups drawn. */
    private static Interval naiveRatio(double[] values, double[] weights, int[] groups, int groupCount, long seed) {
        final List<Double> ratios = new ArrayList<>();
        final SplittableRandom random = new SplittableRandom(seed);
        for (int resample = 0; resample < Bootstrap.RESAMPLES; resample++) {
            double sum = 0;
            double weight = 0;
            for (int draw = 0; draw < groupCount; draw++) {
                final int group = random.nextInt(groupCount);
                for (int i = 0; i < values.length; i++) {
                    sum += groups[i] == group ? values[i] : 0;
                    weight += groups[i] == group ? weights[i] : 0;
                }
            }
            ratios.add(sum / weight);
        }
        Collections.sort(ratios);
        return new Interval(ratios.get(24), ratios.get(975));
    }

    private static double[][] columns(double[] one, double[] two) {
        final double[][] columns = new double[one.length][];
        for (int i = 0; i < one.length; i++) {
            columns[i] = new double[] {one[i], two[i]};
        }
        return columns;
    }

    @Test
    void intervalsShouldBeThoseOfTheNaiveTwin() {
        final SplittableRandom random = new SplittableRandom(3);
        final double[] one = new double[120];
        final double[] two = new double[120];
        final int[] groups = new int[120];
        for (int i = 0; i < one.length; i++) {
            groups[i] = i < 30 ? i : 30 + (i - 30) / 9; // Groups of 1 and of 9 cases.
            one[i] = random.nextInt(2);
            two[i] = one[i] - 0.25 * random.nextInt(2);
        }
        final double[] difference = new double[120];
        for (int i = 0; i < one.length; i++) {
            difference[i] = one[i] - two[i];
        }
        final Bootstrap bootstrap = new Bootstrap(columns(one, two), groups, 7);
        assertClose(bootstrap.of(0), naive(one, groups, 40, 7));
        assertClose(bootstrap.of(1), naive(two, groups, 40, 7));
        assertClose(bootstrap.ofDifference(0, 1), naive(difference, groups, 40, 7));
        assertClose(bootstrap.ofRatio(1, 0), naiveRatio(two, one, groups, 40, 7));
        assertThat(new Bootstrap(columns(one, two), groups, 8).of(0)).isNotEqualTo(bootstrap.of(0));
    }

    private static void assertClose(Interval found, Interval expected) {
        assertThat(found.low()).isCloseTo(expected.low(), within(1e-9));
        assertThat(found.high()).isCloseTo(expected.high(), within(1e-9));
        assertThat(found.low()).isLessThan(found.high());
    }

    @Test
    void intervalShouldHoldTheTruthAboutAsOftenAsItSays() {
        int held = 0;
        for (int run = 0; run < 200; run++) {
            final SplittableRandom random = new SplittableRandom(run);
            final double[][] columns = new double[300][1];
            final int[] groups = new int[300];
            for (int i = 0; i < 300; i++) {
                columns[i][0] = random.nextInt(10) < 3 ? 1 : 0;
                groups[i] = 1_000 - i;
            }
            final Interval interval = new Bootstrap(columns, groups, run).of(0);
            held += interval.low() <= 0.3 && 0.3 <= interval.high() ? 1 : 0;
        }
        assertThat(held).isBetween(180, 198);
    }
}
