package io.doorbuster.engine;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/** Folds the bytes of all replies, in their order, into 64 bits. Engine thread only. */
final class ReplyHash {
    private static final long P1 = 0x9E3779B97F4A7C15L;
    private static final long P2 = 0xC2B2AE3D27D4EB4FL;

    private long value;

    long value() {
        return value;
    }

    /** Goes on from the hash of the replies before. */
    void restart(long before) {
        value = before;
    }

    void add(DirectBuffer reply, int offset, int length) {
        long hash = value ^ length * P1;
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            hash = Long.rotateLeft(hash ^ reply.getLong(offset + i, ByteOrder.LITTLE_ENDIAN) * P2, 31) * P1;
        }
        for (; i < length; i++) {
            hash = Long.rotateLeft(hash ^ (reply.getByte(offset + i) & 0xFF) * P2, 31) * P1;
        }
        value = hash;
    }
}
