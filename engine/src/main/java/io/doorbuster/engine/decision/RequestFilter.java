package io.doorbuster.engine.decision;

import io.doorbuster.codec.FilterDecoder;
import io.doorbuster.engine.store.ItemStore;

/** What a request lets into its slate, apart from what never passes. Engine thread only. */
public final class RequestFilter {
    /** Items on the blocklist of one request, shop's and shopper's together. */
    public static final int BLOCKED_MAX = 512;

    private final int[] blockedRows = new int[BLOCKED_MAX];
    private int blockedCount;
    private int category;
    private int categoryCap;
    private int slateSize;
    private long priceMin;
    private long priceMax;

    /** Reads the request's filter; nothing is blocked yet. */
    public void wrap(FilterDecoder filter, int slateMax) {
        category = (int) filter.category();
        categoryCap = filter.categoryCap() == 0 ? Integer.MAX_VALUE : filter.categoryCap();
        slateSize = Math.min(filter.slateSize(), slateMax);
        priceMin = filter.priceMinMinor();
        priceMax = filter.priceMaxMinor() == 0 ? Long.MAX_VALUE : filter.priceMaxMinor();
        blockedCount = 0;
    }

    /** Keeps an item out; beyond {@link #BLOCKED_MAX} nothing is added. */
    public void block(int itemRow) {
        if (blockedCount < BLOCKED_MAX) {
            blockedRows[blockedCount++] = itemRow;
        }
    }

    public int blockedCount() {
        return blockedCount;
    }

    public int blockedRow(int index) {
        return blockedRows[index];
    }

    public boolean isBlocked(int itemRow) {
        for (int i = 0; i < blockedCount; i++) {
            if (blockedRows[i] == itemRow) {
                return true;
            }
        }
        return false;
    }

    /** Whether attributes pass; asks nothing about stock or blocks. */
    public boolean passes(int itemCategory, long priceMinor) {
        return (category == 0 || category == itemCategory) && priceMinor >= priceMin && priceMinor <= priceMax;
    }

    /** Whether an item may stand in the slate. */
    public boolean passes(ItemStore items, int row) {
        return items.isEligible(row) && passes(items.category(row), items.priceMinor(row)) && !isBlocked(row);
    }

    /** Whether attributes are filtered at all. */
    public boolean hasAttributes() {
        return category != 0 || priceMin > 0 || priceMax != Long.MAX_VALUE;
    }

    /** Most items of one category; a large number when there is no cap. */
    public int categoryCap() {
        return categoryCap;
    }

    public int slateSize() {
        return slateSize;
    }
}
