package io.doorbuster.engine.store;

import java.io.IOException;
import java.io.UncheckedIOException;
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
 * writing is {@link #open(int)} and {@link #close(int)}: they keep the state hash.
 *
 * <p>Files are derived from the journal and made anew at every start; what lies there is deleted.
 */
public final class PageStore implements AutoCloseable {
    /** Bytes of a page. */
    static final int PAGE_BYTES = 16_384;

    /** Rows are a multiple of this, and so are their addresses. */
    static final int ROW_ALIGNMENT = 64;

    private final String name;
    private final int storeId;
    private final int rowBytes;
    private final int rowCount;
    private final int rowsPerPageShift;
    private final int rowsPerPageMask;
    private final StateHash hash;
    private final ChronicleMap<Integer, byte[]> pages;
    private final long[] pageAddresses;
    private @Nullable DirtyRows dirty;
    private int openRow = -1;

    /**
     * Makes the store's file, all zeros.
     *
     * @param name of the file, without its suffix.
     * @param storeId tells equal rows of two stores apart in the hash.
     * @param rowBytes bytes of a row, a multiple of 64, at most a page.
     * @param rowCount rows, at least 1.
     */
    PageStore(Path directory, String name, int storeId, int rowBytes, int rowCount, StateHash hash) {
        if (rowBytes <= 0 || rowBytes % ROW_ALIGNMENT != 0 || rowBytes > PAGE_BYTES || rowCount < 1) {
            throw new IllegalArgumentException("rowBytes=" + rowBytes + ", rowCount=" + rowCount);
        }
        this.name = name;
        this.storeId = storeId;
        this.rowBytes = rowBytes;
        this.rowCount = rowCount;
        this.hash = hash;
        rowsPerPageShift = 31 - Integer.numberOfLeadingZeros(PAGE_BYTES / rowBytes);
        rowsPerPageMask = (1 << rowsPerPageShift) - 1;
        final int pageCount = (rowCount + rowsPerPageMask) >>> rowsPerPageShift;
        pages = create(directory.resolve(name + ".pages"), pageCount);
        pageAddresses = new long[pageCount];
        resolveAddresses();
    }

    private static ChronicleMap<Integer, byte[]> create(Path file, int pageCount) {
        try {
            Files.deleteIfExists(file);
            final ChronicleMap<Integer, byte[]> map = ChronicleMap.of(Integer.class, byte[].class)
                    .name(file.getFileName().toString())
                    .entries(pageCount)
                    .actualSegments(1)
                    .constantValueSizeBySample(new byte[PAGE_BYTES])
                    .entryAndValueOffsetAlignment(ROW_ALIGNMENT)
                    .checksumEntries(false)
                    .skipCloseOnExitHook(true)
                    .createPersistedTo(file.toFile());
            final byte[] zeros = new byte[PAGE_BYTES];
            for (int page = 0; page < pageCount; page++) {
                map.put(page, zeros);
            }
            return map;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + file + ": check space and permissions of its directory", e);
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
        final long address = address(row);
        hash.takeOut(StateHash.ofRow(storeId, row, address, rowBytes));
        return address;
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
    public long recomputeHash() {
        long sum = 0;
        for (int row = 0; row < rowCount; row++) {
            sum += StateHash.ofRow(storeId, row, address(row), rowBytes);
        }
        return sum;
    }

    /** One page as the map gives it back; for tests. */
    byte[] page(int page) {
        return Objects.requireNonNull(pages.get(page));
    }

    @Override
    public void close() {
        pages.close();
    }
}
