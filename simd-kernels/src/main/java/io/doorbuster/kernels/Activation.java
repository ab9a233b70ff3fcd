package io.doorbuster.kernels;

/** What a dense layer applies to its sums. */
public enum Activation {
    NONE,
    RELU,
    SIGMOID
}
