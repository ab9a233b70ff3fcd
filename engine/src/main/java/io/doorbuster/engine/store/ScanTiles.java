package io.doorbuster.engine.store;

import io.doorbuster.kernels.Kernels;
import io.doorbuster.kernels.ScanFormat;
import io.doorbuster.kernels.TileMemory;
import java.lang.foreign.Arena;
import org.agrona.UnsafeApi;

/**
 * Item vectors laid out for scans (lane = item), with the columns that filters read. Derived from rows: outside the state
 * hash, refreshed for what was written before the next scan reads it. Engine thread only.
 */
public final class ScanTiles implements AutoCloseable {
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
        tiles = TileMemory.allocate(arena, tileCount(rowCount) * ScanFormat.FP32.tileBytes(vectors.dimensions()));
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
        for (int row = dirtyVectors.take(); row >= 0; row = dirtyVectors.take()) {
            Kernels.writeTileRow(
                    ScanFormat.FP32, tiles, row, vectors.address(row), vectors.bias(row), vectors.dimensions());
        }
        for (int row = dirtyItems.take(); row >= 0; row = dirtyItems.take()) {
            final long address = eligible + 8L * (row >>> 6);
            final long word = UnsafeApi.getLong(address);
            final long bit = 1L << row;
            UnsafeApi.putLong(address, items.isEligible(row) ? word | bit : word & ~bit);
            categories[row] = items.category(row);
            prices[row] = items.priceMinor(row);
        }
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
