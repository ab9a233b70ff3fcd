package io.doorbuster.offpolicy;

import io.doorbuster.evaluation.Bootstrap;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Estimates from weighted decisions. The same seed draws the same intervals. Immutable. */
final class Estimator {
    /** Below, a few decisions with large weights are all that the log tells. */
    static final double EFFECTIVE_MIN = 100;

    /** Below, whole groups drawn again tell nothing about how figures spread. */
    static final int GROUPS_MIN = 20;

    /** Below, the interval is about the luck of a handful. */
    static final int REWARDED_MIN = 5;

    /** Below, even the policy itself could not expect one reward in as many decisions as the log is worth. */
    static final double EXPECTED_MIN = 1;

    private static final double ROUNDING = 1e-9;
    private static final int IPS = 0;
    private static final int WEIGHT = 1;
    private static final int DR = 2;

    private final RewardModel model;
    private final double clip;
    private final long seed;

    /**
     * Over a model of rewards.
     *
     * @param clip weights above it are cut down to it; infinity = none is.
     */
    Estimator(RewardModel model, double clip, long seed) {
        this.model = model;
        this.clip = clip;
        this.seed = seed;
    }

    /** Estimates what a target would have earned; one choice of the target for each decision. */
    Estimate estimate(List<Decision> decisions, List<TargetChoice> choices) {
        final int count = decisions.size();
        final double[][] columns = new double[count][];
        double sum = 0;
        double earned = 0;
        double squares = 0;
        double largest = 0;
        double unsupported = 0;
        int clipped = 0;
        int rewarded = 0;
        for (int i = 0; i < count; i++) {
            final Decision decision = decisions.get(i);
            final TargetChoice choice = choices.get(i);
            final double full = choice.before() * choice.probability(decision.action()) / decision.propensity();
            final double weight = Math.min(clip, full);
            final double expected = model.expected(decision, decision.action());
            columns[i] = new double[] {
                weight * decision.reward(),
                weight,
                weight * (decision.reward() - expected)
                        + Math.min(clip, choice.before()) * choice.expected(model, decision)
            };
            sum += weight;
            earned += weight * decision.reward();
            squares += weight * weight;
            largest = Math.max(largest, full);
            unsupported += choice.before() * choice.unsupported();
            clipped += full > clip ? 1 : 0;
            rewarded += weight * decision.reward() > 0 ? 1 : 0;
        }
        final int[] groups = decisions.stream().mapToInt(Decision::group).toArray();
        final double effective = squares == 0 ? 0 : sum * sum / squares;
        final String refusal = refusal(unsupported / count, effective, groups, rewarded, earned / sum);
        final Bootstrap bootstrap = refusal == null ? new Bootstrap(columns, groups, seed) : null;
        return new Estimate(
                count,
                unsupported / count,
                effective,
                sum / count,
                largest,
                clipped,
                refusal,
                bootstrap == null ? null : new Figure(mean(columns, IPS), bootstrap.of(IPS)),
                bootstrap == null
                        ? null
                        : new Figure(mean(columns, IPS) / mean(columns, WEIGHT), bootstrap.ofRatio(IPS, WEIGHT)),
                bootstrap == null ? null : new Figure(mean(columns, DR), bootstrap.of(DR)));
    }

    private static @Nullable String refusal(
            double unsupported, double effective, int[] groups, int rewarded, double value) {
        if (unsupported > ROUNDING) {
            return String.format(
                    Locale.ROOT,
                    "no support: %.2f %% of what the policy does is what the log's policy never did",
                    100 * unsupported);
        }
        if (effective < EFFECTIVE_MIN) {
            return String.format(
                    Locale.ROOT,
                    "no support: the log tells as much as %.1f decisions of the policy would, fewer than %.0f",
                    effective,
                    EFFECTIVE_MIN);
        }
        final Set<Integer> different = new HashSet<>();
        for (final int group : groups) {
            different.add(group);
        }
        if (different.size() < GROUPS_MIN) {
            return "no support: decisions of " + different.size() + " groups, fewer than " + GROUPS_MIN;
        }
        if (rewarded < REWARDED_MIN) {
            return "no support: " + rewarded + " rewards of what the policy does, fewer than " + REWARDED_MIN;
        }
        return effective * value < EXPECTED_MIN
                ? String.format(
                        Locale.ROOT,
                        "no support: the log tells as much as %.0f decisions of the policy would, and %.1f rewards",
                        effective,
                        effective * value)
                : null;
    }

    /** Mean reward of those who made the log. */
    Figure mean(List<Decision> decisions) {
        final List<double[]> rewards = new ArrayList<>();
        decisions.forEach(decision -> rewards.add(new double[] {decision.reward()}));
        final double[][] columns = rewards.toArray(double[][]::new);
        final int[] groups = decisions.stream().mapToInt(Decision::group).toArray();
        return new Figure(mean(columns, 0), new Bootstrap(columns, groups, seed).of(0));
    }

    private static double mean(double[][] columns, int column) {
        double sum = 0;
        for (final double[] row : columns) {
            sum += row[column];
        }
        return sum / columns.length;
    }
}
