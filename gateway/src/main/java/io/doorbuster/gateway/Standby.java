package io.doorbuster.gateway;

import io.doorbuster.engine.Engine;
import io.doorbuster.engine.checkpoint.CheckpointDirectory;
import io.doorbuster.engine.checkpoint.Checkpointer;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.journal.JournalFiles;
import io.doorbuster.journal.JournalSpace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A second engine on the journal of a process that serves, with state of its own: it compares every event with the hashes
 * that the other one records, can take its checkpoints for it, and takes its place when it is gone. One thread.
 */
public final class Standby implements AutoCloseable {
    private final Path dataDirectory;
    private final StateDirectory state;
    private final Engine engine;
    private final Recovery recovery;
    private final JournalFiles files;
    private final long checkpointEvery;
    private @Nullable Checkpointer checkpointer;
    private boolean isTaken;

    private Standby(
            Path dataDirectory,
            StateDirectory state,
            Engine engine,
            Recovery recovery,
            JournalFiles files,
            long checkpointEvery) {
        this.dataDirectory = dataDirectory;
        this.state = state;
        this.engine = engine;
        this.recovery = recovery;
        this.files = files;
        this.checkpointEvery = checkpointEvery;
    }

    /**
     * Begins with the newest checkpoint.
     *
     * @param stateDirectory where its stores are made; null = in memory where there is room.
     * @param checkpointEvery events from one checkpoint of the standby to the next; 0 = it takes none. The process that serves
     *     need take none then.
     * @throws IOException when there is no journal yet.
     */
    public static Standby open(Path dataDirectory, @Nullable Path stateDirectory, long checkpointEvery)
            throws IOException {
        JvmFlags.check();
        DataDirectory.check(dataDirectory);
        final Path journal = DataDirectory.journal(dataDirectory);
        if (!Files.isDirectory(journal)) {
            throw new IOException(dataDirectory + " has no journal yet: serve it first");
        }
        final StateDirectory state =
                stateDirectory == null ? StateDirectory.temporary() : StateDirectory.at(stateDirectory);
        final Engine engine = new Engine(state.path(), new ModelShelf(DataDirectory.models(dataDirectory)));
        try {
            return new Standby(
                    dataDirectory,
                    state,
                    engine,
                    new Recovery(dataDirectory, engine),
                    new JournalFiles(journal),
                    checkpointEvery);
        } catch (IOException | RuntimeException e) {
            engine.close();
            state.close();
            throw e;
        }
    }

    /**
     * Applies what has been written since.
     *
     * @return 0 = nothing.
     * @throws IOException when the engine does not come out as recorded.
     */
    public int poll() throws IOException {
        final int count = recovery.follow();
        if (count > 0 && checkpointEvery > 0) {
            takeCheckpoint();
        }
        return count;
    }

    private void takeCheckpoint() throws IOException {
        Checkpointer taking = checkpointer;
        if (taking == null) {
            taking = Checkpointer.start(
                    new CheckpointDirectory(DataDirectory.checkpoints(dataDirectory)),
                    engine.stores(),
                    recovery.restored(),
                    checkpointEvery,
                    position -> files.forceAll()); // Ours to make sure of: the other process may not have come so far.
            checkpointer = taking;
        }
        final Throwable damage = taking.failure();
        if (damage != null) {
            throw new IOException("checkpoints have failed: " + damage.getMessage(), damage);
        }
        if (taking.isDue(engine.position(), 0)) {
            taking.begin(engine.position(), engine.recordCrc(), engine.replyHash());
        }
    }

    /**
     * Whether it could serve like this, as far as can be known while the other process does.
     *
     * @throws IllegalArgumentException when a setting is out of range, or fixed and other than the journal's.
     * @throws IOException when the journal is far ahead of the clock, or the engine does not come out as recorded.
     */
    public void check(GatewayConfig config) throws IOException {
        poll();
        GatewayServer.checkClock(config, recovery.journalTimeNs());
        if (engine.position() > 0) {
            JournalSettings.changesOf(engine.settings(), config.settings());
        }
    }

    /**
     * Takes the place of the process that served, if it is gone. The standby is of no use any more then.
     *
     * @return null while the other process is there.
     * @throws IOException when it is gone and its place cannot be taken; the message says why.
     */
    public @Nullable GatewayServer takeOver(GatewayConfig config, Progress progress) throws IOException {
        final DataDirectory data = DataDirectory.tryOpen(dataDirectory);
        if (data == null) {
            return null;
        }
        isTaken = true;
        closeCheckpointer();
        final Path journal = DataDirectory.journal(dataDirectory);
        JournalSpace.prepare(journal);
        return GatewayServer.serve(
                config,
                progress,
                new JournalFiles(journal),
                data,
                state,
                engine,
                recovery,
                null, // Its own files may be gone by now: the first checkpoint is of all pages.
                0);
    }

    /** Position of the last event applied. */
    public long position() {
        return engine.position();
    }

    /** Journal time of the last event applied, nanoseconds since 1970. */
    public long journalTimeNs() {
        return recovery.journalTimeNs();
    }

    /** Events compared with hashes on record so far. */
    public long compared() {
        return recovery.compared();
    }

    /** Hash of all state after the last event applied. */
    public long stateHash() {
        return engine.stateHash();
    }

    /** Position of the last checkpoint that the standby took; 0 = none. */
    public long checkpointPosition() {
        return checkpointer == null ? 0 : checkpointer.lastPosition();
    }

    private void closeCheckpointer() throws IOException {
        if (checkpointer != null) {
            checkpointer.close();
            checkpointer = null;
        }
        files.close();
    }

    @Override
    public void close() throws IOException {
        if (!isTaken) {
            closeCheckpointer();
            recovery.close();
            engine.close();
            state.close();
        }
    }
}
