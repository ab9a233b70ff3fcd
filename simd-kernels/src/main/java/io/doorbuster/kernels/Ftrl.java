package io.doorbuster.kernels;

/**
 * Parameters of FTRL-Proximal (McMahan et al., "Ad click prediction: a view from the trenches", KDD 2013, algorithm 1).
 *
 * @param alpha learning rate, above 0.
 * @param beta smoothing of the learning rate, 0 or more.
 * @param l1 weights whose z does not exceed it become 0; 0 or more.
 * @param l2 shrinks weights; 0 or more.
 */
public record Ftrl(float alpha, float beta, float l1, float l2) {
    public Ftrl {
        if (!(alpha > 0 && beta >= 0 && l1 >= 0 && l2 >= 0)) {
            throw new IllegalArgumentException("alpha=" + alpha + " must be above 0, beta=" + beta + ", l1=" + l1
                    + " and l2=" + l2 + " 0 or more");
        }
    }
}
