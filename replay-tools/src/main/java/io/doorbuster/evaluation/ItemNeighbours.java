package io.doorbuster.evaluation;

import java.util.Arrays;
import org.agrona.collections.IntArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Baseline, item-kNN: items that go with those of the context in the sessions or histories of the log. The similarity of two
 * items is common / sqrt((of one + 20) (of the other + 20)), counted in shoppers, as in the session papers' Item-KNN; each
 * item has its 100 nearest.
 */
final class ItemNeighbours implements Recommender {
    static final double REGULARISATION = 20;

    private static final int NEAREST_MAX = 100;

    /** Newest items of one shopper that go with each other; bounds the work for whoever had everything. */
    private static final int BASKET_MAX = 256;

    private static final int CONTEXT_MAX = 256;
    private static final double WEIGHT_MIN = 1e-3;

    private final double contextDecay;
    private final int[] basketFrom;
    private final int[] basketItems;
    private final int[] postingFrom;
    private final int[] postings;
    private final @Nullable Nearest[] found;
    private final ItemScores scores;
    private final ItemScores common;
    private final ItemMarks excluded;
    private final ItemMarks none;
    private final int[] best = new int[NEAREST_MAX];

    /** An item's nearest, best first. */
    private static final class Nearest {
        final int[] items;
        final double[] similarities;

        Nearest(int[] items, double[] similarities) {
            this.items = items;
            this.similarities = similarities;
        }
    }

    ItemNeighbours(Task task) {
        contextDecay = task.contextDecay();
        final int itemCount = task.catalogue().size();
        final EventLog log = task.log();
        final EventLog.ByShopper byShopper = log.byShopper();
        final IntArrayList items = new IntArrayList();
        basketFrom = new int[byShopper.shoppers() + 1];
        final int[] seenBy = new int[itemCount];
        postingFrom = new int[itemCount + 1];
        for (int shopper = 0; shopper < byShopper.shoppers(); shopper++) {
            final int begin = items.size();
            for (int i = byShopper.count(shopper) - 1; i >= 0; i--) {
                final int item = log.item(byShopper.event(shopper, i));
                if (seenBy[item] != shopper + 1 && items.size() - begin < BASKET_MAX) {
                    seenBy[item] = shopper + 1;
                    items.addInt(item);
                    postingFrom[item + 1]++;
                }
            }
            basketFrom[shopper + 1] = items.size();
        }
        basketItems = items.toIntArray();
        for (int item = 0; item < itemCount; item++) {
            postingFrom[item + 1] += postingFrom[item];
        }
        postings = new int[basketItems.length];
        final int[] next = Arrays.copyOf(postingFrom, itemCount);
        for (int shopper = 0; shopper + 1 < basketFrom.length; shopper++) {
            for (int i = basketFrom[shopper]; i < basketFrom[shopper + 1]; i++) {
                postings[next[basketItems[i]]++] = shopper;
            }
        }
        found = new Nearest[itemCount];
        scores = new ItemScores(itemCount);
        common = new ItemScores(itemCount);
        excluded = new ItemMarks(itemCount);
        none = new ItemMarks(itemCount);
    }

    @Override
    public String name() {
        return "item-kNN";
    }

    @Override
    public int recommend(Cases cases, int number, int[] slate) {
        final Cases.Span context = cases.context(number);
        final int last = Math.max(context.from(), context.to() - CONTEXT_MAX);
        double weight = 1;
        for (int place = context.to() - 1; place >= last && weight > WEIGHT_MIN; place--) {
            final Nearest nearest = nearestOf(cases.item(place));
            for (int i = 0; i < nearest.items.length; i++) {
                scores.add(nearest.items[i], weight * nearest.similarities[i]);
            }
            weight *= contextDecay;
        }
        excluded.only(cases, cases.excluded(number));
        return scores.takeBest(excluded, slate);
    }

    private Nearest nearestOf(int item) {
        final Nearest known = found[item];
        if (known != null) {
            return known;
        }
        final double own = shoppers(item) + REGULARISATION;
        for (int i = postingFrom[item]; i < postingFrom[item + 1]; i++) {
            final int shopper = postings[i];
            for (int j = basketFrom[shopper]; j < basketFrom[shopper + 1]; j++) {
                final int other = basketItems[j];
                if (other != item) {
                    common.add(other, 1 / Math.sqrt(own * (shoppers(other) + REGULARISATION)));
                }
            }
        }
        final int count = common.best(none, best);
        final double[] similarities = new double[count];
        for (int i = 0; i < count; i++) {
            similarities[i] = common.score(best[i]);
        }
        common.clear();
        final Nearest nearest = new Nearest(Arrays.copyOf(best, count), similarities);
        found[item] = nearest;
        return nearest;
    }

    private int shoppers(int item) {
        return postingFrom[item + 1] - postingFrom[item];
    }
}
