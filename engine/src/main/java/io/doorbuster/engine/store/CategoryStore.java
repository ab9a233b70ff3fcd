package io.doorbuster.engine.store;

import org.agrona.UnsafeApi;

/**
 * What is known of each category, and of the shop as a whole: its most popular and its newest items, its prices and ratings,
 * and how often its items are bought again. Engine thread only.
 *
 * <pre>
 *   0 row table (key = category + 2^32; the whole shop 2^33)
 *   24 items priced int32 | 28 items rated int32 | 32 purchases int32 | 36 of these again int32 | 40 items ever new int32
 *   44 prices seen int32 | 48 sum of log prices float64 | 56 sum of ratings float64
 *   64 popular 16 x {item row + 1 int32}, most popular first | 128 newest 16 x {item row + 1 int32}, a ring
 *   192 log price: median float, low float, high float | 204 median rating float | 208 ratings seen int32
 * </pre>
 *
 * Quantiles follow what is seen by steps that grow smaller (Robbins and Monro 1951), so they are estimates. Beyond
 * {@link #CATEGORIES_MAX} categories a new one has no row, and its items are treated as if they had none.
 */
public final class CategoryStore {
    /** Categories that are remembered. */
    public static final int CATEGORIES_MAX = 8_191;

    /** Items of each list. */
    public static final int ENTRIES = 16;

    /** Row of the shop as a whole. */
    public static final int WHOLE_SHOP = 0;

    /** Row of a category that is not there. */
    public static final int NONE = RowTable.NONE;

    private static final long CATEGORY_KEY = 1L << 32;
    private static final long WHOLE_SHOP_KEY = 1L << 33;
    private static final int PRICED = 24;
    private static final int RATED = 28;
    private static final int PURCHASES = 32;
    private static final int REPURCHASES = 36;
    private static final int EVER_NEW = 40;
    private static final int PRICES_SEEN = 44;
    private static final int PRICE_SUM = 48;
    private static final int RATING_SUM = 56;
    private static final int POPULAR = 64;
    private static final int NEWEST = 128;
    private static final int PRICE_MEDIAN = 192;
    private static final int PRICE_LOW = 196;
    private static final int PRICE_HIGH = 200;
    private static final int RATING_MEDIAN = 204;
    private static final int RATINGS_SEEN = 208;
    private static final int ROW_BYTES = 256;
    private static final float TAIL = 0.01f;
    private static final float STEP_MIN = 0.02f;

    private final RowTable table;
    private final PageStore rows;
    private final ItemStore items;

    CategoryStore(PageStores stores, ItemStore items) {
        this.items = items;
        table = new RowTable(stores, "categories", 86, ROW_BYTES, CATEGORIES_MAX + 1);
        rows = table.rows();
        table.add(WHOLE_SHOP_KEY);
    }

    /** Row of a category, or {@link #NONE}; of category 0, that no item tells, as well. */
    public int rowOf(int category) {
        return category == 0 ? NONE : table.rowOf(Integer.toUnsignedLong(category) + CATEGORY_KEY);
    }

    /** Row of a category, made if need be; {@link #NONE} of category 0, and when there is no room. */
    public int obtain(int category) {
        final int row = rowOf(category);
        return row != NONE || category == 0 ? row : table.add(Integer.toUnsignedLong(category) + CATEGORY_KEY);
    }

    /** Categories that have a row. */
    public int inUse() {
        return table.inUse() - 1;
    }

    private int count(int row, int field) {
        return UnsafeApi.getInt(rows.address(row) + field);
    }

    private double sum(int row, int field) {
        return Double.longBitsToDouble(UnsafeApi.getLong(rows.address(row) + field));
    }

    private void add(int row, int field, int change) {
        final long address = rows.address(row) + field;
        UnsafeApi.putInt(address, Math.max(0, UnsafeApi.getInt(address) + change)); // An overflow begins again at 0.
    }

    private void add(int row, int field, double change) {
        UnsafeApi.putLong(rows.address(row) + field, Double.doubleToRawLongBits(sum(row, field) + change));
    }

    /** One item of so many has a price or rating the more, or with {@code sign} -1 the less; 0 = it has none. */
    public void onAttributes(int row, float logPrice, float rating, int sign) {
        rows.open(row);
        if (logPrice != 0) {
            add(row, PRICED, sign);
            add(row, PRICE_SUM, sign * (double) logPrice);
        }
        if (rating != 0) {
            add(row, RATED, sign);
            add(row, RATING_SUM, sign * (double) rating);
        }
        rows.close(row);
    }

    /** A price was seen, a new item's or a changed one. */
    public void onPrice(int row, float logPrice) {
        rows.open(row);
        final int seen = count(row, PRICES_SEEN);
        moveQuantile(row, PRICE_MEDIAN, 0.5f, logPrice, seen);
        moveQuantile(row, PRICE_LOW, TAIL, logPrice, seen);
        moveQuantile(row, PRICE_HIGH, 1f - TAIL, logPrice, seen);
        UnsafeApi.putInt(rows.address(row) + PRICES_SEEN, seen == Integer.MAX_VALUE ? seen : seen + 1);
        rows.close(row);
    }

    /** A rating was seen. */
    public void onRating(int row, float rating) {
        rows.open(row);
        final int seen = count(row, RATINGS_SEEN);
        moveQuantile(row, RATING_MEDIAN, 0.5f, rating, seen);
        UnsafeApi.putInt(rows.address(row) + RATINGS_SEEN, seen == Integer.MAX_VALUE ? seen : seen + 1);
        rows.close(row);
    }

    private void moveQuantile(int row, int field, float share, float value, int seen) {
        final float before = quantile(row, field);
        final float step = Math.max(STEP_MIN, 2f / (2f + seen));
        UnsafeApi.putFloat(
                rows.address(row) + field, seen == 0 ? value : before + step * (share - (value < before ? 1f : 0f)));
    }

    private float quantile(int row, int field) {
        return UnsafeApi.getFloat(rows.address(row) + field);
    }

    /** Items with a price. */
    public int priced(int row) {
        return count(row, PRICED);
    }

    /** Mean logarithm of the prices; 0 = nothing has one. */
    public float meanLogPrice(int row) {
        final int priced = priced(row);
        return priced == 0 ? 0f : (float) (sum(row, PRICE_SUM) / priced);
    }

    /** Median logarithm of the prices seen; 0 = none was. */
    public float medianLogPrice(int row) {
        return quantile(row, PRICE_MEDIAN);
    }

    /** A logarithm that one price in a hundred is below. */
    public float lowLogPrice(int row) {
        return quantile(row, PRICE_LOW);
    }

    /** A logarithm that one price in a hundred is above. */
    public float highLogPrice(int row) {
        return quantile(row, PRICE_HIGH);
    }

    /** Prices seen. */
    public int pricesSeen(int row) {
        return count(row, PRICES_SEEN);
    }

    /** Mean rating, 0 = nothing has one. */
    public float meanRating(int row) {
        final int rated = count(row, RATED);
        return rated == 0 ? 0f : (float) (sum(row, RATING_SUM) / rated);
    }

    /** Median of the ratings seen; 0 = none was. */
    public float medianRating(int row) {
        return quantile(row, RATING_MEDIAN);
    }

    /** Counts a purchase. */
    public void onPurchase(int row, boolean isAgain) {
        rows.open(row);
        if (count(row, PURCHASES) == Integer.MAX_VALUE) { // What was long ago fades.
            UnsafeApi.putInt(rows.address(row) + PURCHASES, Integer.MAX_VALUE / 2);
            UnsafeApi.putInt(rows.address(row) + REPURCHASES, count(row, REPURCHASES) / 2);
        }
        add(row, PURCHASES, 1);
        add(row, REPURCHASES, isAgain ? 1 : 0);
        rows.close(row);
    }

    public int purchases(int row) {
        return count(row, PURCHASES);
    }

    /** Purchases of an item by who had bought it before. */
    public int repurchases(int row) {
        return count(row, REPURCHASES);
    }

    /** An item is new in a category. */
    public void onNewItem(int row, int itemRow) {
        rows.open(row);
        final int ever = count(row, EVER_NEW);
        UnsafeApi.putInt(rows.address(row) + NEWEST + 4L * (ever & ENTRIES - 1), itemRow + 1);
        UnsafeApi.putInt(rows.address(row) + EVER_NEW, ever + 1);
        rows.close(row);
    }

    /** Row of an item that came newest but {@code age} to the category, or -1. */
    public int newest(int row, int age) {
        return count(row, NEWEST + 4 * (count(row, EVER_NEW) - 1 - age & ENTRIES - 1)) - 1;
    }

    /** Row of the item at a place of the category's most popular, or -1. */
    public int popular(int row, int place) {
        return count(row, POPULAR + 4 * place) - 1;
    }

    /** Puts an item, whose popularity has just grown, where it now belongs. */
    public void onPopularity(int row, int itemRow) {
        int place = 0;
        while (place < ENTRIES && popular(row, place) != itemRow && popular(row, place) >= 0) {
            place++;
        }
        final double popularity = items.popularity(itemRow);
        if (place == ENTRIES) {
            if (items.popularity(popular(row, ENTRIES - 1)) >= popularity) {
                return;
            }
            place--;
        }
        if (popular(row, place) == itemRow && (place == 0 || items.popularity(popular(row, place - 1)) >= popularity)) {
            return;
        }
        final long list = rows.open(row) + POPULAR;
        while (place > 0 && items.popularity(popular(row, place - 1)) < popularity) {
            UnsafeApi.putInt(list + 4L * place, UnsafeApi.getInt(list + 4L * (place - 1)));
            place--;
        }
        UnsafeApi.putInt(list + 4L * place, itemRow + 1);
        rows.close(row);
    }
}
