package io.doorbuster.kernels;

import static io.doorbuster.kernels.Memory.getLong;

/**
 * Scans over tiles, by any set of kernels: the scores of one block of tiles, then what of them may enter the pool of the best,
 * one word of the bitmap after the other.
 */
final class Scan {
    /** Tiles whose scores are computed before they are compared. */
    static final int BLOCK_TILES = 64;

    /** The same with several shoppers: the tiles stay in the second cache, and the scores in the first. */
    private static final int SHARED_TILES = 16;

    /** Bytes in front of the states of {@link TopK}: the scores of one block. */
    static final int SCORE_BYTES = BLOCK_TILES * 64;

    private static final int LANES = 16;
    private static final int WORD_TILES = 4;

    private Scan() {}

    static int topK(
            VectorKernels kernels,
            ScanFormat format,
            long query,
            long tiles,
            int tileCount,
            int dims,
            long bitmap,
            int k,
            long topRows,
            long topScores,
            long scratch) {
        final long tileBytes = format.tileBytes(dims);
        final long state = scratch + SCORE_BYTES;
        TopK.start(state);
        for (int tile = 0; tile < tileCount; tile += BLOCK_TILES) {
            final int count = Math.min(BLOCK_TILES, tileCount - tile);
            kernels.scoreTiles(format, query, tiles + tile * tileBytes, count, bitmap + 2L * tile, dims, scratch);
            offer(kernels, state, k, scratch, bitmap, tile, count);
        }
        return TopK.finish(kernels, state, k, topRows, topScores);
    }

    private static void offer(
            VectorKernels kernels, long state, int k, long scores, long bitmap, int firstTile, int tileCount) {
        for (int tile = 0; tile < tileCount; tile += WORD_TILES) {
            final int outside = Math.max(0, tile + WORD_TILES - tileCount) * LANES;
            final long allowed = getLong(bitmap + 2L * (firstTile + tile)) & -1L >>> outside;
            final float threshold = TopK.threshold(state);
            final long hits = allowed == 0 || threshold == Float.NEGATIVE_INFINITY
                    ? allowed
                    : allowed & kernels.above(scores + 64L * tile, threshold);
            if (hits != 0) {
                TopK.append(kernels, state, k, scores + 64L * tile, hits, (firstTile + tile) * LANES);
            }
        }
    }

    static void topKOfMany(
            VectorKernels kernels,
            long queries,
            int queryCount,
            long tiles,
            int tileCount,
            int dims,
            long bitmap,
            int k,
            long topRows,
            long topScores,
            long founds,
            long scratch) {
        final long tileBytes = ScanFormat.FP32.tileBytes(dims);
        final long states = scratch + SCORE_BYTES;
        final long stateBytes = TopK.stateBytes(k);
        for (int i = 0; i < queryCount; i++) {
            TopK.start(states + i * stateBytes);
        }
        for (int tile = 0; tile < tileCount; tile += SHARED_TILES) {
            final int count = Math.min(SHARED_TILES, tileCount - tile);
            final long address = tiles + tile * tileBytes;
            int query = 0;
            for (; query + 4 <= queryCount; query += 4) {
                final long scoreBytes = 64L * SHARED_TILES;
                kernels.scoreTilesOfFour(queries + 4L * dims * query, address, count, dims, scratch, scoreBytes);
                for (int i = 0; i < 4; i++) {
                    final long state = states + (query + i) * stateBytes;
                    offer(kernels, state, k, scratch + scoreBytes * i, bitmap, tile, count);
                }
            }
            for (; query < queryCount; query++) {
                final long vector = queries + 4L * dims * query;
                kernels.scoreTiles(ScanFormat.FP32, vector, address, count, bitmap + 2L * tile, dims, scratch);
                offer(kernels, states + query * stateBytes, k, scratch, bitmap, tile, count);
            }
        }
        for (int i = 0; i < queryCount; i++) {
            final long offset = 4L * k * i;
            final int found = TopK.finish(kernels, states + i * stateBytes, k, topRows + offset, topScores + offset);
            Memory.putInt(founds + 4L * i, found);
        }
    }
}
