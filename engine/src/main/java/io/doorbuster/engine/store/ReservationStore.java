package io.doorbuster.engine.store;

import org.agrona.UnsafeApi;

/**
 * Reservations by id, and a binary heap of them by deadline. Engine thread only.
 *
 * <pre>
 *   row:   0 row table (key = reservation id) | 24 item row int32 | 28 quantity int32 | 32 expires at int64 | 40 heap slot int32
 *   heap:  4 x {expires at int64, reservation row int32, 0} in a page-store row
 * </pre>
 */
public final class ReservationStore {
    /** Row of a reservation that is not there. */
    public static final int NONE = RowTable.NONE;

    private static final int ITEM = 24;
    private static final int QUANTITY = 28;
    private static final int EXPIRES_AT = 32;
    private static final int HEAP_SLOT = 40;
    private static final int ROW_BYTES = 64;
    private static final int SLOTS_PER_ROW = 4;

    private final RowTable table;
    private final PageStore rows;
    private final PageStore heap;

    ReservationStore(PageStores stores, int reservationsMax) {
        table = new RowTable(stores, "reservations", 40, ROW_BYTES, reservationsMax);
        rows = table.rows();
        heap = new PageStore(
                stores, "reservation-deadlines", 43, 64, (reservationsMax + SLOTS_PER_ROW - 1) / SLOTS_PER_ROW);
    }

    /** Row of a reservation, or {@link #NONE}. */
    public int rowOf(long reservationId) {
        return table.rowOf(reservationId);
    }

    public boolean isFull() {
        return table.isFull();
    }

    public int size() {
        return table.inUse();
    }

    /** Makes a reservation with an id that is not in use; the store is not full. */
    public int add(long reservationId, int itemRow, int quantity, long expiresAtNs) {
        final int slot = table.inUse();
        final int row = table.add(reservationId);
        assert row != NONE : reservationId;
        final long address = rows.open(row);
        UnsafeApi.putInt(address + ITEM, itemRow);
        UnsafeApi.putInt(address + QUANTITY, quantity);
        UnsafeApi.putLong(address + EXPIRES_AT, expiresAtNs);
        rows.close(row);
        siftUp(slot, expiresAtNs, row);
        return row;
    }

    /** All rows in use lie below this. */
    int highWater() {
        return table.highWater();
    }

    public long reservationId(int row) {
        return table.key(row);
    }

    public int itemRow(int row) {
        return UnsafeApi.getInt(rows.address(row) + ITEM);
    }

    public int quantity(int row) {
        return UnsafeApi.getInt(rows.address(row) + QUANTITY);
    }

    public long expiresAtNs(int row) {
        return UnsafeApi.getLong(rows.address(row) + EXPIRES_AT);
    }

    /** The reservation whose deadline came first, if it has come; otherwise {@link #NONE}. */
    public int expired(long nowNs) {
        if (table.inUse() == 0 || heapTime(0) > nowNs) {
            return NONE;
        }
        return heapRow(0);
    }

    /** Ends a reservation. */
    public void remove(int row) {
        final int slot = UnsafeApi.getInt(rows.address(row) + HEAP_SLOT);
        final int last = table.inUse() - 1;
        final long movedTime = heapTime(last);
        final int movedRow = heapRow(last);
        writeHeap(last, 0, -1);
        table.remove(row);
        if (slot == last) {
            return;
        }
        if (slot > 0 && isBefore(movedTime, movedRow, (slot - 1) / 2)) {
            siftUp(slot, movedTime, movedRow);
        } else {
            siftDown(slot, movedTime, movedRow, last);
        }
    }

    private long heapAddress(int slot) {
        return heap.address(slot / SLOTS_PER_ROW) + (long) (slot % SLOTS_PER_ROW) * 16;
    }

    private long heapTime(int slot) {
        return UnsafeApi.getLong(heapAddress(slot));
    }

    private int heapRow(int slot) {
        return UnsafeApi.getInt(heapAddress(slot) + 8) - 1;
    }

    private boolean isBefore(long time, int row, int slot) {
        final long other = heapTime(slot);
        return time < other || time == other && row < heapRow(slot);
    }

    private void siftUp(int from, long time, int row) {
        int slot = from;
        while (slot > 0 && isBefore(time, row, (slot - 1) / 2)) {
            final int parent = (slot - 1) / 2;
            place(slot, heapTime(parent), heapRow(parent));
            slot = parent;
        }
        place(slot, time, row);
    }

    private void siftDown(int from, long time, int row, int size) {
        int slot = from;
        while (2 * slot + 1 < size) {
            int child = 2 * slot + 1;
            if (child + 1 < size && isBefore(heapTime(child + 1), heapRow(child + 1), child)) {
                child++;
            }
            if (isBefore(time, row, child)) {
                break;
            }
            place(slot, heapTime(child), heapRow(child));
            slot = child;
        }
        place(slot, time, row);
    }

    private void place(int slot, long time, int row) {
        writeHeap(slot, time, row);
        final long address = rows.open(row);
        UnsafeApi.putInt(address + HEAP_SLOT, slot);
        rows.close(row);
    }

    private void writeHeap(int slot, long time, int row) {
        heap.open(slot / SLOTS_PER_ROW);
        final long address = heapAddress(slot);
        UnsafeApi.putLong(address, time);
        UnsafeApi.putInt(address + 8, row + 1);
        heap.close(slot / SLOTS_PER_ROW);
    }
}
