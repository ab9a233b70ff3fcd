package io.doorbuster.engine.store;

import org.agrona.UnsafeApi;

/**
 * What each shopper comes back to: items with a forward-decayed weight, in the same rows as the shoppers. A newcomer replaces the
 * lightest. Engine thread only.
 *
 * <pre>
 *   128 x {item row + 1 int32, 0 = empty | weight float: a base-2 logarithm, in half-lives since the engine's first event}
 * </pre>
 */
public final class OwnItemStore {
    /** Items remembered for a shopper. */
    public static final int ENTRIES = 128;

    /** Half-life of what a shopper comes back to: 60 days. */
    public static final long HALF_LIFE_NS = 60L * 86_400 * 1_000_000_000;

    private static final int ENTRY_BYTES = 8;

    private final PageStore rows;

    OwnItemStore(PageStores stores, int shoppersMax) {
        rows = new PageStore(stores, "own-items", 25, ENTRIES * ENTRY_BYTES, shoppersMax);
    }

    /** Item row of an entry, or -1 when it is empty; entries behind an empty one are empty. */
    public int item(int shopperRow, int entry) {
        return UnsafeApi.getInt(rows.address(shopperRow) + (long) entry * ENTRY_BYTES) - 1;
    }

    public float weight(int shopperRow, int entry) {
        return UnsafeApi.getFloat(rows.address(shopperRow) + (long) entry * ENTRY_BYTES + 4);
    }

    /** The entry of an item; if it has none, an empty one, or else the lightest. */
    public int entryOf(int shopperRow, int itemRow) {
        int lightest = 0;
        for (int entry = 0; entry < ENTRIES; entry++) {
            final int item = item(shopperRow, entry);
            if (item == itemRow || item < 0) {
                return entry;
            }
            if (weight(shopperRow, entry) < weight(shopperRow, lightest)) {
                lightest = entry;
            }
        }
        return lightest;
    }

    public void put(int shopperRow, int entry, int itemRow, float weight) {
        final long address = rows.open(shopperRow) + (long) entry * ENTRY_BYTES;
        UnsafeApi.putInt(address, itemRow + 1);
        UnsafeApi.putFloat(address + 4, weight);
        rows.close(shopperRow);
    }

    /** Forgets what a shopper comes back to. */
    void clear(int shopperRow) {
        rows.clear(shopperRow);
    }
}
