package io.doorbuster.engine.store;

import org.agrona.UnsafeApi;

/**
 * The items of highest popularity, best first. Exact while items only gain: popularity decays for all alike, so the order
 * changes only where an event raises an item. Engine thread only.
 *
 * <pre>
 *   header row: size int32        list rows: 8 x {item row int32, generation int32}
 * </pre>
 */
public final class TrendingStore {
    /** Items in the list. */
    public static final int SIZE_MAX = 512;

    private static final int PER_ROW = 8;

    private final PageStore list;
    private final PageStore header;
    private final ItemStore items;

    TrendingStore(PageStores stores, ItemStore items) {
        this.items = items;
        list = new PageStore(stores, "trending", 60, 64, SIZE_MAX / PER_ROW);
        header = new PageStore(stores, "trending-size", 61, 64, 1);
    }

    public int size() {
        return UnsafeApi.getInt(header.address(0));
    }

    private long address(int place) {
        return list.address(place / PER_ROW) + (long) (place % PER_ROW) * 8;
    }

    /** Item row at a place, 0 = most popular. */
    public int item(int place) {
        return UnsafeApi.getInt(address(place));
    }

    public int generation(int place) {
        return UnsafeApi.getInt(address(place) + 4);
    }

    /**
     * Puts an item, whose popularity has just grown, where it now belongs.
     *
     * @param before its popularity until now.
     */
    public void onPopularity(int itemRow, double before) {
        final int size = size();
        final double popularity = items.popularity(itemRow);
        int from = placeOf(before, itemRow, size);
        if (from == size || item(from) != itemRow) { // It was not in the list.
            if (size < SIZE_MAX) {
                from = size;
                resize(size + 1);
            } else if (popularity > items.popularity(item(size - 1))) {
                from = size - 1;
            } else {
                return;
            }
        }
        moveUp(itemRow, from, placeOf(popularity, itemRow, from));
    }

    /** The first of so many places whose item does not stand before one of this popularity and row. */
    private int placeOf(double popularity, int itemRow, int count) {
        int low = 0;
        int high = count;
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (standsBefore(item(middle), popularity, itemRow)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private boolean standsBefore(int otherRow, double popularity, int itemRow) {
        if (otherRow == itemRow) {
            return false; // Its own popularity has changed already.
        }
        final double other = items.popularity(otherRow);
        return other > popularity || other == popularity && otherRow < itemRow;
    }

    /** Shifts what lies between two places down by one and puts the item at the upper; each list row is hashed once. */
    private void moveUp(int itemRow, int from, int to) {
        for (int row = from / PER_ROW; row >= to / PER_ROW; row--) {
            list.open(row);
            final int last = Math.min(from, row * PER_ROW + PER_ROW - 1);
            for (int place = last; place > to && place >= row * PER_ROW; place--) {
                UnsafeApi.putLong(address(place), UnsafeApi.getLong(address(place - 1)));
            }
            if (row == to / PER_ROW) {
                UnsafeApi.putInt(address(to), itemRow);
                UnsafeApi.putInt(address(to) + 4, items.generation(itemRow));
            }
            list.close(row);
        }
    }

    private void resize(int size) {
        UnsafeApi.putInt(header.open(0), size);
        header.close(0);
    }
}
