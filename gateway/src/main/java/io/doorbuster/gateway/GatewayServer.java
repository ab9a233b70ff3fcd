package io.doorbuster.gateway;

import io.doorbuster.engine.Engine;
import io.doorbuster.engine.checkpoint.CheckpointDirectory;
import io.doorbuster.engine.checkpoint.Checkpointer;
import io.doorbuster.engine.checkpoint.Restored;
import io.doorbuster.engine.learning.FreezeCounts;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.engine.model.ShadowCounts;
import io.doorbuster.engine.ring.DedicatedPipeline;
import io.doorbuster.engine.ring.InputRing;
import io.doorbuster.engine.ring.Pipeline;
import io.doorbuster.engine.ring.PipelineFailedException;
import io.doorbuster.engine.ring.SharedPipeline;
import io.doorbuster.gateway.identity.IdentityStore;
import io.doorbuster.gateway.tcp.BoundPort;
import io.doorbuster.gateway.tcp.ModelLoader;
import io.doorbuster.gateway.tcp.SourceSequences;
import io.doorbuster.gateway.tcp.TcpAgent;
import io.doorbuster.gateway.tcp.Token;
import io.doorbuster.gateway.wire.WireTranslator;
import io.doorbuster.journal.ForcedMark;
import io.doorbuster.journal.JournalAppender;
import io.doorbuster.journal.JournalClock;
import io.doorbuster.journal.JournalCorruptException;
import io.doorbuster.journal.JournalDisk;
import io.doorbuster.journal.JournalEnd;
import io.doorbuster.journal.JournalFiles;
import io.doorbuster.journal.JournalForcer;
import io.doorbuster.journal.JournalSpace;
import io.doorbuster.journal.ThreadEnd;
import io.doorbuster.kernels.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The process: replays the journal, then serves. Start and close from any one thread; the work is done on threads of the
 * server's own.
 */
public final class GatewayServer implements AutoCloseable {
    /** Further ahead than any clock is set that is only somewhat wrong. */
    private static final Duration AHEAD_MAX = Duration.ofDays(30);

    private final DataDirectory data;
    private final StateDirectory state;
    private final Engine engine;
    private final JournalAppender appender;
    private final IdentityStore identities;
    private final JournalSpace space;
    private final JournalForcer forcer;
    private final Checkpointer checkpointer;
    private final List<String> notes;
    private final long cutBytes;
    private final long startPosition;
    private final ShadowCounts shadowCounts;
    private final FreezeCounts freezeCounts;
    private final InputRing ring;
    private final ModelLoader models;
    private final TcpAgent agent;
    private final Pipeline pipeline;
    private final Thread thread;
    private volatile boolean running = true;
    private volatile @Nullable Throwable failure;
    private boolean isClosed;
    private long stateHash;
    private long replyHash;
    private long position;

    private GatewayServer(
            DataDirectory data,
            StateDirectory state,
            Engine engine,
            JournalAppender appender,
            IdentityStore identities,
            JournalSpace space,
            JournalForcer forcer,
            Checkpointer checkpointer,
            List<String> notes,
            long cutBytes,
            BoundPort port,
            Token token,
            GatewayConfig config)
            throws IOException {
        this.data = data;
        this.state = state;
        this.engine = engine;
        this.appender = appender;
        this.identities = identities;
        this.space = space;
        this.forcer = forcer;
        this.checkpointer = checkpointer;
        this.notes = notes;
        this.cutBytes = cutBytes;
        startPosition = engine.position();
        shadowCounts = engine.models().shadowCounts();
        freezeCounts = engine.freezeCounts();
        ring = new InputRing(GatewayConfig.RING_SLOTS, config.waitPolicy());
        final JournalClock clock =
                new JournalClock(GatewayServer::wallNs, System::nanoTime, appender.lastJournalTimeNs());
        final boolean dedicated = config.threadMode() == ThreadMode.DEDICATED;
        models = new ModelLoader(
                engine.shelf(),
                state.path().resolve("rehearsal"),
                engine.settings().dimensions());
        agent = TcpAgent.of(
                port,
                ring,
                new WireTranslator(identities),
                clock,
                token,
                SourceSequences.of(engine.stores().sources()),
                appender.lastPosition(),
                space,
                forcer,
                models,
                dedicated);
        pipeline = dedicated
                ? new DedicatedPipeline(ring, appender, engine, checkpointer, agent)
                : new SharedPipeline(ring, appender, engine, checkpointer, agent);
        thread = new Thread(this::run, "doorbuster-network");
        thread.setDaemon(true);
    }

    private static long wallNs() {
        final Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    /**
     * Opens the data directory, replays its journal, and begins to serve.
     *
     * @throws IOException when the directory, the token or the port cannot be had; the message says what to do.
     * @throws IllegalArgumentException when a setting is out of range, or fixed and other than the journal's.
     */
    public static GatewayServer start(GatewayConfig config, Progress progress) throws IOException {
        return start(config, progress, new JournalFiles(DataDirectory.journal(config.dataDirectory())));
    }

    /** The same on a disk that is given. */
    static GatewayServer start(GatewayConfig config, Progress progress, JournalDisk disk) throws IOException {
        JvmFlags.check();
        try {
            return start(config, progress, disk, 0);
        } catch (JournalCorruptException e) {
            final long cutBytes = cutUnwritten(config.dataDirectory(), e.positionBefore());
            if (cutBytes == 0) {
                throw e;
            }
            return start(config, progress, disk, cutBytes); // A power cut left it so; what was read of it is forgotten.
        }
    }

    /**
     * What a checkpoint or the mark of the last force knows of was on the disk: then it is no power cut that has unwritten it,
     * and nothing is cut.
     */
    private static long cutUnwritten(Path dataDirectory, long positionBefore) throws IOException {
        try (DataDirectory data = DataDirectory.open(dataDirectory)) {
            if (ForcedMark.read(DataDirectory.journal(data.path())) > positionBefore) {
                return 0;
            }
            for (final long position : new CheckpointDirectory(DataDirectory.checkpoints(data.path())).positions()) {
                if (position > positionBefore) {
                    return 0;
                }
            }
            return JournalEnd.cutUnwritten(DataDirectory.journal(data.path()));
        }
    }

    private static GatewayServer start(GatewayConfig config, Progress progress, JournalDisk disk, long cutBytes)
            throws IOException {
        final DataDirectory data = DataDirectory.open(config.dataDirectory());
        StateDirectory state = null;
        Engine engine = null;
        final Recovery recovery;
        try {
            final Path given = config.stateDirectory();
            state = given == null ? StateDirectory.of(data.path()) : StateDirectory.at(given);
            engine = new Engine(state.path(), new ModelShelf(DataDirectory.models(data.path())));
            JournalSpace.prepare(DataDirectory.journal(data.path()));
            recovery = new Recovery(data.path(), engine);
        } catch (IOException | RuntimeException e) {
            closeAfter(e, engine, state, data);
            throw e;
        }
        return serve(config, progress, disk, data, state, engine, recovery, recovery.restored(), cutBytes);
    }

    /**
     * Begins to serve with an engine that has gone some way through the journal. Whatever happens, all that is given belongs
     * to the server now.
     *
     * @param restored the checkpoint that the next one may build on; null = the next one is of all pages.
     * @param cutBytes what has been cut from the journal already.
     */
    static GatewayServer serve(
            GatewayConfig config,
            Progress progress,
            JournalDisk disk,
            DataDirectory data,
            StateDirectory state,
            Engine engine,
            Recovery recovery,
            @Nullable Restored restored,
            long cutBytes)
            throws IOException {
        JournalAppender appender = null;
        IdentityStore identities = null;
        JournalSpace space = null;
        JournalForcer forcer = null;
        Checkpointer checkpointer = null;
        BoundPort port = null;
        try {
            final Path journal = DataDirectory.journal(data.path());
            appender = recover(config, recovery, progress);
            final List<String> notes = new ArrayList<>(recovery.passedOver());
            identities = new IdentityStore(DataDirectory.identities(data.path()));
            if (identities.size() == 0
                    && engine.position() > 0
                    && engine.stores().shoppers().inUse() > 0) {
                notes.add("the journal's shoppers are not among the identities: each will be a new one; put "
                        + DataDirectory.identities(data.path()) + " back from its own backup");
            }
            space = JournalSpace.start(
                    journal, appender, IdentityStore.file(DataDirectory.identities(data.path())), identities::length);
            final Path tokenFile = config.tokenFile();
            final Path tokens = tokenFile == null ? data.path().resolve("token") : tokenFile;
            if (!Files.exists(tokens) && engine.position() > 0) {
                notes.add("there was no token, so a new one was made in " + tokens + ": clients need it");
            }
            final Token token = Token.load(tokens);
            port = BoundPort.bind(config.address());
            // Behind what can be refused: a failed start changes nothing.
            JournalSettings.configure(config.settings(), appender, engine, wallNs());
            forcer = JournalForcer.start(appender, disk);
            data.forceNames();
            checkpointer = Checkpointer.start(
                    new CheckpointDirectory(DataDirectory.checkpoints(data.path())),
                    engine.stores(),
                    restored,
                    config.checkpointEvery(),
                    forcer::await);
            final GatewayServer server = new GatewayServer(
                    data,
                    state,
                    engine,
                    appender,
                    identities,
                    space,
                    forcer,
                    checkpointer,
                    notes,
                    cutBytes + appender.cutBytes(),
                    port,
                    token,
                    config);
            server.thread.start();
            return server;
        } catch (IOException | RuntimeException e) {
            closeAfter(e, port, checkpointer, forcer, space, identities, appender, engine, state, data);
            throw e;
        }
    }

    /** Lets go of what a failed start has opened so far; what then fails too is told with it. */
    private static void closeAfter(Exception failed, @Nullable AutoCloseable... parts) {
        try {
            closeAll(parts);
        } catch (IOException alsoFailed) {
            failed.addSuppressed(alsoFailed);
        }
    }

    /** Closes every part, also behind one that cannot be closed. */
    private static void closeAll(@Nullable AutoCloseable... parts) throws IOException {
        IOException failed = null;
        for (final AutoCloseable part : parts) {
            try {
                if (part != null) {
                    part.close();
                }
            } catch (Exception e) {
                if (failed == null) {
                    failed = new IOException("cannot close " + part + " (" + e.getMessage() + ")", e);
                } else {
                    failed.addSuppressed(e);
                }
            }
        }
        if (failed != null) {
            throw failed;
        }
    }

    /** Brings the engine to the journal's end, and opens it there. */
    private static JournalAppender recover(GatewayConfig config, Recovery recovery, Progress progress)
            throws IOException {
        try (recovery) {
            while (recovery.poll() > 0) {
                progress.onReplayed(recovery.position());
            }
            checkClock(config, recovery.journalTimeNs()); // Before anything is written: what opens it cuts its end.
            return recovery.openAppender();
        }
    }

    /** Time never steps back, so one start with a wrong clock would have the shop live in that time for good. */
    static void checkClock(GatewayConfig config, long lastJournalTimeNs) throws IOException {
        final Duration ahead = Duration.ofNanos(lastJournalTimeNs - wallNs());
        if (ahead.compareTo(AHEAD_MAX) > 0 && !config.acceptsJournalAhead()) {
            throw new IOException("the journal's last record is of "
                    + Instant.EPOCH.plusNanos(lastJournalTimeNs).truncatedTo(ChronoUnit.SECONDS) + ", " + ahead.toDays()
                    + " days ahead of this machine's clock: set the clock; if it was the writer's that was wrong, serve"
                    + " and follow go on from there with --journal-ahead, which it takes until the clock is there");
        }
    }

    private void run() {
        try {
            while (running) {
                agent.doWork(pipeline);
                final Throwable damage = checkpointer.failure();
                if (damage != null) {
                    throw new IllegalStateException("checkpoints have failed: " + damage.getMessage(), damage);
                }
            }
        } catch (IOException | RuntimeException | Error e) { // Fail-stop: nothing is answered after this.
            failure = e;
        }
    }

    /** The port that is listened on. */
    public int port() {
        return agent.port();
    }

    /** Bytes of an unfinished excerpt, left by a kill or a power cut, that the start has cut from the journal. */
    public long cutBytes() {
        return cutBytes;
    }

    /** What people should know about the start: checkpoints that were damaged. */
    public List<String> notes() {
        return notes;
    }

    /** Position that the start came to, before anything was served. */
    public long startPosition() {
        return startPosition;
    }

    /** Position of the last whole checkpoint; 0 = none. */
    public long checkpointPosition() {
        return checkpointer.lastPosition();
    }

    /** Why the last checkpoint that was given up came to nothing, or null. */
    public @Nullable String checkpointProblem() {
        return checkpointer.problem();
    }

    /** One line about the kernels in use. */
    public String kernels() {
        return Kernels.description();
    }

    /** How the shadow model differs from what was shown, since it was released or this process began. */
    public ShadowCounts shadowCounts() {
        return shadowCounts;
    }

    /** Whether the ranker's learning is frozen, since when, and what it has left out. */
    public FreezeCounts freezeCounts() {
        return freezeCounts;
    }

    /** Waits until the server has failed or is being closed; the failure, or null. */
    public @Nullable Throwable awaitTermination() throws InterruptedException {
        thread.join();
        return failure;
    }

    /** Waits until the server has failed or is being closed; false when it has not after so many milliseconds. */
    public boolean awaitTermination(long millis) throws InterruptedException {
        thread.join(millis);
        return !thread.isAlive();
    }

    /** Why the server stopped by itself, or null. */
    public @Nullable Throwable failure() {
        return failure;
    }

    /** Last position, once closed. */
    public long position() {
        return position;
    }

    /** State hash after the last event, once closed. */
    public long stateHash() {
        return stateHash;
    }

    /** Reply hash after the last event since this process started from the journal, once closed. */
    public long replyHash() {
        return replyHash;
    }

    /** After this no thread uses engine and appender, whatever has failed: their memory can be let go. */
    private void stopPipeline() {
        try {
            if (failure == null) {
                agent.drain(pipeline);
            }
        } catch (PipelineFailedException e) {
            failure = e;
        }
        if (failure != null) {
            agent.abandonReplies();
        }
        try {
            pipeline.close();
        } catch (PipelineFailedException e) {
            failure = failure == null ? e : failure;
        }
    }

    /** Forces the rest to the disk, so that the last replies can go. */
    private void stopForcer() throws IOException {
        forcer.close();
        final IOException unforced = forcer.failure();
        if (unforced != null) {
            failure = failure == null ? unforced : failure;
            agent.abandonReplies();
        }
    }

    /** Takes what was read through to its replies, forces it to the disk with the last hash record, takes a last checkpoint, and lets go
     * of everything. */
    @Override
    public void close() throws IOException {
        if (isClosed) {
            return;
        }
        isClosed = true;
        running = false;
        ThreadEnd.await(thread);
        stopPipeline();
        stopForcer();
        position = engine.position();
        stateHash = engine.stateHash();
        replyHash = engine.replyHash();
        if (failure == null) {
            checkpointer.finish(position, engine.recordCrc(), replyHash);
            failure = checkpointer.failure();
        }
        closeAll(checkpointer, agent, models, ring, space, identities, appender, engine, state, data);
    }
}
