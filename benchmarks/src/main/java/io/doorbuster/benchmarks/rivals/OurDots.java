package io.doorbuster.benchmarks.rivals;

import io.doorbuster.kernels.Kernels;
import io.doorbuster.kernels.ScanFormat;
import java.util.ArrayList;
import java.util.List;
import org.agrona.UnsafeApi;

/** Our kernels: a fused scan over tiles where all rows are asked for, products with gathered rows where some are. */
final class OurDots {
    /** Of the scan: more work than the rivals do, who only score. */
    static final int TOP = 100;

    private OurDots() {}

    static List<RowScorer> of(DotData data) {
        final long[] queries = new long[DotData.QUERIES];
        for (int query = 0; query < queries.length; query++) {
            queries[query] = OffHeap.copyOf(data.queries[query]);
        }
        final List<RowScorer> contenders = new ArrayList<>();
        if (data.isGather()) {
            final long[] addresses = rowAddresses(data);
            contenders.add(new Gather(data, queries, addresses, true));
            contenders.add(new Gather(data, queries, addresses, false));
        } else {
            contenders.add(new Scan(data, queries));
        }
        return contenders;
    }

    /** Of each query: address of the addresses of its rows. */
    private static long[] rowAddresses(DotData data) {
        final long table = OffHeap.allocate(4L * data.table.length);
        OffHeap.putFloats(table, data.table);
        final long[] addresses = new long[DotData.QUERIES];
        for (int query = 0; query < addresses.length; query++) {
            addresses[query] = OffHeap.allocate(8L * data.positions);
            final int[] order = data.order(query);
            for (int i = 0; i < data.positions; i++) {
                UnsafeApi.putLong(addresses[query] + 8L * i, table + 4L * data.dims * order[i]);
            }
        }
        return addresses;
    }

    /** {@code gatherDot}, or {@code dot} for one pair after the other. */
    private static final class Gather implements RowScorer {
        private final DotData data;
        private final long[] queries;
        private final long[] addresses;
        private final boolean isBulk;
        private final long scores;

        private Gather(DotData data, long[] queries, long[] addresses, boolean isBulk) {
            this.data = data;
            this.queries = queries;
            this.addresses = addresses;
            this.isBulk = isBulk;
            scores = OffHeap.allocate(4L * data.positions);
        }

        @Override
        public String name() {
            return isBulk ? "ours, gatherDot" : "ours, dot for each pair";
        }

        @Override
        public float call(int query) {
            if (isBulk) {
                Kernels.gatherDot(queries[query], addresses[query], data.positions, data.dims, scores);
            } else {
                for (int i = 0; i < data.positions; i++) {
                    final long row = UnsafeApi.getLong(addresses[query] + 8L * i);
                    UnsafeApi.putFloat(scores + 4L * i, Kernels.dot(queries[query], row, data.dims));
                }
            }
            return UnsafeApi.getFloat(scores);
        }

        @Override
        public float scoreAt(int position) {
            return UnsafeApi.getFloat(scores + 4L * position);
        }
    }

    /** Scores all rows and keeps the best {@link #TOP}. */
    private static final class Scan implements RowScorer {
        private final int dims;
        private final long[] queries;
        private final ScanTable table;

        private Scan(DotData data, long[] queries) {
            this.queries = queries;
            dims = data.dims;
            table = new ScanTable(ScanFormat.FP32, data.rows, dims, TOP);
            for (int row = 0; row < data.rows; row++) {
                table.put(row, data.row(row));
            }
        }

        @Override
        public String name() {
            return "ours, scanTopK " + TOP;
        }

        @Override
        public float call(int query) {
            table.scan(queries[query], table.all(), TOP);
            return table.topScore(0);
        }

        @Override
        public float scoreAt(int position) {
            for (int i = 0; i < TOP; i++) {
                if (table.topRow(i) == position) {
                    return table.topScore(i);
                }
            }
            return Float.NaN;
        }
    }
}
