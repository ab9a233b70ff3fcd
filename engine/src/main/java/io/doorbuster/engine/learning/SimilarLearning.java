package io.doorbuster.engine.learning;

import io.doorbuster.engine.decision.Chance;
import io.doorbuster.engine.decision.History;
import io.doorbuster.engine.decision.Selection;
import io.doorbuster.engine.store.EmbeddingStore;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.SimilarStore;
import io.doorbuster.engine.store.Stores;
import io.doorbuster.kernels.Kernels;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/**
 * Keeps up each item's nearest items in the embedding: with every event of an item its list is made anew from the items that
 * are likely to be near, which are those of its list, of the lists of some of them, and of the history's newest items (the idea
 * of NN-descent, Dong, Moses and Li 2011: a neighbour's neighbour is likely a neighbour). So what is visited most is freshest,
 * and no event looks at more than {@link #CANDIDATES_MAX} vectors. Engine thread only.
 */
public final class SimilarLearning {
    /** Vectors that one event looks at, at most. */
    static final int CANDIDATES_MAX = 160;

    private static final int WIDER = 4;
    private static final int FROM_HISTORY = 3;
    private static final int DRAWN = 8;

    private final Stores stores;
    private final ItemStore items;
    private final EmbeddingStore embedding;
    private final SimilarStore similar;
    private final int[] rows = new int[CANDIDATES_MAX];
    private final long[] keys = new long[CANDIDATES_MAX];
    private final int[] stamps;
    private final ByteBuffer memory = BufferUtil.allocateDirectAligned(12 * CANDIDATES_MAX, 64);
    private final long addresses = BufferUtil.address(memory);
    private final long cosines = addresses + 8L * CANDIDATES_MAX;
    private int count;
    private int epoch;

    public SimilarLearning(Stores stores) {
        this.stores = stores;
        items = stores.items();
        embedding = stores.embedding();
        similar = stores.similar();
        stamps = new int[stores.settings().itemsMax()];
    }

    /** Makes an item's list anew. */
    public void onNext(History history, int itemRow, long position) {
        final long seed = Chance.seed(stores.settings().seed() + 3, position);
        count = 0;
        epoch++;
        if (epoch == Integer.MAX_VALUE) {
            Arrays.fill(stamps, 0);
            epoch = 1;
        }
        stamps[itemRow] = epoch;
        addList(itemRow);
        final int own = count;
        for (int place = 0; place < Math.min(FROM_HISTORY, history.count()); place++) {
            add(history.row(place));
        }
        if (history.count() > 0) {
            addList(history.row(0));
        }
        for (int i = 0; i < WIDER && own > 0; i++) {
            addList(rows[Chance.below(own, seed, i)]);
        }
        for (int i = 0; i < DRAWN; i++) {
            add(Chance.below(items.highWater(), seed, WIDER + i));
        }
        keep(itemRow);
    }

    private void addList(int itemRow) {
        for (int entry = 0; entry < SimilarStore.ENTRIES; entry++) {
            final int row = similar.item(itemRow, entry);
            if (row < 0) {
                return;
            }
            add(row);
        }
    }

    private void add(int row) {
        if (stamps[row] != epoch && count < CANDIDATES_MAX && embedding.inverseNorm(row) > 0) {
            stamps[row] = epoch;
            rows[count] = row;
            UnsafeApi.putLong(addresses + 8L * count, embedding.address(row));
            count++;
        }
    }

    private void keep(int itemRow) {
        Kernels.gatherDot(embedding.address(itemRow), addresses, count, embedding.dimensions(), cosines);
        final float inverse = embedding.inverseNorm(itemRow);
        for (int i = 0; i < count; i++) {
            final float cosine = UnsafeApi.getFloat(cosines + 4L * i) * inverse * embedding.inverseNorm(rows[i]);
            keys[i] = (long) Selection.sortable(cosine) << 32 | ~i & 0xFFFF_FFFFL;
            UnsafeApi.putFloat(cosines + 4L * i, cosine);
        }
        final int kept = Math.min(SimilarStore.ENTRIES, count);
        Selection.greatestFirst(keys, count, kept);
        Selection.sortGreatestFirst(keys, kept);
        similar.open(itemRow);
        for (int entry = 0; entry < kept; entry++) {
            final int best = ~(int) keys[entry];
            similar.put(itemRow, entry, rows[best], UnsafeApi.getFloat(cosines + 4L * best));
        }
        similar.close(itemRow);
    }
}
