package io.doorbuster.benchmarks.rivals;

import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * Vectors of length 1, queries of the same kind, filters, a list of changes, and the exact answers. Clustered means 100
 * centres with noise around them, as a catalogue has.
 */
final class TopKData {
    static final int QUERIES = 64;

    /** What share of the rows may pass: all, 10 %, 1 %. */
    static final double[] FILTERS = {1, 0.1, 0.01};

    /** Changes of rows; they begin again at the end. */
    static final int CHANGES = 4_096;

    private static final int CENTRES = 100;
    private static final float NOISE = 0.7f;

    final int rows;
    final int dims;
    final float[][] vectors;
    final float[][] queries = new float[QUERIES][];
    final boolean[][] filters = new boolean[FILTERS.length][];
    final int[] changedRows = new int[CHANGES];
    final float[][] changedVectors = new float[CHANGES][];
    private final float[][] centres;

    TopKData(Case measured, long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        rows = measured.rows();
        dims = measured.dims();
        centres = new float[measured.shapeHas("clustered") ? CENTRES : 0][];
        Arrays.setAll(centres, centre -> DotData.unitVector(dims, random));
        vectors = new float[rows][];
        fill(vectors, random);
        fill(queries, random);
        fill(changedVectors, random);
        for (int i = 0; i < CHANGES; i++) {
            changedRows[i] = random.nextInt(rows);
        }
        for (int filter = 0; filter < FILTERS.length; filter++) {
            filters[filter] = new boolean[rows];
            for (int row = 0; row < rows; row++) {
                filters[filter][row] = random.nextDouble() < FILTERS[filter];
            }
        }
    }

    private void fill(float[][] target, SplittableRandom random) {
        for (int i = 0; i < target.length; i++) {
            target[i] = DotData.unitVector(dims, random);
            if (centres.length > 0) {
                addCentre(target[i], centres[random.nextInt(CENTRES)]);
            }
        }
    }

    private static void addCentre(float[] vector, float[] centre) {
        double squares = 0;
        for (int d = 0; d < vector.length; d++) {
            vector[d] = centre[d] + NOISE * vector[d];
            squares += vector[d] * vector[d];
        }
        for (int d = 0; d < vector.length; d++) {
            vector[d] /= (float) Math.sqrt(squares);
        }
    }

    int allowed(int filter) {
        int count = 0;
        for (final boolean mayPass : filters[filter]) {
            count += mayPass ? 1 : 0;
        }
        return count;
    }

    /** The exact k best rows of each query, ascending by row, after so many of the changes. */
    int[][] truth(int k, int filter, long changes) {
        final float[][] now = vectors.clone();
        for (long i = Math.max(0, changes - CHANGES); i < changes; i++) {
            now[changedRows[(int) (i % CHANGES)]] = changedVectors[(int) (i % CHANGES)];
        }
        final int[][] truth = new int[QUERIES][];
        for (int query = 0; query < QUERIES; query++) {
            truth[query] = best(now, queries[query], k, filters[filter]);
        }
        return truth;
    }

    private static int[] best(float[][] now, float[] query, int k, boolean[] mayPass) {
        record Scored(int row, double score) {}
        final PriorityQueue<Scored> best = new PriorityQueue<>(Comparator.comparingDouble(Scored::score));
        for (int row = 0; row < now.length; row++) {
            if (mayPass[row]) {
                double score = 0;
                for (int d = 0; d < query.length; d++) {
                    score += (double) query[d] * now[row][d];
                }
                if (best.size() < k || score > best.element().score) {
                    best.add(new Scored(row, score));
                    if (best.size() > k) {
                        best.remove();
                    }
                }
            }
        }
        return best.stream().mapToInt(Scored::row).sorted().toArray();
    }

    /** Share of the truth that was found. */
    static double recall(int[][] truth, int[][] found) {
        long hits = 0;
        long wanted = 0;
        for (int query = 0; query < truth.length; query++) {
            wanted += truth[query].length;
            for (final int row : found[query]) {
                hits += Arrays.binarySearch(truth[query], row) >= 0 ? 1 : 0;
            }
        }
        return (double) hits / wanted;
    }
}
