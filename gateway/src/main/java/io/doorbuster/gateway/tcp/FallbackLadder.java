package io.doorbuster.gateway.tcp;

import io.doorbuster.codec.Rung;

/**
 * How a slate is to be made in the time that its request has left: on the highest rung that ends in time behind what waits before
 * it, and on the lowest where none does. Chosen before the request is sequenced and recorded with it, so that replay makes the
 * same slate.
 *
 * <p>The network costs what 99 of 100 requests on Diginetica stay below inside the engine (183, README, "How good the slates
 * are"), and a tenth for the way out; the others are that times the ratio of their medians to its (README, "When time presses").
 * A slower machine errs towards slates that are late, a shop of shorter histories towards slates made in haste.
 */
final class FallbackLadder {
    static final int NETWORK_MICROS = 200;
    static final int LOG_LINEAR_MICROS = 130;
    static final int NEIGHBOURS_MICROS = 85;

    /** A record that waits: events of a log take 70 to 125 of the one engine thread, requests about as much. */
    static final int WAITING_MICROS = 100;

    private static final long NS_PER_MICRO = 1_000;

    private FallbackLadder() {}

    /**
     * The rung for a request with a timeout.
     *
     * @param leftNs until the answer is worthless.
     * @param waiting records on their way through journal and engine before it.
     */
    static Rung rung(long leftNs, int waiting) {
        final long micros = leftNs / NS_PER_MICRO - (long) WAITING_MICROS * waiting;
        if (micros >= NETWORK_MICROS) {
            return Rung.NETWORK;
        }
        if (micros >= LOG_LINEAR_MICROS) {
            return Rung.LOG_LINEAR;
        }
        return micros >= NEIGHBOURS_MICROS ? Rung.NEIGHBOURS : Rung.POPULARITY;
    }
}
