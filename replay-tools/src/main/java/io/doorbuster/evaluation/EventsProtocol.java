package io.doorbuster.evaluation;

import io.doorbuster.client.ItemIds;
import io.doorbuster.codec.Scenario;
import io.doorbuster.evaluation.Cases.Span;
import io.doorbuster.evaluation.Task.Input;
import io.doorbuster.intake.EventFile;
import io.doorbuster.intake.IntakeReport;
import io.doorbuster.intake.RowFormat;
import io.doorbuster.intake.ShopEvent;
import io.doorbuster.intake.ShopEvent.Kind;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.agrona.collections.IntArrayList;
import org.jspecify.annotations.Nullable;

/**
 * See {@link Protocol#EVENTS}. Shoppers of the test span who were there before it are asked for at its begin; a validation
 * takes the span before the test span instead, and never looks into the latter.
 */
final class EventsProtocol {
    private static final long DAY_NS = 86_400_000_000_000L;
    private static final long RECENT_NS = 30 * DAY_NS;
    private static final long OWN_NS = 60 * DAY_NS;

    private final Catalogue catalogue = new Catalogue();
    private final Map<String, Integer> shoppers = new HashMap<>();
    private final Map<Integer, Long> describedAtNs = new TreeMap<>();
    private final EventLog events = new EventLog();
    private final IntakeReport lines = new IntakeReport();
    private final Cases cases = new Cases();
    private final Cases newCases = cases.ofSamePool();
    private final List<String> notes = new ArrayList<>();

    private EventsProtocol() {}

    static Task read(EvaluationInput input) throws IOException {
        return new EventsProtocol().task(input);
    }

    private Task task(EvaluationInput input) throws IOException {
        final RowFormat format = input.format();
        if (format == null) {
            throw new IllegalArgumentException("say how to read the file: --format NAME");
        }
        try (EventFile file = EventFile.open(input.train(), format, lines)) {
            @Nullable ShopEvent event = file.next();
            while (event != null) {
                onEvent(event);
                event = file.next();
            }
        }
        final EventLog sorted = events.sortedByTime();
        final long testNs = splitNs(input, sorted);
        final long spanNs = input.days() * DAY_NS;
        final long fromNs = input.isValidation() ? testNs - spanNs : testNs;
        final EventLog log = sorted.between(Long.MIN_VALUE, fromNs);
        final EventLog next = sorted.between(fromNs, input.isValidation() ? testNs : Long.MAX_VALUE);
        final Kind target = sorted.has(Kind.PURCHASED) ? Kind.PURCHASED : null;
        ask(log, next, target);
        notes.add(String.format(
                "%s from %s on: what each shopper of before %s then",
                input.isValidation() ? "validation, the span before the test span," : "test",
                time(fromNs),
                target == null ? "does" : "buys"));
        final List<Integer> described = new ArrayList<>();
        describedAtNs.forEach((item, atNs) -> {
            if (atNs < fromNs) {
                described.add(item);
            }
        });
        return new Task(
                Protocol.EVENTS,
                catalogue,
                described,
                log,
                next,
                cases,
                newCases,
                "shoppers",
                fromNs,
                Scenario.FEED,
                false,
                target,
                RECENT_NS,
                OWN_NS,
                1,
                List.of(new Input(input.train(), lines)),
                notes);
    }

    private void onEvent(ShopEvent event) {
        final boolean isNew = catalogue.numberOf(event.item()) == Catalogue.NONE;
        final int item = catalogue.obtain(event.item());
        if (isNew || event.kind() == Kind.ITEM) {
            catalogue.describe(
                    item, ItemIds.code(event.category()), ItemIds.code(event.brand()), Math.max(0, event.priceMinor()));
        }
        if (event.kind() == Kind.ITEM) {
            describedAtNs.putIfAbsent(item, event.timeNs());
        } else if (event.kind().isBehaviour()) {
            if (event.timeNs() == 0) {
                lines.onRejected(event.row(), "no time, by which events are split");
                return;
            }
            final int next = shoppers.size();
            final int shopper = shoppers.computeIfAbsent(event.shopper(), name -> next);
            events.add(shopper, item, event.timeNs(), event.kind(), event.quantity());
        }
    }

    /** As asked for, or so that the last days of the file, counted from midnight UTC, are the test. */
    private static long splitNs(EvaluationInput input, EventLog sorted) {
        final Instant split = input.split();
        if (split != null) {
            return Math.addExact(Math.multiplyExact(split.getEpochSecond(), 1_000_000_000L), split.getNano());
        }
        if (sorted.size() == 0) {
            return 0;
        }
        final long lastNs = sorted.timeNs(sorted.size() - 1);
        return Math.floorDiv(lastNs, DAY_NS) * DAY_NS - (input.days() - 1) * DAY_NS;
    }

    private static Instant time(long timeNs) {
        return Instant.ofEpochSecond(Math.floorDiv(timeNs, 1_000_000_000L), Math.floorMod(timeNs, 1_000_000_000L));
    }

    private void ask(EventLog log, EventLog next, @Nullable Kind target) {
        final EventLog.ByShopper before = log.byShopper();
        final Map<Integer, Set<Integer>> targets = new TreeMap<>();
        for (int event = 0; event < next.size(); event++) {
            if (target == null || next.kind(event) == target) {
                targets.computeIfAbsent(next.shopper(event), shopper -> new LinkedHashSet<>())
                        .add(next.item(event));
            }
        }
        int strangers = 0;
        for (final Map.Entry<Integer, Set<Integer>> entry : targets.entrySet()) {
            if (before.count(entry.getKey()) > 0) {
                ask(entry.getKey(), entry.getValue(), log, before);
            } else {
                strangers++;
            }
        }
        notes.add(String.format("%,d shoppers of the span were not there before, and are not asked", strangers));
    }

    private void ask(int shopper, Set<Integer> targets, EventLog log, EventLog.ByShopper before) {
        final IntArrayList context = new IntArrayList();
        for (int i = 0; i < before.count(shopper); i++) {
            context.addInt(log.item(before.event(shopper, i)));
        }
        final Span history = cases.pool(context.toIntArray());
        cases.add(shopper, shopper, history, pooled(targets), Span.EMPTY);
        final Set<Integer> had = new LinkedHashSet<>();
        for (int i = context.size() - 1; i >= 0; i--) {
            had.add(context.getInt(i));
        }
        targets.removeAll(had);
        if (!targets.isEmpty()) {
            newCases.add(shopper, shopper, history, pooled(targets), pooled(new ArrayList<>(had).reversed()));
        }
    }

    private Span pooled(Iterable<Integer> items) {
        final IntArrayList list = new IntArrayList();
        items.forEach(list::addInt);
        return cases.pool(list.toIntArray());
    }
}
