package io.doorbuster.engine.store;

/** What becomes of an extreme value, in features alone. A setting holds the ordinal. */
public enum Outliers {
    /** It stays. */
    NONE,
    /** It is moved to what one value in a hundred of the category, or of the shop, lies beyond. */
    WINSORISE,
    /** The middle one of an item's last three values is taken: one that is soon put right is not seen. */
    MEDIAN_FILTER
}
