package io.doorbuster.gateway.tcp;

/** How long and how many, for connections. Times in nanoseconds. */
final class ConnectionLimits {
    /** Connections at once. */
    static final int CONNECTIONS_MAX = 10_000;

    /** From accept to hello. */
    static final long HELLO_NS = 5_000_000_000L;

    /** From the first byte of a frame to its last, however the bytes trickle. */
    static final long FRAME_NS = 10_000_000_000L;

    /** Without any byte taken by a client for which bytes wait. */
    static final long STALLED_NS = 30_000_000_000L;

    /** From our last byte to the client's. */
    static final long LINGER_NS = 5_000_000_000L;

    private ConnectionLimits() {}
}
