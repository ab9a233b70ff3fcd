package io.doorbuster.benchmarks.rivals;

import io.doorbuster.kernels.ScanFormat;

/** Ours: the exact scan. A change is a write; a filter is a bitmap. */
final class ScanEngine implements LocalIndex.Engine {
    private final ScanTable table;
    private final long[] queries = new long[TopKData.QUERIES];
    private final long[] bitmaps = new long[TopKData.FILTERS.length];

    ScanEngine(TopKData data, int topMax) {
        table = new ScanTable(ScanFormat.FP32, data.rows, data.dims, topMax);
        for (int row = 0; row < data.rows; row++) {
            table.put(row, data.vectors[row]);
        }
        for (int query = 0; query < queries.length; query++) {
            queries[query] = OffHeap.copyOf(data.queries[query]);
        }
        for (int filter = 0; filter < bitmaps.length; filter++) {
            bitmaps[filter] = table.bitmap(data.filters[filter]);
        }
    }

    @Override
    public long bytes() {
        return table.bytes();
    }

    @Override
    public int search(int query, int k, int effort, int filter, int[] found) {
        final int count = table.scan(queries[query], bitmaps[filter], k);
        for (int i = 0; i < count; i++) {
            found[i] = table.topRow(i);
        }
        return count;
    }

    @Override
    public void change(int row, float[] vector) {
        table.put(row, vector);
    }

    @Override
    public void close() {}
}
