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
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Slates of a shop's own journal, made once more by replay, each place with its propensity, and whether the shopper clicked
 * or bought its item within the session gap behind it. One thread.
 *
 * <p>A place's weight is the product over the places up to it: what comes later is taken not to change what a place earns.
 */
public final class JournalLog {
    private static final double PERMILLE = 1_000;
    private static final String TARGET_SETTING = "EXPLORATION_PERMILLE";

    private final Engine engine;
    private final double targetExplored;
    private final int placesMax;
    private final List<Place> places = new ArrayList<>();
    private final List<TargetChoice> choices = new ArrayList<>();
    private final Map<Long, Deque<Shown>> shownTo = new HashMap<>();
    private final Map<Long, Integer> items = new HashMap<>();
    private final Map<Long, Integer> shoppers = new HashMap<>();
    private final long[] pool = new long[SlateBuffer.POOL_MAX];
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final RecommendRecordDecoder recommend = new RecommendRecordDecoder();
    private final ClickedRecordDecoder clicked = new ClickedRecordDecoder();
    private final PurchasedRecordDecoder purchased = new PurchasedRecordDecoder();
    private final SlateDecoder slate = new SlateDecoder();
    private long slates;
    private long anonymous;
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

    private JournalLog(Engine engine, int targetPermille, int placesMax) {
        this.engine = engine;
        targetExplored = targetPermille / PERMILLE;
        this.placesMax = placesMax;
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
            final JournalLog log = new JournalLog(replayer.engine(), targetPermille, placesMax);
            final ReplayReport found = replayer.replay(Long.MAX_VALUE, progress, log::onApplied);
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
            return log.study(directory, targetPermille, found.comparedEvents());
        }
    }

    private Study study(Path directory, int targetPermille, long compared) throws IOException {
        if (places.isEmpty()) {
            throw new IOException(directory + " holds no slate for a shopper that can be told again"
                    + (anonymous > 0 ? ": all were for nobody" : ""));
        }
        final List<Decision> decisions = new ArrayList<>();
        int placeCount = 0;
        for (final Place place : places) {
            decisions.add(new Decision(
                    place.number, place.number, place.item, place.isRewarded ? 1 : 0, place.propensity, place.shopper));
            placeCount = Math.max(placeCount, place.number + 1);
        }
        if (places.stream().noneMatch(place -> place.isRewarded)) {
            throw new IOException(
                    directory + ": nobody clicked or bought what a slate had shown within the session gap:"
                            + " no policy earns more or less than another");
        }
        final List<String> strata = new ArrayList<>();
        for (int place = 0; place < placeCount; place++) {
            strata.add("place " + place);
        }
        final String name = targetPermille == 0 ? "greedy" : TARGET_SETTING + "=" + targetPermille;
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
        if (compared == 0) {
            notes.add("the journal holds no hash record, so nothing says that these slates are those that were shown");
        }
        return new Study(
                directory.toString(),
                "places clicked or bought from",
                notes,
                decisions,
                strata,
                List.of(new Study.Target(name, choices, null)));
    }

    private void onApplied(DirectBuffer record, int offset, DirectBuffer reply, int replyLength) {
        nowNs = engine.stores().engine().timeNs();
        final int at = offset + MESSAGE_OFFSET;
        switch (RecordDescriptor.templateId(record, offset)) {
            case RecommendRecordDecoder.TEMPLATE_ID -> {
                recommend.wrapAndApplyHeader(record, at, header);
                if (recommend.shopper() == 0) {
                    anonymous++;
                } else if (replyLength > 0) {
                    onSlate(recommend.shopper(), reply);
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

    private void onSlate(long shopper, DirectBuffer reply) {
        slate.wrapAndApplyHeader(reply, 0, header);
        final double explored = engine.settings().explorationPermille() / PERMILLE;
        final List<Place> ofSlate = new ArrayList<>();
        final int group = number(shoppers, shopper);
        double before = 1;
        for (final SlateDecoder.ItemsDecoder item : slate.items()) {
            final int place = ofSlate.size();
            if (place == placesMax) {
                break;
            }
            final int size = engine.lastPool(place, pool);
            final boolean isGreedy = pool[0] == item.itemId();
            final double propensity = explored / size + (isGreedy ? 1 - explored : 0);
            final TargetChoice choice = choice(before, size, explored == 0);
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
