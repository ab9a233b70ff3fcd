package io.doorbuster.engine.store;

import io.doorbuster.kernels.Kernels;
import io.doorbuster.kernels.ScanFormat;
import io.doorbuster.kernels.TileMemory;
import java.lang.foreign.Arena;
import org.agrona.UnsafeApi;

/**
 * Item vectors laid out for scans (lane = item), with the columns that filters read. Derived from rows: outside the state
 * hash, refreshed for what was written before the next scan reads it. Of a component the upper half is kept: a scan only
 * chooses candidates, and reads half as much. Engine thread only.
 */
public final class ScanTiles implements AutoCloseable {
    public static final ScanFormat FORMAT = ScanFormat.BF16;

    /** Rows that one event takes over, so that a scan seldom finds many to take over at once. */
    private static final int ROWS_PER_EVENT = 16;

    private final ItemStore items;
    private final VectorStore vectors;
    private final DirtyRows dirtyItems;
    private final DirtyRows dirtyVectors;
    private final Arena arena = Arena.ofShared();
    private final long tiles;
    private final long eligible;
    private final int[] categories;
    private final long[] prices;

    ScanTiles(ItemStore items, VectorStore vectors) {
        this.items = items;
        this.vectors = vectors;
        dirtyItems = items.trackDirty();
        dirtyVectors = vectors.trackDirty();
        final int rowCount = vectors.rowCount();
        tiles = TileMemory.allocate(arena, tileCount(rowCount) * FORMAT.tileBytes(vectors.dimensions()));
        eligible = arena.allocate(wordCount(rowCount) * 8L, 64).address();
        categories = new int[rowCount];
        prices = new long[rowCount];
    }

    /** Tiles that hold so many rows. */
    public static int tileCount(int rowCount) {
        return (rowCount + Kernels.TILE_ROWS - 1) / Kernels.TILE_ROWS;
    }

    /** 64-bit words of a bitmap of so many rows. */
    public static int wordCount(int rowCount) {
        return rowCount / 64 + 1;
    }

    /** Takes over what was written since the last call. */
    public void refresh() {
        refresh(Integer.MAX_VALUE);
    }

    /** Takes over some of it, behind an event. */
    public void refreshSome() {
        refresh(ROWS_PER_EVENT);
    }

    private void refresh(int limit) {
        for (int i = 0; i < limit; i++) {
            final int row = dirtyVectors.take();
            if (row < 0) {
                break;
            }
            Kernels.writeTileRow(FORMAT, tiles, row, vectors.address(row), vectors.bias(row), vectors.dimensions());
        }
        for (int i = 0; i < limit; i++) {
            final int row = dirtyItems.take();
            if (row < 0) {
                break;
            }
            refreshItem(row);
        }
    }

    private void refreshItem(int row) {
        final long address = eligible + 8L * (row >>> 6);
        final long word = UnsafeApi.getLong(address);
        final long bit = 1L << row;
        UnsafeApi.putLong(address, items.isEligible(row) ? word | bit : word & ~bit);
        categories[row] = items.category(row);
        prices[row] = items.priceMinor(row);
    }

    /** Address of the tiles. */
    public long tiles() {
        return tiles;
    }

    /** Word of the bitmap of items that may stand in a slate: neither retired nor blocked, and with free stock. */
    public long eligibleWord(int word) {
        return UnsafeApi.getLong(eligible + 8L * word);
    }

    public int category(int row) {
        return categories[row];
    }

    public long priceMinor(int row) {
        return prices[row];
    }

    @Override
    public void close() {
        arena.close();
    }
}
