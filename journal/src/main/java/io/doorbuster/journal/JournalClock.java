package io.doorbuster.journal;

import java.util.function.LongSupplier;

/**
 * The time that records carry: starts at the wall clock or at the last journaled time, whichever is later, runs with the
 * monotonic clock, and drifts towards the wall clock at a bounded rate. Never steps back. One thread.
 */
public final class JournalClock {
    /** Largest part of elapsed time by which the clock is sped up or slowed down: 500 millionths. */
    private static final long SLEW_DIVISOR = 2_000;

    private final LongSupplier wallNs;
    private final LongSupplier monotonicNs;
    private long nowNs;
    private long lastMonotonicNs;

    /**
     * Starts the clock.
     *
     * @param wallNs nanoseconds since 1970; may step in either direction.
     * @param monotonicNs nanoseconds since anything; never steps back.
     * @param floorNs the last time that the journal holds; 0 for a new journal.
     */
    public JournalClock(LongSupplier wallNs, LongSupplier monotonicNs, long floorNs) {
        this.wallNs = wallNs;
        this.monotonicNs = monotonicNs;
        nowNs = Math.max(wallNs.getAsLong(), floorNs);
        lastMonotonicNs = monotonicNs.getAsLong();
    }

    /** Journal time now, nanoseconds since 1970. */
    public long nowNs() {
        final long monotonic = monotonicNs.getAsLong();
        final long elapsed = Math.max(0, monotonic - lastMonotonicNs);
        lastMonotonicNs = monotonic;
        final long ahead = wallNs.getAsLong() - (nowNs + elapsed);
        final long slewMax = elapsed / SLEW_DIVISOR;
        nowNs += elapsed + Math.max(-slewMax, Math.min(slewMax, ahead));
        return nowNs;
    }
}
