package io.doorbuster.engine.store;

import org.agrona.UnsafeApi;

/**
 * The learned ranker: weights, what Adam remembers of their gradients, and the mean and spread of each feature. One row, opened
 * and closed as a whole. Engine thread only. Setters are legal between {@link #open} and {@link #close}.
 *
 * <pre>
 *   weights:     float[HIDDEN][FEATURES] | biases float[HIDDEN] | output float[HIDDEN] | direct float[FEATURES] | zeros to a multiple of 16
 *   first, second, gradient: the same shape
 *   statistics:  mean float[FEATURES] | variance float[FEATURES] | cases int32 | cases in the gradient int32
 *                loss of late float | loss of long float | cases to be frozen int32 | freezes int32
 *                mean weight of a case float | zeros
 * </pre>
 */
public final class RankerStore {
    /** Features of a candidate. */
    public static final int FEATURES = 23;

    /** Units of the hidden layer. */
    public static final int HIDDEN = 16;

    /** Where the biases begin, in floats. */
    public static final int BIASES = HIDDEN * FEATURES;

    /** Where the output layer's weights begin, in floats. */
    public static final int OUTPUT = BIASES + HIDDEN;

    /** Where the weights that go from the features to the score directly begin, in floats. */
    public static final int DIRECT = OUTPUT + HIDDEN;

    /** Weights in all, a multiple of 16. */
    public static final int WEIGHTS = DIRECT + FEATURES + 15 & -16;

    private static final int FIRST = 4 * WEIGHTS;
    private static final int SECOND = 2 * FIRST;
    private static final int GRADIENT = 3 * FIRST;
    private static final int MEANS = 4 * FIRST;
    private static final int VARIANCES = MEANS + 4 * FEATURES;
    private static final int CASES = VARIANCES + 4 * FEATURES;
    private static final int PENDING = CASES + 4;
    private static final int LATE_LOSS = PENDING + 4;
    private static final int LONG_LOSS = LATE_LOSS + 4;
    private static final int FROZEN = LONG_LOSS + 4;
    private static final int FREEZES = FROZEN + 4;
    private static final int WEIGHT = FREEZES + 4;
    private static final int ROW_BYTES = WEIGHT + 3 + PageStore.ROW_ALIGNMENT & -PageStore.ROW_ALIGNMENT;

    private final PageStore rows;

    RankerStore(PageStores stores) {
        rows = new PageStore(stores, "ranker", 85, ROW_BYTES, 1);
    }

    public void open() {
        rows.open(0);
    }

    public void close() {
        rows.close(0);
    }

    /** Address of float[WEIGHTS]. */
    public long weights() {
        return rows.address(0);
    }

    /** Address of float[WEIGHTS]: Adam's mean gradient. */
    public long first() {
        return rows.address(0) + FIRST;
    }

    /** Address of float[WEIGHTS]: Adam's mean squared gradient. */
    public long second() {
        return rows.address(0) + SECOND;
    }

    /** Address of float[WEIGHTS]: sum over the cases since the last step, each over the cases of a step. */
    public long gradient() {
        return rows.address(0) + GRADIENT;
    }

    public float mean(int feature) {
        return UnsafeApi.getFloat(rows.address(0) + MEANS + 4L * feature);
    }

    public float variance(int feature) {
        return UnsafeApi.getFloat(rows.address(0) + VARIANCES + 4L * feature);
    }

    public void statistics(int feature, float mean, float variance) {
        UnsafeApi.putFloat(rows.address(0) + MEANS + 4L * feature, mean);
        UnsafeApi.putFloat(rows.address(0) + VARIANCES + 4L * feature, variance);
    }

    /** Cases that the ranker has learned from; 0 = it has not begun. */
    public int cases() {
        return UnsafeApi.getInt(rows.address(0) + CASES);
    }

    /** Cases in the gradient. */
    public int pending() {
        return UnsafeApi.getInt(rows.address(0) + PENDING);
    }

    /** Mean loss of the last few hundred cases. */
    public float lateLoss() {
        return UnsafeApi.getFloat(rows.address(0) + LATE_LOSS);
    }

    /** Mean loss of the last several thousand cases. */
    public float longLoss() {
        return UnsafeApi.getFloat(rows.address(0) + LONG_LOSS);
    }

    /** Mean weight of the last several thousand cases. */
    public float caseWeight() {
        return UnsafeApi.getFloat(rows.address(0) + WEIGHT);
    }

    public void caseWeight(float mean) {
        UnsafeApi.putFloat(rows.address(0) + WEIGHT, mean);
    }

    public void losses(float late, float longOnes) {
        UnsafeApi.putFloat(rows.address(0) + LATE_LOSS, late);
        UnsafeApi.putFloat(rows.address(0) + LONG_LOSS, longOnes);
    }

    /** Cases that nothing is to be learned from, because something is wrong with them; 0 = all is well. */
    public int frozen() {
        return UnsafeApi.getInt(rows.address(0) + FROZEN);
    }

    /** How often learning was frozen. */
    public int freezes() {
        return UnsafeApi.getInt(rows.address(0) + FREEZES);
    }

    public void frozen(int cases, int freezes) {
        UnsafeApi.putInt(rows.address(0) + FROZEN, cases);
        UnsafeApi.putInt(rows.address(0) + FREEZES, freezes);
    }

    public void cases(int cases, int pending) {
        UnsafeApi.putInt(rows.address(0) + CASES, cases);
        UnsafeApi.putInt(rows.address(0) + PENDING, pending);
    }
}
