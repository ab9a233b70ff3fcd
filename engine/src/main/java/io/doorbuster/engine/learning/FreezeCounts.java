package io.doorbuster.engine.learning;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Whether the ranker's learning is frozen, for those who do not run the engine. Observes only, so it is no state: positions and
 * lessons are those since this process began, and a replay counts again. Written by the engine thread, read by any.
 */
public final class FreezeCounts {
    private static final int CHANGES = 0;
    private static final int FROZEN_AT = 1;
    private static final int THAWED_AT = 2;
    private static final int LEFT_OUT = 3;

    private final AtomicLongArray counts = new AtomicLongArray(4);

    /** What a checkpoint says. */
    void restored(int freezes, boolean isFrozen) {
        counts.setRelease(CHANGES, 2L * freezes - (isFrozen ? 1 : 0));
    }

    void freeze(long position) {
        counts.setRelease(FROZEN_AT, position);
        counts.setRelease(CHANGES, counts.getPlain(CHANGES) + 1);
    }

    void thaw(long position) {
        counts.setRelease(THAWED_AT, position);
        counts.setRelease(CHANGES, counts.getPlain(CHANGES) + 1);
    }

    void leaveOut() {
        counts.setRelease(LEFT_OUT, counts.getPlain(LEFT_OUT) + 1);
    }

    /** Freezes and thaws of all time, by turns: odd = frozen. */
    public long changes() {
        return counts.getAcquire(CHANGES);
    }

    /** Position of the last freeze; 0 = none since this process began. */
    public long frozenAt() {
        return counts.getAcquire(FROZEN_AT);
    }

    /** Position of the last thaw; 0 = none since this process began. */
    public long thawedAt() {
        return counts.getAcquire(THAWED_AT);
    }

    /** Lessons that nothing was learned from since this process began, because learning was frozen. */
    public long leftOut() {
        return counts.getAcquire(LEFT_OUT);
    }
}
