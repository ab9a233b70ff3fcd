package io.doorbuster.replay;

import io.doorbuster.engine.Engine;
import io.doorbuster.engine.RecordedHashes;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.gateway.Progress;
import io.doorbuster.gateway.StateDirectory;
import io.doorbuster.journal.JournalTailer;
import io.doorbuster.journal.RecordDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Puts a journal through the engine once more, into stores of its own, and compares with what was recorded. Works beside a
 * process that still writes the journal. One thread.
 */
public final class Replayer implements AutoCloseable {
    private static final int POLL_EXCERPTS = 64;

    private final Path journal;
    private final StateDirectory state;
    private final Engine engine;
    private final UnsafeBuffer reply = new UnsafeBuffer(new byte[Engine.REPLY_MAX]);
    private final RecordedHashes hashes = new RecordedHashes();
    private long position;
    private long until;

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
                engine.position() == 0 ? 0 : engine.stores().ledgerHash(),
                hashes.records(),
                hashes.otherVersions(),
                hashes.compared(),
                hashes.first(),
                nanos);
    }

    /** The engine, for looking at its stores after a replay. */
    public Engine engine() {
        return engine;
    }

    private void onRecord(MutableDirectBuffer buffer, int offset, int length) {
        if (RecordDescriptor.position(buffer, offset) == 0) {
            hashes.onJournalRecord(buffer, offset);
            return;
        }
        if (position >= until) {
            return;
        }
        position = RecordDescriptor.position(buffer, offset);
        engine.onRecord(buffer, offset, reply, 0);
        hashes.onApplied(position, engine.stateHash(), engine.replyHash());
    }

    @Override
    public void close() throws IOException {
        engine.close();
        state.close();
    }
}
