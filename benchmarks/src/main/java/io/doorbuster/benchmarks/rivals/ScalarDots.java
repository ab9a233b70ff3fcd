package io.doorbuster.benchmarks.rivals;

import java.util.List;

/**
 * Java without the vector unit: one sum, and four that do not wait for each other. Rows in one float[]. Each has its loop to
 * itself: of a shared one the compiler would make a call for each row.
 */
final class ScalarDots {
    private ScalarDots() {}

    static List<RowScorer> of(DotData data) {
        return List.of(new OneSum(data), new FourSums(data));
    }

    private static final class OneSum implements RowScorer {
        private final DotData data;
        private final float[] scores = new float[KEPT];
        private final int[][] orders;

        private OneSum(DotData data) {
            this.data = data;
            orders = DotContest.orders(data);
        }

        @Override
        public String name() {
            return "scalar Java, one sum";
        }

        @Override
        public float call(int query) {
            final int[] order = orders[query];
            for (int i = 0; i < order.length; i++) {
                scores[i & KEPT - 1] = dot(data.queries[query], data.table, order[i] * data.dims);
            }
            return scores[0];
        }

        private static float dot(float[] query, float[] table, int offset) {
            float sum = 0;
            for (int d = 0; d < query.length; d++) {
                sum += query[d] * table[offset + d];
            }
            return sum;
        }

        @Override
        public float scoreAt(int position) {
            return scores[position & KEPT - 1];
        }
    }

    private static final class FourSums implements RowScorer {
        private final DotData data;
        private final float[] scores = new float[KEPT];
        private final int[][] orders;

        private FourSums(DotData data) {
            this.data = data;
            orders = DotContest.orders(data);
        }

        @Override
        public String name() {
            return "scalar Java, four sums";
        }

        @Override
        public float call(int query) {
            final int[] order = orders[query];
            for (int i = 0; i < order.length; i++) {
                scores[i & KEPT - 1] = dot(data.queries[query], data.table, order[i] * data.dims);
            }
            return scores[0];
        }

        private static float dot(float[] query, float[] table, int offset) {
            float a = 0;
            float b = 0;
            float c = 0;
            float d = 0;
            for (int i = 0; i < query.length; i += 4) {
                a = Math.fma(query[i], table[offset + i], a);
                b = Math.fma(query[i + 1], table[offset + i + 1], b);
                c = Math.fma(query[i + 2], table[offset + i + 2], c);
                d = Math.fma(query[i + 3], table[offset + i + 3], d);
            }
            return (a + b) + (c + d);
        }

        @Override
        public float scoreAt(int position) {
            return scores[position & KEPT - 1];
        }
    }
}
