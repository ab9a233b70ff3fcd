package io.doorbuster.engine.store;

import org.agrona.BitUtil;
import org.agrona.UnsafeApi;

/**
 * Maps 64-bit keys to rows: open addressing with linear probing and backward-shift deletion, in pages. Engine thread only.
 *
 * <pre>
 *   slot of 16 bytes:  key int64, 0 = empty | row + 1 int32 | 0 int32        four slots in a page-store row
 * </pre>
 *
 * The table has at least twice as many slots as keys. Positions depend on a fixed mix of the key alone.
 */
final class KeyTable {
    static final int NONE = -1;

    private static final int SLOT_SHIFT = 4;
    private static final int SLOTS_PER_ROW_SHIFT = 2;
    private static final int ROW_OFFSET = 8;

    private final PageStore slots;
    private final int mask;

    KeyTable(PageStores stores, String name, int storeId, int keysMax) {
        final int slotCount = BitUtil.findNextPositivePowerOfTwo(Math.max(8, Math.multiplyExact(keysMax, 2)));
        mask = slotCount - 1;
        slots = new PageStore(stores, name, storeId, 64, slotCount >>> SLOTS_PER_ROW_SHIFT);
    }

    private long slotAddress(int slot) {
        return slots.address(slot >>> SLOTS_PER_ROW_SHIFT) + ((slot & 3) << SLOT_SHIFT);
    }

    private int home(long key) {
        return (int) StateHash.mix(key) & mask;
    }

    /** The row of a key, or {@link #NONE}. Key 0 has none. */
    int get(long key) {
        if (key == 0) {
            return NONE;
        }
        for (int slot = home(key); ; slot = (slot + 1) & mask) {
            final long address = slotAddress(slot);
            final long found = UnsafeApi.getLong(address);
            if (found == key) {
                return UnsafeApi.getInt(address + ROW_OFFSET) - 1;
            }
            if (found == 0) {
                return NONE;
            }
        }
    }

    /** Adds a key that is not there. */
    void put(long key, int row) {
        assert key != 0 && get(key) == NONE : key;
        int slot = home(key);
        while (UnsafeApi.getLong(slotAddress(slot)) != 0) {
            slot = (slot + 1) & mask;
        }
        write(slot, key, row + 1);
    }

    /** Removes a key that is there, and closes the gap. */
    void remove(long key) {
        int gap = home(key);
        while (UnsafeApi.getLong(slotAddress(gap)) != key) {
            assert UnsafeApi.getLong(slotAddress(gap)) != 0 : key;
            gap = (gap + 1) & mask;
        }
        for (int slot = (gap + 1) & mask; ; slot = (slot + 1) & mask) {
            final long moved = UnsafeApi.getLong(slotAddress(slot));
            if (moved == 0) {
                break;
            }
            if (((slot - home(moved)) & mask) >= ((slot - gap) & mask)) {
                write(gap, moved, UnsafeApi.getInt(slotAddress(slot) + ROW_OFFSET));
                gap = slot;
            }
        }
        write(gap, 0, 0);
    }

    private void write(int slot, long key, int rowPlusOne) {
        final int storeRow = slot >>> SLOTS_PER_ROW_SHIFT;
        final long address = slots.open(storeRow) + ((slot & 3) << SLOT_SHIFT);
        UnsafeApi.putLong(address, key);
        UnsafeApi.putInt(address + ROW_OFFSET, rowPlusOne);
        slots.close(storeRow);
    }
}
