package io.doorbuster.journal;

import java.util.function.LongSupplier;
import net.openhft.chronicle.core.time.TimeProvider;

/**
 * The time by which Chronicle Queue chooses the file, one for each day (cycle). Never steps back, and stays at the end of a
 * cycle while the next file has no space: an append would meet unallocated pages. Any thread.
 */
final class JournalTime implements TimeProvider {
    private static final long MILLIS_PER_DAY = 86_400_000;

    /** The cycles that have space. */
    private record Allowed(long cycle, long next) {}

    private final LongSupplier wallMillis;
    private volatile long floor;
    private volatile Allowed allowed = new Allowed(Integer.MAX_VALUE, Integer.MAX_VALUE);

    JournalTime(LongSupplier wallMillis) {
        this.wallMillis = wallMillis;
    }

    /** The time never lies before this cycle, or its records would be hidden. Called before any other thread is there. */
    void notBefore(int cycle) {
        floor = cycle * MILLIS_PER_DAY;
    }

    /** Holds the time within two cycles. */
    void allow(int cycle, int next) {
        allowed = new Allowed(cycle, next);
    }

    @Override
    public long currentTimeMillis() {
        final long now = Math.max(wallMillis.getAsLong(), floor);
        final long cycle = now / MILLIS_PER_DAY;
        final Allowed both = allowed;
        final long held = cycle < both.next ? Math.min(cycle, both.cycle) : both.next;
        final long time = cycle == held ? now : (held + 1) * MILLIS_PER_DAY - 1;
        floor = Math.max(floor, time);
        return time;
    }

    /** The cycle that an append would go to. */
    int cycle() {
        return (int) (currentTimeMillis() / MILLIS_PER_DAY);
    }

    /** The cycle that it would go to if the time were not held. */
    int wantedCycle() {
        return (int) (Math.max(wallMillis.getAsLong(), floor) / MILLIS_PER_DAY);
    }
}
