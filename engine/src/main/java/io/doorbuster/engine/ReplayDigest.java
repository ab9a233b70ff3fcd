package io.doorbuster.engine;

/**
 * Sixteen bits that stand for state and replies after one event. Hash records keep one for each event, two bytes an event,
 * so that a replay can name the first event that differs and not only the window it lies in.
 */
public final class ReplayDigest {
    private ReplayDigest() {}

    /** Low bits of a finalising mix (Stafford's variant 13 of the MurmurHash3 finaliser) of both hashes. */
    public static short of(long stateHash, long replyHash) {
        long mixed = stateHash ^ Long.rotateLeft(replyHash, 32);
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return (short) (mixed ^ (mixed >>> 31));
    }
}
