package io.doorbuster.simulator;

/** What the clients send. */
public enum SimulationMix {
    /** Stock, prices, reservations and purchases, in a shop that learns nothing. */
    LEDGER,

    /** The same among behaviour, catalogue, erasures and requests, with learning on. */
    SHOP
}
