package io.doorbuster.engine.model;

import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.Feature;
import io.doorbuster.engine.decision.History;
import io.doorbuster.engine.decision.Selection;
import io.doorbuster.engine.embedding.SessionEmbedding;
import io.doorbuster.engine.store.EmbeddingStore;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.ShopperStore;
import io.doorbuster.engine.store.Stores;
import io.doorbuster.kernels.Kernels;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/**
 * What a model scores: the live ranker's best candidates of one request, and room to work. Reused; allocates nothing. Engine
 * thread only.
 */
public final class ModelInput {
    /** Candidates that a model scores. */
    public static final int SCORED_MAX = 128;

    private static final int LANES = Kernels.TILE_ROWS;
    private static final int WORK_BYTES = 4 * SCORED_MAX * Kernels.DIMS_MAX;
    private static final int VECTOR_BYTES = 4 * 2 * Kernels.DIMS_MAX;
    private static final int VECTORS = 4;

    private final ItemStore items;
    private final ShopperStore shoppers;
    private final EmbeddingStore embedding;
    private final long[] keys = new long[Candidates.MAX];
    private final int[] indexes = new int[SCORED_MAX];
    private final ByteBuffer memory = BufferUtil.allocateDirectAligned(
            (Long.BYTES + Float.BYTES) * SCORED_MAX + VECTORS * VECTOR_BYTES + 3 * WORK_BYTES, 64);
    private final long scores = BufferUtil.address(memory);
    private final long addresses = scores + 4L * SCORED_MAX;
    private final long vectors = addresses + 8L * SCORED_MAX;
    private final long work = vectors + (long) VECTORS * VECTOR_BYTES;
    private @Nullable Candidates candidates;
    private @Nullable History history;
    private @Nullable SessionEmbedding session;
    private long shopper;
    private int count;

    public ModelInput(Stores stores) {
        items = stores.items();
        shoppers = stores.shoppers();
        embedding = stores.embedding();
    }

    /** Binds a request whose candidates the live ranker has scored, and chooses the best of them. */
    public void bind(History requestHistory, int shopperRow, SessionEmbedding encoded, Candidates ranked) {
        candidates = ranked;
        history = requestHistory;
        session = encoded;
        shopper = shopperRow == ShopperStore.NONE ? 0 : shoppers.surrogate(shopperRow);
        count = Math.min(SCORED_MAX, ranked.count());
        for (int i = 0; i < ranked.count(); i++) {
            keys[i] = (long) Selection.sortable(ranked.score(i)) << 32 | Candidates.MAX - i;
        }
        Selection.greatestFirst(keys, ranked.count(), count);
        for (int i = 0; i < count; i++) {
            indexes[i] = Candidates.MAX - (int) keys[i];
        }
    }

    /** Candidates to score. */
    public int count() {
        return count;
    }

    /** Which of the request's candidates the i-th one is. */
    public int index(int i) {
        return indexes[i];
    }

    /** What the model thinks of the i-th one. */
    public float score(int i) {
        return UnsafeApi.getFloat(scores + 4L * i);
    }

    int tileCount() {
        return (count + LANES - 1) / LANES;
    }

    private int row(int i) {
        return Objects.requireNonNull(candidates).row(indexes[i]);
    }

    long itemId(int i) {
        return items.itemId(row(i));
    }

    /** Surrogate of the shopper; 0 = nobody that is known. */
    long shopper() {
        return shopper;
    }

    /** Items of the session that are known, 0 = none. */
    int sessionCount() {
        return Objects.requireNonNull(history).count();
    }

    /** Item at a place of the session, 0 = the last one. */
    long sessionItem(int place) {
        return items.itemId(Objects.requireNonNull(history).row(place));
    }

    /** A feature of the i-th one, as the live ranker has it before it standardises. */
    float feature(Feature feature, int i) {
        final long column = Objects.requireNonNull(candidates).columns() + 4L * feature.ordinal() * Candidates.MAX;
        return UnsafeApi.getFloat(column + 4L * indexes[i]);
    }

    /** A component of the session's vector, which has length 1, or 0 when nothing is known of it. */
    float sessionVector(int dimension) {
        return UnsafeApi.getFloat(Objects.requireNonNull(session).unit() + 4L * dimension);
    }

    /** A component of the i-th one's vector in the item embedding, which has length 1, or 0 when it has none. */
    float itemVector(int i, int dimension) {
        final int row = row(i);
        return UnsafeApi.getFloat(embedding.address(row) + 4L * dimension) * embedding.inverseNorm(row);
    }

    /** Address of float[SCORED_MAX], which a model fills. */
    long scores() {
        return scores;
    }

    /** Address of int64[SCORED_MAX]. */
    long addresses() {
        return addresses;
    }

    /** Address of one of four vectors of twice {@link Kernels#DIMS_MAX} floats. */
    long vector(int which) {
        return vectors + (long) which * VECTOR_BYTES;
    }

    /** Address of one of three areas of float[SCORED_MAX][DIMS_MAX], by row or by tile. */
    long work(int which) {
        return work + (long) which * WORK_BYTES;
    }

    /** Writes a value of the i-th candidate into tiles of so many dimensions. */
    static void put(long tiles, int dims, int i, int dimension, float value) {
        UnsafeApi.putFloat(tiles + 4L * ((long) (i / LANES * dims + dimension) * LANES + i % LANES), value);
    }
}
