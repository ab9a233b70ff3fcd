package io.doorbuster.engine.feature;

import io.doorbuster.engine.decision.Imputation;
import io.doorbuster.engine.store.CategoryStore;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.Missing;
import io.doorbuster.engine.store.Stores;

/**
 * Prices as features see them, cleaned as the shop's feature file says, and what categories know of prices and ratings. What a
 * slate shows and what is sold keep the price that the shop told. Engine thread only.
 */
final class AttributeCleaning {
    /** Prices that quantiles are taken from, at least. */
    static final int SEEN_MIN = 100;

    private static final float CENTI = 0.01f;

    private final Stores stores;
    private final ItemStore items;
    private final CategoryStore categories;

    AttributeCleaning(Stores stores) {
        this.stores = stores;
        items = stores.items();
        categories = stores.categories();
    }

    /**
     * Takes over what the shop told of an item. The item's row is open.
     *
     * @param isNew whether nothing was told of it before.
     */
    void onAttributes(int row, boolean isNew, long priceMinor, int category, int ratingCenti) {
        if (!isNew) {
            count(row, -1);
        }
        final boolean isOtherCategory = isNew || items.category(row) != category;
        final boolean isOtherRating = isNew || items.ratingCenti(row) != ratingCenti;
        items.category(row, category);
        items.ratingCenti(row, ratingCenti);
        final int categoryRow = categories.obtain(category);
        if (isOtherCategory && categoryRow != CategoryStore.NONE) {
            categories.onNewItem(categoryRow, row);
        }
        if (isOtherRating && ratingCenti != 0) {
            categories.onRating(CategoryStore.WHOLE_SHOP, ratingCenti * CENTI);
            if (categoryRow != CategoryStore.NONE) {
                categories.onRating(categoryRow, ratingCenti * CENTI);
            }
        }
        if (ratingCenti == 0 && isOtherRating && stores.settings().ratingMissing() != Missing.NONE) {
            stores.engine().addImputed();
        }
        if (isNew || items.priceMinor(row) != priceMinor) {
            takePrice(row, categoryRow, priceMinor);
        }
        count(row, 1);
    }

    /** A price changed. The item's row is open. */
    void onPrice(int row, long priceMinor) {
        if (items.priceMinor(row) == priceMinor) {
            return;
        }
        count(row, -1);
        takePrice(row, categories.rowOf(items.category(row)), priceMinor);
        count(row, 1);
    }

    private void takePrice(int row, int categoryRow, long priceMinor) {
        items.pricesBefore(row, items.priceMinor(row), items.priceBeforeMinor(row));
        items.priceMinor(row, priceMinor);
        if (priceMinor <= 0) {
            items.logPrice(row, 0f);
            if (stores.settings().priceMissing() != Missing.NONE) {
                stores.engine().addImputed();
            }
            return;
        }
        final float told = Imputation.logOf(priceMinor);
        final float clean = switch (stores.settings().priceOutliers()) {
            case WINSORISE -> winsorised(categoryRow, told);
            case MEDIAN_FILTER -> Imputation.logOf(medianPrice(row));
            case NONE -> told;
        };
        if (clean != told) {
            stores.engine().addClipped(1);
        }
        items.logPrice(row, clean);
        categories.onPrice(CategoryStore.WHOLE_SHOP, told);
        if (categoryRow != CategoryStore.NONE) {
            categories.onPrice(categoryRow, told);
        }
    }

    /** Within what one price in a hundred lies below and above: of the category, or of the shop where that knows few prices. */
    private float winsorised(int categoryRow, float logPrice) {
        final int row = categoryRow != CategoryStore.NONE && categories.pricesSeen(categoryRow) >= SEEN_MIN
                ? categoryRow
                : CategoryStore.WHOLE_SHOP;
        return categories.pricesSeen(row) < SEEN_MIN
                ? logPrice
                : Math.min(Math.max(logPrice, categories.lowLogPrice(row)), categories.highLogPrice(row));
    }

    /** The middle one of an item's last three prices: one that is wrong and soon put right is not seen. */
    private long medianPrice(int row) {
        final long now = items.priceMinor(row);
        final long before = items.priceBeforeMinor(row);
        final long beforeThat = items.priceBeforeThatMinor(row);
        return before <= 0 || beforeThat <= 0
                ? now
                : Math.max(Math.min(now, before), Math.min(Math.max(now, before), beforeThat));
    }

    private void count(int row, int sign) {
        final float rating = items.ratingCenti(row) * CENTI;
        categories.onAttributes(CategoryStore.WHOLE_SHOP, items.logPrice(row), rating, sign);
        final int categoryRow = categories.rowOf(items.category(row));
        if (categoryRow != CategoryStore.NONE) {
            categories.onAttributes(categoryRow, items.logPrice(row), rating, sign);
        }
    }
}
