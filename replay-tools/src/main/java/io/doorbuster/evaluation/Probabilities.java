package io.doorbuster.evaluation;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the ranker's scores are worth as probabilities, over the cases with exactly one target in the slate: the softmax of a
 * slate's scores is to be the probability that each of its items is the one.
 *
 * <pre>
 *   AUC               a target's probability is above that of an item of any slate that is none; half for equal ones
 *   logLoss           mean of -ln of the target's probability; not within [0, 1], and smaller is better
 *   calibrationError  mean over items of |predicted - observed| in ten bins of the predicted probability; smaller is better
 * </pre>
 */
final class Probabilities {
    private static final int BINS = 10;

    /** Of the histogram that AUC is taken from. */
    private static final int STEPS = 1 << 16;

    private final long[] targets = new long[STEPS];
    private final long[] others = new long[STEPS];
    private final double[] predicted = new double[BINS];
    private final long[] observed = new long[BINS];
    private final long[] counts = new long[BINS];
    private double logLoss;
    private long cases;

    /** Adds a slate whose target stands at a place. */
    void add(float[] scores, int size, int target) {
        float best = Float.NEGATIVE_INFINITY;
        for (int place = 0; place < size; place++) {
            best = Math.max(best, scores[place]);
        }
        double sum = 0;
        for (int place = 0; place < size; place++) {
            sum += Math.exp(scores[place] - best);
        }
        for (int place = 0; place < size; place++) {
            final double probability = Math.exp(scores[place] - best) / sum;
            final int step = (int) Math.min(STEPS - 1, probability * STEPS);
            (place == target ? targets : others)[step]++;
            final int bin = (int) Math.min(BINS - 1, probability * BINS);
            predicted[bin] += probability;
            observed[bin] += place == target ? 1 : 0;
            counts[bin]++;
        }
        logLoss += Math.log(sum) - (scores[target] - best);
        cases++;
    }

    /** Empty when no case counted. */
    Map<String, Double> metrics() {
        final Map<String, Double> metrics = new LinkedHashMap<>();
        final long otherCount = Arrays.stream(others).sum();
        if (cases == 0 || otherCount == 0) {
            return metrics;
        }
        double wins = 0;
        long below = 0;
        for (int step = 0; step < STEPS; step++) {
            wins += targets[step] * (below + others[step] / 2.0);
            below += others[step];
        }
        double error = 0;
        for (int bin = 0; bin < BINS; bin++) {
            error += Math.abs(predicted[bin] - observed[bin]);
        }
        metrics.put("AUC", wins / ((double) cases * otherCount));
        metrics.put("logLoss", logLoss / cases);
        metrics.put("calibrationError", error / Arrays.stream(counts).sum());
        return metrics;
    }
}
