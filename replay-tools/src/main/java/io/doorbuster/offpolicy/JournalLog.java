package io.doorbuster.offpolicy;

import static io.doorbuster.journal.RecordDescriptor.MESSAGE_OFFSET;

import io.doorbuster.codec.ClickedRecordDecoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.PurchasedRecordDecoder;
import io.doorbuster.codec.RecommendRecordDecoder;
import io.doorbuster.codec.Rung;
import io.doorbuster.codec.SlateDecoder;
import io.doorbuster.engine.Engine;
import io.doorbuster.engine.decision.SlateBuffer;
import io.doorbuster.engine.store.EngineStore;
import io.doorbuster.gateway.Progress;
import io.doorbuster.journal.RecordDescriptor;
import io.doorbuster.replay.ReplayReport;
import io.doorbuster.replay.Replayer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Slates of a shop's own journal, made once more by replay, each place with its propensity, and whether the shopper clicked
 * or bought its item within the session gap behind it. Asked about is the same engine with another exploration, or another
 * engine beside it. One thread.
 *
 * <p>A place's weight is the product over the places up to it: what comes later is taken not to change what a place earns.
 */
public final class JournalLog {
    private static final double PERMILLE = 1_000;
    private static final String TARGET_SETTING = "EXPLORATION_PERMILLE";

    private final Engine engine;
    private final @Nullable Engine other;
    private final double targetExplored;
    private final int placesMax;
    private final List<Place> places = new ArrayList<>();
    private final List<TargetChoice> choices = new ArrayList<>();
    private final Map<Long, Deque<Shown>> shownTo = new HashMap<>();
    private final Map<Long, Integer> items = new HashMap<>();
    private final Map<Long, Integer> shoppers = new HashMap<>();
    private final long[] pool = new long[SlateBuffer.POOL_MAX];
    private final long[] otherPool = new long[SlateBuffer.POOL_MAX];
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final RecommendRecordDecoder recommend = new RecommendRecordDecoder();
    private final ClickedRecordDecoder clicked = new ClickedRecordDecoder();
    private final PurchasedRecordDecoder purchased = new PurchasedRecordDecoder();
    private final SlateDecoder slate = new SlateDecoder();
    private long slates;
    private long anonymous;
    private boolean firstPlacesOnly;
    private long nowNs;

    /** A place of a slate whose reward may still come. */
    private static final class Place {
        private final int number;
        private final int item;
        private final double propensity;
        private final int shopper;
        private boolean isRewarded;

        Place(int number, int item, double propensity, int shopper) {
            this.number = number;
            this.item = item;
            this.propensity = propensity;
            this.shopper = shopper;
        }
    }

    /** A slate that feedback may still be about. */
    private record Shown(long position, long timeNs, List<Place> places) {}

    private JournalLog(Engine engine, @Nullable Engine other, int targetPermille, int placesMax) {
        this.engine = engine;
        this.other = other;
        targetExplored = targetPermille / PERMILLE;
        this.placesMax = placesMax;
    }

    /**
     * A log that asks about another engine, which is applied to the same records. Only slates that explored are taken: without
     * chance there is nothing to weigh. Where the other engine explores too, what it would draw behind another beginning of
     * the slate is not known, so only the first place is.
     *
     * @param engine that made the slates shown.
     * @param placesMax places of each slate, from the first.
     */
    public static JournalLog beside(Engine engine, Engine other, int placesMax) {
        return new JournalLog(engine, other, 0, placesMax);
    }

    /**
     * Replays a shop's journal and asks it about the same engine with another exploration.
     *
     * @param targetPermille exploration asked about; 0 = every place is the greedy choice.
     * @param placesMax places of each slate, from the first.
     * @throws IOException when it is no data directory, holds no slate with feedback, or replays to other slates than
     *     recorded.
     */
    public static Study study(Path directory, int targetPermille, int placesMax, Progress progress) throws IOException {
        try (Replayer replayer = new Replayer(directory)) {
            final JournalLog log = new JournalLog(replayer.engine(), null, targetPermille, placesMax);
            final ReplayReport found = replayer.replay(
                    Long.MAX_VALUE,
                    progress,
                    (record, offset, reply, length) -> log.onApplied(record, offset, reply, length, 0));
            if (found.firstDifference() != null || found.otherVersions() > 0) {
                throw new IOException(
                        found.otherVersions() > 0
                                ? directory
                                        + " was recorded by another version of the engine, whose slates were others:"
                                        + " estimate with the release that recorded it"
                                : directory
                                        + " does not replay to what was recorded: look with doorbuster verify --data "
                                        + directory);
            }
            final String refusal = log.refusal();
            if (refusal != null) {
                throw new IOException(directory + ": " + refusal);
            }
            return log.study(
                    directory,
                    targetPermille == 0 ? "greedy" : TARGET_SETTING + "=" + targetPermille,
                    found.comparedEvents());
        }
    }

    /** Why nothing can be estimated from what was applied, or null. */
    public @Nullable String refusal() {
        if (places.isEmpty()) {
            return other != null && anonymous == 0
                    ? "no slate that was compared explored (EXPLORATION_PERMILLE was 0), so there is no chance to weigh"
                    : "no slate for a shopper that can be told again" + (anonymous > 0 ? ": all were for nobody" : "");
        }
        if (places.stream().noneMatch(place -> place.isRewarded)) {
            return "nobody clicked or bought what a slate had shown within the session gap:"
                    + " no policy earns more or less than another";
        }
        return null;
    }

    /**
     * What was applied, when there is no {@link #refusal}.
     *
     * @param target name of what is asked about.
     * @param compared events that came out as recorded.
     */
    public Study study(Path directory, String target, long compared) {
        final List<Decision> decisions = new ArrayList<>();
        int placeCount = 0;
        for (final Place place : places) {
            decisions.add(new Decision(
                    place.number, place.number, place.item, place.isRewarded ? 1 : 0, place.propensity, place.shopper));
            placeCount = Math.max(placeCount, place.number + 1);
        }
        final List<String> strata = new ArrayList<>();
        for (int place = 0; place < placeCount; place++) {
            strata.add("place " + place);
        }
        final List<String> notes = new ArrayList<>(List.of(String.format(
                "%,d slates for %,d shoppers, %,d more for nobody left out; reward = clicked or bought within %,d s",
                slates, shoppers.size(), anonymous, engine.settings().sessionGapNs() / 1_000_000_000L)));
        notes.add(String.format(
                "%,d slates end less than that before the journal does: what came of them later is not in it",
                shownTo.values().stream()
                        .flatMap(Deque::stream)
                        .filter(shown ->
                                nowNs - shown.timeNs < engine.settings().sessionGapNs())
                        .count()));
        final EngineStore counts = engine.stores().engine();
        final long hasty =
                counts.slates(Rung.LOG_LINEAR) + counts.slates(Rung.NEIGHBOURS) + counts.slates(Rung.POPULARITY);
        if (hasty > 0) {
            notes.add(String.format(
                    "%,d slates were made in haste, on a lower rung: the policy asked about would be as hasty", hasty));
        }
        if (firstPlacesOnly) {
            notes.add(
                    "the policy asked about explores too, so only first places tell of it: with EXPLORATION_PERMILLE=0 all do");
        }
        if (compared == 0) {
            notes.add("the journal holds no hash record, so nothing says that these slates are those that were shown");
        }
        return new Study(
                directory.toString(),
                "places clicked or bought from",
                notes,
                decisions,
                strata,
                List.of(new Study.Target(target, choices, null)));
    }

    /**
     * Takes an event that has just been applied.
     *
     * @param otherPlaces in the slate with which the other engine answered it.
     */
    public void onApplied(DirectBuffer record, int offset, DirectBuffer reply, int replyLength, int otherPlaces) {
        nowNs = engine.stores().engine().timeNs();
        final int at = offset + MESSAGE_OFFSET;
        switch (RecordDescriptor.templateId(record, offset)) {
            case RecommendRecordDecoder.TEMPLATE_ID -> {
                recommend.wrapAndApplyHeader(record, at, header);
                if (other != null && engine.settings().explorationPermille() == 0) {
                    return;
                }
                if (recommend.shopper() == 0) {
                    anonymous++;
                } else if (replyLength > 0) {
                    onSlate(recommend.shopper(), reply, otherPlaces);
                }
            }
            case ClickedRecordDecoder.TEMPLATE_ID -> {
                clicked.wrapAndApplyHeader(record, at, header);
                onFeedback(clicked.shopper(), clicked.itemId(), clicked.requestPosition());
            }
            case PurchasedRecordDecoder.TEMPLATE_ID -> {
                purchased.wrapAndApplyHeader(record, at, header);
                onFeedback(purchased.shopper(), purchased.itemId(), 0);
            }
            default -> {}
        }
    }

    private static int number(Map<Long, Integer> numbers, long id) {
        final int next = numbers.size();
        return numbers.computeIfAbsent(id, key -> next);
    }

    private void onSlate(long shopper, DirectBuffer reply, int otherPlaces) {
        final double explored = engine.settings().explorationPermille() / PERMILLE;
        final boolean isOtherDrawn = other != null && other.settings().explorationPermille() > 0;
        final int wanted = isOtherDrawn ? 1 : placesMax;
        firstPlacesOnly |= isOtherDrawn;
        slate.wrapAndApplyHeader(reply, 0, header);
        final List<Place> ofSlate = new ArrayList<>();
        final int group = number(shoppers, shopper);
        double before = 1;
        for (final SlateDecoder.ItemsDecoder item : slate.items()) {
            final int place = ofSlate.size();
            if (place == wanted) {
                break;
            }
            final int size = engine.lastPool(place, pool);
            final boolean isGreedy = pool[0] == item.itemId();
            final double propensity = explored / size + (isGreedy ? 1 - explored : 0);
            final TargetChoice choice = other == null
                    ? choice(before, size, explored == 0)
                    : choiceOf(other, before, size, place < otherPlaces ? place : -1);
            final Place shown = new Place(place, number(items, item.itemId()), propensity, group);
            item.skipExternalId();
            before *= choice.probability(shown.item) / propensity;
            ofSlate.add(shown);
            choices.add(choice);
        }
        places.addAll(ofSlate);
        slates += ofSlate.isEmpty() ? 0 : 1;
        final Deque<Shown> shownBefore = shownTo.computeIfAbsent(shopper, key -> new ArrayDeque<>());
        forgetOld(shownBefore);
        shownBefore.addFirst(new Shown(slate.position(), nowNs, ofSlate));
    }

    private void forgetOld(Deque<Shown> newestFirst) {
        final long fromNs = nowNs - engine.settings().sessionGapNs();
        while (!newestFirst.isEmpty() && newestFirst.getLast().timeNs < fromNs) {
            newestFirst.removeLast();
        }
    }

    /** Without exploration nobody knows what a place might have been drawn from: at most a full pool. */
    private TargetChoice choice(double before, int poolSize, boolean isGreedyLog) {
        final int size = isGreedyLog ? SlateBuffer.POOL_MAX : poolSize;
        final double drawn = targetExplored / size;
        final int known = targetExplored == 0 ? 1 : poolSize;
        final int[] actions = new int[known];
        final double[] probabilities = new double[known];
        for (int i = 0; i < known; i++) {
            actions[i] = number(items, pool[i]);
            probabilities[i] = drawn + (i == 0 ? 1 - targetExplored : 0);
        }
        return new TargetChoice(before, actions, probabilities, isGreedyLog ? targetExplored - drawn : 0);
    }

    /** What the other engine puts at a place, behind the same items as here: else nothing depends on it. None = no item. */
    private TargetChoice choiceOf(Engine asked, double before, int poolSize, int place) {
        final int size = place < 0 ? 0 : asked.lastPool(place, otherPool);
        final double explored = asked.settings().explorationPermille() / PERMILLE;
        final int[] actions = new int[size];
        final double[] probabilities = new double[size];
        double unsupported = 0;
        int known = 0;
        for (int i = 0; i < size; i++) {
            final double probability = explored / size + (i == 0 ? 1 - explored : 0);
            if (!isPooled(otherPool[i], poolSize)) {
                unsupported += probability;
            } else if (probability > 0) {
                actions[known] = number(items, otherPool[i]);
                probabilities[known++] = probability;
            }
        }
        return new TargetChoice(
                before, Arrays.copyOf(actions, known), Arrays.copyOf(probabilities, known), unsupported);
    }

    private boolean isPooled(long itemId, int poolSize) {
        for (int i = 0; i < poolSize; i++) {
            if (pool[i] == itemId) {
                return true;
            }
        }
        return false;
    }

    /** Feedback counts once, for the newest slate that showed the item, or the one that the click names. */
    private void onFeedback(long shopper, long itemId, long requestPosition) {
        final @Nullable Deque<Shown> slatesShown = shopper == 0 ? null : shownTo.get(shopper);
        final @Nullable Integer item = items.get(itemId);
        if (slatesShown == null || item == null) {
            return;
        }
        forgetOld(slatesShown);
        for (final Shown shown : slatesShown) {
            if (requestPosition == 0 || requestPosition == shown.position) {
                for (final Place place : shown.places) {
                    if (place.item == item) {
                        place.isRewarded = true;
                        return;
                    }
                }
            }
        }
    }
}
