package io.doorbuster.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SlateChangeTest {
    private static final double ROUNDING = 1e-12;

    private static long[] slate(long... items) {
        return items;
    }

    private static long[] drawn(SplittableRandom random, int length) {
        return random.longs(0, 30).distinct().limit(length).toArray();
    }

    private static int overlap(long[] first, long[] second, int depth) {
        final Set<Long> both = new HashSet<>();
        for (int place = 0; place < Math.min(depth, first.length); place++) {
            both.add(first[place]);
        }
        int count = 0;
        for (int place = 0; place < Math.min(depth, second.length); place++) {
            count += both.contains(second[place]) ? 1 : 0;
        }
        return count;
    }

    /** Equation 32, term by term. */
    private static double naive(long[] first, long[] second) {
        final double p = SlateChange.PERSISTENCE;
        final int s = Math.min(first.length, second.length);
        final int l = Math.max(first.length, second.length);
        double sum = 0;
        for (int d = 1; d <= l; d++) {
            sum += (double) overlap(first, second, d) / d * Math.pow(p, d);
        }
        final double ofShorter = overlap(first, second, s);
        for (int d = s + 1; d <= l; d++) {
            sum += ofShorter * (d - s) / ((double) s * d) * Math.pow(p, d);
        }
        return (1 - p) / p * sum + ((overlap(first, second, l) - ofShorter) / l + ofShorter / s) * Math.pow(p, l);
    }

    @Test
    void rankBiasedOverlapShouldBeThatOfTheNaiveSums() {
        final SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 500; round++) {
            final long[] first = drawn(random, 1 + random.nextInt(20));
            final long[] second = drawn(random, 1 + random.nextInt(20));
            assertThat(SlateChange.of(first, second).rankBiasedOverlap())
                    .isEqualTo(SlateChange.of(second, first).rankBiasedOverlap(), within(ROUNDING))
                    .isCloseTo(naive(first, second), within(ROUNDING));
        }
    }

    @Test
    void sameSlatesShouldNotDiffer() {
        final SlateChange same = SlateChange.of(slate(3, 1, 2), slate(3, 1, 2));
        assertThat(same.rankBiasedOverlap()).isCloseTo(1, within(ROUNDING));
        assertThat(same).isEqualTo(new SlateChange(true, true, 1, same.rankBiasedOverlap(), 3, 0, 0, 0, 0));
        assertThat(SlateChange.of(slate(), slate()).isSame()).isTrue();
        assertThat(SlateChange.of(slate(), slate()).rankBiasedOverlap()).isEqualTo(1);
    }

    @Test
    void changesShouldBeCounted() {
        final SlateChange reversed = SlateChange.of(slate(1, 2, 3, 4), slate(4, 3, 2, 1));
        assertThat(reversed.swapped()).isEqualTo(1);
        assertThat(reversed.moved()).isEqualTo(2);
        assertThat(reversed.overlap()).isEqualTo(1);
        assertThat(reversed.isSame()).isFalse();
        final SlateChange other = SlateChange.of(slate(1, 2, 3, 4), slate(1, 4, 2, 5, 6));
        assertThat(other.isSameFirst()).isTrue();
        assertThat(other.overlap()).isEqualTo(0.6);
        assertThat(other.swapped()).isCloseTo(1.0 / 3, within(ROUNDING));
        assertThat(other.moved()).isEqualTo(1);
        assertThat(other.gained()).isEqualTo(2);
        assertThat(other.lost()).isEqualTo(1);
        final SlateChange disjoint = SlateChange.of(slate(1, 2), slate(3));
        assertThat(disjoint.rankBiasedOverlap()).isZero();
        assertThat(disjoint.overlap()).isZero();
        assertThat(disjoint.swapped()).isNaN();
        assertThat(disjoint.isSameFirst()).isFalse();
        assertThat(SlateChange.of(slate(), slate(3)).rankBiasedOverlap()).isZero();
    }
}
