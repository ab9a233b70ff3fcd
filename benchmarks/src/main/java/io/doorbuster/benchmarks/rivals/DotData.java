package io.doorbuster.benchmarks.rivals;

import java.util.SplittableRandom;

/** Rows and queries of length 1, and which rows each query asks for: all in order, or some at random. */
final class DotData {
    static final int QUERIES = 64;

    final int dims;
    final int rows;

    /** Rows that one call scores. */
    final int positions;

    /** Row-major. */
    final float[] table;

    final float[][] queries = new float[QUERIES][];

    private final int[][] gathered;

    DotData(Case measured, long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        dims = measured.dims();
        rows = measured.rows();
        table = new float[rows * dims];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(unitVector(dims, random), 0, table, row * dims, dims);
        }
        for (int query = 0; query < QUERIES; query++) {
            queries[query] = unitVector(dims, random);
        }
        final boolean isGather = measured.shapeHas("gather");
        positions = isGather ? Math.min(rows, RowScorer.KEPT) : rows;
        gathered = new int[isGather ? QUERIES : 0][];
        for (int query = 0; query < gathered.length; query++) {
            gathered[query] = random.ints(positions, 0, rows).toArray();
        }
    }

    static float[] unitVector(int dims, SplittableRandom random) {
        final float[] vector = new float[dims];
        double squares = 0;
        for (int d = 0; d < dims; d++) {
            vector[d] = (float) (random.nextDouble() * 2 - 1);
            squares += vector[d] * vector[d];
        }
        for (int d = 0; d < dims; d++) {
            vector[d] /= (float) Math.sqrt(squares);
        }
        return vector;
    }

    /** Which row of the table lies at each position of a query. */
    int[] order(int query) {
        if (gathered.length > 0) {
            return gathered[query];
        }
        final int[] order = new int[rows];
        for (int row = 0; row < rows; row++) {
            order[row] = row;
        }
        return order;
    }

    boolean isGather() {
        return gathered.length > 0;
    }

    float[] row(int row) {
        final float[] copy = new float[dims];
        System.arraycopy(table, row * dims, copy, 0, dims);
        return copy;
    }

    /** The twin: one product in double. */
    double score(int query, int row) {
        double sum = 0;
        for (int d = 0; d < dims; d++) {
            sum += (double) queries[query][d] * table[row * dims + d];
        }
        return sum;
    }
}
