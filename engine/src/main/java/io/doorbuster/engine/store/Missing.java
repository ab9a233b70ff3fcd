package io.doorbuster.engine.store;

/** What stands for an attribute that the shop has not told, in features alone. A setting holds the ordinal. */
public enum Missing {
    /** Nothing: the feature is 0. */
    NONE,
    /** A value that is configured. */
    CONSTANT,
    /** The mean of the item's category, or of the shop. */
    MEAN,
    /** The median of the item's category, or of the shop. */
    MEDIAN,
    /** The mean of the items nearest to it in the item embedding, or of its category. */
    NEAREST
}
