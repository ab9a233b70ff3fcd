package io.doorbuster.engine.reranking;

import io.doorbuster.codec.Retrieved;
import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.RequestFilter;
import io.doorbuster.engine.decision.SlateBuffer;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.Stores;

/**
 * Orders candidates into a slate. Engine thread only.
 *
 * <p>Each place asks a source, in the rhythm neighbour, neighbour, nearest, trending; a source that has nothing left
 * passes its turn on. Within a source: neighbours by evidence, nearest by score, trending by popularity; ties by item id. No
 * category takes more places than the request's cap.
 */
public final class RerankingStage {
    private static final Retrieved[] RHYTHM = {
        Retrieved.NEIGHBOUR, Retrieved.NEIGHBOUR, Retrieved.NEAREST, Retrieved.TRENDING
    };
    private static final Retrieved[] SOURCES = {Retrieved.NEIGHBOUR, Retrieved.NEAREST, Retrieved.TRENDING};

    private final ItemStore items;
    private final int[][] order = new int[Retrieved.values().length][Candidates.MAX];
    private final int[] counts = new int[Retrieved.values().length];
    private final int[] heads = new int[Retrieved.values().length];

    public RerankingStage(Stores stores) {
        items = stores.items();
    }

    /** Fills the slate. */
    public void rerank(Candidates candidates, RequestFilter filter, SlateBuffer slate) {
        slate.reset();
        for (final Retrieved source : SOURCES) {
            sort(candidates, source);
        }
        for (int turn = 0; slate.size() < filter.slateSize(); turn++) {
            int next = next(RHYTHM[turn % RHYTHM.length], candidates, filter, slate);
            for (int i = 0; next < 0 && i < SOURCES.length; i++) {
                next = next(SOURCES[i], candidates, filter, slate);
            }
            if (next < 0) {
                return;
            }
            slate.add(next);
        }
    }

    /** Insertion into a binary-searched place: hundreds of candidates, no allocation. */
    private void sort(Candidates candidates, Retrieved source) {
        final int[] sorted = order[source.ordinal()];
        int size = 0;
        for (int i = 0; i < candidates.count(); i++) {
            if (candidates.retrieved(i) != source) {
                continue;
            }
            int low = 0;
            int high = size;
            while (low < high) {
                final int middle = (low + high) >>> 1;
                if (isBefore(candidates, i, sorted[middle])) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            System.arraycopy(sorted, low, sorted, low + 1, size - low);
            sorted[low] = i;
            size++;
        }
        counts[source.ordinal()] = size;
        heads[source.ordinal()] = 0;
    }

    private boolean isBefore(Candidates candidates, int a, int b) {
        final boolean byScore = candidates.retrieved(a) == Retrieved.NEAREST;
        final float valueA = byScore ? candidates.score(a) : candidates.evidence(a);
        final float valueB = byScore ? candidates.score(b) : candidates.evidence(b);
        return valueA > valueB || valueA == valueB && items.itemId(candidates.row(a)) < items.itemId(candidates.row(b));
    }

    /** The source's next candidate within the category cap, or -1. */
    private int next(Retrieved source, Candidates candidates, RequestFilter filter, SlateBuffer slate) {
        final int[] sorted = order[source.ordinal()];
        int head = heads[source.ordinal()];
        while (head < counts[source.ordinal()]) {
            final int candidate = sorted[head++];
            if (isWithinCap(candidates, candidate, filter.categoryCap(), slate)) {
                heads[source.ordinal()] = head;
                return candidate;
            }
        }
        heads[source.ordinal()] = head;
        return -1;
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
