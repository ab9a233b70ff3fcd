package io.doorbuster.engine.store;

import java.nio.file.Path;
import org.agrona.UnsafeApi;

/**
 * The items of highest popularity, best first. Exact while items only gain: popularity decays for all alike, so the order
 * changes only where an event raises an item. Engine thread only.
 *
 * <pre>
 *   header row: size int32        list rows: 8 x {item row int32, generation int32}
 * </pre>
 */
public final class TrendingStore implements AutoCloseable {
    /** Items in the list. */
    public static final int SIZE_MAX = 512;

    private static final int PER_ROW = 8;

    private final PageStore list;
    private final PageStore header;
    private final ItemStore items;

    TrendingStore(Path directory, ItemStore items, StateHash hash) {
        this.items = items;
        list = new PageStore(directory, "trending", 60, 64, SIZE_MAX / PER_ROW, hash);
        header = new PageStore(directory, "trending-size", 61, 64, 1, hash);
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

    /** Puts an item, whose popularity has just grown, where it now belongs. */
    public void onPopularity(int itemRow) {
        final int size = size();
        int from = 0;
        while (from < size && item(from) != itemRow) {
            from++;
        }
        final double popularity = items.popularity(itemRow);
        if (from == size) {
            if (size < SIZE_MAX) {
                resize(size + 1);
            } else if (popularity > items.popularity(item(size - 1))) {
                from = size - 1;
            } else {
                return;
            }
        }
        int place = from;
        while (place > 0 && isBefore(popularity, itemRow, item(place - 1))) {
            write(place, item(place - 1), generation(place - 1));
            place--;
        }
        write(place, itemRow, items.generation(itemRow));
    }

    private boolean isBefore(double popularity, int itemRow, int otherRow) {
        final double other = items.popularity(otherRow);
        return popularity > other || popularity == other && itemRow < otherRow;
    }

    /** Takes an item out, as before its row goes to another item. */
    public void remove(int itemRow) {
        final int size = size();
        int place = 0;
        while (place < size && item(place) != itemRow) {
            place++;
        }
        if (place == size) {
            return;
        }
        for (; place < size - 1; place++) {
            write(place, item(place + 1), generation(place + 1));
        }
        write(size - 1, 0, 0);
        resize(size - 1);
    }

    private void resize(int size) {
        UnsafeApi.putInt(header.open(0), size);
        header.close(0);
    }

    private void write(int place, int itemRow, int generation) {
        list.open(place / PER_ROW);
        final long address = address(place);
        UnsafeApi.putInt(address, itemRow);
        UnsafeApi.putInt(address + 4, generation);
        list.close(place / PER_ROW);
    }

    long recomputeHash() {
        return list.recomputeHash() + header.recomputeHash();
    }

    @Override
    public void close() {
        list.close();
        header.close();
    }
}
