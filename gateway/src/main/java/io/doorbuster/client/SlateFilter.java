package io.doorbuster.client;

import io.doorbuster.codec.FilterEncoder;

/**
 * Which items a slate may hold. Sold-out, retired and blocked items never pass.
 *
 * @param slateSize items wanted, 1 to 100.
 * @param category only this category; 0 = any.
 * @param categoryCap at most so many of one category; 0 = no cap.
 * @param priceMinMinor lowest price in minor units.
 * @param priceMaxMinor highest price in minor units; 0 = no upper bound.
 */
public record SlateFilter(int slateSize, long category, int categoryCap, long priceMinMinor, long priceMaxMinor) {
    /** So many items of any kind. */
    public static SlateFilter of(int slateSize) {
        return new SlateFilter(slateSize, 0, 0, 0, 0);
    }

    void writeTo(FilterEncoder filter) {
        filter.category(category)
                .categoryCap(categoryCap)
                .slateSize(slateSize)
                .priceMinMinor(priceMinMinor)
                .priceMaxMinor(priceMaxMinor);
    }
}
