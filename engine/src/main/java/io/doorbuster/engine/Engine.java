package io.doorbuster.engine;

import io.doorbuster.codec.ConfiguredRecordDecoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.Setting;
import io.doorbuster.codec.TickRecordDecoder;
import io.doorbuster.engine.checkpoint.Checkpoint;
import io.doorbuster.engine.checkpoint.CheckpointDamagedException;
import io.doorbuster.engine.checkpoint.CheckpointDirectory;
import io.doorbuster.engine.checkpoint.Restored;
import io.doorbuster.engine.decision.SlateBuffer;
import io.doorbuster.engine.decision.Verdict;
import io.doorbuster.engine.learning.FreezeCounts;
import io.doorbuster.engine.learning.LessonObserver;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.engine.model.ReleasedModels;
import io.doorbuster.engine.response.ResponseStage;
import io.doorbuster.engine.stock.StockStage;
import io.doorbuster.engine.store.EngineStore;
import io.doorbuster.engine.store.Settings;
import io.doorbuster.engine.store.SourceStore;
import io.doorbuster.engine.store.Stores;
import io.doorbuster.journal.RecordDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The state machine. State and replies are a pure function of the records, in their order; live and replay call the same
 * method. Engine thread only.
 *
 * <p>The first record must be {@code configured}; it makes the stores. Every record then goes through the same steps: time
 * moves on, reservations expire, a source's sequence is checked, the record is applied, its outcome is remembered, the
 * reply is hashed. Allocates nothing once the stores are made.
 */
public final class Engine implements AutoCloseable {
    /**
     * Grows with each change by which a journal replays to other state or replies, or by which rows lie otherwise. What the shop may never lose track of, see
     * {@link Stores#ledgerHash()}, does not change with it.
     */
    public static final int VERSION = EngineStore.VERSION;

    /** Largest reply in bytes. */
    public static final int REPLY_MAX = 8192;

    /** Template ids of requests begin here; facts and commands lie below. */
    static final int FIRST_REQUEST = 140;

    private final Path stateDirectory;
    private final ModelShelf shelf;
    private final LessonObserver observer;
    private final Verdict verdict = new Verdict();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final ConfiguredRecordDecoder configured = new ConfiguredRecordDecoder();
    private final TickRecordDecoder tick = new TickRecordDecoder();
    private final ReplyHash replyHash = new ReplyHash();
    private @Nullable Machine machine;
    private int recordCrc;

    /** What exists once the engine is configured. */
    private record Machine(
            Stores stores,
            StockStage stock,
            ReleasedModels models,
            FactDispatch facts,
            CommandDispatch commands,
            RequestDispatch requests,
            ResponseStage response) {}

    /**
     * An engine without state.
     *
     * @param stateDirectory where the stores' files are made; files of an earlier engine there are replaced.
     * @param shelf where the models are that the journal releases.
     */
    public Engine(Path stateDirectory, ModelShelf shelf) {
        this(stateDirectory, shelf, LessonObserver.NONE);
    }

    /** The same, with somebody who looks at the lessons. */
    public Engine(Path stateDirectory, ModelShelf shelf, LessonObserver observer) {
        this.stateDirectory = stateDirectory;
        this.shelf = shelf;
        this.observer = observer;
    }

    /** The same for a journal whose models, if it releases any, lie beside the stores. */
    public Engine(Path stateDirectory) {
        this(stateDirectory, new ModelShelf(stateDirectory.resolve("models")));
    }

    private Machine build(Settings settings) {
        final Stores stores = Stores.create(stateDirectory, settings);
        final StockStage stock = new StockStage(stores);
        final ReleasedModels models = new ReleasedModels(stores, shelf);
        final ResponseStage response = new ResponseStage(stores);
        return new Machine(
                stores,
                stock,
                models,
                new FactDispatch(stores, stock, models, observer),
                new CommandDispatch(stock),
                new RequestDispatch(stores, models, response),
                response);
    }

    private Machine machine() {
        final Machine built = machine;
        if (built == null) {
            throw new IllegalStateException("the first record of a journal must be configured; this journal begins"
                    + " otherwise, so it is not one of doorbuster's or its beginning is missing");
        }
        return built;
    }

    /**
     * Applies one record.
     *
     * @param record holds the record, header at {@code offset}, position filled in.
     * @param reply receives message header and body, correlation id 0; {@link #REPLY_MAX} bytes from {@code replyOffset}.
     * @return bytes of the reply; 0 = none.
     */
    public int onRecord(DirectBuffer record, int offset, MutableDirectBuffer reply, int replyOffset) {
        final int templateId = RecordDescriptor.templateId(record, offset);
        final long position = RecordDescriptor.position(record, offset);
        final boolean first = machine == null;
        if (first && templateId == ConfiguredRecordDecoder.TEMPLATE_ID) {
            configureFirst(record, offset);
        }
        final Machine current = machine();
        final Stores stores = current.stores;
        final long nowNs = engineTimeNs(stores, record, offset);
        stores.engine().onEvent(position, nowNs, templateId);
        current.stock.expire(nowNs);
        final int length;
        if (templateId >= FIRST_REQUEST && templateId < FIRST_REQUEST + 20) {
            length = current.requests.onRequest(templateId, record, offset, position, reply, replyOffset);
        } else if (templateId == TickRecordDecoder.TEMPLATE_ID) {
            tick.wrapAndApplyHeader(record, offset + RecordDescriptor.MESSAGE_OFFSET, header);
            stores.engine().addRefused(tick.rejected() + tick.expired() + tick.overloaded());
            length = 0;
        } else {
            length = onSequenced(current, templateId, record, offset, position, first, reply, replyOffset);
        }
        replyHash.add(reply, replyOffset, length);
        recordCrc = RecordDescriptor.crc(record, offset);
        return length;
    }

    /**
     * Takes over the state of a checkpoint instead of the journal's records up to there. Before the first record.
     *
     * @throws CheckpointDamagedException when it is not as it was written, or of another version of the engine: the engine is as
     *     it was before.
     * @throws IllegalStateException when the file of a model in use cannot be had.
     */
    public Restored restore(CheckpointDirectory directory, Checkpoint checkpoint) throws IOException {
        if (machine != null) {
            throw new IllegalStateException("position=" + position());
        }
        if (checkpoint.engineVersion() != VERSION) {
            throw new CheckpointDamagedException("it is of version " + checkpoint.engineVersion()
                    + " of the engine, and this is " + VERSION + ": the journal is replayed instead");
        }
        final Machine built = build(checkpoint.settings());
        try {
            final Restored restored = directory.load(checkpoint, built.stores.pages());
            replyHash.restart(checkpoint.replyHash());
            recordCrc = checkpoint.recordCrc();
            built.models.onRestored();
            built.facts.rankerLearning().onRestored();
            machine = built;
            return restored;
        } finally {
            if (machine == null) {
                built.stores.close();
            }
        }
    }

    private void configureFirst(DirectBuffer record, int offset) {
        configured.wrapAndApplyHeader(record, offset + RecordDescriptor.MESSAGE_OFFSET, header);
        final Setting refused = Settings.DEFAULTS.firstRefused(configured, true, true);
        if (refused != Setting.NULL_VAL) {
            throw new IllegalStateException("the journal's first record sets " + refused + " out of range");
        }
        machine = build(Settings.DEFAULTS.with(configured));
    }

    private static long engineTimeNs(Stores stores, DirectBuffer record, int offset) {
        final long journalTimeNs = RecordDescriptor.journalTimeNs(record, offset);
        final long timeNs = stores.settings().livesByOccurredAt()
                ? Math.min(RecordDescriptor.occurredAtNs(record, offset), journalTimeNs)
                : journalTimeNs;
        return Math.max(timeNs, stores.engine().timeNs());
    }

    /** A fact or command: applied once for each source sequence. Source 0 is the gateway itself, which does not number. */
    private int onSequenced(
            Machine current,
            int templateId,
            DirectBuffer record,
            int offset,
            long position,
            boolean first,
            MutableDirectBuffer reply,
            int replyOffset) {
        final SourceStore sources = current.stores.sources();
        final long source = RecordDescriptor.source(record, offset);
        final long sequence = RecordDescriptor.sourceSequence(record, offset);
        int row = SourceStore.NONE;
        if (source != 0) {
            row = sources.rowOf(source);
            if (row == SourceStore.NONE && sources.isFull()) {
                return current.response.acknowledge(
                        reply, replyOffset, position, Outcome.SOURCES_FULL, sources.inUse());
            }
            final long last = row == SourceStore.NONE ? 0 : sources.lastSequence(row);
            if (sequence <= last && sources.remembers(row, sequence)) {
                return current.response.acknowledge(
                        reply,
                        replyOffset,
                        sources.position(row, sequence),
                        Outcome.get((short) sources.outcome(row, sequence)),
                        sources.detail(row, sequence));
            }
            if (sequence != last + 1) {
                final Outcome refusal = sequence <= last ? Outcome.SEQUENCE_STALE : Outcome.SEQUENCE_GAP;
                return current.response.acknowledge(reply, replyOffset, position, refusal, last + 1);
            }
        }
        apply(current, templateId, record, offset, position, first);
        current.stores.scanTiles().refreshSome();
        if (source != 0) {
            row = row == SourceStore.NONE ? sources.add(source) : row;
            sources.remember(row, sequence, position, verdict.outcome().value(), verdict.detail());
        }
        return current.response.acknowledge(reply, replyOffset, position, verdict.outcome(), verdict.detail());
    }

    private void apply(Machine current, int templateId, DirectBuffer record, int offset, long position, boolean first) {
        verdict.set(Outcome.ACCEPTED);
        if (templateId == ConfiguredRecordDecoder.TEMPLATE_ID) {
            if (!first) {
                reconfigure(current.stores, record, offset);
            }
        } else if (!current.facts.onFact(templateId, record, offset, position, verdict)
                && !current.commands.onCommand(
                        templateId, record, offset, current.stores.engine().timeNs(), verdict)) {
            throw new IllegalStateException("record of unknown template id " + templateId + " at position " + position
                    + ": the journal was written by a later release; replay it with that one");
        }
    }

    private void reconfigure(Stores stores, DirectBuffer record, int offset) {
        configured.wrapAndApplyHeader(record, offset + RecordDescriptor.MESSAGE_OFFSET, header);
        final Setting refused =
                stores.settings().firstRefused(configured, false, RecordDescriptor.source(record, offset) == 0);
        if (refused != Setting.NULL_VAL) {
            verdict.set(Outcome.CONFIGURATION_REFUSED, refused.value());
            return;
        }
        stores.settings(stores.settings().with(configured));
    }

    /**
     * Which items a place of the last slate was drawn from, greedy choice first: for those who weigh slates after the fact.
     * Valid right behind a recommend that was answered with a slate; without exploration the greedy choice stands alone.
     *
     * @param itemIds receives at most {@link SlateBuffer#POOL_MAX} ids.
     * @return how many.
     */
    public int lastPool(int slatePosition, long[] itemIds) {
        return machine().requests.lastPool(slatePosition, itemIds);
    }

    /** Position of the last record applied; 0 = none. */
    public long position() {
        return machine == null ? 0 : machine().stores.engine().position();
    }

    /** Hash of all state, kept up at every write. */
    public long stateHash() {
        return machine == null ? 0 : machine().stores.stateHash();
    }

    /** The same from every byte of every store. */
    public long recomputeStateHash() {
        return machine == null ? 0 : machine().stores.recomputeStateHash();
    }

    /** Hash of all replies so far, in order. */
    public long replyHash() {
        return replyHash.value();
    }

    /** Checksum of the last record applied; ties a checkpoint to its journal. */
    public int recordCrc() {
        return recordCrc;
    }

    /** Settings now; the defaults before the first record. */
    public Settings settings() {
        return machine == null ? Settings.DEFAULTS : machine().stores.settings();
    }

    /** Where its models come from. Any thread. */
    public ModelShelf shelf() {
        return shelf;
    }

    /** The models in use. Engine thread, but for the counts of the shadow. */
    public ReleasedModels models() {
        return machine().models;
    }

    /** Whether learning is frozen. Any thread, once the engine is configured. */
    public FreezeCounts freezeCounts() {
        return machine().facts.rankerLearning().counts();
    }

    /** The stores, for reading. */
    public Stores stores() {
        return machine().stores;
    }

    @Override
    public void close() {
        if (machine != null) {
            machine().stores.close();
            machine = null;
        }
    }
}
