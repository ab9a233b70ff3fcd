package io.doorbuster.engine.store;

import java.nio.file.Path;
import org.agrona.UnsafeApi;

/**
 * For each item the items that recent sessions held beside it, with a weight. Engine thread only.
 *
 * <p>Bounded: a row keeps {@link #ENTRIES} neighbours; a newcomer replaces the lightest and inherits its weight (the
 * space-saving sketch of Metwally, Agrawal and El Abbadi 2005), and all weights of a row are halved when one passes
 * {@link #WEIGHT_MAX}, so that old sessions fade.
 *
 * <pre>
 *   32 x {item row + 1 int32, 0 = empty | generation int32 | weight float | 0}
 * </pre>
 */
public final class NeighbourStore implements AutoCloseable {
    /** Neighbours of one item. */
    public static final int ENTRIES = 32;

    static final float WEIGHT_MAX = 256f;

    private static final int ENTRY_BYTES = 16;

    private final PageStore rows;

    NeighbourStore(Path directory, int itemsMax, StateHash hash) {
        rows = new PageStore(directory, "neighbours", 30, ENTRIES * ENTRY_BYTES, itemsMax, hash);
    }

    /** Item row of a neighbour, or -1 when the entry is empty. */
    public int item(int row, int entry) {
        return UnsafeApi.getInt(rows.address(row) + (long) entry * ENTRY_BYTES) - 1;
    }

    public int generation(int row, int entry) {
        return UnsafeApi.getInt(rows.address(row) + (long) entry * ENTRY_BYTES + 4);
    }

    public float weight(int row, int entry) {
        return UnsafeApi.getFloat(rows.address(row) + (long) entry * ENTRY_BYTES + 8);
    }

    /** Adds weight to a neighbour of an item. */
    public void add(int row, int neighbour, int generation, float weight) {
        final long address = rows.open(row);
        long lightest = address;
        long target = 0;
        for (int entry = 0; entry < ENTRIES; entry++) {
            final long at = address + (long) entry * ENTRY_BYTES;
            if (UnsafeApi.getInt(at) == neighbour + 1 && UnsafeApi.getInt(at + 4) == generation) {
                target = at;
                break;
            }
            if (UnsafeApi.getFloat(at + 8) < UnsafeApi.getFloat(lightest + 8)) {
                lightest = at;
            }
        }
        if (target == 0) {
            target = lightest;
            UnsafeApi.putInt(target, neighbour + 1);
            UnsafeApi.putInt(target + 4, generation);
        }
        final float sum = UnsafeApi.getFloat(target + 8) + weight;
        UnsafeApi.putFloat(target + 8, sum);
        if (sum > WEIGHT_MAX) {
            halve(address);
        }
        rows.close(row);
    }

    private static void halve(long address) {
        for (int entry = 0; entry < ENTRIES; entry++) {
            final long at = address + (long) entry * ENTRY_BYTES + 8;
            UnsafeApi.putFloat(at, UnsafeApi.getFloat(at) * 0.5f);
        }
    }

    /** Forgets all neighbours of an item. */
    public void clear(int row) {
        rows.clear(row);
    }

    long recomputeHash() {
        return rows.recomputeHash();
    }

    @Override
    public void close() {
        rows.close();
    }
}
