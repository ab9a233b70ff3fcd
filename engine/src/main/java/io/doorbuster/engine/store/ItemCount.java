package io.doorbuster.engine.store;

/** What is counted for each item. */
public enum ItemCount {
    VIEWS,
    CLICKS,
    CARTS,
    PURCHASES,
    SHOWN;

    /** Base-2 logarithm of how much a behaviour counts: view 1, click 2, cart 4, purchase 8. */
    public int weightBits() {
        return ordinal();
    }
}
