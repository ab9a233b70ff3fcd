package io.doorbuster.benchmarks.recovery;

/** What a shop does all day. */
enum Mix {
    /** Stock, prices, purchases. */
    LEDGER,
    /** Everything, learning on. */
    SHOP
}
