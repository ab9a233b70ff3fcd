package io.doorbuster.engine.store;

import org.agrona.UnsafeApi;

/**
 * For each item those nearest to it in the embedding, as far as they were found. Engine thread only.
 *
 * <pre>
 *   16 x {item row + 1 int32, 0 = none | cosine float}, nearest first
 * </pre>
 */
public final class SimilarStore {
    /** Items of a list. */
    public static final int ENTRIES = 16;

    private static final int ENTRY_BYTES = 8;

    private final PageStore rows;

    SimilarStore(PageStores stores, int itemsMax) {
        rows = new PageStore(stores, "similar", 84, ENTRIES * ENTRY_BYTES, itemsMax);
    }

    /** Item row of an entry, or -1 behind the last one. */
    public int item(int itemRow, int entry) {
        return UnsafeApi.getInt(rows.address(itemRow) + (long) entry * ENTRY_BYTES) - 1;
    }

    /** Its cosine when it was found; both vectors may have moved since. */
    public float cosine(int itemRow, int entry) {
        return UnsafeApi.getFloat(rows.address(itemRow) + (long) entry * ENTRY_BYTES + 4);
    }

    public void open(int itemRow) {
        rows.open(itemRow);
    }

    public void close(int itemRow) {
        rows.close(itemRow);
    }

    /** Legal between open and close of the row. */
    public void put(int itemRow, int entry, int similarRow, float cosine) {
        final long address = rows.address(itemRow) + (long) entry * ENTRY_BYTES;
        UnsafeApi.putInt(address, similarRow + 1);
        UnsafeApi.putFloat(address + 4, cosine);
    }
}
