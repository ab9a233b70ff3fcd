package io.doorbuster.training;

/** What a hidden unit makes of its sum. The functions are the reference ones, the same on every machine. */
public enum Nonlinearity {
    RELU,
    TANH,
    SIGMOID;

    float of(float x) {
        return switch (this) {
            case RELU -> Math.max(0f, x);
            case TANH -> (float) StrictMath.tanh(x);
            case SIGMOID -> sigmoid(x);
        };
    }

    /** Slope where the value is {@code y}. */
    float slope(float y) {
        return switch (this) {
            case RELU -> y > 0 ? 1f : 0f;
            case TANH -> 1 - y * y;
            case SIGMOID -> y * (1 - y);
        };
    }

    static float sigmoid(double x) {
        return (float) (1 / (1 + StrictMath.exp(-x)));
    }
}
