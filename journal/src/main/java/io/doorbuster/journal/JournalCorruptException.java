package io.doorbuster.journal;

/** The journal holds bytes that were not written as they stand; nothing at or behind them has been delivered. */
public final class JournalCorruptException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long positionBefore;

    /**
     * What a source of excerpts finds.
     *
     * @param what is there.
     * @param positionBefore last position that is good.
     * @param index of the excerpt.
     */
    public JournalCorruptException(String what, long positionBefore, long index) {
        super(what + " behind journal position " + positionBefore + " (excerpt index 0x" + Long.toHexString(index)
                + "); the events up to that position are good: look with inspect; then restore a backup, or cut what cannot be"
                + " read with repair");
        this.positionBefore = positionBefore;
    }

    /** Last position that is good. */
    public long positionBefore() {
        return positionBefore;
    }
}
