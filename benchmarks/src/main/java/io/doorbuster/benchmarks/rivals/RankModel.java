package io.doorbuster.benchmarks.rivals;

import java.util.List;
import java.util.SplittableRandom;

/** Networks that rank, with random weights. Each maps a shopper's vector u and an item's vector v to a probability. */
sealed interface RankModel {
    int USER_DIMS = 64;

    int itemDims();

    /** In double, layer by layer as the formula says: the twin of everything else. */
    double score(float[] user, float[] item);

    static RankModel of(String shape, SplittableRandom random) {
        return shape.startsWith("interaction")
                ? new Interaction(
                        Dense.random(USER_DIMS, 128, random).withoutBiases(),
                        Dense.random(128, 64, random),
                        Dense.random(64, 1, random))
                : new TwoTower(List.of(
                        Dense.random(USER_DIMS + 64, 64, random),
                        Dense.random(64, 32, random),
                        Dense.random(32, 1, random)));
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double[] concat(float[] a, float[] b) {
        final double[] both = new double[a.length + b.length];
        for (int i = 0; i < both.length; i++) {
            both[i] = i < a.length ? a[i] : b[i - a.length];
        }
        return both;
    }

    /**
     * Two towers' vectors, one behind the other, into three layers: 128, 64, 32, 1. The first layer falls apart into a half
     * of the shopper's, computed once a request, and one of the item's, computed once an item.
     */
    record TwoTower(List<Dense> layers) implements RankModel {
        @Override
        public int itemDims() {
            return layers.getFirst().inputs() - USER_DIMS;
        }

        Dense userHalf() {
            return layers.getFirst().columns(0, USER_DIMS);
        }

        Dense itemHalf() {
            return layers.getFirst().columns(USER_DIMS, layers.getFirst().inputs());
        }

        /** What an item keeps instead of its vector. */
        float[] itemHalf(float[] item) {
            final Dense half = itemHalf();
            final double[] sums = half.apply(concat(item, new float[0]));
            final float[] kept = new float[sums.length];
            for (int i = 0; i < kept.length; i++) {
                kept[i] = (float) sums[i];
            }
            return kept;
        }

        @Override
        public double score(float[] user, float[] item) {
            final double[] first = layers.get(0).applyRelu(concat(user, item));
            return sigmoid(layers.get(2).apply(layers.get(1).applyRelu(first))[0]);
        }
    }

    /**
     * sigmoid(w2 relu(W1 ((P u) * v + v) + b1) + b2). Since (P u) * v + v = (P u + 1) * v, a request can fold P u + 1 into
     * W1 once; nothing can be precomputed for an item.
     */
    record Interaction(Dense projection, Dense hidden, Dense output) implements RankModel {
        @Override
        public int itemDims() {
            return hidden.inputs();
        }

        @Override
        public double score(float[] user, float[] item) {
            final double[] projected = projection.apply(concat(user, new float[0]));
            final double[] input = new double[item.length];
            for (int i = 0; i < input.length; i++) {
                input[i] = projected[i] * item[i] + item[i];
            }
            return sigmoid(output.apply(hidden.applyRelu(input))[0]);
        }
    }
}
