package io.doorbuster.training;

import io.doorbuster.engine.model.Tensor;
import java.util.Arrays;
import java.util.Random;

/**
 * A tensor under training: values, the gradient of the step, and what Adam remembers. A step changes only rows that were
 * touched (lazy Adam): a table of ids would cost its whole size otherwise. One thread.
 */
final class Parameter {
    private static final double BETA_1 = 0.9;
    private static final double BETA_2 = 0.999;
    private static final float EPSILON = 1e-8f;

    private final String name;
    private final int rows;
    private final int rowLength;
    private final float[] values;
    private final float[] gradient;
    private final float[] first;
    private final float[] second;
    private final boolean[] isTouched;
    private final int[] touched;
    private int touchedCount;

    Parameter(String name, int rows, int rowLength) {
        this.name = name;
        this.rows = rows;
        this.rowLength = rowLength;
        values = new float[Math.multiplyExact(rows, rowLength)];
        gradient = new float[values.length];
        first = new float[values.length];
        second = new float[values.length];
        isTouched = new boolean[rows];
        touched = new int[rows];
    }

    /** Values to begin with: uniform, within {@code bound} of 0. */
    Parameter uniform(Random random, double bound) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((2 * random.nextFloat() - 1) * bound);
        }
        return this;
    }

    String name() {
        return name;
    }

    int rows() {
        return rows;
    }

    int rowLength() {
        return rowLength;
    }

    float[] values() {
        return values;
    }

    /** Adam's mean gradient. */
    float[] first() {
        return first;
    }

    /** Adam's mean squared gradient. */
    float[] second() {
        return second;
    }

    /** The gradient of this step; whoever adds to a row touches it. */
    float[] gradient() {
        return gradient;
    }

    /** Says that a row has a gradient. */
    void touch(int row) {
        if (!isTouched[row]) {
            isTouched[row] = true;
            touched[touchedCount++] = row;
        }
    }

    void touchAll() {
        for (int row = 0; row < rows; row++) {
            touch(row);
        }
    }

    /** For the model file, which takes the values as they are then. */
    Tensor matrix() {
        return Tensor.floats(name, values, rows, rowLength);
    }

    /** The same of a single row. */
    Tensor vector() {
        return Tensor.floats(name, values, values.length);
    }

    /** One step of Adam, number {@code step} from 1, and the gradient is zero again. */
    void step(long step, double rate) {
        final float stepRate = (float) (rate
                * Math.sqrt(1 - StrictMath.pow(BETA_2, (double) step))
                / (1 - StrictMath.pow(BETA_1, (double) step)));
        for (int i = 0; i < touchedCount; i++) {
            final int from = touched[i] * rowLength;
            for (int at = from; at < from + rowLength; at++) {
                final float slope = gradient[at];
                first[at] += (float) (1 - BETA_1) * (slope - first[at]);
                second[at] += (float) (1 - BETA_2) * (slope * slope - second[at]);
                values[at] -= stepRate * first[at] / ((float) Math.sqrt(second[at]) + EPSILON);
            }
        }
        forget();
    }

    /** The gradient is zero again, and nothing was learned. */
    void forget() {
        for (int i = 0; i < touchedCount; i++) {
            final int row = touched[i];
            Arrays.fill(gradient, row * rowLength, (row + 1) * rowLength, 0f);
            isTouched[row] = false;
        }
        touchedCount = 0;
    }
}
