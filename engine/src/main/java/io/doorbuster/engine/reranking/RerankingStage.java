package io.doorbuster.engine.reranking;

import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.RequestFilter;
import io.doorbuster.engine.decision.SlateBuffer;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.Stores;

/**
 * Orders candidates into a slate: by score, ties by item id; no category takes more places than the request's cap. Engine
 * thread only.
 */
public final class RerankingStage {
    private final ItemStore items;
    private final int[] sorted = new int[Candidates.MAX];

    public RerankingStage(Stores stores) {
        items = stores.items();
    }

    /** Fills the slate. */
    public void rerank(Candidates candidates, RequestFilter filter, SlateBuffer slate) {
        slate.reset();
        sort(candidates);
        for (int i = 0; i < candidates.count() && slate.size() < filter.slateSize(); i++) {
            if (isWithinCap(candidates, sorted[i], filter.categoryCap(), slate)) {
                slate.add(sorted[i]);
            }
        }
    }

    /** Insertion into a binary-searched place: hundreds of candidates, no allocation. */
    private void sort(Candidates candidates) {
        for (int i = 0; i < candidates.count(); i++) {
            int low = 0;
            int high = i;
            while (low < high) {
                final int middle = (low + high) >>> 1;
                if (isBefore(candidates, i, sorted[middle])) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            System.arraycopy(sorted, low, sorted, low + 1, i - low);
            sorted[low] = i;
        }
    }

    private boolean isBefore(Candidates candidates, int a, int b) {
        final float scoreA = candidates.score(a);
        final float scoreB = candidates.score(b);
        return scoreA > scoreB || scoreA == scoreB && items.itemId(candidates.row(a)) < items.itemId(candidates.row(b));
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
