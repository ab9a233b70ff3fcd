package io.doorbuster.gateway.wire;

import io.doorbuster.codec.AckLevel;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.gateway.identity.IdentityStore;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** One wire message on its way to a record: where it goes, what was found wrong, who sent it. Network thread only. */
final class Translation {
    private static final int BLOCK_MAX = 0xFFFF;

    final MessageHeaderEncoder header = new MessageHeaderEncoder();
    final UnsafeBuffer text = new UnsafeBuffer(0, 0);
    final UnsafeBuffer secondText = new UnsafeBuffer(0, 0);
    final IdentityStore identities;
    MutableDirectBuffer record;
    long correlationId;
    long sourceSequence;
    long occurredAtNs;

    /** When the sender wants to be answered, as {@link io.doorbuster.codec.AckLevel} numbers it. */
    int acknowledge;

    /** The sequence that the source should send next. */
    long expectedSequence;

    long timeoutMicros;
    int encodedLength;
    private int frameEnd;
    private int frameLength;
    private long latestNs;

    @Nullable
    String problem;

    Translation(IdentityStore identities, MutableDirectBuffer record) {
        this.identities = identities;
        this.record = record;
    }

    void reset(MutableDirectBuffer target, int capacity, long nextSequence, long latestOccurredNs) {
        record = target;
        frameLength = capacity;
        latestNs = latestOccurredNs;
        expectedSequence = nextSequence;
        correlationId = 0;
        sourceSequence = 0;
        occurredAtNs = 0;
        acknowledge = 0;
        timeoutMicros = 0;
        encodedLength = 0;
        frameEnd = 0;
        problem = null;
    }

    /** Notes the first thing that is wrong; the message is built only then. */
    void require(boolean valid, String field, long value, String range) {
        if (!valid && problem == null) {
            problem = field + "=" + value + " is not " + range;
        }
    }

    void requireRange(String field, long value, long min, long max) {
        if (value < min || value > max) {
            require(false, field, value, "in " + min + ".." + max);
        }
    }

    /** A longer block is of a later version; a shorter one would be read on into what lies behind it. */
    void requireBlock(int blockLength, int least) {
        requireRange("block length", blockLength, least, BLOCK_MAX);
    }

    void requireId(String field, long value) {
        require(value != 0, field, value, "a non-zero id");
    }

    /** The message ends at {@code limit} of the frame, its record has so many bytes of block and data. */
    void end(int limit, int recordLength) {
        frameEnd = limit;
        encodedLength = recordLength;
        requireRange("occurredAtNs", occurredAtNs, 0, latestNs);
        requireRange("acknowledge", acknowledge, AckLevel.DEFAULT.value(), AckLevel.DISK.value());
    }

    /** Whether the message ends where its frame does. */
    boolean endsWithFrame() {
        return frameEnd == frameLength;
    }

    /** Whether nothing is wrong with the message, known once it has ended; identities change only then. */
    boolean isSound() {
        return problem == null && endsWithFrame();
    }

    /** Whether the engine is going to apply the fact; one that skips ahead or comes again must change no identity. */
    boolean isInTurn() {
        return sourceSequence > 0 && sourceSequence == expectedSequence;
    }

    void requireShopper(DirectBuffer rawId) {
        requireRange("shopper length", rawId.capacity(), 1, IdentityStore.RAW_ID_MAX);
    }

    /** Surrogate of a raw id in a fact that has ended, made when there is none; 0 when the message is refused anyway. */
    long obtainShopper(DirectBuffer rawId) {
        return isSound() ? identities.obtain(rawId, 0, rawId.capacity()) : 0;
    }

    /** Surrogate of a raw id in a request; 0 = not known. An empty id asks for nobody in particular. */
    long findShopper(DirectBuffer rawId) {
        requireRange("shopper length", rawId.capacity(), 0, IdentityStore.RAW_ID_MAX);
        return problem == null && rawId.capacity() > 0 ? identities.find(rawId, 0, rawId.capacity()) : 0;
    }
}
