package io.doorbuster.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EstimatorTest {
    private static final double NO_CLIP = Double.POSITIVE_INFINITY;
    private static final int[] ACTIONS = {0, 1, 2, 3};

    /** Probability of a reward, by context and action. */
    private static final double[][] REWARDS = {{0.1, 0.2, 0.6, 0.3}, {0.7, 0.2, 0.1, 0.4}, {0.05, 0.3, 0.3, 0.9}};

    private static final double[][] LOGGED = {{0.5, 0.3, 0.1, 0.1}, {0.25, 0.25, 0.25, 0.25}, {0.7, 0.1, 0.1, 0.1}};
    private static final double[][] TARGET = {{0.1, 0.1, 0.7, 0.1}, {0.8, 0.1, 0.1, 0}, {0, 0, 0.5, 0.5}};

    private final List<Decision> decisions = new ArrayList<>();
    private final List<TargetChoice> choices = new ArrayList<>();

    private static int draw(double[] probabilities, SplittableRandom random) {
        double left = random.nextDouble();
        int action = 0;
        while (action < probabilities.length - 1 && left >= probabilities[action]) {
            left -= probabilities[action++];
        }
        return action;
    }

    private void log(int count, long seed) {
        decisions.clear();
        choices.clear();
        final SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < count; i++) {
            final int context = i % REWARDS.length;
            final int action = draw(LOGGED[context], random);
            final double reward = random.nextDouble() < REWARDS[context][action] ? 1 : 0;
            decisions.add(new Decision(0, context, action, reward, LOGGED[context][action], i));
            choices.add(new TargetChoice(1, ACTIONS, TARGET[context], 0));
        }
    }

    private Estimate estimate(double clip) {
        return new Estimator(new RewardModel(decisions), clip, 5).estimate(decisions, choices);
    }

    private static Figure figure(@Nullable Figure figure) {
        return Objects.requireNonNull(figure);
    }

    private static double truth() {
        double sum = 0;
        for (int context = 0; context < REWARDS.length; context++) {
            for (final int action : ACTIONS) {
                sum += TARGET[context][action] * REWARDS[context][action] / REWARDS.length;
            }
        }
        return sum;
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(value -> value).average().orElseThrow();
    }

    private static double deviation(List<Double> values) {
        final double mean = mean(values);
        return Math.sqrt(values.stream()
                .mapToDouble(value -> (value - mean) * (value - mean))
                .average()
                .orElseThrow());
    }

    @Test
    void estimatesShouldBeRightOnAverageAndIntervalsCoverAsOftenAsTheySay() {
        final int logs = 150;
        final List<Function<Estimate, Figure>> kinds =
                List.of(e -> figure(e.ips()), e -> figure(e.snips()), e -> figure(e.dr()));
        final List<List<Double>> values = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        final int[] covered = new int[3];
        for (int seed = 0; seed < logs; seed++) {
            log(600, seed);
            final Estimate estimate = estimate(NO_CLIP);
            for (int kind = 0; kind < 3; kind++) {
                final Figure figure = kinds.get(kind).apply(estimate);
                values.get(kind).add(figure.value());
                covered[kind] += figure.covers(truth()) ? 1 : 0;
            }
        }
        for (int kind = 0; kind < 3; kind++) {
            final double error = deviation(values.get(kind)) / Math.sqrt(logs);
            assertThat(mean(values.get(kind))).as("kind %d", kind).isCloseTo(truth(), within(4 * error));
            assertThat(covered[kind]).as("kind %d", kind).isBetween(132, 150); // 142.5 of 150 are meant.
        }
        // The model's form is right here, so what it explains no longer spreads.
        assertThat(deviation(values.get(2))).isLessThan(0.95 * deviation(values.get(0)));
    }

    @Test
    void wrongPropensitiesShouldMoveIpsFarAndDrLittle() {
        log(20_000, 1);
        decisions.replaceAll(d ->
                new Decision(0, d.context(), d.action(), d.reward(), Math.min(1, d.propensity() * 1.5), d.group()));
        final Estimate estimate = estimate(NO_CLIP);
        assertThat(estimate.weightMean()).isLessThan(0.75);
        assertThat(Math.abs(figure(estimate.ips()).value() - truth())).isGreaterThan(0.1);
        assertThat(Math.abs(figure(estimate.dr()).value() - truth())).isLessThan(0.02);
    }

    /** Two places; what the second may take depends on the first. Truth by going through all slates. */
    @Test
    void slatesShouldBeWeighedPlaceByPlace() {
        final double explored = 0.4;
        final double[] clicks = {0.2, 0.5, 0.8};
        final SplittableRandom random = new SplittableRandom(3);
        final List<Decision> second = new ArrayList<>();
        final List<TargetChoice> ofSecond = new ArrayList<>();
        for (int slate = 0; slate < 20_000; slate++) {
            final List<Integer> pool = new ArrayList<>(List.of(0, 1, 2)); // Greedy: the first that is left.
            double before = 1;
            for (int place = 0; place < 2; place++) {
                final int drawn = random.nextDouble() < explored ? random.nextInt(pool.size()) : 0;
                final double propensity = explored / pool.size() + (drawn == 0 ? 1 - explored : 0);
                final int item = pool.get(drawn);
                if (place == 1) {
                    second.add(new Decision(1, 1, item, random.nextDouble() < clicks[item] ? 1 : 0, propensity, slate));
                    ofSecond.add(new TargetChoice(before, new int[] {pool.getFirst()}, new double[] {1}, 0));
                }
                before *= drawn == 0 ? 1 / propensity : 0;
                pool.remove(/* index */ drawn);
            }
        }
        final Estimate estimate = new Estimator(new RewardModel(second), NO_CLIP, 1).estimate(second, ofSecond);
        for (final Figure figure : List.of(figure(estimate.ips()), figure(estimate.snips()), figure(estimate.dr()))) {
            assertThat(figure.value()).isCloseTo(clicks[1], within(0.02)); // Greedy shows 0, then 1.
        }
        assertThat(estimate.weightMean()).isCloseTo(1, within(0.02));
    }

    @Test
    void figuresShouldBeTheFormulasAndClippingBeTold() {
        log(900, 7);
        final RewardModel model = new RewardModel(decisions);
        for (final double clip : new double[] {NO_CLIP, 2}) {
            double ips = 0;
            double weights = 0;
            double dr = 0;
            int cut = 0;
            for (final Decision decision : decisions) {
                final double full = TARGET[decision.context()][decision.action()] / decision.propensity();
                final double weight = Math.min(full, clip);
                cut += full > clip ? 1 : 0;
                ips += weight * decision.reward() / 900;
                weights += weight / 900;
                dr += weight * (decision.reward() - model.expected(decision, decision.action())) / 900;
                for (final int action : ACTIONS) {
                    dr += TARGET[decision.context()][action] * model.expected(decision, action) / 900;
                }
            }
            final Estimate estimate = estimate(clip);
            assertThat(figure(estimate.ips()).value()).isCloseTo(ips, within(1e-12));
            assertThat(figure(estimate.snips()).value()).isCloseTo(ips / weights, within(1e-12));
            assertThat(figure(estimate.dr()).value()).isCloseTo(dr, within(1e-12));
            assertThat(estimate.weightMean()).isCloseTo(weights, within(1e-12));
            assertThat(estimate.weightMax()).isCloseTo(7, within(1e-9));
            assertThat(estimate.clipped()).isEqualTo(cut);
        }
    }

    @Test
    void whatTheLogDoesNotTellShouldHaveNoFigures() {
        log(900, 7);
        assertThat(estimate(NO_CLIP).refusal()).isNull();
        final TargetChoice first = choices.getFirst();
        for (int i = 0; i < 900; i += 3) {
            choices.set(i, new TargetChoice(1, new int[] {0}, new double[] {0.7}, 0.3));
        }
        Estimate refused = estimate(NO_CLIP);
        assertThat(refused.refusal()).contains("no support: 10.00 % of what the policy does");
        assertThat(refused.unsupported()).isCloseTo(0.1, within(1e-12));
        assertThat(refused.ips()).isNull();
        assertThat(refused.snips()).isNull();
        assertThat(refused.dr()).isNull();

        log(60, 7);
        refused = estimate(NO_CLIP);
        assertThat(refused.refusal()).contains("tells as much as", "fewer than 100");

        log(900, 7);
        decisions.replaceAll(d -> new Decision(0, d.context(), d.action(), d.reward(), d.propensity(), d.group() % 9));
        assertThat(estimate(NO_CLIP).refusal()).contains("9 groups, fewer than 20");

        log(900, 7);
        decisions.replaceAll(d ->
                new Decision(0, d.context(), d.action(), d.group() < 12 ? d.reward() : 0, d.propensity(), d.group()));
        assertThat(estimate(NO_CLIP).refusal()).contains("rewards of what the policy does, fewer than 5");
        assertThat(first.unsupported()).isZero();

        decisions.clear();
        choices.clear();
        for (int i = 0; i < 10_000; i++) { // Under a thousand decisions' worth, at five rewards in ten thousand.
            final boolean isHeavy = i % 1_000 == 0;
            decisions.add(new Decision(0, 0, isHeavy ? 1 : 0, i % 2_000 == 1 ? 1 : 0, isHeavy ? 0.001 : 0.999, i));
            choices.add(new TargetChoice(1, new int[] {0, 1}, new double[] {0.9, 0.1}, 0));
        }
        assertThat(estimate(NO_CLIP).refusal()).contains("and 0.4 rewards");
    }

    @Test
    void whatIsExpectedOfADecisionShouldNotBeLearnedFromItsOwnGroup() {
        log(600, 9);
        final RewardModel model = new RewardModel(decisions);
        for (final int number : new int[] {0, 1, 17, 599}) {
            final Decision asked = decisions.get(number);
            double ofAction = 0;
            double actions = 0;
            double ofContext = 0;
            double contexts = 0;
            double ofAll = 0;
            double all = 0;
            for (final Decision other : decisions) {
                if (other.group() % RewardModel.FOLDS != asked.group() % RewardModel.FOLDS) {
                    ofAll += other.reward();
                    all++;
                    ofContext += other.context() == asked.context() ? other.reward() : 0;
                    contexts += other.context() == asked.context() ? 1 : 0;
                    final boolean isSame = other.context() == asked.context() && other.action() == 2;
                    ofAction += isSame ? other.reward() : 0;
                    actions += isSame ? 1 : 0;
                }
            }
            final double prior = RewardModel.PRIOR;
            final double context = (ofContext + prior * (ofAll / (all + prior))) / (contexts + prior);
            assertThat(model.expected(asked, 2))
                    .isCloseTo((ofAction + prior * context) / (actions + prior), within(1e-12));
        }
        assertThat(model.expected(new Decision(0, 77, 0, 0, 1, 0), 3)).isBetween(0.0, 1.0); // Never seen.
    }

    @Test
    void sameSeedShouldDrawTheSameIntervals() {
        log(600, 11);
        assertThat(estimate(NO_CLIP)).isEqualTo(estimate(NO_CLIP));
        final double[] ends = {
            figure(estimate(NO_CLIP).ips()).interval().low(),
            figure(new Estimator(new RewardModel(decisions), NO_CLIP, 6)
                            .estimate(decisions, choices)
                            .ips())
                    .interval()
                    .low()
        };
        assertThat(Arrays.stream(ends).distinct().count()).isEqualTo(2);
    }
}
