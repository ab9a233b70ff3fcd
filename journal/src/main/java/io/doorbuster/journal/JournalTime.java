package io.doorbuster.journal;

import java.util.function.LongSupplier;
import net.openhft.chronicle.core.time.TimeProvider;
import org.jspecify.annotations.Nullable;

/**
 * The time by which Chronicle Queue chooses the file, one for each day (cycle). Never steps back, and stays at the end of a
 * cycle while the next file has no space: an append would meet unallocated pages. Asked as {@link TimeProvider} by the
 * journal thread alone.
 */
final class JournalTime implements TimeProvider {
    private static final long MILLIS_PER_DAY = 86_400_000;

    /** The only cycles that an append may go to. */
    private record Allowed(long cycle, long next) {}

    private final LongSupplier wallMillis;
    private volatile long floor;
    private volatile @Nullable Allowed allowed;

    JournalTime(LongSupplier wallMillis) {
        this.wallMillis = wallMillis;
    }

    /** The time never lies before this cycle, or its records would be hidden. Called before any other thread is there. */
    void notBefore(int cycle) {
        floor = cycle * MILLIS_PER_DAY;
    }

    /** From now on the time lies in one of two cycles. Space thread only, and never back. */
    void allow(int cycle, int next) {
        allowed = new Allowed(cycle, next);
    }

    @Override
    public long currentTimeMillis() {
        final long time = heldMillis();
        floor = time;
        return time;
    }

    private long heldMillis() {
        final Allowed both = allowed;
        final long now = Math.max(wallMillis.getAsLong(), floor);
        if (both == null) {
            return now;
        }
        final long cycle = now / MILLIS_PER_DAY;
        final long held = cycle < both.next ? both.cycle : both.next;
        return Math.clamp(now, held * MILLIS_PER_DAY, (held + 1) * MILLIS_PER_DAY - 1);
    }

    /** The cycle that an append would go to. Any thread. */
    int cycle() {
        return (int) (heldMillis() / MILLIS_PER_DAY);
    }

    /** The cycle that it would go to if the time were not held. Any thread. */
    int wantedCycle() {
        return (int) (Math.max(wallMillis.getAsLong(), floor) / MILLIS_PER_DAY);
    }
}
