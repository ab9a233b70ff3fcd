package io.doorbuster.engine.store;

import org.agrona.UnsafeApi;

/**
 * 64 bits that stand for all state: the wrapping sum of the hashes of all rows. A write takes the row's old hash out and
 * puts the new one in, so the sum costs nanoseconds a write and does not depend on the order of writes. Engine thread only.
 */
public final class StateHash {
    private static final long P1 = 0x9E3779B97F4A7C15L;
    private static final long P2 = 0xC2B2AE3D27D4EB4FL;
    private static final int LANES_BYTES = 32;

    private long sum;

    /** The hash of all rows now. */
    public long value() {
        return sum;
    }

    void takeOut(long rowHash) {
        sum -= rowHash;
    }

    void putIn(long rowHash) {
        sum += rowHash;
    }

    /** All rows have been put in place at once. */
    void restart(long value) {
        sum = value;
    }

    /**
     * Hash of one row; 0 for a row of zeros, so that rows never used cost nothing. Four independent lanes keep the
     * multiplier busy.
     *
     * @param lengthBytes a multiple of 32.
     */
    static long ofRow(int storeId, int row, long address, int lengthBytes) {
        long a = 0;
        long b = 0;
        long c = 0;
        long d = 0;
        for (int i = 0; i < lengthBytes; i += LANES_BYTES) {
            a = Long.rotateLeft(a, 31) * P1 + UnsafeApi.getLong(address + i) * P2;
            b = Long.rotateLeft(b, 29) * P1 + UnsafeApi.getLong(address + i + 8) * P2;
            c = Long.rotateLeft(c, 27) * P1 + UnsafeApi.getLong(address + i + 16) * P2;
            d = Long.rotateLeft(d, 25) * P1 + UnsafeApi.getLong(address + i + 24) * P2;
        }
        if ((a | b | c | d) == 0) {
            return 0;
        }
        return mix(
                mix(a + P1) ^ mix(b + 2 * P1) ^ mix(c + 3 * P1) ^ mix(d + 4 * P1) ^ mix(((long) storeId << 40) + row));
    }

    /** Stafford's variant 13 of the MurmurHash3 finaliser. */
    static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
