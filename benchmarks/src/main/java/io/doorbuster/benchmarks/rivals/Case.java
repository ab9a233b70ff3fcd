package io.doorbuster.benchmarks.rivals;

import java.util.Locale;

/**
 * One row of the comparison: what is done ({@code shape}), on how many rows of how many dimensions.
 *
 * @param shape for DOT {@code scan} or {@code gather}; for RANK a model and a distribution of ids, {@code
 *     interaction/zipf}; for TOPK a kind of data, {@code random} or {@code clustered}.
 */
record Case(Kind kind, String shape, int dims, int rows) {
    enum Kind {
        DOT,
        RANK,
        TOPK
    }

    String label() {
        return String.format(Locale.ROOT, "%s d=%d n=%,d", shape, dims, rows);
    }

    boolean shapeHas(String word) {
        return shape.contains(word);
    }
}
