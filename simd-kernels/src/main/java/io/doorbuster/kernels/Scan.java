package io.doorbuster.kernels;

import static io.doorbuster.kernels.Memory.getLong;

/** Scans over tiles, by any set of kernels: four tiles, one word of the bitmap, at a time. */
final class Scan {
    /** Bytes in front of the states of {@link TopK}: the scores of one block for four shoppers. */
    static final int SCORE_BYTES = 4 * 256;

    private static final int TILES = 4;
    private static final int LANES = 16;

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
        for (int tile = 0; tile < tileCount; tile += TILES) {
            final int count = Math.min(TILES, tileCount - tile);
            final long allowed = allowed(bitmap, tile, count);
            if (allowed != 0) {
                final float threshold = TopK.threshold(state);
                final long above = kernels.scoreBlock(
                        format, query, tiles + tile * tileBytes, count, allowed, dims, threshold, scratch);
                offer(kernels, state, k, scratch, threshold == Float.NEGATIVE_INFINITY ? allowed : above, tile * LANES);
            }
        }
        return TopK.finish(kernels, state, k, topRows, topScores);
    }

    private static long allowed(long bitmap, int tile, int count) {
        return getLong(bitmap + 8L * (tile / TILES)) & -1L >>> (TILES - count) * LANES;
    }

    private static void offer(VectorKernels kernels, long state, int k, long scores, long hits, int firstRow) {
        if (hits != 0) {
            TopK.append(kernels, state, k, scores, hits, firstRow);
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
        for (int tile = 0; tile < tileCount; tile += TILES) {
            final int count = Math.min(TILES, tileCount - tile);
            final long allowed = allowed(bitmap, tile, count);
            if (allowed == 0) {
                continue;
            }
            final long address = tiles + tile * tileBytes;
            int query = 0;
            for (; query + 4 <= queryCount; query += 4) {
                kernels.scoreBlockOfFour(queries + 4L * dims * query, address, count, dims, scratch);
                for (int i = 0; i < 4; i++) {
                    final long state = states + (query + i) * stateBytes;
                    final long scores = scratch + 256L * i;
                    final float threshold = TopK.threshold(state);
                    final long hits =
                            threshold == Float.NEGATIVE_INFINITY ? allowed : allowed & kernels.above(scores, threshold);
                    offer(kernels, state, k, scores, hits, tile * LANES);
                }
            }
            for (; query < queryCount; query++) {
                final long vector = queries + 4L * dims * query;
                final long state = states + query * stateBytes;
                final float threshold = TopK.threshold(state);
                final long above =
                        kernels.scoreBlock(ScanFormat.FP32, vector, address, count, allowed, dims, threshold, scratch);
                offer(kernels, state, k, scratch, threshold == Float.NEGATIVE_INFINITY ? allowed : above, tile * LANES);
            }
        }
        for (int i = 0; i < queryCount; i++) {
            final long offset = 4L * k * i;
            final int found = TopK.finish(kernels, states + i * stateBytes, k, topRows + offset, topScores + offset);
            Memory.putInt(founds + 4L * i, found);
        }
    }
}
