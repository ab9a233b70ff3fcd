package io.doorbuster.gateway.tcp;

import io.doorbuster.engine.store.SourceStore;
import org.agrona.collections.Long2LongHashMap;

/**
 * The sequence that each source should send next, as the engine will see it once it has come to what is in the ring. Tells
 * a client where to go on, and keeps the identity store from acting on a fact that the engine is going to refuse. Network
 * thread only.
 */
public final class SourceSequences {
    /** Expected of a source that there is no room for: none will do. */
    public static final long NONE = 0;

    private final Long2LongHashMap next = new Long2LongHashMap(NONE);
    private final int sourcesMax;

    private SourceSequences(int sourcesMax) {
        this.sourcesMax = sourcesMax;
    }

    /** Begins where the engine stands; called before any other thread has the store. */
    public static SourceSequences of(SourceStore store) {
        final SourceSequences sequences = new SourceSequences(store.max());
        store.forEach((source, lastSequence) -> sequences.next.put(source, lastSequence + 1));
        return sequences;
    }

    /** The sequence that a source should send next; {@link #NONE} when there is no room for it. */
    public long expected(long source) {
        final long known = next.get(source);
        return known != NONE ? known : next.size() < sourcesMax ? 1 : NONE;
    }

    /** A fact or command went into the ring; one that skips ahead or comes again moves nothing. */
    public void onPublished(long source, long sequence) {
        if (sequence != NONE && sequence == expected(source)) {
            next.put(source, sequence + 1);
        }
    }
}
