package io.doorbuster.engine;

import io.doorbuster.codec.HashRecordDecoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.journal.RecordDescriptor;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Compares state and replies after each event with the hash records of the journal, which come later than the events that
 * they are of. Those of another version of the engine are not compared: it may come to others. One thread.
 */
public final class RecordedHashes {
    /** Hashes kept; a hash record that comes later than so many events is not compared. */
    private static final int KEPT = 1 << 16;

    /**
     * An event that came out otherwise than recorded.
     *
     * @param position of the event.
     * @param what differs.
     */
    public record Difference(long position, String what) {}

    private final HashRecordDecoder hashRecord = new HashRecordDecoder();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final UnsafeBuffer digests = new UnsafeBuffer(0, 0);
    private final long[] stateHashes = new long[KEPT];
    private final long[] replyHashes = new long[KEPT];
    private long firstPosition;
    private long position;
    private long records;
    private long otherVersions;
    private long compared;
    private @Nullable Difference first;

    /** Takes what an event came to; positions are dense. */
    public void onApplied(long eventPosition, long stateHash, long replyHash) {
        if (firstPosition == 0) {
            firstPosition = eventPosition;
        }
        position = eventPosition;
        stateHashes[(int) position & (KEPT - 1)] = stateHash;
        replyHashes[(int) position & (KEPT - 1)] = replyHash;
    }

    /** Takes a record about the journal itself; goes through the digests of a hash record. The first that is not ours names the event. */
    public void onJournalRecord(DirectBuffer buffer, int offset) {
        if (RecordDescriptor.templateId(buffer, offset) != HashRecordDecoder.TEMPLATE_ID) {
            return;
        }
        hashRecord.wrapAndApplyHeader(buffer, offset + RecordDescriptor.MESSAGE_OFFSET, header);
        if (hashRecord.engineVersion() != Engine.VERSION) {
            otherVersions++;
            return;
        }
        records++;
        final long last = hashRecord.ofPosition();
        final long recordedState = hashRecord.stateHash();
        final long recordedReplies = hashRecord.replyHash();
        hashRecord.wrapDigests(digests);
        final int count = digests.capacity() / Short.BYTES;
        if (first != null || last > position || last < firstPosition || last - count < position - KEPT) {
            return;
        }
        for (int i = 0; i < count; i++) {
            final long of = last - count + 1 + i;
            if (of >= firstPosition) {
                final int slot = (int) of & (KEPT - 1);
                compared++;
                if (digests.getShort(Short.BYTES * i, ByteOrder.LITTLE_ENDIAN)
                        != ReplayDigest.of(stateHashes[slot], replyHashes[slot])) {
                    first = new Difference(of, "state or replies after this event are not the recorded ones");
                    return;
                }
            }
        }
        final int slot = (int) last & (KEPT - 1);
        if (recordedState != stateHashes[slot]) {
            first = new Difference(last, "the state hash here is not the recorded one");
        } else if (recordedReplies != replyHashes[slot]) {
            first = new Difference(last, "the reply hash here is not the recorded one");
        }
    }

    /** Hash records of other versions of the engine, which were not compared. */
    public long otherVersions() {
        return otherVersions;
    }

    /** Hash records of this version of the engine so far. */
    public long records() {
        return records;
    }

    /** Events whose digest was recorded, and compared. */
    public long compared() {
        return compared;
    }

    /** The first event that did not come out as recorded, or null. */
    public @Nullable Difference first() {
        return first;
    }
}
