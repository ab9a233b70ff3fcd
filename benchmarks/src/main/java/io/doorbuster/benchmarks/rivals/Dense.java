package io.doorbuster.benchmarks.rivals;

import java.util.SplittableRandom;

/** Weights of one dense layer, row-major by output. */
final class Dense {
    private final int inputs;
    private final int outputs;
    private final float[] weights;
    private final float[] biases;

    private Dense(int inputs, int outputs, float[] weights, float[] biases) {
        this.inputs = inputs;
        this.outputs = outputs;
        this.weights = weights;
        this.biases = biases;
    }

    int inputs() {
        return inputs;
    }

    int outputs() {
        return outputs;
    }

    /** Weight of input i in output o at o * inputs + i. */
    float[] weights() {
        return weights;
    }

    float[] biases() {
        return biases;
    }

    /** Uniform, with the variance that keeps activations at their size. */
    static Dense random(int inputs, int outputs, SplittableRandom random) {
        final double range = Math.sqrt(3.0 / inputs);
        final float[] weights = new float[inputs * outputs];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) ((random.nextDouble() * 2 - 1) * range);
        }
        final float[] biases = new float[outputs];
        for (int i = 0; i < outputs; i++) {
            biases[i] = (float) (random.nextDouble() - 0.5) * 0.1f;
        }
        return new Dense(inputs, outputs, weights, biases);
    }

    Dense withoutBiases() {
        return new Dense(inputs, outputs, weights, new float[outputs]);
    }

    /** The part that sees some of the inputs; biases stay with the part that begins at 0. */
    Dense columns(int from, int to) {
        final float[] part = new float[outputs * (to - from)];
        for (int out = 0; out < outputs; out++) {
            System.arraycopy(weights, out * inputs + from, part, out * (to - from), to - from);
        }
        return new Dense(to - from, outputs, part, from == 0 ? biases : new float[outputs]);
    }

    /** In double: the twin. */
    double[] apply(double[] input) {
        final double[] output = new double[outputs];
        for (int out = 0; out < outputs; out++) {
            output[out] = biases[out];
            for (int in = 0; in < inputs; in++) {
                output[out] += (double) weights[out * inputs + in] * input[in];
            }
        }
        return output;
    }

    double[] applyRelu(double[] input) {
        final double[] output = apply(input);
        for (int i = 0; i < output.length; i++) {
            output[i] = Math.max(0, output[i]);
        }
        return output;
    }
}
