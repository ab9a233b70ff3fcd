package io.doorbuster.training;

import java.util.Random;

/** {@code y = W x + b}, forward and back; the weights are row-major [outputs][inputs]. One thread. */
final class Dense {
    private final Parameter weight;
    private final Parameter bias;
    private final int outputs;

    /** Weights after Glorot and Bengio (2010), biases of 0. */
    Dense(String name, int outputs, int inputs, Random random) {
        this(
                new Parameter(name + ".weight", outputs, inputs).uniform(random, Math.sqrt(6.0 / (inputs + outputs))),
                new Parameter(name + ".bias", 1, outputs));
    }

    Dense(Parameter weight, Parameter bias) {
        this.weight = weight;
        this.bias = bias;
        outputs = weight.rows();
    }

    Parameter weight() {
        return weight;
    }

    Parameter bias() {
        return bias;
    }

    void forward(float[] x, float[] y) {
        multiply(weight, x, y);
        for (int o = 0; o < outputs; o++) {
            y[o] += bias.values()[o];
        }
    }

    /** Adds to the gradients of weights and biases, and to that of the input where it is wanted. */
    void backward(float[] x, float[] slopes, float[] inputSlopes) {
        bias.touch(0);
        for (int o = 0; o < outputs; o++) {
            bias.gradient()[o] += slopes[o];
        }
        multiplyBack(weight, x, slopes, inputSlopes);
    }

    /** {@code y = W x}, in four sums: one sum of floats waits for itself at every step. */
    static void multiply(Parameter matrix, float[] x, float[] y) {
        final float[] weights = matrix.values();
        final int columns = matrix.rowLength();
        for (int row = 0; row < matrix.rows(); row++) {
            final int from = row * columns;
            float a = 0;
            float b = 0;
            float c = 0;
            float d = 0;
            int i = 0;
            for (; i + 3 < columns; i += 4) {
                a += weights[from + i] * x[i];
                b += weights[from + i + 1] * x[i + 1];
                c += weights[from + i + 2] * x[i + 2];
                d += weights[from + i + 3] * x[i + 3];
            }
            for (; i < columns; i++) {
                a += weights[from + i] * x[i];
            }
            y[row] = a + b + (c + d);
        }
    }

    /** Adds to the gradients of {@code y = W x}; {@code inputSlopes} may be shorter than x: then it is left alone. */
    static void multiplyBack(Parameter matrix, float[] x, float[] slopes, float[] inputSlopes) {
        final float[] weights = matrix.values();
        final float[] gradient = matrix.gradient();
        final int columns = matrix.rowLength();
        final boolean goesBack = inputSlopes.length > 0;
        matrix.touchAll();
        for (int row = 0; row < matrix.rows(); row++) {
            final float slope = slopes[row];
            if (slope == 0) {
                continue;
            }
            final int from = row * columns;
            for (int i = 0; i < columns; i++) {
                gradient[from + i] += slope * x[i];
            }
            if (goesBack) {
                for (int i = 0; i < columns; i++) {
                    inputSlopes[i] += slope * weights[from + i];
                }
            }
        }
    }
}
