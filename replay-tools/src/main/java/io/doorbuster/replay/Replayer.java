package io.doorbuster.replay;

import io.doorbuster.engine.Engine;
import io.doorbuster.engine.RecordedHashes;
import io.doorbuster.engine.checkpoint.Checkpoint;
import io.doorbuster.engine.checkpoint.CheckpointDamagedException;
import io.doorbuster.engine.checkpoint.CheckpointDirectory;
import io.doorbuster.engine.learning.LessonObserver;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.gateway.Progress;
import io.doorbuster.gateway.StateDirectory;
import io.doorbuster.journal.JournalTailer;
import io.doorbuster.journal.RecordDescriptor;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Puts a journal through the engine once more, into stores of its own, and compares with what was recorded. Works beside a
 * process that still writes the journal. One thread.
 */
public final class Replayer implements AutoCloseable {
    private static final int POLL_EXCERPTS = 64;

    private final Path journal;
    private final StateDirectory state;
    private final ModelShelf shelf;
    private final Engine engine;
    private final UnsafeBuffer reply = new UnsafeBuffer(new byte[Engine.REPLY_MAX]);
    private final RecordedHashes hashes = new RecordedHashes();
    private final CheckpointDirectory checkpointDirectory;
    private final List<Checkpoint> checkpoints = new ArrayList<>();
    private long checkpointsCompared;
    private @Nullable String checkpointProblem;
    private AppliedHandler handler = (record, offset, answer, answerLength) -> {};
    private long position;
    private long until;

    /**
     * Prepares a replay of a data directory.
     *
     * @throws IOException when the directory is not one of ours.
     */
    public Replayer(Path dataDirectory) throws IOException {
        this(dataDirectory, LessonObserver.NONE);
    }

    /** The same, with somebody who looks at the lessons. */
    public Replayer(Path dataDirectory, LessonObserver observer) throws IOException {
        DataDirectory.check(dataDirectory);
        journal = DataDirectory.journal(dataDirectory);
        state = StateDirectory.temporary();
        shelf = new ModelShelf(DataDirectory.models(dataDirectory));
        engine = new Engine(state.path(), shelf, observer);
        checkpointDirectory = new CheckpointDirectory(DataDirectory.checkpoints(dataDirectory));
    }

    /** Looks at events as they are applied. */
    public interface AppliedHandler {
        /** Called behind an event; buffers are valid until it returns, and the engine is as the event left it. */
        void onApplied(DirectBuffer record, int offset, DirectBuffer reply, int replyLength);
    }

    /** Those that lie there now; one that a live process deletes meanwhile is none. */
    private void readCheckpoints() throws IOException {
        for (final long at : checkpointDirectory.positions()) {
            try {
                checkpoints.add(checkpointDirectory.read(at));
            } catch (CheckpointDamagedException e) {
                checkpointProblem = "the checkpoint of position " + at + " is damaged: " + e.getMessage();
            } catch (NoSuchFileException e) { // Deleted by a live process, which has newer ones.
            }
        }
    }

    /** A checkpoint of the event just applied: its hashes, and the state hash from every byte. */
    private void compareCheckpoint() {
        for (final Checkpoint checkpoint : checkpoints) {
            if (checkpoint.position() == position) {
                checkpointsCompared++;
                if (checkpoint.stateHash() != engine.stateHash()
                        || checkpoint.replyHash() != engine.replyHash()
                        || checkpoint.recordCrc() != engine.recordCrc()
                        || engine.recomputeStateHash() != engine.stateHash()) {
                    checkpointProblem = "the checkpoint of position " + position + " is not what the journal comes to";
                }
            }
        }
    }

    /** Every page of every checkpoint. */
    private void loadCheckpoints() throws IOException {
        for (final Checkpoint checkpoint : checkpoints) {
            if (checkpoint.position() > position && until == Long.MAX_VALUE) {
                checkpointProblem = "the journal ends at position " + position + ", before its checkpoint of position "
                        + checkpoint.position() + ": records are lost";
                continue;
            }
            try (StateDirectory other = StateDirectory.temporary();
                    Engine restored = new Engine(other.path(), shelf)) {
                restored.restore(checkpointDirectory, checkpoint);
            } catch (CheckpointDamagedException e) {
                if (checkpointDirectory.positions().contains(checkpoint.position())) {
                    checkpointProblem =
                            "the checkpoint of position " + checkpoint.position() + " is damaged: " + e.getMessage();
                }
            }
        }
    }

    /**
     * Replays from the first record.
     *
     * @param untilPosition last position to apply.
     * @throws io.doorbuster.journal.JournalCorruptException when the journal is damaged before that.
     */
    public ReplayReport replay(long untilPosition, Progress progress) throws IOException {
        return replay(untilPosition, progress, (record, offset, answer, answerLength) -> {});
    }

    /** The same, with somebody who looks on. */
    public ReplayReport replay(long untilPosition, Progress progress, AppliedHandler lookingOn) throws IOException {
        handler = lookingOn;
        until = untilPosition;
        readCheckpoints();
        final long beginNs = System.nanoTime();
        try (JournalTailer tailer = JournalTailer.open(journal)) {
            while (tailer.poll(this::onRecord, POLL_EXCERPTS) > 0 && position < until) {
                progress.onReplayed(position);
            }
        }
        final long nanos = System.nanoTime() - beginNs;
        loadCheckpoints();
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
                checkpointsCompared,
                checkpointProblem,
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
        final int replyLength = engine.onRecord(buffer, offset, reply, 0);
        hashes.onApplied(position, engine.stateHash(), engine.replyHash());
        compareCheckpoint();
        handler.onApplied(buffer, offset, reply, replyLength);
    }

    @Override
    public void close() throws IOException {
        engine.close();
        state.close();
    }
}
