package io.doorbuster.offpolicy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Mean reward of each action in each context, drawn towards the context's mean, and that towards the mean of all, as
 * {@link #PRIOR} rewards more would draw it. Cross-fitted: what it expects at a decision was learned from the groups of the
 * other {@link #FOLDS} - 1 folds.
 */
final class RewardModel {
    static final int FOLDS = 5;
    static final double PRIOR = 50;

    private final Map<Long, Means> byAction = new HashMap<>();
    private final Map<Integer, Means> byContext = new HashMap<>();
    private final Means all = new Means();

    /** Sums and counts by fold. */
    private static final class Means {
        private final double[] sums = new double[FOLDS + 1];
        private final double[] counts = new double[FOLDS + 1];

        void add(int fold, double reward) {
            sums[fold] += reward;
            counts[fold]++;
            sums[FOLDS] += reward;
            counts[FOLDS]++;
        }

        double without(int fold, double prior) {
            return (sums[FOLDS] - sums[fold] + PRIOR * prior) / (counts[FOLDS] - counts[fold] + PRIOR);
        }
    }

    RewardModel(List<Decision> decisions) {
        for (final Decision decision : decisions) {
            final int fold = fold(decision);
            all.add(fold, decision.reward());
            byContext.computeIfAbsent(decision.context(), key -> new Means()).add(fold, decision.reward());
            byAction.computeIfAbsent(key(decision.context(), decision.action()), key -> new Means())
                    .add(fold, decision.reward());
        }
    }

    private static int fold(Decision decision) {
        return Math.floorMod(decision.group(), FOLDS);
    }

    private static long key(int context, int action) {
        return (long) context << 32 | action;
    }

    /** Reward expected of an action where a decision was made, as those outside its fold tell. */
    double expected(Decision decision, int action) {
        final int fold = fold(decision);
        final double ofAll = all.without(fold, 0);
        final Means context = byContext.get(decision.context());
        final double ofContext = context == null ? ofAll : context.without(fold, ofAll);
        final Means means = byAction.get(key(decision.context(), action));
        return means == null ? ofContext : means.without(fold, ofContext);
    }
}
