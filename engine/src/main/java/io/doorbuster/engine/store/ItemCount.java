package io.doorbuster.engine.store;

/** What is counted for each item. */
public enum ItemCount {
    VIEWS,
    CLICKS,
    CARTS,
    PURCHASES,
    SHOWN
}
