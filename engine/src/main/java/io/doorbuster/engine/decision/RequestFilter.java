package io.doorbuster.engine.decision;

import io.doorbuster.codec.FilterDecoder;
import io.doorbuster.engine.store.ItemStore;
import java.util.Arrays;

/** What a request lets into its slate, apart from what never passes. Engine thread only. */
public final class RequestFilter {
    /** Items on the blocklist of one request, shop's and shopper's together. */
    public static final int BLOCKED_MAX = 512;

    private final int[] blockedRows = new int[BLOCKED_MAX];
    private final int[] stamps;
    private int blockedCount;
    private int category;
    private int categoryCap;
    private int slateSize;
    private long priceMin;
    private long priceMax;
    private boolean isOpen;
    private int epoch;

    /** For items in rows below {@code itemsMax}. */
    public RequestFilter(int itemsMax) {
        stamps = new int[itemsMax];
    }

    /** Reads the request's filter; nothing is blocked yet. */
    public void wrap(FilterDecoder filter, int slateMax) {
        category = (int) filter.category();
        categoryCap = filter.categoryCap() == 0 ? Integer.MAX_VALUE : filter.categoryCap();
        slateSize = Math.min(filter.slateSize(), slateMax);
        priceMin = filter.priceMinMinor();
        priceMax = filter.priceMaxMinor() == 0 ? Long.MAX_VALUE : filter.priceMaxMinor();
        isOpen = false;
        clearBlocks();
    }

    /** Lets everything pass: what a shopper may come to next is not only what can be sold. */
    public void open() {
        isOpen = true;
        slateSize = 0;
        clearBlocks();
    }

    private void clearBlocks() {
        blockedCount = 0;
        epoch++;
        if (epoch == Integer.MAX_VALUE) {
            Arrays.fill(stamps, 0);
            epoch = 1;
        }
    }

    /** Keeps an item out; beyond {@link #BLOCKED_MAX} items nothing is added. */
    public void block(int itemRow) {
        if (blockedCount < BLOCKED_MAX && stamps[itemRow] != epoch) {
            stamps[itemRow] = epoch;
            blockedRows[blockedCount++] = itemRow;
        }
    }

    public int blockedCount() {
        return blockedCount;
    }

    public int blockedRow(int index) {
        return blockedRows[index];
    }

    private boolean isBlocked(int itemRow) {
        return stamps[itemRow] == epoch;
    }

    /** Whether attributes pass; asks nothing about stock or blocks. */
    public boolean passes(int itemCategory, long priceMinor) {
        return (category == 0 || category == itemCategory) && priceMinor >= priceMin && priceMinor <= priceMax;
    }

    /** Whether an item may stand in the slate. */
    public boolean passes(ItemStore items, int row) {
        return isOpen || items.isEligible(row) && passes(items.category(row), items.priceMinor(row)) && !isBlocked(row);
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
