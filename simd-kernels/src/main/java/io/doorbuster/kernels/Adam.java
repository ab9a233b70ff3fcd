package io.doorbuster.kernels;

/**
 * Parameters of Adam (Kingma and Ba, ICLR 2015), all but the learning rate, which the caller corrects for the bias of early
 * steps: {@code rate = learningRate * sqrt(1 - beta2^t) / (1 - beta1^t)}.
 *
 * @param beta1 decay of the mean gradient, from 0 to below 1.
 * @param beta2 decay of the mean square, from 0 to below 1.
 * @param epsilon keeps the divisor above 0.
 */
public record Adam(float beta1, float beta2, float epsilon) {
    public Adam {
        if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && epsilon > 0)) {
            throw new IllegalArgumentException("beta1=" + beta1 + " and beta2=" + beta2
                    + " must be from 0 to below 1, epsilon=" + epsilon + " above 0");
        }
    }
}
