package io.doorbuster.engine.ranking;

import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.store.ShopperStore;
import io.doorbuster.engine.store.Stores;
import io.doorbuster.engine.store.VectorStore;
import io.doorbuster.kernels.Kernels;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/** Scores candidates: {@code u.v + b}, with u = 0 for a shopper who is not known. Engine thread only. */
public final class RankingStage {
    private final VectorStore itemVectors;
    private final VectorStore shopperVectors;
    private final ByteBuffer nobody;
    private final long nobodyAddress;

    public RankingStage(Stores stores) {
        itemVectors = stores.itemVectors();
        shopperVectors = stores.shoppers().vectors();
        nobody = BufferUtil.allocateDirectAligned(4 * itemVectors.dimensions(), 64);
        nobodyAddress = BufferUtil.address(nobody);
    }

    /** Address of the vector that stands for a shopper. */
    public long shopperVector(int shopperRow) {
        return shopperRow == ShopperStore.NONE ? nobodyAddress : shopperVectors.address(shopperRow);
    }

    /** Fills the scores of all candidates. */
    public void score(int shopperRow, Candidates candidates) {
        final int count = candidates.count();
        final long rowAddresses = candidates.rowAddresses();
        for (int i = 0; i < count; i++) {
            UnsafeApi.putLong(rowAddresses + 8L * i, itemVectors.address(candidates.row(i)));
        }
        final long scores = candidates.scores();
        Kernels.gatherDot(shopperVector(shopperRow), rowAddresses, count, itemVectors.dimensions(), scores);
        for (int i = 0; i < count; i++) {
            final long address = scores + 4L * i;
            UnsafeApi.putFloat(address, UnsafeApi.getFloat(address) + itemVectors.bias(candidates.row(i)));
        }
    }
}
