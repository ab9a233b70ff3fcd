package io.doorbuster.engine.model;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How the order of a shadow model differs from that of what is shown, over the requests since it was released or the process
 * began. Observes only, so it is no state: a replay counts again. Written by the engine thread, read by any.
 */
public final class ShadowCounts {
    /** Places of a slate that are compared. */
    public static final int TOP = 10;

    private static final int COMPARED = 0;
    private static final int SHARED = 1;
    private static final int FIRST_DIFFERS = 2;

    private final AtomicLongArray counts = new AtomicLongArray(3);

    /** Another shadow begins. */
    void reset() {
        for (int i = 0; i < counts.length(); i++) {
            counts.setRelease(i, 0);
        }
    }

    /**
     * One request.
     *
     * @param shared how much of the first {@link #TOP} candidates both orders share, in millionths.
     */
    public void add(int shared, boolean firstDiffers) {
        counts.setRelease(SHARED, counts.getPlain(SHARED) + shared);
        counts.setRelease(FIRST_DIFFERS, counts.getPlain(FIRST_DIFFERS) + (firstDiffers ? 1 : 0));
        counts.setRelease(COMPARED, counts.getPlain(COMPARED) + 1);
    }

    /** Requests that both have ordered. */
    public long compared() {
        return counts.getAcquire(COMPARED);
    }

    /** Mean share, 0 to 1, of the first {@link #TOP} that both have in common. */
    public double overlap() {
        final long compared = compared();
        return compared == 0 ? 0 : counts.getAcquire(SHARED) / 1e6 / compared;
    }

    /** Requests for which the shadow would have shown another item first. */
    public long firstDiffers() {
        return counts.getAcquire(FIRST_DIFFERS);
    }
}
