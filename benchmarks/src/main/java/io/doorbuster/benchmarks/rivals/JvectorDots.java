package io.doorbuster.benchmarks.rivals;

import io.github.jbellis.jvector.vector.VectorUtil;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import java.util.List;

/** jvector with whatever provider it finds (its log line says which): pair by pair, and many rows at once. */
final class JvectorDots {
    private JvectorDots() {}

    static List<RowScorer> of(DotData data) {
        final VectorTypeSupport types = VectorizationProvider.getInstance().getVectorTypeSupport();
        final VectorFloat<?>[] rows = new VectorFloat<?>[data.rows];
        for (int row = 0; row < data.rows; row++) {
            rows[row] = types.createFloatVector(data.row(row));
        }
        final VectorFloat<?>[] queries = new VectorFloat<?>[DotData.QUERIES];
        for (int query = 0; query < queries.length; query++) {
            queries[query] = types.createFloatVector(data.queries[query]);
        }
        return List.of(new Pairs(data, queries, rows), new Multi(data, queries, rows));
    }

    private static final class Pairs implements RowScorer {
        private final VectorFloat<?>[] queries;
        private final VectorFloat<?>[] rows;
        private final float[] scores = new float[KEPT];
        private final int[][] orders;

        private Pairs(DotData data, VectorFloat<?>[] queries, VectorFloat<?>[] rows) {
            this.queries = queries;
            this.rows = rows;
            orders = DotContest.orders(data);
        }

        @Override
        public String name() {
            return "jvector, VectorUtil.dotProduct";
        }

        @Override
        public float call(int query) {
            final int[] order = orders[query];
            for (int i = 0; i < order.length; i++) {
                scores[i & KEPT - 1] = VectorUtil.dotProduct(queries[query], rows[order[i]]);
            }
            return scores[0];
        }

        @Override
        public float scoreAt(int position) {
            return scores[position & KEPT - 1];
        }
    }

    private static final class Multi implements RowScorer {
        private static final int BATCH = 512;

        private final VectorFloat<?>[] queries;
        private final VectorFloat<?>[][][] batches;
        private final float[][] scores = new float[KEPT / BATCH][BATCH];

        private Multi(DotData data, VectorFloat<?>[] queries, VectorFloat<?>[] rows) {
            this.queries = queries;
            final int[][][] orders = DotContest.batches(data, BATCH);
            batches = new VectorFloat<?>[DotData.QUERIES][][];
            for (int query = 0; query < orders.length; query++) {
                batches[query] = query > 0 && !data.isGather() ? batches[0] : vectors(orders[query], rows);
            }
        }

        private static VectorFloat<?>[][] vectors(int[][] orders, VectorFloat<?>[] rows) {
            final VectorFloat<?>[][] vectors = new VectorFloat<?>[orders.length][];
            for (int batch = 0; batch < orders.length; batch++) {
                vectors[batch] = new VectorFloat<?>[orders[batch].length];
                for (int i = 0; i < vectors[batch].length; i++) {
                    vectors[batch][i] = rows[orders[batch][i]];
                }
            }
            return vectors;
        }

        @Override
        public String name() {
            return "jvector, dotProductMulti";
        }

        @Override
        public float call(int query) {
            final VectorFloat<?>[][] mine = batches[query];
            for (int i = 0; i < mine.length; i++) {
                VectorUtil.dotProductMulti(queries[query], mine[i], mine[i].length, scores[i % scores.length]);
            }
            return scores[0][0];
        }

        @Override
        public float scoreAt(int position) {
            return scores[position / BATCH % scores.length][position % BATCH];
        }
    }
}
