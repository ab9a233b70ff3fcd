package io.doorbuster.engine.store;

import io.doorbuster.kernels.Kernels;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;

/**
 * What an item's text or image shows, as a vector of length 1 that somebody computed outside. Engine thread only.
 *
 * <pre>
 *   float x dimensions | int32: 1 = there is one | zeros to the next multiple of 64
 * </pre>
 */
public final class ContentStore {
    private final PageStore rows;
    private final int dimensions;
    private final int flagOffset;

    ContentStore(PageStores stores, int dimensions, int itemsMax) {
        this.dimensions = dimensions;
        flagOffset = 4 * dimensions;
        rows = new PageStore(
                stores, "content", 89, flagOffset + PageStore.ROW_ALIGNMENT, dimensions == 0 ? 1 : itemsMax);
    }

    /** 0 = the shop has no such vectors. */
    public int dimensions() {
        return dimensions;
    }

    public boolean has(int itemRow) {
        return dimensions > 0 && UnsafeApi.getInt(rows.address(itemRow) + flagOffset) != 0;
    }

    /** Where an item's vector lies, 64-byte aligned; zeros when it has none. Not for a shop without such vectors. */
    public long address(int itemRow) {
        return rows.address(itemRow);
    }

    /**
     * Replaces an item's vector; one whose length is 0, or too small for a float, takes it away.
     *
     * @param vector float x dimensions, little-endian, no component beyond 1e9.
     */
    public void set(int itemRow, DirectBuffer vector) {
        final long address = rows.open(itemRow);
        for (int d = 0; d < dimensions; d++) {
            UnsafeApi.putFloat(address + 4L * d, vector.getFloat(4 * d, ByteOrder.LITTLE_ENDIAN));
        }
        final float norm = Kernels.norm(address, dimensions);
        Kernels.scale(address, norm == 0 ? 0f : 1f / norm, dimensions);
        UnsafeApi.putInt(address + flagOffset, norm == 0 ? 0 : 1);
        rows.close(itemRow);
    }
}
