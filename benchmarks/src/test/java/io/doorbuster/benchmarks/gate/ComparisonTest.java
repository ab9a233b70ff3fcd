package io.doorbuster.benchmarks.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The verdict on forks whose truth is known. Seeded: each figure is the same at every run. */
class ComparisonTest {
    private static final int TIMES = 300;

    /** How often each verdict falls when only the run is as told. */
    private static Map<Verdict, Integer> verdicts(int forks, boolean sameMachine, Consumer<SyntheticForks> run) {
        return verdicts(forks, sameMachine, one -> {}, run);
    }

    private static Map<Verdict, Integer> verdicts(
            int forks, boolean sameMachine, Consumer<SyntheticForks> both, Consumer<SyntheticForks> run) {
        final Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
        for (final Verdict verdict : Verdict.values()) {
            counts.put(verdict, 0);
        }
        for (int i = 0; i < TIMES; i++) {
            final SyntheticForks baseline = new SyntheticForks(2L * i);
            final SyntheticForks measured = new SyntheticForks(2L * i + 1);
            both.accept(baseline);
            both.accept(measured);
            run.accept(measured);
            counts.merge(
                    Comparison.of(baseline.series(forks), measured.series(forks), sameMachine)
                            .verdict(),
                    1,
                    Integer::sum);
        }
        return counts;
    }

    @Test
    void nothingChangedShouldBeTheSame() {
        final Map<Verdict, Integer> counts = verdicts(10, true, run -> {});

        assertThat(counts.get(Verdict.SLOWER)).isZero();
        assertThat(counts.get(Verdict.FASTER)).isZero();
        assertThat(counts.get(Verdict.SAME)).isGreaterThan(TIMES * 9 / 10);
    }

    @Test
    void tenPercentShouldBeFoundAlthoughTheMachineDriftsByFive() {
        assertThat(verdicts(10, true, run -> run.slowdown = 0.10).get(Verdict.SLOWER))
                .isGreaterThan(TIMES * 95 / 100);
        assertThat(verdicts(10, true, run -> run.slowdown = -0.10).get(Verdict.FASTER))
                .isGreaterThan(TIMES * 95 / 100);
    }

    @Test
    void fivePercentShouldBeFoundByTwentyForks() {
        assertThat(verdicts(20, true, run -> run.slowdown = 0.05).get(Verdict.SLOWER))
                .isGreaterThan(TIMES * 95 / 100);
    }

    @Test
    void twoWaysOfBeingCompiledShouldNotLookSlower() {
        final Map<Verdict, Integer> counts = verdicts(10, true, both -> both.secondWay = 0.3, run -> {});

        assertThat(counts.get(Verdict.SLOWER)).isLessThanOrEqualTo(TIMES / 100);
        assertThat(counts.get(Verdict.INCONCLUSIVE)).isGreaterThan(TIMES / 2);
    }

    @Test
    void anotherMachineShouldBeComparedByTheRatioOnly() {
        final Consumer<SyntheticForks> twiceAsFast = run -> run.speed = 2;

        assertThat(verdicts(10, false, twiceAsFast).get(Verdict.SAME)).isGreaterThan(TIMES * 9 / 10);
        assertThat(verdicts(10, false, twiceAsFast.andThen(run -> run.slowdown = 0.10))
                        .get(Verdict.SLOWER))
                .isGreaterThan(TIMES * 95 / 100);
        assertThat(Comparison.of(new SyntheticForks(1).series(10), new SyntheticForks(2).series(10), false)
                        .absolute())
                .isNull();
    }

    @Test
    void slowdownThatTheTimeContradictsShouldBeInconclusive() {
        final Comparison found =
                Comparison.of(quiet(1, 0, 1).series(10), quiet(2, 0.10, 1.3).series(10), true);

        assertThat(found.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(found.reason()).contains("not in time");
    }

    private static SyntheticForks quiet(long seed, double slowdown, double speed) {
        final SyntheticForks forks = new SyntheticForks(seed);
        forks.drift = 0.002;
        forks.slowdown = slowdown;
        forks.speed = speed;
        return forks;
    }

    @Test
    void noisyWindowShouldBeInconclusiveWhosesoeverItIs() {
        final SyntheticForks stolen = quiet(1, 0.2, 1);
        stolen.steal = 2 * Comparison.STEAL_MAX;
        final SyntheticForks crowded = quiet(2, 0, 1);
        crowded.pressure = 2 * Comparison.PRESSURE_MAX;
        final SyntheticForks unreadable = quiet(3, 0.2, 1);
        unreadable.steal = Double.NaN;
        unreadable.pressure = Double.NaN;
        final Series baseline = quiet(4, 0, 1).series(10);

        assertThat(Comparison.of(baseline, stolen.series(10), true).reason())
                .isEqualTo("4.0 % of the processors was stolen");
        assertThat(Comparison.of(crowded.series(10), quiet(5, 0.2, 1).series(10), true)
                        .reason())
                .isEqualTo("the baseline: others waited for a processor 20 % of the time");
        assertThat(Comparison.of(baseline, unreadable.series(10), true).verdict())
                .isEqualTo(Verdict.SLOWER);
    }

    @Test
    void runThatDiffersFromItselfShouldBeInconclusive() {
        final Series steady = quiet(1, 0.2, 1).series(12);
        final Series slower = quiet(2, 0.4, 1).series(12);
        for (int i = 0; i < steady.forks().size(); i += 2) {
            steady.forks().set(i, slower.forks().get(i));
        }

        final Comparison found = Comparison.of(quiet(3, 0, 1).series(12), steady, true);

        assertThat(found.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(found.reason()).isEqualTo("the run differs from itself");
    }

    @Test
    void fewForksShouldBeInconclusive() {
        assertThat(Comparison.of(quiet(1, 0, 1).series(10), quiet(2, 1, 1).series(5), true)
                        .reason())
                .isEqualTo("fewer than 6 forks");
    }

    @Test
    void intervalShouldCoverTheTruthAsOftenAsItSays() {
        int covered = 0;
        for (int i = 0; i < TIMES; i++) {
            final SyntheticForks slower = new SyntheticForks(2L * i + 1);
            slower.slowdown = 0.07;
            final Interval interval = Interval.ofDifference(
                    new SyntheticForks(2L * i).series(12).logRatios(),
                    slower.series(12).logRatios());
            covered += interval.low() <= Math.log(1.07) && Math.log(1.07) <= interval.high() ? 1 : 0;
        }
        assertThat(covered).isBetween(TIMES * 96 / 100, TIMES - 1);
    }

    @Test
    void trimmedMeanShouldLeaveOutAFifthAtEitherEnd() {
        assertThat(Interval.trimmedMean(new double[] {100, 1, 2, 3, -50})).isEqualTo(2);
        assertThat(Interval.trimmedMean(new double[] {7, 9})).isEqualTo(8);
    }
}
