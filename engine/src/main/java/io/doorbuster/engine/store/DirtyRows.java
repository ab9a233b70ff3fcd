package io.doorbuster.engine.store;

/** Rows written since they were last drained, each once. Engine thread only. */
final class DirtyRows {
    private final int[] rows;
    private final long[] marked;
    private int count;

    DirtyRows(int rowCount) {
        rows = new int[rowCount];
        marked = new long[(rowCount >>> 6) + 1];
    }

    void mark(int row) {
        final long bit = 1L << row;
        if ((marked[row >>> 6] & bit) == 0) {
            marked[row >>> 6] |= bit;
            rows[count++] = row;
        }
    }

    /** Takes one row, or -1 when there is none. */
    int take() {
        if (count == 0) {
            return -1;
        }
        final int row = rows[--count];
        marked[row >>> 6] &= ~(1L << row);
        return row;
    }
}
