package io.doorbuster.engine.ranking;

import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.History;
import io.doorbuster.engine.embedding.SessionEmbedding;
import io.doorbuster.engine.model.Model;
import io.doorbuster.engine.model.ModelInput;
import io.doorbuster.engine.model.ReleasedModels;
import io.doorbuster.engine.model.ShadowCounts;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.Stores;
import org.agrona.UnsafeApi;

/**
 * Second phase of ranking: a released model orders the live ranker's best candidates anew; the others stay behind them, in their
 * order. A shadow model scores the same ones, and only counts how it differs. Changes no state. Engine thread only.
 */
public final class ModelRanking {
    private static final int MILLION = 1_000_000;

    /** Scores of the rest lie so much of the lowest new one apart, at least: a float that large knows no smaller steps. */
    private static final float STEP_SHARE = 0x1p-10f;

    private final ItemStore items;
    private final ReleasedModels models;
    private final ModelInput input;
    private final float[] shadowScores = new float[ModelInput.SCORED_MAX];
    private final int[] shown = new int[ShadowCounts.TOP];
    private final int[] shadowed = new int[ShadowCounts.TOP];

    public ModelRanking(Stores stores, ReleasedModels models) {
        items = stores.items();
        this.models = models;
        input = new ModelInput(stores);
    }

    /** Replaces the live ranker's scores by those of the released model, if there is one. */
    public void rank(History history, int shopperRow, SessionEmbedding session, Candidates candidates) {
        final Model active = models.active();
        final Model shadow = models.shadow();
        if (active == null && shadow == null || candidates.count() == 0) {
            return;
        }
        input.bind(history, shopperRow, session, candidates);
        final boolean isShadowed = shadow != null && shadow.score(input);
        for (int i = 0; isShadowed && i < input.count(); i++) {
            shadowScores[i] = input.score(i);
        }
        if (active != null && active.score(input)) {
            replace(candidates);
        }
        if (isShadowed) {
            compare(candidates);
        }
    }

    private static void score(Candidates candidates, int index, float score) {
        UnsafeApi.putFloat(candidates.scores() + 4L * index, score);
    }

    /** All candidates move so that those without a new score end below those with one. */
    private void replace(Candidates candidates) {
        float lowest = Float.POSITIVE_INFINITY;
        float lowestBefore = Float.POSITIVE_INFINITY;
        for (int i = 0; i < input.count(); i++) {
            lowest = Math.min(lowest, input.score(i));
            lowestBefore = Math.min(lowestBefore, candidates.score(input.index(i)));
        }
        if (input.count() < candidates.count()) {
            final float step = Math.max(1f, Math.abs(lowest) * STEP_SHARE);
            for (int i = 0; i < candidates.count(); i++) {
                score(candidates, i, lowest + (candidates.score(i) - lowestBefore - 1f) * step);
            }
        }
        for (int i = 0; i < input.count(); i++) {
            score(candidates, input.index(i), input.score(i));
        }
    }

    private void compare(Candidates candidates) {
        final int count = Math.min(ShadowCounts.TOP, input.count());
        for (int place = 0; place < count; place++) {
            shown[place] = best(candidates, false, shown, place);
            shadowed[place] = best(candidates, true, shadowed, place);
        }
        int shared = 0;
        for (int place = 0; place < count; place++) {
            shared += holds(shadowed, count, shown[place]) ? 1 : 0;
        }
        models.shadowCounts().add(shared * MILLION / count, shown[0] != shadowed[0]);
    }

    private static boolean holds(int[] places, int count, int value) {
        for (int place = 0; place < count; place++) {
            if (places[place] == value) {
                return true;
            }
        }
        return false;
    }

    /** The best of those that have no place yet, of equal ones the lower item id, as slates are ordered. */
    private int best(Candidates candidates, boolean ofShadow, int[] places, int placed) {
        int best = -1;
        float bestScore = 0;
        for (int i = 0; i < input.count(); i++) {
            final float score = ofShadow ? shadowScores[i] : candidates.score(input.index(i));
            final boolean isBetter = best < 0
                    || score > bestScore
                    || score == bestScore && itemId(candidates, i) < itemId(candidates, best);
            if (isBetter && !holds(places, placed, i)) {
                best = i;
                bestScore = score;
            }
        }
        return best;
    }

    private long itemId(Candidates candidates, int i) {
        return items.itemId(candidates.row(input.index(i)));
    }
}
