package io.doorbuster.engine.model;

import java.util.Locale;

/**
 * What a model file can hold. Which tensors of which shapes belong to each: {@link ModelSchema}.
 */
public enum ModelKind {
    /** Dense layers over the live ranker's features; the score is the last layer's only output, a logit. */
    NETWORK,
    /** {@code u.v + bias.u} with {@code u = Wu.xu} of the shopper's features and {@code v = Wi.xi} of the item's. */
    TOWERS,
    /** {@code sigmoid(w2.relu(W1.((P.u) * v + v) + b1) + b2)} of a shopper's and an item's vector. */
    INTERACTION,
    /** {@code u.v} of two tables of vectors. */
    VECTORS,
    /** {@code u.v} with u from the session's last items through one block of causal self-attention. */
    SESSION;

    /** As the file's metadata says it. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static ModelKind of(String word) throws ModelRefusedException {
        for (final ModelKind kind : values()) {
            if (kind.word().equals(word)) {
                return kind;
            }
        }
        throw new ModelRefusedException("kind=" + word + " is none of network, towers, interaction, vectors, session");
    }
}
