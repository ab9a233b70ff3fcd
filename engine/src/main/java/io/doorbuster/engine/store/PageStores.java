package io.doorbuster.engine.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * All page stores of one engine, in the order in which they were made: where their files lie, the state hash that they keep,
 * and the page images of a checkpoint.
 *
 * <p>Engine thread, but for what is said to be the checkpoint thread's; that one begins when {@link #begin} has told it to,
 * and the engine thread begins no other checkpoint before {@link #end}.
 */
public final class PageStores implements AutoCloseable {
    private final Path directory;
    private final StateHash hash = new StateHash();
    private final PageImages images = new PageImages();
    private final List<PageStore> stores = new ArrayList<>();

    PageStores(Path directory) {
        this.directory = directory;
    }

    Path directory() {
        return directory;
    }

    StateHash hash() {
        return hash;
    }

    PageImages images() {
        return images;
    }

    void add(PageStore store) {
        if (stores.stream().anyMatch(other -> other.storeId() == store.storeId())) {
            throw new IllegalArgumentException(store.name() + ": store id " + store.storeId() + " is taken");
        }
        stores.add(store);
    }

    /** The stores, in a fixed order. */
    public List<PageStore> all() {
        return stores;
    }

    /** Pages of all stores. */
    public int pageCount() {
        int sum = 0;
        for (final PageStore store : stores) {
            sum += store.pageCount();
        }
        return sum;
    }

    /** The state hash from every byte of every store. */
    public long recomputeHash() {
        long sum = 0;
        for (final PageStore store : stores) {
            sum += store.recomputeHash();
        }
        return sum;
    }

    /** All pages of a checkpoint have been put in place; the hash is that of their bytes. */
    public void restored(long stateHash) {
        hash.restart(stateHash);
        images.restored();
    }

    /** Takes the memory for images before the first checkpoint. Checkpoint thread, or before it starts. */
    public void reserveImages() {
        images.reserve(pageCount());
    }

    /**
     * From now on every page that is wanted keeps its image as of now. The work of it is a page's copy at its first write.
     *
     * @param oldest pages written in this epoch or later are wanted; 1 = all that were ever written.
     * @return the epoch of what is written from now on: the {@code oldest} of a checkpoint that builds on this one.
     */
    public int begin(int oldest) {
        return images.begin(oldest);
    }

    /** The epoch of what is written now. */
    public int epoch() {
        return images.epoch();
    }

    /** Pages of all stores that were written in an epoch or later. Checkpoint thread. */
    public int writtenSince(int oldest) {
        int sum = 0;
        for (final PageStore store : stores) {
            sum += store.writtenSince(oldest);
        }
        return sum;
    }

    /** Whether the engine ran out of images: what was copied is worth nothing. Checkpoint thread. */
    public boolean isExhausted() {
        return images.isExhausted();
    }

    /** The checkpoint is written or given up. Checkpoint thread. */
    public void end() {
        images.end();
        for (final PageStore store : stores) {
            store.end();
        }
    }

    @Override
    public void close() {
        stores.forEach(PageStore::close);
        images.close();
    }
}
