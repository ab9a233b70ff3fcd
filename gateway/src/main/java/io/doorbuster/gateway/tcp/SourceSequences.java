package io.doorbuster.gateway.tcp;

import io.doorbuster.codec.Outcome;
import io.doorbuster.engine.store.SourceStore;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The sequence that each source should send next, as the engine will see it once it has come to what is in the ring. Tells
 * a client where to go on, and keeps the identity store from acting on a fact that the engine is going to refuse. Network
 * thread only.
 *
 * <p>The engine forgets a source that has been quiet for long, and nobody tells; the reply to the source's last fact shows
 * where it stands.
 */
public final class SourceSequences {
    private final Long2ObjectHashMap<Source> sources = new Long2ObjectHashMap<>();

    private static final class Source {
        long next;
        long lastSequence;
        long lastPosition;

        Source(long next) {
            this.next = next;
        }
    }

    /** Begins where the engine stands; called before any other thread has the store. */
    public static SourceSequences of(SourceStore store) {
        final SourceSequences sequences = new SourceSequences();
        store.forEach((source, lastSequence) -> sequences.sources.put(source, new Source(lastSequence + 1)));
        return sequences;
    }

    /** The sequence that a source should send next. */
    long expected(long source) {
        final @Nullable Source known = sources.get(source);
        return known == null ? 1 : known.next;
    }

    /** A fact or command went into the ring; one that skips ahead or comes again moves nothing. */
    void onPublished(long source, long sequence, long position) {
        Source known = sources.get(source);
        if (known == null) {
            known = new Source(1);
            sources.put(source, known);
        }
        known.lastSequence = sequence;
        known.lastPosition = position;
        if (sequence == known.next) {
            known.next = sequence + 1;
        }
    }

    /** A fact or command was answered; what the engine answered at an earlier position says nothing new. */
    void onAnswered(long source, long position, Outcome outcome, long detail) {
        final @Nullable Source known = sources.get(source);
        if (known != null && known.lastPosition == position) {
            final boolean refused = outcome == Outcome.SEQUENCE_GAP || outcome == Outcome.SEQUENCE_STALE;
            known.next = refused ? detail : known.lastSequence + 1;
        }
    }
}
