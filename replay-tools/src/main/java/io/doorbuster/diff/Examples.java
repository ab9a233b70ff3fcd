package io.doorbuster.diff;

import io.doorbuster.client.Slate;
import io.doorbuster.diff.DiffRun.Example;
import io.doorbuster.diff.DiffRun.Placed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.function.Supplier;

/** The requests whose slates differ most; of equal ones the earlier. One thread. */
final class Examples {
    private static final Comparator<Example> BIGGEST_FIRST =
            Comparator.comparingDouble(Example::rankBiasedOverlap).thenComparingLong(Example::position);

    private final int max;
    private final PriorityQueue<Example> smallestFirst = new PriorityQueue<>(BIGGEST_FIRST.reversed());

    /** @param max how many are kept; may be 0. */
    Examples(int max) {
        this.max = max;
    }

    /** Takes a request; its history is asked for only when it is kept. */
    void add(
            long position,
            long shopper,
            SlateChange change,
            Slate recorded,
            Slate changed,
            Supplier<List<String>> history) {
        final Example least = smallestFirst.peek();
        final boolean isFull = smallestFirst.size() == max;
        if (change.isSame()
                || max == 0
                || isFull && least != null && least.rankBiasedOverlap() <= change.rankBiasedOverlap()) {
            return;
        }
        if (isFull) {
            smallestFirst.remove();
        }
        smallestFirst.add(new Example(
                position,
                Long.toUnsignedString(shopper),
                change.rankBiasedOverlap(),
                history.get(),
                placed(recorded),
                placed(changed),
                moves(recorded, changed)));
    }

    private static List<Placed> placed(Slate slate) {
        return slate.items().stream()
                .map(item -> new Placed(
                        Long.toUnsignedString(item.itemId()),
                        item.externalId(),
                        item.score(),
                        item.retrieved().name().toLowerCase(Locale.ROOT)))
                .toList();
    }

    private static List<String> moves(Slate recorded, Slate changed) {
        final List<String> moves = new ArrayList<>();
        for (int place = 0; place < changed.items().size(); place++) {
            final Slate.Item item = changed.items().get(place);
            final int before = placeOf(recorded, item.itemId());
            if (before < 0) {
                moves.add(item.externalId() + " new at " + place);
            } else if (before != place) {
                moves.add(item.externalId() + " " + before + " -> " + place);
            }
        }
        for (int place = 0; place < recorded.items().size(); place++) {
            final Slate.Item item = recorded.items().get(place);
            if (placeOf(changed, item.itemId()) < 0) {
                moves.add(item.externalId() + " gone from " + place);
            }
        }
        return moves;
    }

    private static int placeOf(Slate slate, long itemId) {
        for (int place = 0; place < slate.items().size(); place++) {
            if (slate.items().get(place).itemId() == itemId) {
                return place;
            }
        }
        return -1;
    }

    List<Example> biggestFirst() {
        return smallestFirst.stream().sorted(BIGGEST_FIRST).toList();
    }
}
