package io.doorbuster.client;

import java.util.List;

/** Why an item scores as it does: the bias and the terms of the dot product. */
public record Explanation(
        long position, long itemId, float score, float bias, int freeStock, boolean outOfSlates, List<Term> terms) {
    /** One dimension. */
    public record Term(float shopperValue, float itemValue, float product) {}
}
