package io.doorbuster.engine.checkpoint;

import io.doorbuster.engine.store.PageStore;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Layout of a file of pages. Little-endian.
 *
 * <pre>
 *   head:   magic int64 | position int64 | page bytes int32 | 0 int32 | 0 int64
 *   entry:  CRC-32C int32 | store id int32 | page int32 | 0 int32 | the page          CRC-32C: of the entry from byte 4 on
 * </pre>
 */
final class PageFileDescriptor {
    static final long MAGIC = 0x31_67_70_74_73_75_62_64L; // "dbustpg1"
    static final int HEAD_BYTES = 32;
    static final int ENTRY_HEAD_BYTES = 16;
    static final int ENTRY_BYTES = ENTRY_HEAD_BYTES + PageStore.PAGE_BYTES;
    static final int STORE_OFFSET = 4;
    static final int PAGE_OFFSET = 8;

    /** Entries read or written at once. */
    static final int BATCH = 64;

    private PageFileDescriptor() {}

    /** A buffer for a batch, in our own memory: what is checked is what is used, and no mapped page can vanish below it. */
    static ByteBuffer allocate() {
        return ByteBuffer.allocateDirect(BATCH * ENTRY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    static void putHead(ByteBuffer buffer, long position) {
        buffer.putLong(MAGIC)
                .putLong(position)
                .putInt(PageStore.PAGE_BYTES)
                .putInt(0)
                .putLong(0);
    }

    /** Checksum of the entry at an offset; changes the buffer's position and limit. */
    static int crc(ByteBuffer buffer, int offset, CRC32C crc) {
        buffer.limit(offset + ENTRY_BYTES).position(offset + STORE_OFFSET);
        crc.reset();
        crc.update(buffer);
        return (int) crc.getValue();
    }
}
