package io.doorbuster.evaluation;

import static io.doorbuster.journal.RecordDescriptor.MESSAGE_OFFSET;

import io.doorbuster.codec.AcknowledgedDecoder;
import io.doorbuster.codec.CartedRecordEncoder;
import io.doorbuster.codec.ClickedRecordEncoder;
import io.doorbuster.codec.ConfiguredRecordEncoder;
import io.doorbuster.codec.ItemUpsertedRecordEncoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.ModelReleasedRecordEncoder;
import io.doorbuster.codec.ModelRole;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.PurchasedRecordEncoder;
import io.doorbuster.codec.RecommendRecordEncoder;
import io.doorbuster.codec.Rung;
import io.doorbuster.codec.Setting;
import io.doorbuster.codec.SlateDecoder;
import io.doorbuster.codec.ViewedRecordEncoder;
import io.doorbuster.engine.Engine;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.engine.store.ModelStore;
import io.doorbuster.engine.store.Settings;
import io.doorbuster.evaluation.Cases.Span;
import io.doorbuster.gateway.StateDirectory;
import io.doorbuster.intake.EventSender;
import io.doorbuster.journal.RecordDescriptor;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What is evaluated: an engine of its own, fed the records that gateway and journal would make of the log, then asked. It
 * lives by journal time, which is the log's. One thread.
 */
final class EngineModel implements Recommender, AutoCloseable {
    static final String NAME = "engine";

    /** Items of a request's context and blocklist, see the schema. */
    private static final int CONTEXT_MAX = 64;

    static final int BLOCKLIST_MAX = 256;
    static final int SLATE_MAX = 100;
    private static final int ROWS_MIN = 64;

    /** Sessions that never come back need no rows of their own for ever: beyond, the least recently active are evicted. */
    private static final int ANONYMOUS_MAX = 100_000;

    private static final long SOURCE = 1;

    /** No model: the live ranker orders. */
    private static final String LIVE = "0".repeat(2 * ModelStore.HASH_BYTES);

    private static final int POSITION_UNKNOWN = 65_534;
    private static final int PROGRESS_EVENTS = 4_096;
    private static final long LATENCY_MAX_NS = 60_000_000_000L;

    private final Task task;
    private final StateDirectory state;
    private final Engine engine;
    private final UnsafeBuffer record = new UnsafeBuffer(new byte[RecordDescriptor.RECORD_MAX]);
    private final UnsafeBuffer reply = new UnsafeBuffer(new byte[Engine.REPLY_MAX]);
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final MessageHeaderDecoder replyHeader = new MessageHeaderDecoder();
    private final AcknowledgedDecoder acknowledged = new AcknowledgedDecoder();
    private final SlateDecoder decoded = new SlateDecoder();
    private final ItemUpsertedRecordEncoder upserted = new ItemUpsertedRecordEncoder();
    private final ViewedRecordEncoder viewed = new ViewedRecordEncoder();
    private final ClickedRecordEncoder clicked = new ClickedRecordEncoder();
    private final CartedRecordEncoder carted = new CartedRecordEncoder();
    private final PurchasedRecordEncoder purchased = new PurchasedRecordEncoder();
    private final float[] scores = new float[SLATE_MAX];
    private final RecommendRecordEncoder recommend = new RecommendRecordEncoder();
    private final ModelReleasedRecordEncoder released = new ModelReleasedRecordEncoder();
    private final boolean[] isThere;
    private final ItemMarks excluded;
    private final String[] sources = new String[Metrics.PLACES];
    private final Map<Rung, Histogram> latencyNs = new EnumMap<>(Rung.class);
    private long position;
    private long sequence;
    private long trainingNs;
    private long trained;
    private String active = LIVE;

    /**
     * Makes an engine with room for the log.
     *
     * @param chosen settings other than the defaults.
     * @param models that may be released.
     * @throws IllegalArgumentException when one of them is none, or out of its range.
     */
    EngineModel(Task task, Map<Setting, Long> chosen, ModelShelf models) throws IOException {
        this.task = task;
        isThere = new boolean[task.catalogue().size()];
        excluded = new ItemMarks(task.catalogue().size());
        final Map<Setting, Long> settings = new EnumMap<>(Setting.class);
        settings.put(Setting.ITEMS_MAX, (long) Math.max(ROWS_MIN, items()));
        final int shoppers =
                Math.max(ROWS_MIN, Math.max(task.log().shoppers(), task.next().shoppers()));
        final boolean isAnonymous = task.protocol() == Protocol.SESSIONS;
        settings.put(Setting.SHOPPERS_MAX, (long) (isAnonymous ? Math.min(shoppers, ANONYMOUS_MAX) : shoppers));
        settings.putAll(chosen);
        for (final Map.Entry<Setting, Long> entry : settings.entrySet()) {
            Settings.DEFAULTS.with(entry.getKey(), entry.getValue()); // Refuses what the engine would.
        }
        if (settings.getOrDefault(Setting.ENGINE_TIME, 0L) != 0) {
            throw new IllegalArgumentException("ENGINE_TIME is 0 here: journal time is the time of the events");
        }
        state = StateDirectory.temporary();
        engine = new Engine(state.path(), models);
        configure(settings, firstNs());
    }

    /** Items that the engine is told of. */
    private int items() {
        final int[] counts = task.log().countsByItem(task.catalogue().size());
        final int[] nextCounts = task.next().countsByItem(task.catalogue().size());
        Arrays.setAll(counts, item -> counts[item] + nextCounts[item]);
        for (final int item : task.described()) {
            counts[item]++;
        }
        int items = 0;
        for (final int count : counts) {
            items += count > 0 ? 1 : 0;
        }
        return items;
    }

    /** Changes settings from now on. */
    void configure(Map<Setting, Long> settings, long timeNs) {
        final ConfiguredRecordEncoder configured = new ConfiguredRecordEncoder();
        final ConfiguredRecordEncoder.SettingsEncoder group =
                configured.wrapAndApplyHeader(record, MESSAGE_OFFSET, header).settingsCount(settings.size());
        settings.forEach((setting, value) -> group.next().setting(setting).value(value));
        apply(configured.encodedLength(), 0, 0, timeNs);
        acknowledged.wrapAndApplyHeader(reply, 0, replyHeader);
        if (acknowledged.outcome() != Outcome.ACCEPTED) {
            throw new IllegalStateException("the engine refused " + settings + ": " + acknowledged.outcome());
        }
    }

    private long firstNs() {
        return task.log().size() == 0 ? task.timeNs() : task.log().timeNs(0);
    }

    private void apply(int encodedLength, long source, long sourceSequence, long timeNs) {
        RecordDescriptor.length(record, 0, RecordDescriptor.BODY_OFFSET + encodedLength);
        RecordDescriptor.position(record, 0, ++position);
        RecordDescriptor.journalTimeNs(record, 0, timeNs);
        RecordDescriptor.occurredAtNs(record, 0, timeNs);
        RecordDescriptor.source(record, 0, source);
        RecordDescriptor.sourceSequence(record, 0, sourceSequence);
        engine.onRecord(record, 0, reply, 0);
    }

    private void fact(int encodedLength, long timeNs) {
        apply(encodedLength, SOURCE, ++sequence, timeNs);
        acknowledged.wrapAndApplyHeader(reply, 0, replyHeader);
        final Outcome outcome = acknowledged.outcome();
        if (outcome != Outcome.ACCEPTED && outcome != Outcome.OVERCOMMITTED) {
            throw new IllegalStateException("the engine refused event " + sequence + ": " + outcome
                    + (outcome == Outcome.ITEM_STORE_FULL ? "; leave --set ITEMS_MAX out, or make it larger" : "")
                    + (outcome == Outcome.MODEL_REFUSED ? "; --set DIMENSIONS to those of the model's vectors" : ""));
        }
    }

    /** Feeds the log. */
    void train(LongConsumer progress) {
        final EventLog log = task.log();
        final long beginNs = System.nanoTime();
        for (final int item : task.described()) {
            introduce(item, firstNs());
        }
        for (int event = 0; event < log.size(); event++) {
            feed(log, event);
            if (event % PROGRESS_EVENTS == 0) {
                progress.accept(event);
            }
        }
        trainingNs = System.nanoTime() - beginNs;
        trained = sequence;
    }

    /** Feeds one event; how long the engine took for it, in nanoseconds. */
    long feed(EventLog log, int event) {
        introduce(log.item(event), log.timeNs(event));
        final int length = encode(log, event);
        final long beginNs = System.nanoTime();
        fact(length, log.timeNs(event));
        return System.nanoTime() - beginNs;
    }

    private void introduce(int number, long timeNs) {
        if (isThere[number]) {
            return;
        }
        isThere[number] = true;
        final Catalogue.Item item = task.catalogue().item(number);
        upserted.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .itemId(item.id())
                .priceMinor(item.priceMinor())
                .brand(item.brand())
                .category(item.category())
                .ratingCenti(0)
                .blocked((short) 0)
                .createOnly((short) 1)
                .initialOnHand(EventSender.PLENTY)
                .externalId(item.externalId())
                .title("");
        fact(upserted.encodedLength(), timeNs);
    }

    private int encode(EventLog log, int event) {
        final long shopper = surrogate(log.shopper(event));
        final long itemId = task.catalogue().item(log.item(event)).id();
        return switch (log.kind(event)) {
            case CLICKED -> {
                clicked.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                        .shopper(shopper)
                        .itemId(itemId)
                        .slatePosition(POSITION_UNKNOWN)
                        .requestPosition(0);
                yield clicked.encodedLength();
            }
            case CARTED -> {
                carted.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                        .shopper(shopper)
                        .itemId(itemId)
                        .quantity(log.quantity(event));
                yield carted.encodedLength();
            }
            case PURCHASED -> {
                purchased
                        .wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                        .shopper(shopper)
                        .itemId(itemId)
                        .quantity(log.quantity(event))
                        .priceMinor(task.catalogue().item(log.item(event)).priceMinor())
                        .reservationId(0);
                yield purchased.encodedLength();
            }
            case VIEWED -> {
                viewed.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                        .shopper(shopper)
                        .itemId(itemId)
                        .dwellMillis(0);
                yield viewed.encodedLength();
            }
            default -> throw new IllegalStateException("no behaviour: " + log.kind(event));
        };
    }

    private static long surrogate(int shopper) {
        return shopper + 1L; // 0 = anonymous, as which a shopper of -1 is asked for.
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int recommend(Cases cases, int number, int[] slate) {
        return ask(Rung.NETWORK, cases, number, slate);
    }

    /** A slate of a model. */
    int ask(ModelFile model, Cases cases, int number, int[] slate) {
        release(model.hash());
        request(encode(Rung.NETWORK, cases, number), task.timeNs());
        return decode(slate);
    }

    /** A slate of a rung, timed. */
    int ask(Rung rung, Cases cases, int number, int[] slate) {
        release(LIVE);
        final long ns = request(encode(rung, cases, number), task.timeNs());
        latencyNs.computeIfAbsent(rung, key -> latencies()).recordValue(Math.min(LATENCY_MAX_NS, ns));
        return decode(slate);
    }

    /** A slate of the live ranker at a time other than the task's, timed by the caller's histogram. */
    int askAt(long timeNs, Cases cases, int number, int[] slate, Histogram timesNs) {
        timesNs.recordValue(Math.min(LATENCY_MAX_NS, request(encode(Rung.NETWORK, cases, number), timeNs)));
        return decode(slate);
    }

    /** Has a model order from now on, unless it does. */
    private void release(String hash) {
        if (!active.equals(hash)) {
            final byte[] bytes = HexFormat.of().parseHex(hash);
            released.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                    .modelId(1)
                    .role(ModelRole.ACTIVE);
            for (int i = 0; i < bytes.length; i++) {
                released.contentHash(i, (short) (bytes[i] & 0xFF));
            }
            released.name("model");
            fact(released.encodedLength(), task.timeNs());
            active = hash;
        }
    }

    /** Asks the engine as it is; how long it took, in nanoseconds. */
    private long request(int length, long timeNs) {
        RecordDescriptor.length(record, 0, RecordDescriptor.BODY_OFFSET + length);
        RecordDescriptor.position(record, 0, ++position);
        RecordDescriptor.journalTimeNs(record, 0, timeNs);
        RecordDescriptor.occurredAtNs(record, 0, 0);
        RecordDescriptor.source(record, 0, 0);
        RecordDescriptor.sourceSequence(record, 0, 0);
        final long beginNs = System.nanoTime();
        engine.onRecord(record, 0, reply, 0);
        return System.nanoTime() - beginNs;
    }

    /** More may be excluded than a blocklist holds: then the newest are blocked, and the rest of a longer slate is left out. */
    private int encode(Rung rung, Cases cases, int number) {
        final Span context = cases.context(number);
        final Span out = cases.excluded(number);
        excluded.only(cases, out);
        recommend
                .wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .shopper(surrogate(cases.shopper(number)))
                .scenario(task.scenario())
                .rung(rung);
        recommend
                .filter()
                .category(0)
                .categoryCap(0)
                .slateSize(out.length() > BLOCKLIST_MAX ? SLATE_MAX : Metrics.PLACES)
                .priceMinMinor(0)
                .priceMaxMinor(0);
        final int contextSize = task.sendsContext() ? Math.min(CONTEXT_MAX, context.length()) : 0;
        final RecommendRecordEncoder.ContextEncoder contextGroup = recommend.contextCount(contextSize);
        for (int place = context.to() - contextSize; contextSize > 0 && place < context.to(); place++) {
            contextGroup.next().itemId(task.catalogue().item(cases.item(place)).id());
        }
        final int blockSize = Math.min(BLOCKLIST_MAX, out.length());
        final RecommendRecordEncoder.BlocklistEncoder blockGroup = recommend.blocklistCount(blockSize);
        for (int place = out.to() - blockSize; place < out.to(); place++) {
            blockGroup.next().itemId(task.catalogue().item(cases.item(place)).id());
        }
        return recommend.encodedLength();
    }

    private int decode(int[] slate) {
        decoded.wrapAndApplyHeader(reply, 0, replyHeader);
        int size = 0;
        for (final SlateDecoder.ItemsDecoder item : decoded.items()) {
            final int number = task.catalogue().numberOf(item.itemId());
            final String source = item.retrieved().name();
            final float score = item.score();
            item.skipExternalId();
            if (size < slate.length && !excluded.has(number)) {
                sources[size] = source;
                scores[size] = score;
                slate[size++] = number;
            }
        }
        return size;
    }

    /** Scores of the last slate's items, by place. */
    float[] scores() {
        return scores;
    }

    /** Which retrieval source brought an item of the last slate. */
    String source(int place) {
        return sources[place];
    }

    /** Facts a second while the log was fed. */
    long eventsPerSecond() {
        return Math.round(trained * 1e9 / Math.max(1, trainingNs));
    }

    /** Time that the engine took for each request so far, by the rungs that were asked for. */
    Map<Rung, Histogram> latencyNs() {
        return latencyNs;
    }

    static Histogram latencies() {
        return new Histogram(LATENCY_MAX_NS, 3);
    }

    /** A setting, in its unit. */
    long setting(Setting setting) {
        return engine.settings().value(setting);
    }

    /** All settings, by name. */
    Map<String, Long> settings() {
        final Map<String, Long> values = new LinkedHashMap<>();
        for (final Setting setting : Setting.values()) {
            if (setting != Setting.NONE && setting != Setting.NULL_VAL) {
                values.put(setting.name(), engine.settings().value(setting));
            }
        }
        return values;
    }

    /** Items in its catalogue. */
    int itemsThere() {
        int count = 0;
        for (final boolean there : isThere) {
            count += there ? 1 : 0;
        }
        return count;
    }

    boolean isThere(int item) {
        return isThere[item];
    }

    @Override
    public void close() throws IOException {
        engine.close();
        state.close();
    }
}
