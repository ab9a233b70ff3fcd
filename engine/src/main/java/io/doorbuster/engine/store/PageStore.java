package io.doorbuster.engine.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import net.openhft.chronicle.hash.Data;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ExternalMapQueryContext;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one size in pages of a memory-mapped Chronicle Map. Engine thread only.
 *
 * <p>The map is filled with zeroed pages when it is made, so its file is backed throughout and no address ever moves; each
 * page's address is resolved once, and from then on kernels and flyweights work on the mapped memory. The one door for
 * writing is {@link #open(int)} and {@link #close(int)}: they keep the state hash, and the image of a page that a checkpoint
 * still wants.
 *
 * <p>Files are derived from the journal and made anew at every start; what lies there is deleted.
 */
public final class PageStore {
    /** Bytes of a page. */
    public static final int PAGE_BYTES = 16_384;

    /** Rows are a multiple of this, and so are their addresses. */
    static final int ROW_ALIGNMENT = 64;

    /** What a map adds to each page, and to all of them: more than it does. */
    private static final int PAGE_OVERHEAD_BYTES = 256;

    private static final long ROOM_BYTES = 256L << 10;

    private static final VarHandle INTS = MethodHandles.arrayElementVarHandle(int[].class);

    private final String name;
    private final int storeId;
    private final int rowBytes;
    private final int rowCount;
    private final int rowsPerPageShift;
    private final int rowsPerPageMask;
    private final StateHash hash;
    private final ChronicleMap<Integer, byte[]> pages;
    private final long[] pageAddresses;

    /** Epoch of each page's last first write; 0 = never written, all zeros. */
    private final int[] pageEpochs;

    /** Image + 1 of each page, saved at its last first write; 0 = none was wanted. Set before the epoch. */
    private final int[] pageImages;

    private final PageImages images;

    /** Pages before this one have been copied by the checkpoint under way. */
    private volatile int copiedPages;

    private @Nullable DirtyRows dirty;
    private int openRow = -1;

    /**
     * Makes the store's file, all zeros.
     *
     * @param stores which it is one of.
     * @param name of the file, without its suffix.
     * @param storeId tells equal rows of two stores apart in the hash.
     * @param rowBytes bytes of a row, a multiple of 64, at most a page.
     * @param rowCount rows, at least 1.
     */
    PageStore(PageStores stores, String name, int storeId, int rowBytes, int rowCount) {
        if (rowBytes <= 0 || rowBytes % ROW_ALIGNMENT != 0 || rowBytes > PAGE_BYTES || rowCount < 1) {
            throw new IllegalArgumentException("rowBytes=" + rowBytes + ", rowCount=" + rowCount);
        }
        this.name = name;
        this.storeId = storeId;
        this.rowBytes = rowBytes;
        this.rowCount = rowCount;
        hash = stores.hash();
        images = stores.images();
        rowsPerPageShift = 31 - Integer.numberOfLeadingZeros(PAGE_BYTES / rowBytes);
        rowsPerPageMask = (1 << rowsPerPageShift) - 1;
        final int pageCount = (rowCount + rowsPerPageMask) >>> rowsPerPageShift;
        pages = create(stores.directory().resolve(name + ".pages"), pageCount);
        pageAddresses = new long[pageCount];
        pageEpochs = new int[pageCount];
        pageImages = new int[pageCount];
        resolveAddresses();
        stores.add(this);
    }

    private static ChronicleMap<Integer, byte[]> create(Path file, int pageCount) {
        try {
            Files.deleteIfExists(file);
            checkRoom(file, pageCount);
            final byte[] zeros = new byte[PAGE_BYTES];
            final ChronicleMap<Integer, byte[]> map = ChronicleMap.of(Integer.class, byte[].class)
                    .name(file.getFileName().toString())
                    .entries(pageCount)
                    .actualSegments(1)
                    .constantValueSizeBySample(zeros)
                    .entryAndValueOffsetAlignment(ROW_ALIGNMENT)
                    .checksumEntries(false)
                    .skipCloseOnExitHook(true)
                    .createPersistedTo(file.toFile());
            for (int page = 0; page < pageCount; page++) {
                map.put(page, zeros);
            }
            return map;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + file + ": " + e.getMessage(), e);
        }
    }

    /** All pages are written when the map is made: without blocks for them, that would be a fault of the process. */
    private static void checkRoom(Path file, int pageCount) throws IOException {
        final long wanted = ROOM_BYTES + pageCount * (long) (PAGE_BYTES + PAGE_OVERHEAD_BYTES);
        final Path directory = Objects.requireNonNull(file.getParent());
        final long free = Files.getFileStore(directory).getUsableSpace();
        if (free < wanted) {
            throw new IOException("no room for state in " + directory + ": " + file.getFileName() + " needs "
                    + (wanted >> 20) + " MB, and " + (free >> 20)
                    + " MB are free; free some space there, or begin a shop with fewer ITEMS_MAX or SHOPPERS_MAX");
        }
    }

    private void resolveAddresses() {
        for (int page = 0; page < pageAddresses.length; page++) {
            try (ExternalMapQueryContext<Integer, byte[], ?> query = pages.queryContext(page)) {
                query.readLock().lock();
                final Data<byte[]> value = Objects.requireNonNull(query.entry()).value();
                final long address = value.bytes().addressForRead(value.offset());
                if (address % ROW_ALIGNMENT != 0 || value.size() != PAGE_BYTES) {
                    throw new IllegalStateException(name + ": page " + page + " at " + address + ", " + value.size()
                            + " bytes: this version of Chronicle Map lays pages out differently");
                }
                pageAddresses[page] = address;
            }
        }
    }

    /** Name of the store. */
    public String name() {
        return name;
    }

    /** Capacity in rows. */
    public int rowCount() {
        return rowCount;
    }

    /** Bytes of a row. */
    public int rowBytes() {
        return rowBytes;
    }

    /** Where a row lies, a multiple of 64; for reading. */
    public long address(int row) {
        assert row >= 0 && row < rowCount : name + " row=" + row;
        return pageAddresses[row >>> rowsPerPageShift] + (long) (row & rowsPerPageMask) * rowBytes;
    }

    /** Opens a row for writing; to be closed before another row of this store is opened. */
    public long open(int row) {
        assert openRow == -1 : name + " row=" + openRow + " is still open";
        openRow = row;
        final int page = row >>> rowsPerPageShift;
        if (pageEpochs[page] != images.epoch()) {
            onFirstWrite(page);
        }
        final long address = address(row);
        hash.takeOut(StateHash.ofRow(storeId, row, address, rowBytes));
        return address;
    }

    /**
     * A page's first write since a checkpoint began: its image is saved, and that is published before the first changed byte,
     * so that whoever copies the page without a lock and finds no image behind the copy has copied it unchanged.
     */
    private void onFirstWrite(int page) {
        final int image = page >= copiedPages ? images.save(pageAddresses[page], pageEpochs[page]) : PageImages.NONE;
        INTS.setRelease(pageImages, page, image + 1);
        INTS.setRelease(pageEpochs, page, images.epoch());
        VarHandle.storeStoreFence();
    }

    /** Pages of this store. */
    public int pageCount() {
        return pageAddresses.length;
    }

    /** Tells this store's rows and pages from those of other stores. */
    public int storeId() {
        return storeId;
    }

    /**
     * Copies a page as it was when the checkpoint under way began. Checkpoint thread; pages go up.
     *
     * @param oldest the page is wanted if it was written in this epoch or later,
     * @param epoch but before this one.
     * @param target receives {@link #PAGE_BYTES}.
     * @return whether the page is wanted.
     */
    public boolean copyPage(int page, int oldest, int epoch, long target) {
        int marked = (int) INTS.getAcquire(pageEpochs, page);
        boolean isWanted = marked >= oldest && marked < epoch;
        if (isWanted) {
            UnsafeApi.copyMemory(pageAddresses[page], target, PAGE_BYTES);
            VarHandle.acquireFence(); // What follows is read behind the copy.
            marked = (int) INTS.getAcquire(pageEpochs, page);
        }
        if (marked >= epoch) { // Written meanwhile, so the image is of this checkpoint: an older one was overwritten.
            final int image = (int) INTS.getAcquire(pageImages, page) - 1;
            isWanted = image != PageImages.NONE;
            if (isWanted) {
                UnsafeApi.copyMemory(images.address(image), target, PAGE_BYTES);
            }
        }
        copiedPages = page + 1;
        return isWanted;
    }

    /** The checkpoint is over. Checkpoint thread. */
    void end() {
        copiedPages = 0;
    }

    /** Pages written in an epoch or later. Checkpoint thread. */
    int writtenSince(int oldest) {
        int count = 0;
        for (int page = 0; page < pageEpochs.length; page++) {
            count += (int) INTS.getAcquire(pageEpochs, page) >= oldest ? 1 : 0;
        }
        return count;
    }

    /** The part of the state hash that is a page's, if its bytes were those at an address. */
    public long hashOfPage(int page, long address) {
        long sum = 0;
        final int first = page << rowsPerPageShift;
        final int end = Math.min(rowCount, first + rowsPerPageMask + 1);
        for (int row = first; row < end; row++) {
            sum += StateHash.ofRow(storeId, row, address + (long) (row - first) * rowBytes, rowBytes);
        }
        return sum;
    }

    /** Puts a page of a checkpoint in place; the hash follows when all are, see {@link PageStores#restored}. */
    public void restorePage(int page, long source) {
        UnsafeApi.copyMemory(source, pageAddresses[page], PAGE_BYTES);
        pageEpochs[page] = images.epoch();
        if (dirty != null) {
            final int first = page << rowsPerPageShift;
            for (int row = first; row < Math.min(rowCount, first + rowsPerPageMask + 1); row++) {
                dirty.mark(row);
            }
        }
    }

    /** Closes the open row: the state hash holds what it is now. */
    public void close(int row) {
        assert openRow == row : name + " row=" + row + " is not open";
        openRow = -1;
        hash.putIn(StateHash.ofRow(storeId, row, address(row), rowBytes));
        if (dirty != null) {
            dirty.mark(row);
        }
    }

    /** From now on remembers which rows were written, for what is derived from them. */
    DirtyRows trackDirty() {
        final DirtyRows tracked = new DirtyRows(rowCount);
        dirty = tracked;
        return tracked;
    }

    /** Makes a row all zeros. */
    public void clear(int row) {
        final long address = open(row);
        UnsafeApi.setMemory(address, rowBytes, (byte) 0);
        close(row);
    }

    /** The part of the state hash that is this store's, from its bytes. */
    long recomputeHash() {
        long sum = 0;
        for (int page = 0; page < pageAddresses.length; page++) {
            sum += hashOfPage(page, pageAddresses[page]);
        }
        return sum;
    }

    /** One page as the map gives it back; for tests. */
    byte[] page(int page) {
        return Objects.requireNonNull(pages.get(page));
    }

    /** Lets go of the file. */
    void close() {
        pages.close();
    }
}
