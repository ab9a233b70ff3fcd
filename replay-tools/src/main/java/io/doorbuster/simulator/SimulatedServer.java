package io.doorbuster.simulator;

import io.doorbuster.codec.Setting;
import io.doorbuster.engine.Engine;
import io.doorbuster.engine.checkpoint.CheckpointDirectory;
import io.doorbuster.engine.checkpoint.Checkpointer;
import io.doorbuster.engine.checkpoint.Restored;
import io.doorbuster.engine.ring.InputRing;
import io.doorbuster.engine.ring.InputSlot;
import io.doorbuster.engine.ring.ReplySink;
import io.doorbuster.engine.ring.SharedPipeline;
import io.doorbuster.engine.ring.WaitPolicy;
import io.doorbuster.gateway.JournalSettings;
import io.doorbuster.gateway.Recovery;
import io.doorbuster.gateway.identity.IdentityStore;
import io.doorbuster.gateway.tcp.DiskQueue;
import io.doorbuster.gateway.tcp.SourceSequences;
import io.doorbuster.gateway.wire.WireTranslator;
import io.doorbuster.journal.JournalAppender;
import io.doorbuster.journal.JournalClock;
import io.doorbuster.journal.JournalCorruptException;
import io.doorbuster.journal.JournalForcer;
import io.doorbuster.journal.JournalSpace;
import io.doorbuster.journal.JournalTailer;
import io.doorbuster.journal.RecordDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** One process: recovers from what a disk holds, serves, and ends in one way or another. */
final class SimulatedServer {
    static final int RING_SLOTS = 256;
    static final int RESERVATIONS_MAX = 512;

    private static final long AHEAD_MAX_NS = 86_400_000_000_000L;

    /** Small, so that stores run full and what is done at each start is little. */
    private static final Map<Setting, Long> SETTINGS = Map.of(
            Setting.DIMENSIONS,
            (long) Traffic.DIMENSIONS,
            Setting.CONTENT_DIMENSIONS,
            (long) Traffic.DIMENSIONS,
            Setting.ITEMS_MAX,
            300L,
            Setting.SHOPPERS_MAX,
            300L,
            Setting.RESERVATIONS_MAX,
            (long) RESERVATIONS_MAX,
            Setting.SESSIONS_MAX,
            1_024L,
            Setting.SOURCES_MAX,
            16L);

    /** A shop that counts and learns nothing. */
    private static final Map<Setting, Long> LEDGER_SETTINGS =
            Map.of(Setting.LEARNING_RATE_MICRO, 0L, Setting.EMBEDDING_NEGATIVES, 0L, Setting.RANKER_INTERVAL, 0L);

    private final SimulatedDisk disk;
    private final Engine engine;
    private final JournalAppender appender;
    private final InputRing ring;
    private final SharedPipeline pipeline;
    private final JournalForcer forcer;
    private final DiskQueue diskQueue;
    private final Checkpointer checkpointer;
    private final SourceSequences sequences;
    private final WireTranslator translator;
    private final JournalClock clock;
    private final UnsafeBuffer frame = new UnsafeBuffer(0, 0);
    private final long reserve = JournalSpace.reserve(RING_SLOTS);
    private final boolean isFromCheckpoint;
    private long nowNs;
    private int waitingForDisk;

    private SimulatedServer(
            SimulatedDisk disk,
            Engine engine,
            JournalAppender appender,
            @Nullable Restored restored,
            CheckpointDirectory checkpoints,
            IdentityStore identities,
            SimulatedClock time,
            ReplySink sink,
            DiskQueue.ReplyHandler onDisk)
            throws IOException {
        this.disk = disk;
        this.engine = engine;
        this.appender = appender;
        isFromCheckpoint = restored != null;
        forcer = JournalForcer.withoutThread(appender, disk);
        checkpointer = Checkpointer.start(checkpoints, engine.stores(), restored, 0, this::awaitDisk);
        ring = new InputRing(RING_SLOTS, WaitPolicy.values()[0]);
        pipeline = new SharedPipeline(ring, appender, engine, checkpointer, sink);
        diskQueue = new DiskQueue(forcer, (connection, correlation, reply, offset, length) -> {
            waitingForDisk--;
            onDisk.onReply(connection, correlation, reply, offset, length);
        });
        sequences = SourceSequences.of(engine.stores().sources());
        translator = new WireTranslator(identities);
        clock = new JournalClock(time::wallNs, time::monotonicNs, appender.lastJournalTimeNs());
    }

    /** An engine that has gone through a journal, and where that ends. */
    record Recovered(Engine engine, @Nullable Restored restored, long position, long journalTimeNs, int endOffset) {}

    /**
     * Recovers; what a power cut has left unwritten at the end is cut.
     *
     * @param checkpoints where to look for one to begin with.
     */
    static Recovered recover(SimulatedDisk disk, Path state, CheckpointDirectory checkpoints, boolean powerWasCut)
            throws IOException {
        Engine engine = new Engine(state);
        SimulatedDisk.Source source = disk.source();
        try {
            return recover(source, engine, checkpoints);
        } catch (JournalCorruptException e) {
            engine.close();
            final int cut = source.excerpt();
            if (!powerWasCut || cut < disk.forcedEnd()) {
                throw new SimulationFailure("a journal that was not damaged cannot be read: " + e.getMessage(), e);
            }
            disk.openAt(cut);
        }
        engine = new Engine(state);
        source = disk.source();
        return recover(source, engine, checkpoints);
    }

    private static Recovered recover(SimulatedDisk.Source source, Engine engine, CheckpointDirectory checkpoints)
            throws IOException {
        try (Recovery recovery = new Recovery(checkpoints, from -> JournalTailer.overAt(source, from), engine)) {
            int excerpts = recovery.poll();
            while (excerpts > 0) {
                excerpts = recovery.poll();
            }
            return new Recovered(
                    engine, recovery.restored(), recovery.position(), recovery.journalTimeNs(), source.offset());
        }
    }

    /** Begins to serve. */
    static SimulatedServer serve(
            SimulationMix mix,
            SimulatedDisk disk,
            Recovered from,
            CheckpointDirectory checkpoints,
            IdentityStore identities,
            SimulatedClock time,
            ReplySink sink,
            DiskQueue.ReplyHandler onDisk)
            throws IOException {
        disk.openAt(from.endOffset);
        final JournalAppender appender = JournalAppender.over(disk, from.position, from.journalTimeNs);
        if (from.position == 0) {
            JournalSettings.configure(settings(mix), appender, from.engine, time.wallNs());
        }
        return new SimulatedServer(
                disk, from.engine, appender, from.restored, checkpoints, identities, time, sink, onDisk);
    }

    private static Map<Setting, Long> settings(SimulationMix mix) {
        final Map<Setting, Long> settings = new EnumMap<>(SETTINGS);
        if (mix == SimulationMix.LEDGER) {
            settings.putAll(LEDGER_SETTINGS);
        }
        return settings;
    }

    private void awaitDisk(long position) throws IOException {
        forcer.work();
        final IOException failure = forcer.failure();
        if (failure != null) {
            throw failure;
        }
    }

    Engine engine() {
        return engine;
    }

    boolean isFromCheckpoint() {
        return isFromCheckpoint;
    }

    /** The sequence that a source is told at welcome. */
    long expected(long source) {
        return sequences.expected(source);
    }

    /** Journal time of the event that {@link #onFrame} has taken last. */
    long nowNs() {
        return nowNs;
    }

    /**
     * Takes one frame as the gateway does.
     *
     * @return whether it is on its way to the journal; otherwise it was refused for want of space.
     */
    boolean onFrame(SimulatedClient client, int frameNumber) {
        if (!ring.hasRoom()) {
            pipeline.poll();
        }
        if (disk.room() < reserve) {
            return false;
        }
        if (waitingForDisk >= DiskQueue.MAX / 2) {
            force();
        }
        client.wrap(frame, frameNumber);
        final InputSlot slot = ring.claim();
        SimulationFailure.check(slot != null, "slots", 0, 1);
        if (slot == null) {
            return false;
        }
        nowNs = clock.nowNs();
        final int result = translator.translate(frame, slot, sequences.expected(client.source()), nowNs + AHEAD_MAX_NS);
        if (result != WireTranslator.TRANSLATED) {
            throw new SimulationFailure("a frame was refused with " + result + ": " + translator.problem());
        }
        final boolean isRequest = translator.isRequest();
        final UnsafeBuffer record = slot.record();
        RecordDescriptor.journalTimeNs(record, 0, nowNs);
        RecordDescriptor.occurredAtNs(record, 0, isRequest ? 0 : nowNs);
        RecordDescriptor.source(record, 0, isRequest ? 0 : client.source());
        RecordDescriptor.sourceSequence(record, 0, isRequest ? 0 : translator.sourceSequence());
        if (!isRequest) {
            sequences.onPublished(client.source(), translator.sourceSequence());
        }
        final boolean waitsForDisk = !isRequest && translator.waitsForDisk();
        waitingForDisk += waitsForDisk ? 1 : 0;
        slot.replyTo(client.connectionId(), translator.correlationId(), waitsForDisk);
        ring.publish();
        return true;
    }

    /** Journal, engine, replies. */
    void poll() {
        pipeline.poll();
    }

    /** Puts a reply behind those that wait for the disk. */
    void awaitDisk(InputSlot slot) {
        diskQueue.add(
                slot.connectionId(),
                slot.correlationId(),
                RecordDescriptor.position(slot.record(), 0),
                slot.reply(),
                0,
                slot.replyLength());
    }

    /**
     * The disk takes what has been flushed, and lets go of what waited.
     *
     * @return false when it does not: the process must stop.
     */
    boolean force() {
        forcer.work();
        diskQueue.release();
        return forcer.failure() == null;
    }

    /** Lets go of what waited for the disk and need not any more. */
    void release() {
        diskQueue.release();
    }

    /**
     * Takes a checkpoint, and waits for it.
     *
     * @return false when the disk does not take it.
     */
    boolean checkpoint() {
        pipeline.poll();
        return checkpointer.finish(engine.position(), engine.recordCrc(), engine.replyHash());
    }

    /** Ends in order: all that was taken is answered, and the last hashes are on record. */
    void stop() {
        pipeline.close();
        appender.flush();
        force();
        end();
    }

    /** Ends at once. */
    void end() {
        checkpointer.close();
        engine.close();
        ring.close();
    }
}
