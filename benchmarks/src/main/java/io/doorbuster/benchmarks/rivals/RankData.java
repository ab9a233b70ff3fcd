package io.doorbuster.benchmarks.rivals;

import java.util.SplittableRandom;

/** A model, items, and requests: a shopper and the rows of the candidates. */
final class RankData {
    /** Enough that uniform candidates do not stay in a cache. */
    static final int REQUESTS = 1024;

    final RankModel model;
    final int rows;
    final int candidates;
    final float[][] users = new float[REQUESTS][];
    final int[][] ids = new int[REQUESTS][];
    private final long itemSeed;

    RankData(Case measured, int candidates, long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        this.candidates = candidates;
        rows = measured.rows();
        model = RankModel.of(measured.shape(), random);
        itemSeed = random.nextLong();
        for (int request = 0; request < REQUESTS; request++) {
            users[request] = vector(RankModel.USER_DIMS, random);
            ids[request] = new int[candidates];
            for (int i = 0; i < candidates; i++) {
                ids[request][i] = measured.shapeHas("zipf") ? zipf(random) : random.nextInt(rows);
            }
        }
    }

    /** Rank r with probability about 1 / r; ranks lie anywhere in the table. */
    private int zipf(SplittableRandom random) {
        final long rank = (long) Math.pow(rows, random.nextDouble()) - 1;
        return (int) (rank * 2_654_435_761L % rows);
    }

    /** The vector of an item, always the same. */
    float[] item(int row) {
        return vector(model.itemDims(), new SplittableRandom(itemSeed + row));
    }

    private static float[] vector(int dims, SplittableRandom random) {
        final float[] vector = new float[dims];
        for (int d = 0; d < dims; d++) {
            vector[d] = (float) (random.nextDouble() * 2 - 1);
        }
        return vector;
    }
}
