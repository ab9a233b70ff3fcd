package io.doorbuster.engine.store;

import org.agrona.UnsafeApi;

/**
 * Rows found by a 64-bit key: a page store, its key table, and the free rows. Engine thread only.
 *
 * <pre>
 *   every row begins:   key int64, 0 = free | generation int32 | next free row + 1 int32 | lastActiveNs int64 | ...
 *   allocation row:     high water int32 | first free row + 1 int32 | clock hand int32 | rows in use int32
 * </pre>
 *
 * A row's generation counts how often the row changed hands, so that a reference (row, generation) to a former holder is
 * known to be stale. Zeroing keeps the generation.
 */
final class RowTable {
    static final int NONE = KeyTable.NONE;

    /** First byte that belongs to the typed store. */
    static final int BODY_OFFSET = 24;

    private static final int GENERATION_OFFSET = 8;
    private static final int NEXT_FREE_OFFSET = 12;
    private static final int LAST_ACTIVE_OFFSET = 16;
    private static final int HIGH_WATER = 0;
    private static final int FIRST_FREE = 4;
    private static final int HAND = 8;
    private static final int IN_USE = 12;

    /** Rows that the clock hand looks at before it takes the least recently active of them. */
    private static final int HAND_STEPS = 8;

    private final PageStore rows;
    private final PageStore allocation;
    private final KeyTable keys;

    RowTable(PageStores stores, String name, int storeId, int rowBytes, int rowCount) {
        rows = new PageStore(stores, name, storeId, rowBytes, rowCount);
        keys = new KeyTable(stores, name + "-keys", storeId + 1, rowCount);
        allocation = new PageStore(stores, name + "-rows", storeId + 2, 64, 1);
    }

    PageStore rows() {
        return rows;
    }

    int rowOf(long key) {
        return keys.get(key);
    }

    int inUse() {
        return UnsafeApi.getInt(allocation.address(0) + IN_USE);
    }

    /** Rows from 0 to here have been used at some time. */
    int highWater() {
        return UnsafeApi.getInt(allocation.address(0) + HIGH_WATER);
    }

    boolean isFull() {
        return inUse() == rows.rowCount();
    }

    long key(int row) {
        return UnsafeApi.getLong(rows.address(row));
    }

    int generation(int row) {
        return UnsafeApi.getInt(rows.address(row) + GENERATION_OFFSET);
    }

    long lastActiveNs(int row) {
        return UnsafeApi.getLong(rows.address(row) + LAST_ACTIVE_OFFSET);
    }

    /** Legal between open and close of the row. */
    void lastActiveNs(int row, long timeNs) {
        UnsafeApi.putLong(rows.address(row) + LAST_ACTIVE_OFFSET, timeNs);
    }

    /** Gives a row to a key that has none; {@link #NONE} when all are taken. */
    int add(long key) {
        if (isFull()) {
            return NONE;
        }
        final long header = allocation.open(0);
        int row = UnsafeApi.getInt(header + FIRST_FREE) - 1;
        if (row >= 0) {
            UnsafeApi.putInt(header + FIRST_FREE, UnsafeApi.getInt(rows.address(row) + NEXT_FREE_OFFSET));
        } else {
            row = UnsafeApi.getInt(header + HIGH_WATER);
            UnsafeApi.putInt(header + HIGH_WATER, row + 1);
        }
        UnsafeApi.putInt(header + IN_USE, UnsafeApi.getInt(header + IN_USE) + 1);
        allocation.close(0);
        final long address = rows.open(row);
        UnsafeApi.putLong(address, key);
        UnsafeApi.putInt(address + GENERATION_OFFSET, UnsafeApi.getInt(address + GENERATION_OFFSET) + 1);
        UnsafeApi.putInt(address + NEXT_FREE_OFFSET, 0);
        rows.close(row);
        keys.put(key, row);
        return row;
    }

    /** Takes a row back: everything but its generation is zeroed. */
    void remove(int row) {
        keys.remove(key(row));
        final long header = allocation.open(0);
        final int next = UnsafeApi.getInt(header + FIRST_FREE);
        UnsafeApi.putInt(header + FIRST_FREE, row + 1);
        UnsafeApi.putInt(header + IN_USE, UnsafeApi.getInt(header + IN_USE) - 1);
        allocation.close(0);
        final long address = rows.open(row);
        final int generation = UnsafeApi.getInt(address + GENERATION_OFFSET);
        UnsafeApi.setMemory(address, rows.rowBytes(), (byte) 0);
        UnsafeApi.putInt(address + GENERATION_OFFSET, generation);
        UnsafeApi.putInt(address + NEXT_FREE_OFFSET, next);
        rows.close(row);
    }

    /**
     * Picks the row to evict: of the next rows under the clock hand the least recently active one. Bounded work, and close
     * to least-recent once the hand has gone round. The table is full.
     */
    int nextVictim() {
        assert isFull();
        final int rowCount = rows.rowCount();
        final int hand = UnsafeApi.getInt(allocation.address(0) + HAND);
        int victim = hand % rowCount;
        for (int i = 1; i < Math.min(HAND_STEPS, rowCount); i++) {
            final int row = (hand + i) % rowCount;
            if (lastActiveNs(row) < lastActiveNs(victim)) {
                victim = row;
            }
        }
        final long header = allocation.open(0);
        UnsafeApi.putInt(header + HAND, (hand + HAND_STEPS) % rowCount);
        allocation.close(0);
        return victim;
    }
}
