package io.doorbuster.diff;

import io.doorbuster.client.Slate;
import io.doorbuster.diff.DiffRun.Pair;
import io.doorbuster.diff.DiffRun.Share;
import io.doorbuster.diff.DiffRun.Shown;
import io.doorbuster.engine.store.ItemStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Who gets the places of all slates: items, categories, retrieval sources; and at what price. One thread. */
final class Exposure {
    static final int RECORDED = 0;
    static final int CHANGED = 1;
    private static final int SIDES = 2;

    /** Items of each list. */
    private static final int LISTED_MAX = 20;

    private final Map<Long, Item> items = new TreeMap<>();
    private final Map<String, long[]> categories = new TreeMap<>();
    private final Map<String, long[]> sources = new TreeMap<>();
    private final long[] places = new long[SIDES];
    private final long[] prices = new long[SIDES];
    private final long[] soldOut = new long[SIDES];

    /** Slates that held an item, by side. */
    private static final class Item {
        private final String externalId;
        private final long[] slates = new long[SIDES];

        Item(String externalId) {
            this.externalId = externalId;
        }

        long change() {
            return slates[CHANGED] - slates[RECORDED];
        }
    }

    /** Takes a slate of one side, with the items as they are now. */
    void add(int side, Slate slate, ItemStore store) {
        for (final Slate.Item item : slate.items()) {
            final int row = store.rowOf(item.itemId());
            places[side]++;
            prices[side] += item.priceMinor();
            soldOut[side] += row == ItemStore.NONE || store.free(row) <= 0 ? 1 : 0;
            items.computeIfAbsent(item.itemId(), id -> new Item(item.externalId())).slates[side]++;
            count(categories, row == ItemStore.NONE ? "?" : Integer.toUnsignedString(store.category(row)), side);
            count(sources, item.retrieved().name().toLowerCase(Locale.ROOT), side);
        }
    }

    private static void count(Map<String, long[]> counts, String name, int side) {
        counts.computeIfAbsent(name, key -> new long[SIDES])[side]++;
    }

    Pair places() {
        return new Pair(places[RECORDED], places[CHANGED]);
    }

    Pair soldOut() {
        return new Pair(soldOut[RECORDED], soldOut[CHANGED]);
    }

    Pair priceMinor() {
        return new Pair(share(prices, places, RECORDED), share(prices, places, CHANGED));
    }

    private static double share(long[] parts, long[] wholes, int side) {
        return wholes[side] == 0 ? 0 : (double) parts[side] / wholes[side];
    }

    /** Items that one side alone ever showed. */
    long onlyOf(int side) {
        return items.values().stream()
                .filter(item -> item.slates[SIDES - 1 - side] == 0)
                .count();
    }

    /** Items with the largest change in a direction: 1 = shown more often, -1 = less. */
    List<Shown> most(int direction) {
        return items.entrySet().stream()
                .filter(item -> direction * item.getValue().change() > 0)
                .sorted(Comparator.comparingLong(
                        item -> -direction * item.getValue().change()))
                .limit(LISTED_MAX)
                .map(item -> new Shown(
                        Long.toUnsignedString(item.getKey()),
                        item.getValue().externalId,
                        item.getValue().slates[RECORDED],
                        item.getValue().slates[CHANGED]))
                .toList();
    }

    List<Share> categories() {
        return shares(categories);
    }

    List<Share> sources() {
        return shares(sources);
    }

    private List<Share> shares(Map<String, long[]> counts) {
        final List<Share> shares = new ArrayList<>();
        counts.forEach(
                (name, of) -> shares.add(new Share(name, share(of, places, RECORDED), share(of, places, CHANGED))));
        shares.sort(Comparator.comparingDouble(share -> -Math.abs(share.changed() - share.recorded())));
        return shares;
    }
}
