package io.doorbuster.engine.store;

import org.agrona.UnsafeApi;

/**
 * Vectors with a bias, one row each. Engine thread only.
 *
 * <pre>
 *   float x dimensions | bias float | updates int32 | zeros to the next multiple of 64
 * </pre>
 */
public final class VectorStore {
    private final PageStore rows;
    private final int biasOffset;
    private final int dimensions;

    VectorStore(PageStores stores, String name, int storeId, int dimensions, int rowCount) {
        this.dimensions = dimensions;
        biasOffset = 4 * dimensions;
        rows = new PageStore(stores, name, storeId, biasOffset + PageStore.ROW_ALIGNMENT, rowCount);
    }

    public int dimensions() {
        return dimensions;
    }

    public int rowCount() {
        return rows.rowCount();
    }

    /** Where the vector of a row lies, 64-byte aligned. */
    public long address(int row) {
        return rows.address(row);
    }

    /** Opens a row for writing and gives its vector's address. */
    public long open(int row) {
        return rows.open(row);
    }

    public void close(int row) {
        rows.close(row);
    }

    public float bias(int row) {
        return UnsafeApi.getFloat(rows.address(row) + biasOffset);
    }

    /** Legal between open and close of the row. */
    public void bias(int row, float bias) {
        UnsafeApi.putFloat(rows.address(row) + biasOffset, bias);
    }

    /** How often the row was written by learning; 0 = never. */
    public int updates(int row) {
        return UnsafeApi.getInt(rows.address(row) + biasOffset + 4);
    }

    /** Legal between open and close of the row. */
    public void updates(int row, int updates) {
        UnsafeApi.putInt(rows.address(row) + biasOffset + 4, updates);
    }

    /** Makes a row all zeros. */
    public void clear(int row) {
        rows.clear(row);
    }

    DirtyRows trackDirty() {
        return rows.trackDirty();
    }
}
