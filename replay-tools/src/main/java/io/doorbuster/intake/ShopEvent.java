package io.doorbuster.intake;

/**
 * One thing that happened in a shop. Text that is unknown is empty.
 *
 * @param kind what happened.
 * @param row 1-based row of the file, or number of the generated event.
 * @param timeNs when, nanoseconds since 1970; 0 = now.
 * @param shopper raw id; empty for what concerns the item alone.
 * @param item the shop's textual id.
 * @param quantity units of a purchase or cart; count on hand or difference for stock.
 * @param priceMinor price of one unit in minor units; {@link #UNKNOWN_PRICE}.
 * @param brand name of the brand.
 * @param category name of the category.
 * @param title of the item.
 */
public record ShopEvent(
        Kind kind,
        long row,
        long timeNs,
        String shopper,
        String item,
        int quantity,
        long priceMinor,
        String brand,
        String category,
        String title) {
    /** The row does not say. */
    public static final long UNKNOWN_PRICE = -1;

    /** What can happen. */
    public enum Kind {
        /** Attributes of an item. */
        ITEM,
        /** The count on hand was set. */
        STOCK_SET,
        /** The count on hand changed by a difference, as by a return. */
        STOCK_ADJUSTED,
        VIEWED,
        CLICKED,
        CARTED,
        PURCHASED;

        /** Whether a shopper did it. */
        public boolean isBehaviour() {
            return ordinal() >= VIEWED.ordinal();
        }
    }
}
