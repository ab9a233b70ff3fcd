package io.doorbuster.simulator;

/** What the clients send. */
public enum SimulationMix {
    /** Stock, prices, reservations and purchases. */
    LEDGER,

    /** The same among behaviour, catalogue, erasures and requests. */
    SHOP
}
