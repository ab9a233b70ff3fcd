package io.doorbuster.engine.store;

import org.agrona.UnsafeApi;

/**
 * Which model files are in use, by the hashes of their content; zeros = none. All zeros until a model is released. Engine thread
 * only.
 *
 * <pre>
 *   active 32 bytes | previous 32 bytes | shadow 32 bytes | position of each release 3 x int64 | zeros
 * </pre>
 */
public final class ModelStore {
    /** Bytes of a hash. */
    public static final int HASH_BYTES = 32;

    /** Orders what is shown. */
    public static final int ACTIVE = 0;

    /** Did so before: what a rollback goes to. */
    public static final int PREVIOUS = 1;

    /** Scores beside it. */
    public static final int SHADOW = 2;

    private static final int POSITIONS = 3 * HASH_BYTES;
    private static final int ROW_BYTES = 128;

    private final PageStore rows;

    ModelStore(PageStores stores) {
        rows = new PageStore(stores, "models", 95, ROW_BYTES, 1);
    }

    /** Reads a hash. */
    public void get(int slot, byte[] hash) {
        for (int i = 0; i < HASH_BYTES; i++) {
            hash[i] = UnsafeApi.getByte(rows.address(0) + (long) slot * HASH_BYTES + i);
        }
    }

    /** Whether a hash is the one in a slot. */
    public boolean is(int slot, byte[] hash) {
        for (int i = 0; i < HASH_BYTES; i++) {
            if (hash[i] != UnsafeApi.getByte(rows.address(0) + (long) slot * HASH_BYTES + i)) {
                return false;
            }
        }
        return true;
    }

    /** Position of the release that filled a slot; 0 = none has. */
    public long position(int slot) {
        return UnsafeApi.getLong(rows.address(0) + POSITIONS + 8L * slot);
    }

    /** Fills a slot; what was active becomes the previous one. */
    public void release(int slot, byte[] hash, long position) {
        final long address = rows.open(0);
        if (slot == ACTIVE) {
            UnsafeApi.copyMemory(address, address + HASH_BYTES, HASH_BYTES);
            UnsafeApi.putLong(address + POSITIONS + 8L * PREVIOUS, position(ACTIVE));
        }
        for (int i = 0; i < HASH_BYTES; i++) {
            UnsafeApi.putByte(address + (long) slot * HASH_BYTES + i, hash[i]);
        }
        UnsafeApi.putLong(address + POSITIONS + 8L * slot, position);
        rows.close(0);
    }
}
