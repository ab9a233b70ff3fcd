package io.doorbuster.engine.store;

import org.agrona.UnsafeApi;

/**
 * Images of pages as they were when the checkpoint under way began: the engine saves one before its first write to a page,
 * and never waits. Shared by all stores of an engine.
 *
 * <p>Engine thread: {@link #begin}, {@link #save}. Checkpoint thread: the rest.
 */
final class PageImages {
    /** Images at most: 256 MiB. */
    private static final int IMAGES_MAX = (256 << 20) / PageStore.PAGE_BYTES;

    static final int NONE = -1;

    /** Marks the pages that are written now; compared with each write, so it is the engine thread's own. */
    private int epoch = 1;

    private int oldestWanted;
    private int used;
    private int capacity;
    private long memory;
    private volatile boolean isTaking;
    private volatile boolean isExhausted;

    /** What a page that is written now is marked with. Engine thread. */
    int epoch() {
        return epoch;
    }

    /** What was written so far came from a checkpoint. Engine thread. */
    void restored() {
        epoch++;
    }

    /** Takes and touches the memory, so that the engine meets no page fault. Checkpoint thread, while nothing is taken. */
    void reserve(int pageCount) {
        if (memory == 0) {
            capacity = Math.min(pageCount, IMAGES_MAX);
            memory = UnsafeApi.allocateMemory((long) capacity * PageStore.PAGE_BYTES);
            UnsafeApi.setMemory(memory, (long) capacity * PageStore.PAGE_BYTES, (byte) 0);
        }
    }

    /**
     * Begins a checkpoint: until {@link #end} every page keeps its image as of now. Engine thread, while none is taken.
     *
     * @param oldest pages marked with this epoch or a later one are wanted.
     * @return the epoch of pages that are written from now on.
     */
    int begin(int oldest) {
        oldestWanted = oldest;
        used = 0;
        isExhausted = false;
        epoch++;
        isTaking = true;
        return epoch;
    }

    /**
     * Saves a page that is about to be written.
     *
     * @param marked its epoch until now.
     * @return number of the image, or {@link #NONE} when none is wanted or there is no room: then the checkpoint is void.
     */
    int save(long pageAddress, int marked) {
        if (!isTaking || marked == 0 || marked < oldestWanted) {
            return NONE;
        }
        if (used == capacity) {
            isExhausted = true;
            return NONE;
        }
        UnsafeApi.copyMemory(pageAddress, address(used), PageStore.PAGE_BYTES);
        return used++;
    }

    /** Whether a page was written for which there was no image left: what has been copied may be of any time. */
    boolean isExhausted() {
        return isExhausted;
    }

    /** Any thread. */
    boolean isTaking() {
        return isTaking;
    }

    /** The checkpoint is written or given up. */
    void end() {
        isTaking = false;
    }

    long address(int image) {
        return memory + (long) image * PageStore.PAGE_BYTES;
    }

    /** Frees the memory; no thread uses it any more. */
    void close() {
        if (memory != 0) {
            UnsafeApi.freeMemory(memory);
            memory = 0;
        }
    }
}
