package io.doorbuster.benchmarks.rivals;

import io.doorbuster.kernels.Kernels;
import io.doorbuster.kernels.ScanFormat;
import java.util.Arrays;
import org.agrona.UnsafeApi;

/** Rows in tiles, bitmaps over them, and the best of the last scan. One thread. */
final class ScanTable {
    private final ScanFormat format;
    private final int rows;
    private final int dims;
    private final int tileCount;
    private final long tiles;
    private final long all;
    private final long vector;
    private final long topRows;
    private final long topScores;
    private final long scratch;

    ScanTable(ScanFormat format, int rows, int dims, int topMax) {
        this.format = format;
        this.rows = rows;
        this.dims = dims;
        tileCount = (rows + Kernels.TILE_ROWS - 1) / Kernels.TILE_ROWS;
        tiles = OffHeap.allocate(bytes());
        vector = OffHeap.allocate(4L * dims);
        topRows = OffHeap.allocate(4L * topMax);
        topScores = OffHeap.allocate(4L * topMax);
        scratch = OffHeap.allocate(Kernels.scanScratchBytes(topMax, 1));
        final boolean[] everyRow = new boolean[rows];
        Arrays.fill(everyRow, true);
        all = bitmap(everyRow);
    }

    long bytes() {
        return tileCount * format.tileBytes(dims);
    }

    void put(int row, float[] values) {
        OffHeap.putFloats(vector, values);
        Kernels.writeTileRow(format, tiles, row, vector, 0f, dims);
    }

    /** Address of a bitmap for the rows that may pass. */
    long bitmap(boolean[] mayPass) {
        final long bitmap = OffHeap.allocate(8L * (rows / Long.SIZE + 1));
        for (int row = 0; row < rows; row++) {
            if (mayPass[row]) {
                final long word = bitmap + 8L * (row / Long.SIZE);
                UnsafeApi.putLong(word, UnsafeApi.getLong(word) | 1L << row);
            }
        }
        return bitmap;
    }

    /** Bitmap of all rows. */
    long all() {
        return all;
    }

    /** Returns how many were found. */
    int scan(long query, long bitmap, int top) {
        return Kernels.scanTopK(format, query, tiles, tileCount, dims, bitmap, top, topRows, topScores, scratch);
    }

    int topRow(int i) {
        return UnsafeApi.getInt(topRows + 4L * i);
    }

    float topScore(int i) {
        return UnsafeApi.getFloat(topScores + 4L * i);
    }
}
