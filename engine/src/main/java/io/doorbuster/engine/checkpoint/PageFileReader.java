package io.doorbuster.engine.checkpoint;

import static io.doorbuster.engine.checkpoint.PageFileDescriptor.ENTRY_BYTES;
import static io.doorbuster.engine.checkpoint.PageFileDescriptor.ENTRY_HEAD_BYTES;

import io.doorbuster.engine.checkpoint.Checkpoint.PageFile;
import io.doorbuster.engine.store.PageStore;
import io.doorbuster.engine.store.PageStores;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.agrona.BufferUtil;

/** Reads one file of pages into the stores. One thread. */
final class PageFileReader implements AutoCloseable {
    private final Path path;
    private final PageFile file;
    private final PageStores stores;
    private final PageHashes hashes;
    private final FileChannel channel;
    private final ByteBuffer buffer = PageFileDescriptor.allocate();
    private final CRC32C crc = new CRC32C();

    PageFileReader(Path path, PageFile file, PageStores stores, PageHashes hashes) throws IOException {
        this.path = path;
        this.file = file;
        this.stores = stores;
        this.hashes = hashes;
        channel = FileChannel.open(path, StandardOpenOption.READ);
    }

    void read() throws IOException {
        fill(PageFileDescriptor.HEAD_BYTES);
        if (buffer.getLong(0) != PageFileDescriptor.MAGIC
                || buffer.getLong(8) != file.position()
                || buffer.getInt(16) != PageStore.PAGE_BYTES) {
            throw new CheckpointDamagedException(path + " does not begin as the pages of position " + file.position());
        }
        for (int left = file.pages(); left > 0; ) {
            final int count = Math.min(left, PageFileDescriptor.BATCH);
            fill(count * ENTRY_BYTES);
            for (int entry = 0; entry < count; entry++) {
                restore(entry * ENTRY_BYTES);
            }
            left -= count;
        }
    }

    private void fill(int length) throws IOException {
        buffer.clear().limit(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new CheckpointDamagedException(path + " ends early");
            }
        }
    }

    private void restore(int offset) throws CheckpointDamagedException {
        if (PageFileDescriptor.crc(buffer, offset, crc) != buffer.getInt(offset)) {
            throw new CheckpointDamagedException(path + " holds a page whose checksum is wrong");
        }
        buffer.clear();
        final int storeId = buffer.getInt(offset + PageFileDescriptor.STORE_OFFSET);
        final int page = buffer.getInt(offset + PageFileDescriptor.PAGE_OFFSET);
        final int index = indexOf(storeId);
        if (index < 0 || page < 0 || page >= stores.all().get(index).pageCount()) {
            throw new CheckpointDamagedException(
                    path + " holds page " + page + " of store " + storeId + ", which this release does not have");
        }
        final PageStore store = stores.all().get(index);
        final long address = BufferUtil.address(buffer) + offset + ENTRY_HEAD_BYTES;
        store.restorePage(page, address);
        hashes.set(index, page, store.hashOfPage(page, address));
    }

    private int indexOf(int storeId) {
        for (int i = 0; i < stores.all().size(); i++) {
            if (stores.all().get(i).storeId() == storeId) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
