package io.doorbuster.engine.reranking;

import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.Chance;
import io.doorbuster.engine.decision.RequestFilter;
import io.doorbuster.engine.decision.Selection;
import io.doorbuster.engine.decision.SlateBuffer;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.Stores;

/**
 * Orders candidates into a slate: by score, ties by item id; no category takes more places than the request's cap. With
 * exploration some places go to one of the next best instead. Engine thread only.
 */
public final class RerankingStage {
    private static final int PERMILLE = 1_000;

    private final ItemStore items;
    private final int[] sorted = new int[Candidates.MAX];
    private final long[] keys = new long[Candidates.MAX];
    private final long[] sortScratch = new long[Candidates.MAX];

    public RerankingStage(Stores stores) {
        items = stores.items();
    }

    /**
     * Fills the slate.
     *
     * @param explorationPermille of a thousand places, those drawn; 0 = each is the greedy choice.
     * @param seed of this request; the same seed draws the same.
     */
    public void rerank(
            Candidates candidates, RequestFilter filter, int explorationPermille, long seed, SlateBuffer slate) {
        slate.reset();
        sort(candidates);
        if (explorationPermille == 0) {
            takeBest(candidates, filter, slate);
        } else {
            explore(candidates, filter, explorationPermille, seed, slate);
        }
    }

    private void takeBest(Candidates candidates, RequestFilter filter, SlateBuffer slate) {
        for (int i = 0; i < candidates.count() && slate.size() < filter.slateSize(); i++) {
            if (isWithinCap(candidates, sorted[i], filter.categoryCap(), slate)) {
                slate.add(sorted[i]);
            }
        }
    }

    /**
     * Each place, given those before, offers the best that may still stand there. It is the first of them, or in
     * {@code explorationPermille} of a thousand cases any of them, the first included, each as likely. Two numbers of
     * chance a place, drawn or not, so that one place's draw does not move the next one's.
     */
    private void explore(Candidates candidates, RequestFilter filter, int permille, long seed, SlateBuffer slate) {
        int left = candidates.count();
        while (slate.size() < filter.slateSize()) {
            final int place = slate.size();
            left = dropCapped(candidates, filter.categoryCap(), slate, left);
            final int offered = Math.min(left, SlateBuffer.POOL_MAX);
            if (offered == 0) {
                return;
            }
            for (int number = 0; number < offered; number++) {
                slate.offer(number, sorted[number]);
            }
            final boolean isDrawn = Chance.below(PERMILLE, seed, 2L * place) < permille;
            final int number = isDrawn ? Chance.below(offered, seed, 2L * place + 1) : 0;
            slate.draw(number, offered, propensity(number, offered, permille));
            left--;
            System.arraycopy(sorted, number + 1, sorted, number, left - number);
        }
    }

    private static float propensity(int number, int offered, int permille) {
        final double drawn = (double) permille / PERMILLE / offered;
        return (float) (number == 0 ? 1 - (double) permille / PERMILLE + drawn : drawn);
    }

    /** Leaves out those before the pool's end whose category is full: it stays full. */
    private int dropCapped(Candidates candidates, int cap, SlateBuffer slate, int left) {
        if (cap >= SlateBuffer.SIZE_MAX) {
            return left;
        }
        int kept = 0;
        int read = 0;
        while (read < left && kept < SlateBuffer.POOL_MAX) {
            if (isWithinCap(candidates, sorted[read], cap, slate)) {
                sorted[kept++] = sorted[read];
            }
            read++;
        }
        System.arraycopy(sorted, read, sorted, kept, left - read);
        return kept + left - read;
    }

    /** By score, the highest first; the same ones, which then stand together, by item id. */
    private void sort(Candidates candidates) {
        final int count = candidates.count();
        for (int i = 0; i < count; i++) {
            final float score = candidates.score(i) + 0f; // Of two zeros neither is higher.
            keys[i] = (long) ~Selection.sortable(score) << 32 | i;
        }
        Selection.sort(keys, sortScratch, count);
        for (int place = 0; place < count; place++) {
            final int candidate = (int) keys[place];
            int at = place;
            while (at > 0
                    && keys[at - 1] >>> 32 == keys[place] >>> 32
                    && hasLowerId(candidates, candidate, sorted[at - 1])) {
                sorted[at] = sorted[at - 1];
                at--;
            }
            sorted[at] = candidate;
        }
    }

    private boolean hasLowerId(Candidates candidates, int a, int b) {
        return items.itemId(candidates.row(a)) < items.itemId(candidates.row(b));
    }

    private boolean isWithinCap(Candidates candidates, int candidate, int cap, SlateBuffer slate) {
        if (cap >= SlateBuffer.SIZE_MAX) {
            return true;
        }
        final int category = items.category(candidates.row(candidate));
        int same = 0;
        for (int place = 0; place < slate.size(); place++) {
            if (items.category(candidates.row(slate.candidate(place))) == category) {
                same++;
            }
        }
        return same < cap;
    }
}
