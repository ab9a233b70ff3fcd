package io.doorbuster.client;

/**
 * An item as the shop's catalogue knows it.
 *
 * @param externalId the shop's textual id, 1 to 40 bytes; an itemId belongs to one textual id for ever.
 * @param priceMinor minor units, 0 or more.
 * @param brand code of the brand, see {@link ItemIds#code}; 0 = unknown.
 * @param category code of the category; 0 = unknown.
 * @param ratingCenti mean rating in hundredths, 0 to 500; 0 = unrated.
 * @param title 0 to 256 bytes.
 * @param initialOnHand units that a new item begins with; an item that is there keeps its count.
 * @param isBlocked whether it may stand in no slate.
 * @param isCreateOnly whether an item that is there stays as it is.
 */
public record CatalogueItem(
        String externalId,
        long priceMinor,
        long brand,
        long category,
        int ratingCenti,
        String title,
        int initialOnHand,
        boolean isBlocked,
        boolean isCreateOnly) {
    /** An item of which no more is known; without stock. */
    public static CatalogueItem of(String externalId, long priceMinor) {
        return new CatalogueItem(externalId, priceMinor, 0, 0, 0, "", 0, false, false);
    }

    /** The same with codes of brand and category. */
    public CatalogueItem with(long newBrand, long newCategory) {
        return new CatalogueItem(
                externalId,
                priceMinor,
                newBrand,
                newCategory,
                ratingCenti,
                title,
                initialOnHand,
                isBlocked,
                isCreateOnly);
    }

    /** The same with another title. */
    public CatalogueItem withTitle(String newTitle) {
        return new CatalogueItem(
                externalId, priceMinor, brand, category, ratingCenti, newTitle, initialOnHand, isBlocked, isCreateOnly);
    }

    /** The same with units to begin with. */
    public CatalogueItem withInitialOnHand(int units) {
        return new CatalogueItem(
                externalId, priceMinor, brand, category, ratingCenti, title, units, isBlocked, isCreateOnly);
    }

    /** The same, for an item that is created only when it is not there. */
    public CatalogueItem createOnly() {
        return new CatalogueItem(
                externalId, priceMinor, brand, category, ratingCenti, title, initialOnHand, isBlocked, true);
    }
}
