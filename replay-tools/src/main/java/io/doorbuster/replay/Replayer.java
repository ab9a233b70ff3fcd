package io.doorbuster.replay;

import io.doorbuster.codec.HashRecordDecoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.engine.Engine;
import io.doorbuster.engine.ReplayDigest;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.gateway.Progress;
import io.doorbuster.gateway.StateDirectory;
import io.doorbuster.journal.JournalTailer;
import io.doorbuster.journal.RecordDescriptor;
import io.doorbuster.replay.ReplayReport.Difference;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Puts a journal through the engine once more, into stores of its own, and compares with what was recorded. Works beside a
 * process that still writes the journal. One thread.
 */
public final class Replayer implements AutoCloseable {
    /** Hashes kept; a hash record that comes later than so many events is not compared. */
    private static final int KEPT = 1 << 16;

    private static final int POLL_EXCERPTS = 64;

    private final Path journal;
    private final StateDirectory state;
    private final Engine engine;
    private final UnsafeBuffer reply = new UnsafeBuffer(new byte[Engine.REPLY_MAX]);
    private final HashRecordDecoder hashRecord = new HashRecordDecoder();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final UnsafeBuffer digests = new UnsafeBuffer(0, 0);
    private final long[] stateHashes = new long[KEPT];
    private final long[] replyHashes = new long[KEPT];
    private long position;
    private long until;
    private long hashRecords;
    private long compared;
    private @Nullable Difference first;

    /**
     * Prepares a replay of a data directory.
     *
     * @throws IOException when the directory is not one of ours.
     */
    public Replayer(Path dataDirectory) throws IOException {
        DataDirectory.check(dataDirectory);
        journal = DataDirectory.journal(dataDirectory);
        state = StateDirectory.temporary();
        engine = new Engine(state.path());
    }

    /**
     * Replays from the first record.
     *
     * @param untilPosition last position to apply.
     * @throws io.doorbuster.journal.JournalCorruptException when the journal is damaged before that.
     */
    public ReplayReport replay(long untilPosition, Progress progress) {
        until = untilPosition;
        final long beginNs = System.nanoTime();
        try (JournalTailer tailer = JournalTailer.open(journal)) {
            while (tailer.poll(this::onRecord, POLL_EXCERPTS) > 0 && position < until) {
                progress.onReplayed(position);
            }
        }
        final long nanos = System.nanoTime() - beginNs;
        return new ReplayReport(
                position,
                engine.stateHash(),
                engine.recomputeStateHash(),
                engine.replyHash(),
                hashRecords,
                compared,
                first,
                nanos);
    }

    /** The engine, for looking at its stores after a replay. */
    public Engine engine() {
        return engine;
    }

    private void onRecord(MutableDirectBuffer buffer, int offset, int length) {
        if (RecordDescriptor.position(buffer, offset) == 0) {
            if (RecordDescriptor.templateId(buffer, offset) == HashRecordDecoder.TEMPLATE_ID) {
                compare(buffer, offset);
            }
            return;
        }
        if (position >= until) {
            return;
        }
        position = RecordDescriptor.position(buffer, offset);
        engine.onRecord(buffer, offset, reply, 0);
        stateHashes[(int) position & (KEPT - 1)] = engine.stateHash();
        replyHashes[(int) position & (KEPT - 1)] = engine.replyHash();
    }

    /** Goes through the digests of a hash record; the first that is not ours names the event. */
    private void compare(MutableDirectBuffer buffer, int offset) {
        hashRecord.wrapAndApplyHeader(buffer, offset + RecordDescriptor.MESSAGE_OFFSET, header);
        hashRecords++;
        final long last = hashRecord.ofPosition();
        final long recordedState = hashRecord.stateHash();
        final long recordedReplies = hashRecord.replyHash();
        hashRecord.wrapDigests(digests);
        final int count = digests.capacity() / Short.BYTES;
        if (first != null || last > position || last - count < position - KEPT) {
            return;
        }
        for (int i = 0; i < count; i++) {
            final long of = last - count + 1 + i;
            final int slot = (int) of & (KEPT - 1);
            compared++;
            if (digests.getShort(Short.BYTES * i, ByteOrder.LITTLE_ENDIAN)
                    != ReplayDigest.of(stateHashes[slot], replyHashes[slot])) {
                first = new Difference(of, "state or replies after this event are not the recorded ones");
                return;
            }
        }
        final int slot = (int) last & (KEPT - 1);
        if (recordedState != stateHashes[slot]) {
            first = new Difference(last, "the state hash here is not the recorded one");
        } else if (recordedReplies != replyHashes[slot]) {
            first = new Difference(last, "the reply hash here is not the recorded one");
        }
    }

    @Override
    public void close() throws IOException {
        engine.close();
        state.close();
    }
}
