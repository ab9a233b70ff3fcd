package io.doorbuster.gateway.wire;

import io.doorbuster.codec.FilterDecoder;
import io.doorbuster.codec.FilterEncoder;

/** The filter that several requests share. Network thread only. */
final class FilterTranslator {
    private static final int SLATE_MAX = 100;

    private FilterTranslator() {}

    static void check(FilterDecoder filter, Translation at) {
        at.requireRange("slateSize", filter.slateSize(), 1, SLATE_MAX);
        at.requireRange("priceMinMinor", filter.priceMinMinor(), 0, Long.MAX_VALUE);
        at.requireRange("priceMaxMinor", filter.priceMaxMinor(), 0, Long.MAX_VALUE);
    }

    static void copy(FilterDecoder from, FilterEncoder to) {
        to.category(from.category())
                .categoryCap(from.categoryCap())
                .slateSize(from.slateSize())
                .priceMinMinor(from.priceMinMinor())
                .priceMaxMinor(from.priceMaxMinor());
    }
}
