package io.doorbuster.evaluation;

import java.util.ArrayList;
import java.util.List;

/**
 * What a slate is worth by the places where targets stand, each in [0, 1] and larger is better. With h = hits among the first
 * K places and T = targets of the case:
 *
 * <pre>
 *   accuracy      the first place is a target
 *   HR@K          h &gt; 0 (the session papers' P@K)
 *   precision@K   h / K
 *   recall@K      h / T, or h / min(K, T) where the protocol caps it
 *   F1@K          2 precision recall / (precision + recall)
 *   MRR@K         1 / first place of a target, from 1; 0 without one
 *   NDCG@K        sum over hits of 1 / log2(place + 1), by the same of min(K, T) hits in the first places
 * </pre>
 */
final class Metrics {
    /** Places of a slate. */
    static final int PLACES = 20;

    /** All names, in the order of a row. */
    static final List<String> NAMES;

    private static final int[] CUTS = {5, 10, PLACES};
    private static final double[] GAIN = new double[PLACES];
    private static final double[] IDEAL = new double[PLACES + 1];

    static {
        final List<String> names = new ArrayList<>(List.of("accuracy"));
        for (final int cut : CUTS) {
            for (final String metric : List.of("HR", "precision", "recall", "F1", "MRR", "NDCG")) {
                names.add(metric + "@" + cut);
            }
        }
        NAMES = List.copyOf(names);
        for (int place = 0; place < PLACES; place++) {
            GAIN[place] = Math.log(2) / Math.log(place + 2);
            IDEAL[place + 1] = IDEAL[place] + GAIN[place];
        }
    }

    private Metrics() {}

    /**
     * Writes one case's row.
     *
     * @param hits bit p = place p, from 0, holds a target.
     * @param targets 1 or more.
     */
    static void write(int hits, int targets, boolean isRecallCapped, double[] rows, int offset) {
        int at = offset;
        rows[at++] = hits & 1;
        for (final int cut : CUTS) {
            final int within = hits & ((1 << cut) - 1);
            final int count = Integer.bitCount(within);
            final int reachable = Math.min(cut, targets);
            final double precision = (double) count / cut;
            final double recall = (double) count / (isRecallCapped ? reachable : targets);
            double gain = 0;
            for (int place = 0; place < cut; place++) {
                gain += (within >>> place & 1) * GAIN[place];
            }
            rows[at++] = count > 0 ? 1 : 0;
            rows[at++] = precision;
            rows[at++] = recall;
            rows[at++] = count > 0 ? 2 * precision * recall / (precision + recall) : 0;
            rows[at++] = count > 0 ? 1.0 / (1 + Integer.numberOfTrailingZeros(within)) : 0;
            rows[at++] = gain / IDEAL[reachable];
        }
    }
}
