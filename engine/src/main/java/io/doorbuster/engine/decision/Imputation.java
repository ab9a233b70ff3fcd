package io.doorbuster.engine.decision;

import io.doorbuster.engine.store.CategoryStore;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.SimilarStore;
import io.doorbuster.engine.store.Stores;

/**
 * An item's price and rating for features; where the shop has told none, what its feature file says to take instead, of the
 * category and else of the whole shop. Engine thread only.
 */
public final class Imputation {
    private static final float CENTI = 0.01f;

    private final Stores stores;
    private final ItemStore items;
    private final CategoryStore categories;
    private final SimilarStore similar;

    public Imputation(Stores stores) {
        this.stores = stores;
        items = stores.items();
        categories = stores.categories();
        similar = stores.similar();
    }

    /** 1 + the logarithm of the price in minor units; 0 = it has none and nothing stands for it. */
    public float logPrice(int row) {
        final float known = items.logPrice(row);
        return known != 0
                ? known
                : switch (stores.settings().priceMissing()) {
                    case CONSTANT -> logOf(stores.settings().priceConstantMinor());
                    case MEAN -> categories.meanLogPrice(pricedCategory(row));
                    case MEDIAN -> categories.medianLogPrice(pricedCategory(row));
                    case NEAREST -> nearestLogPrice(row);
                    case NONE -> 0f;
                };
    }

    /** As {@link #logPrice} tells a price; 0 of no price. */
    public static float logOf(long priceMinor) {
        return priceMinor <= 0 ? 0f : (float) (1 + StrictMath.log((double) priceMinor));
    }

    /** The category of an item if any price is known there, or the whole shop. */
    private int pricedCategory(int row) {
        final int category = categories.rowOf(items.category(row));
        return category == CategoryStore.NONE || categories.priced(category) == 0 ? CategoryStore.WHOLE_SHOP : category;
    }

    private float nearestLogPrice(int row) {
        float sum = 0;
        int known = 0;
        for (int entry = 0; entry < SimilarStore.ENTRIES && similar.item(row, entry) >= 0; entry++) {
            final float price = items.logPrice(similar.item(row, entry));
            sum += price;
            known += price == 0 ? 0 : 1;
        }
        return known == 0 ? categories.meanLogPrice(pricedCategory(row)) : sum / known;
    }

    /** The mean rating, 0 to 5; 0 = it has none and nothing stands for it. */
    public float rating(int row) {
        final int known = items.ratingCenti(row);
        return known != 0
                ? known * CENTI
                : switch (stores.settings().ratingMissing()) {
                    case CONSTANT -> stores.settings().ratingConstantCenti() * CENTI;
                    case MEAN -> categories.meanRating(ratedCategory(row));
                    case MEDIAN -> categories.medianRating(ratedCategory(row));
                    case NEAREST -> nearestRating(row);
                    case NONE -> 0f;
                };
    }

    private int ratedCategory(int row) {
        final int category = categories.rowOf(items.category(row));
        return category == CategoryStore.NONE || categories.meanRating(category) == 0
                ? CategoryStore.WHOLE_SHOP
                : category;
    }

    private float nearestRating(int row) {
        float sum = 0;
        int known = 0;
        for (int entry = 0; entry < SimilarStore.ENTRIES && similar.item(row, entry) >= 0; entry++) {
            final int rating = items.ratingCenti(similar.item(row, entry));
            sum += rating * CENTI;
            known += rating == 0 ? 0 : 1;
        }
        return known == 0 ? categories.meanRating(ratedCategory(row)) : sum / known;
    }

    /**
     * The logarithm of an item's price less the mean one of its category, or of the shop; 0 where one is not known.
     *
     * @param logPrice as {@link #logPrice} tells it.
     */
    public float priceInCategory(int row, float logPrice) {
        return logPrice == 0 ? 0f : logPrice - categories.meanLogPrice(pricedCategory(row));
    }
}
