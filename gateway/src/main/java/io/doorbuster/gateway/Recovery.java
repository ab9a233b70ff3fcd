package io.doorbuster.gateway;

import io.doorbuster.engine.Engine;
import io.doorbuster.engine.RecordedHashes;
import io.doorbuster.engine.checkpoint.Checkpoint;
import io.doorbuster.engine.checkpoint.CheckpointDamagedException;
import io.doorbuster.engine.checkpoint.CheckpointDirectory;
import io.doorbuster.engine.checkpoint.Restored;
import io.doorbuster.journal.JournalAppender;
import io.doorbuster.journal.JournalTailer;
import io.doorbuster.journal.RecordDescriptor;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongFunction;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Brings an engine to where a journal stands: the newest checkpoint that is whole, then every record behind it, each compared
 * with the hashes on record. Also behind a process that still writes. One thread.
 */
public final class Recovery implements AutoCloseable {
    private static final int POLL_EXCERPTS = 256;

    private final Engine engine;
    private final RecordedHashes hashes = new RecordedHashes();
    private final UnsafeBuffer reply = new UnsafeBuffer(new byte[Engine.REPLY_MAX]);
    private final List<String> passedOver = new ArrayList<>();
    private final @Nullable Restored restored;
    private final JournalTailer tailer;
    private boolean isTied;

    /**
     * Finds where to begin.
     *
     * @param engine without state.
     * @throws IOException when the checkpoints cannot be read.
     * @throws io.doorbuster.journal.JournalCorruptException when the journal is none.
     */
    public Recovery(Path dataDirectory, Engine engine) throws IOException {
        this(
                new CheckpointDirectory(DataDirectory.checkpoints(dataDirectory)),
                position -> JournalTailer.openAt(DataDirectory.journal(dataDirectory), position),
                engine);
    }

    /**
     * The same for a journal that lies elsewhere.
     *
     * @param journal opens it so that a position, 1 or more, comes first.
     */
    public Recovery(CheckpointDirectory checkpoints, LongFunction<JournalTailer> journal, Engine engine)
            throws IOException {
        this.engine = engine;
        restored = restoreNewest(checkpoints);
        isTied = restored == null;
        tailer = journal.apply(restored == null ? 1 : restored.checkpoint().position());
    }

    private @Nullable Restored restoreNewest(CheckpointDirectory directory) throws IOException {
        for (final long position : directory.positions()) {
            try {
                return engine.restore(directory, directory.read(position));
            } catch (CheckpointDamagedException | NoSuchFileException e) { // Or deleted meanwhile for newer ones.
                passedOver.add("the checkpoint of position " + position + " was passed over: " + e.getMessage());
            }
        }
        return null;
    }

    /**
     * Applies the records of the next excerpts.
     *
     * @return how many excerpts were there; 0 = nothing more has been written yet.
     * @throws io.doorbuster.journal.JournalCorruptException when a record is not as it was written.
     * @throws IOException when the engine does not come out as recorded, or the checkpoint is none of this journal.
     */
    public int poll() throws IOException {
        final int count = tailer.poll(this::onRecord, POLL_EXCERPTS);
        compare();
        if (count == 0 && !isTied) {
            throw new IOException("the journal ends at position " + tailer.lastPosition() + ", before its checkpoint of"
                    + " position " + engine.position()
                    + ": records are lost; restore the journal from a backup, or move"
                    + " the checkpoints away to go on without those records");
        }
        return count;
    }

    /**
     * The same behind a process that still writes: does not look behind the end.
     *
     * @throws IOException when the engine does not come out as recorded.
     */
    int follow() throws IOException {
        final int count = tailer.follow(this::onRecord, POLL_EXCERPTS);
        compare();
        return count;
    }

    private void compare() throws IOException {
        final RecordedHashes.Difference first = hashes.first();
        if (first != null) {
            throw new IOException("the journal does not replay to what was recorded: at position " + first.position()
                    + ", " + first.what()
                    + "; replay it with the release that wrote it, and check this machine's memory");
        }
    }

    private void onRecord(MutableDirectBuffer buffer, int offset, int length) {
        if (RecordDescriptor.position(buffer, offset) == 0) {
            hashes.onJournalRecord(buffer, offset);
        } else if (isTied) {
            engine.onRecord(buffer, offset, reply, 0);
            hashes.onApplied(engine.position(), engine.stateHash(), engine.replyHash());
        } else {
            tie(buffer, offset);
        }
    }

    /** The first record is the last one of the checkpoint. */
    private void tie(DirectBuffer buffer, int offset) {
        final Checkpoint checkpoint = Objects.requireNonNull(restored).checkpoint();
        if (RecordDescriptor.position(buffer, offset) != checkpoint.position()
                || RecordDescriptor.crc(buffer, offset) != checkpoint.recordCrc()) {
            throw new IllegalStateException(
                    "the checkpoint of position " + checkpoint.position()
                            + " is of another journal: move the checkpoints away, and the state is made from the journal alone");
        }
        hashes.onApplied(engine.position(), engine.stateHash(), engine.replyHash());
        isTied = true;
    }

    /** What the engine began with; null = the journal's first record. */
    public @Nullable Restored restored() {
        return restored;
    }

    /** Checkpoints that were damaged, and why, for people. */
    public List<String> passedOver() {
        return passedOver;
    }

    /** Events compared with hashes on record so far. */
    public long compared() {
        return hashes.compared();
    }

    /** Position of the last record read. */
    public long position() {
        return tailer.lastPosition();
    }

    /** Journal time of that record. */
    public long journalTimeNs() {
        return tailer.lastJournalTimeNs();
    }

    /** Opens the journal at its end, which {@link #poll} has come to. The caller has the lock of the data directory. */
    public JournalAppender openAppender() {
        return JournalAppender.openBehind(tailer);
    }

    @Override
    public void close() {
        tailer.close();
    }
}
