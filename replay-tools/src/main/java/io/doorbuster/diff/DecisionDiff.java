package io.doorbuster.diff;

import static io.doorbuster.journal.RecordDescriptor.MESSAGE_OFFSET;

import io.doorbuster.client.Slate;
import io.doorbuster.codec.ClickedRecordDecoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.PurchasedRecordDecoder;
import io.doorbuster.codec.RecommendRecordDecoder;
import io.doorbuster.codec.Scenario;
import io.doorbuster.codec.SlateDecoder;
import io.doorbuster.engine.Engine;
import io.doorbuster.engine.RecordedHashes;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.Settings;
import io.doorbuster.engine.store.ShopperStore;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.gateway.Progress;
import io.doorbuster.gateway.StateDirectory;
import io.doorbuster.journal.JournalTailer;
import io.doorbuster.journal.RecordDescriptor;
import io.doorbuster.offpolicy.JournalLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Puts a journal through two engines in lock step, one as recorded and one under a {@link Change}, and compares what they
 * answer at each request to recommend. The recorded side must come to the hashes on record. Works beside a process that still
 * writes the journal. One thread.
 */
public final class DecisionDiff implements AutoCloseable {
    private static final int POLL_EXCERPTS = 64;

    /** Last items of a shopper in an example. */
    private static final int HISTORY_MAX = 10;

    /** Places of a slate that estimates are made for. */
    private static final int ESTIMATED_PLACES = 10;

    private static final long SEED = 1;
    private static final String REASON =
            "Shoppers never saw the changed slates, so what they would have done with them is"
                    + " not in the journal: it can only be estimated, from slates that were drawn by chance.";

    private final Path directory;
    private final Change change;
    private final long to;
    private final StateDirectory state = StateDirectory.temporary();
    private final Engine recorded;
    private final ChangedEngine changed;
    private final UnsafeBuffer recordedReply = new UnsafeBuffer(new byte[Engine.REPLY_MAX]);
    private final UnsafeBuffer changedReply = new UnsafeBuffer(new byte[Engine.REPLY_MAX]);
    private final RecordedHashes hashes = new RecordedHashes();
    private final Totals totals = new Totals();
    private final Exposure exposure = new Exposure();
    private final NextActions actions = new NextActions();
    private final Examples examples;
    private final StateGap gap = new StateGap();
    private final JournalLog log;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final RecommendRecordDecoder recommend = new RecommendRecordDecoder();
    private final ClickedRecordDecoder clicked = new ClickedRecordDecoder();
    private final PurchasedRecordDecoder purchased = new PurchasedRecordDecoder();
    private final SlateDecoder slateDecoder = new SlateDecoder();
    private Settings before = Settings.DEFAULTS;
    private long position;
    private long last;
    private long hashRecordsAtEnd = -1;

    /** Sums over requests. */
    private static final class Totals {
        private long requests;
        private long differ;
        private long firstDiffer;
        private double overlap;
        private double rankBiasedOverlap;
        private double swapped;
        private long swappedOf;
        private double moved;
        private long movedOf;
        private long gained;
        private long lost;

        void add(SlateChange change) {
            requests++;
            differ += change.isSame() ? 0 : 1;
            firstDiffer += change.isSameFirst() ? 0 : 1;
            overlap += change.overlap();
            rankBiasedOverlap += change.rankBiasedOverlap();
            swapped += change.common() < 2 ? 0 : change.swapped();
            swappedOf += change.common() < 2 ? 0 : 1;
            moved += change.common() == 0 ? 0 : change.moved();
            movedOf += change.common() == 0 ? 0 : 1;
            gained += change.gained();
            lost += change.lost();
        }
    }

    /**
     * Prepares a comparison.
     *
     * @param to last position compared; all when it is beyond the journal's end.
     * @param examplesMax requests shown one by one; may be 0.
     * @throws IOException when the directory is not one of ours.
     */
    public DecisionDiff(Path dataDirectory, Change change, long to, int examplesMax) throws IOException {
        DataDirectory.check(dataDirectory);
        directory = dataDirectory;
        this.change = change;
        this.to = to;
        final Path models = DataDirectory.models(dataDirectory);
        recorded = new Engine(state.path(), new ModelShelf(models));
        changed = new ChangedEngine(models, change);
        examples = new Examples(examplesMax);
        log = JournalLog.beside(recorded, changed.engine(), ESTIMATED_PLACES);
    }

    /**
     * Compares.
     *
     * @throws IOException when the recorded side does not come to what is on record, or there is no request to compare.
     * @throws io.doorbuster.journal.JournalCorruptException when the journal is damaged before the end of the span.
     * @throws IllegalStateException when a model cannot be had, or does not fit.
     */
    public DiffRun run(Progress progress) throws IOException {
        final long beginNs = System.nanoTime();
        try (JournalTailer tailer = JournalTailer.open(DataDirectory.journal(directory))) {
            while (!isDone() && tailer.poll(this::onRecord, POLL_EXCERPTS) > 0) {
                refuseDifference();
                progress.onReplayed(position);
            }
        }
        if (change.from() > position) {
            throw new IOException(
                    "the journal ends at position " + position + ": give --from " + position + " or less");
        }
        if (totals.requests == 0) {
            throw new IOException(directory + " holds no request for a slate from position " + change.from() + " to "
                    + last + ": there is nothing to compare; give a wider span, or a journal of a shop that was asked");
        }
        return result((System.nanoTime() - beginNs) / 1e9);
    }

    private void refuseDifference() throws IOException {
        if (hashes.otherVersions() > 0) {
            throw new IOException(
                    directory + " was recorded by another version of the engine, whose slates were others:"
                            + " compare with the release that recorded it");
        }
        final RecordedHashes.Difference first = hashes.first();
        if (first != null) {
            throw new IOException(directory + " does not replay to what was recorded, first at position "
                    + first.position() + ", so its slates are not those that were shown: look with doorbuster verify"
                    + " --data " + directory);
        }
    }

    /** Behind the span the recorded side goes on to the next hash record, which covers the span's last events. */
    private boolean isDone() {
        return hashRecordsAtEnd >= 0 && hashes.records() > hashRecordsAtEnd;
    }

    private void onRecord(MutableDirectBuffer record, int offset, int length) {
        if (isDone()) {
            return;
        }
        if (RecordDescriptor.position(record, offset) == 0) {
            hashes.onJournalRecord(record, offset);
            return;
        }
        position = RecordDescriptor.position(record, offset);
        if (position == change.from() && position > 1) {
            before = recorded.settings();
            changed.begin(position);
            gap.onChanged(recorded, changed.engine());
        }
        final int recordedLength = recorded.onRecord(record, offset, recordedReply, 0);
        hashes.onApplied(position, recorded.stateHash(), recorded.replyHash());
        if (position <= to) {
            last = position;
            final int changedLength = changed.onRecord(record, offset, changedReply);
            if (position == 1) {
                before = recorded.settings();
                if (change.from() == 1) {
                    changed.begin(position);
                }
            }
            gap.onApplied(position, RecordDescriptor.templateId(record, offset), recorded, changed.engine());
            if (position >= change.from()) {
                onCompared(record, offset, recordedLength, changedLength);
            }
        }
        if (position == to) {
            hashRecordsAtEnd = hashes.records();
        }
    }

    private void onCompared(MutableDirectBuffer record, int offset, int recordedLength, int changedLength) {
        final long timeNs = recorded.stores().engine().timeNs();
        final long gapNs = recorded.settings().sessionGapNs();
        final int at = offset + MESSAGE_OFFSET;
        int changedPlaces = 0;
        switch (RecordDescriptor.templateId(record, offset)) {
            case RecommendRecordDecoder.TEMPLATE_ID -> {
                if (recordedLength == 0 || changedLength == 0) {
                    return;
                }
                recommend.wrapAndApplyHeader(record, at, header);
                changedPlaces = onRecommend(timeNs, gapNs);
            }
            case ClickedRecordDecoder.TEMPLATE_ID -> {
                clicked.wrapAndApplyHeader(record, at, header);
                actions.onAction(clicked.shopper(), clicked.itemId(), false, clicked.requestPosition(), timeNs, gapNs);
            }
            case PurchasedRecordDecoder.TEMPLATE_ID -> {
                purchased.wrapAndApplyHeader(record, at, header);
                actions.onAction(purchased.shopper(), purchased.itemId(), true, 0, timeNs, gapNs);
            }
            default -> {}
        }
        log.onApplied(record, offset, recordedReply, recordedLength, changedPlaces);
    }

    /** Compares both answers; returns how many items the changed slate holds. */
    private int onRecommend(long timeNs, long gapNs) {
        final long shopper = recommend.shopper();
        final Slate recordedSlate = slate(recordedReply);
        final Slate changedSlate = slate(changedReply);
        final long[] recordedItems = itemIds(recordedSlate);
        final long[] changedItems = itemIds(changedSlate);
        final SlateChange difference = SlateChange.of(recordedItems, changedItems);
        totals.add(difference);
        exposure.add(Exposure.RECORDED, recordedSlate, recorded.stores().items());
        exposure.add(Exposure.CHANGED, changedSlate, changed.engine().stores().items());
        examples.add(position, shopper, difference, recordedSlate, changedSlate, this::history);
        actions.onSlates(shopper, position, timeNs, gapNs, recordedItems, changedItems);
        return changedSlate.items().size();
    }

    private Slate slate(UnsafeBuffer reply) {
        slateDecoder.wrapAndApplyHeader(reply, 0, header);
        return Slate.of(slateDecoder);
    }

    private static long[] itemIds(Slate slate) {
        return slate.items().stream().mapToLong(Slate.Item::itemId).toArray();
    }

    /** What the request went by: the shopper's last items, or those of the session that the caller gave; newest first. */
    private List<String> history() {
        final ItemStore items = recorded.stores().items();
        final List<String> history = new ArrayList<>();
        for (final RecommendRecordDecoder.ContextDecoder context : recommend.context()) {
            history.addFirst(name(items, items.rowOf(context.itemId())));
        }
        final ShopperStore shoppers = recorded.stores().shoppers();
        final int row = recommend.shopper() == 0 || recommend.scenario() == Scenario.SESSION
                ? ShopperStore.NONE
                : shoppers.rowOf(recommend.shopper());
        for (int age = 0; row != ShopperStore.NONE && age < shoppers.recentCount(row); age++) {
            history.add(name(items, shoppers.recentItem(row, age)));
        }
        return List.copyOf(history.subList(0, Math.min(HISTORY_MAX, history.size())));
    }

    private static String name(ItemStore items, int row) {
        if (row == ItemStore.NONE) {
            return "?";
        }
        final byte[] text = new byte[items.externalIdLength(row)];
        items.copyExternalId(row, new UnsafeBuffer(text), 0);
        return new String(text, StandardCharsets.UTF_8);
    }

    private DiffRun result(double seconds) {
        final List<String> notes = new ArrayList<>();
        if (hashes.compared() == 0) {
            notes.add(
                    "the journal holds no hash record of these events, so nothing says that the recorded slates are those"
                            + " that were shown");
        }
        return new DiffRun(
                DiffRun.SCHEMA_VERSION,
                directory.toString(),
                changes(),
                change.from(),
                last,
                hashes.compared(),
                notes,
                facts(),
                estimates(),
                examples.biggestFirst(),
                seconds);
    }

    private List<String> changes() {
        final List<String> changes = new ArrayList<>();
        change.settings().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(setting -> changes.add(setting.getKey() + "=" + setting.getValue() + " (recorded: "
                        + before.value(setting.getKey()) + ")"
                        + (Settings.isFixed(setting.getKey()) && change.from() > 1
                                ? " from the first record on"
                                : "")));
        if (change.model() != null) {
            changes.add("model " + change.model().file().name() + " "
                    + change.model().file().hash());
        }
        return changes;
    }

    private DiffRun.Facts facts() {
        return new DiffRun.Facts(
                totals.requests,
                totals.differ,
                totals.firstDiffer,
                totals.overlap / totals.requests,
                totals.rankBiasedOverlap / totals.requests,
                totals.swapped / Math.max(1, totals.swappedOf),
                totals.moved / Math.max(1, totals.movedOf),
                (double) totals.gained / totals.requests,
                (double) totals.lost / totals.requests,
                exposure.places(),
                exposure.priceMinor(),
                exposure.onlyOf(Exposure.RECORDED),
                exposure.onlyOf(Exposure.CHANGED),
                exposure.soldOut(),
                exposure.most(1),
                exposure.most(-1),
                exposure.categories(),
                exposure.sources(),
                actions.next(),
                gap.state());
    }

    private DiffRun.Estimates estimates() {
        final @Nullable String refusal = log.refusal();
        return new DiffRun.Estimates(
                REASON,
                refusal == null ? null : "no support: " + refusal,
                refusal != null
                        ? null
                        : log.study(directory, "changed", hashes.compared())
                                .run(Double.POSITIVE_INFINITY, SEED, done -> {}));
    }

    @Override
    public void close() throws IOException {
        changed.close();
        recorded.close();
        state.close();
    }
}
