package io.doorbuster.demo;

import io.doorbuster.intake.ShopEvent;
import io.doorbuster.intake.ShopEvent.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A flash sale from a seed: opening rush, hot items that sell out, a restock, a price drop. One thread for each lane.
 *
 * <p>Where a figure was measured on a real log, the log stands beside it. UCI = Online Retail 2010-11 (442,930 lines that
 * are no cancellations), Diginetica = CIKM Cup 2016 in the SR-GNN split (906,140 clicks in 186,670 sessions).
 *
 * <ul>
 *   <li>Item popularity: log-normal, sigma 1.18; the top 1 % of items draw 12.6 % of events, the top 10 % draw 46 %
 *       (measured: UCI 10.0 % and 46.0 %, Diginetica 13.0 % and 45.9 %).
 *   <li>Shopper activity: log-normal, median 2, sigma 1.08 visits; 90 % have up to 8, 99 % up to 25 (UCI, invoices of a
 *       customer: median 2, 8, 26).
 *   <li>Session length: log-normal, median 4, sigma 0.63 views, at least 2; mean 4.9, 90 % up to 9, 99 % up to 17
 *       (Diginetica: mean 4.85, median 4, 9, 18). 16 % of views return to an item of the session (Diginetica: 15.9 %).
 *   <li>Basket size: log-normal, median 13, sigma 1.05 lines, at most {@link #BASKET_MAX} (UCI, lines of an invoice:
 *       median 13, 90 % up to 50).
 * </ul>
 *
 * What the logs do not say is chosen: 20 categories, three quarters of views in a shopper's two favourite ones; 5 % of visits
 * buy; in the rush half of all views go to the hot items, and half of the visits that saw one try to buy it.
 */
public final class SaleGenerator {
    private static final int CATEGORIES = 20;
    private static final int HOT_ITEMS = 30;
    private static final int HOT_STOCK_MIN = 2;
    private static final int STOCK_MIN = 200;
    private static final int BASKET_MAX = 50;
    private static final int OPEN_VISITS = 32;
    private static final int BOUGHT_KEPT = 8;
    private static final double RUSH_UNTIL = 0.25;
    private static final double RESTOCK_AT = 0.5;
    private static final double PRICE_DROP_AT = 0.7;

    private final long seed;
    private final int lanes;
    private final int visits;
    private final int items;
    private final int shoppers;
    private final int hotStock;
    private final long[] prices;
    private final int[] categoryOf;
    private final int[][] itemsOf = new int[CATEGORIES][];
    private final double[][] cumulativeOf = new double[CATEGORIES][];
    private final double[] cumulativeShoppers;

    /**
     * A sale.
     *
     * @param scale 1 = 12,000 visits to 4,000 items (UCI: 4,015).
     * @param lanes independent streams of shoppers.
     */
    public SaleGenerator(long seed, double scale, int lanes) {
        this.seed = seed;
        this.lanes = lanes;
        visits = (int) Math.max(200, 12_000 * scale);
        items = (int) Math.max(500, 4_000 * Math.min(4, scale));
        shoppers = Math.max(100, visits / 4);
        hotStock = Math.max(HOT_STOCK_MIN, visits / 300);
        prices = new long[items];
        categoryOf = new int[items];
        final SplittableRandom random = new SplittableRandom(seed);
        final double[] weights = new double[items];
        for (int i = 0; i < items; i++) {
            weights[i] = Math.exp(1.18 * random.nextGaussian());
            prices[i] = Math.round(100 * Math.exp(3 + random.nextGaussian())) + 99;
            categoryOf[i] = random.nextInt(CATEGORIES);
        }
        for (int category = 0; category < CATEGORIES; category++) {
            index(category, weights);
        }
        cumulativeShoppers = new double[shoppers];
        double sum = 0;
        for (int i = 0; i < shoppers; i++) {
            sum += Math.max(1, 2 * Math.exp(1.08 * random.nextGaussian()));
            cumulativeShoppers[i] = sum;
        }
    }

    private void index(int category, double[] weights) {
        final int[] members = new int[items];
        final double[] cumulative = new double[items];
        int count = 0;
        double sum = 0;
        for (int i = 0; i < items; i++) {
            if (categoryOf[i] == category) {
                sum += weights[i];
                members[count] = i;
                cumulative[count++] = sum;
            }
        }
        itemsOf[category] = Arrays.copyOf(members, count);
        cumulativeOf[category] = Arrays.copyOf(cumulative, count);
    }

    /** What goes on when so much of the sale is over. */
    static String phase(double progress) {
        if (progress < RUSH_UNTIL) {
            return "opening rush";
        }
        if (progress < RESTOCK_AT) {
            return "hot items sold out";
        }
        return progress < PRICE_DROP_AT ? "restocked" : "price drop";
    }

    /** How many items the shop has. */
    public int items() {
        return items;
    }

    /** What the shop has before it opens: every item and its stock. */
    public List<ShopEvent> catalogue() {
        final List<ShopEvent> catalogue = new ArrayList<>();
        for (int i = 0; i < items; i++) {
            catalogue.add(about(Kind.ITEM, i, 1, prices[i]));
            catalogue.add(about(Kind.STOCK_SET, i, i < HOT_ITEMS ? hotStock : STOCK_MIN, prices[i]));
        }
        return catalogue;
    }

    private ShopEvent about(Kind kind, int item, int quantity, long price) {
        return new ShopEvent(
                kind,
                0,
                0,
                "",
                name(item),
                quantity,
                price,
                "brand-" + item % 97,
                "category-" + categoryOf[item],
                "Article " + item);
    }

    private static String name(int item) {
        return "article-" + item;
    }

    /** One lane's share of the sale; lane 0 also is the shopkeeper. */
    public Lane lane(int lane) {
        return new Lane(lane, visits / lanes);
    }

    /** The actions of one lane, made as they are taken. */
    public final class Lane {
        private final SplittableRandom random;
        private final boolean isShopkeeper;
        private final int total;
        private final @Nullable Visit[] open = new Visit[OPEN_VISITS];
        private final Map<Integer, int[]> bought = new HashMap<>();
        private final Deque<ShopEvent> duties = new ArrayDeque<>();
        private int begun;
        private int ended;
        private boolean isRestocked;
        private boolean isReduced;

        private Lane(int lane, int total) {
            random = new SplittableRandom(seed * 31 + lane + 1);
            isShopkeeper = lane == 0;
            this.total = total;
        }

        /** Share of the lane's visits that have ended, 0 to 1. */
        public double progress() {
            return (double) ended / total;
        }

        /** Whether there is more. */
        public boolean hasNext() {
            return ended < total;
        }

        /** The next action. */
        public SaleAction next() {
            onShopkeeping();
            if (!duties.isEmpty()) {
                return new SaleAction(duties.remove(), false, false);
            }
            int slot = random.nextInt(OPEN_VISITS);
            Visit visit = open[slot];
            if (visit == null && begun < total) {
                begun++;
                visit = new Visit();
                open[slot] = visit;
            }
            while (visit == null) {
                slot = (slot + 1) % OPEN_VISITS;
                visit = open[slot];
            }
            final SaleAction action = visit.next();
            if (visit.isOver()) {
                open[slot] = null;
                ended++;
            }
            return action;
        }

        private void onShopkeeping() {
            if (!isShopkeeper) {
                return;
            }
            if (!isRestocked && progress() > RESTOCK_AT) {
                isRestocked = true;
                for (int i = 0; i < HOT_ITEMS; i++) {
                    duties.add(about(Kind.STOCK_ADJUSTED, i, hotStock, prices[i]));
                }
            }
            if (!isReduced && progress() > PRICE_DROP_AT) {
                isReduced = true;
                for (int i = HOT_ITEMS; i < 2 * HOT_ITEMS; i++) {
                    duties.add(about(Kind.ITEM, i, 1, prices[i] * 7 / 10));
                }
            }
        }

        /** One visit of a shopper: views, perhaps carts, perhaps purchases. */
        private final class Visit {
            private final int shopper = pick(cumulativeShoppers);
            private final int[] favourites = {favourite(0), favourite(1)};
            private final List<Integer> seen = new ArrayList<>();
            private final Deque<Integer> basket = new ArrayDeque<>();
            private final int views = (int) Math.max(2, Math.round(logNormal(4, 0.63)));
            private boolean isNew = true;
            private boolean isDecided;
            private boolean isCarted;

            private int favourite(int which) {
                return new SplittableRandom(seed ^ shopper * 7919L + which).nextInt(CATEGORIES);
            }

            boolean isOver() {
                return isDecided && basket.isEmpty();
            }

            SaleAction next() {
                final boolean begins = isNew;
                isNew = false;
                if (seen.size() < views) {
                    final int item = nextView();
                    seen.add(item);
                    final Kind kind = random.nextInt(5) == 0 ? Kind.CLICKED : Kind.VIEWED;
                    decideAtEnd();
                    return new SaleAction(by(kind, item), begins, false);
                }
                final int item = basket.element();
                isCarted = !isCarted;
                if (isCarted) {
                    return new SaleAction(by(Kind.CARTED, item), false, false);
                }
                basket.remove();
                remember(item);
                return new SaleAction(by(Kind.PURCHASED, item), false, true);
            }

            private ShopEvent by(Kind kind, int item) {
                return new ShopEvent(kind, 0, 0, "shopper-" + shopper, name(item), 1, prices[item], "", "", "");
            }

            private void decideAtEnd() {
                if (seen.size() < views) {
                    return;
                }
                isDecided = true;
                for (final int item : seen) {
                    if (item < HOT_ITEMS && random.nextBoolean() && !basket.contains(item)) {
                        basket.add(item);
                    }
                }
                if (random.nextInt(20) == 0) {
                    final int lines = (int) Math.min(BASKET_MAX, Math.max(1, Math.round(logNormal(13, 1.05))));
                    while (basket.size() < lines) {
                        basket.add(nextView());
                    }
                }
            }

            private int nextView() {
                if (!seen.isEmpty() && random.nextInt(100) < 16) {
                    return seen.get(random.nextInt(seen.size()));
                }
                if (progress() < RUSH_UNTIL && random.nextBoolean()) {
                    return random.nextInt(HOT_ITEMS);
                }
                final int[] own = bought.get(shopper);
                if (own != null && random.nextInt(5) == 0) {
                    return own[random.nextInt(own.length)];
                }
                final int category =
                        random.nextInt(4) == 0 ? random.nextInt(CATEGORIES) : favourites[random.nextInt(2)];
                return itemsOf[category][pick(cumulativeOf[category])];
            }

            private void remember(int item) {
                final int[] own = bought.get(shopper);
                if (own == null) {
                    bought.put(shopper, new int[] {item});
                } else if (own.length < BOUGHT_KEPT) {
                    final int[] more = Arrays.copyOf(own, own.length + 1);
                    more[own.length] = item;
                    bought.put(shopper, more);
                } else {
                    own[random.nextInt(BOUGHT_KEPT)] = item;
                }
            }
        }

        private double logNormal(double median, double sigma) {
            return median * Math.exp(sigma * random.nextGaussian());
        }

        private int pick(double[] cumulative) {
            final double at = random.nextDouble() * cumulative[cumulative.length - 1];
            final int found = Arrays.binarySearch(cumulative, at);
            return Math.min(cumulative.length - 1, found < 0 ? -found - 1 : found);
        }
    }
}
