package io.doorbuster.engine.embedding;

import io.doorbuster.engine.decision.History;
import io.doorbuster.engine.store.EmbeddingStore;
import io.doorbuster.engine.store.SessionStore;
import io.doorbuster.kernels.Kernels;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/**
 * The vector of a session: {@code S = sum over places l of V_l * E[x_l]}, component by component, with one row of weights for
 * each place; an item's logit is the cosine of S and its own vector over {@link #TEMPERATURE}. The linear encoder tied to
 * the item table of CORE (Hou et al., SIGIR 2022), with learned weights of places. Engine thread only.
 */
public final class SessionEmbedding {
    /** A cosine over this is a logit. */
    public static final float TEMPERATURE = 0.09f;

    private final EmbeddingStore store;
    private final ByteBuffer memory;
    private final long sum;
    private final long unit;
    private final int dims;
    private float length;

    public SessionEmbedding(EmbeddingStore store) {
        this.store = store;
        dims = store.dimensions();
        memory = BufferUtil.allocateDirectAligned(8 * dims, 64);
        sum = BufferUtil.address(memory);
        unit = sum + 4L * dims;
    }

    /** Makes the vector of a session; items without a vector add nothing. */
    public void encode(History history) {
        UnsafeApi.setMemory(sum, 8L * dims, (byte) 0);
        for (int place = 0; place < Math.min(SessionStore.ITEMS_MAX, history.count()); place++) {
            Kernels.multiplyAdd(sum, store.placeAddress(place), store.address(history.row(place)), dims);
        }
        length = Kernels.norm(sum, dims);
        if (length > 0) {
            Kernels.combine(unit, 0f, sum, 1f / length, dims);
        }
    }

    /** Length of the vector; 0 = nothing is known of the session. */
    public float length() {
        return length;
    }

    /** Address of float[dims]: the vector with length 1, or zeros. */
    public long unit() {
        return unit;
    }
}
