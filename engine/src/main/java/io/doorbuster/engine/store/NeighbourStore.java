package io.doorbuster.engine.store;

import org.agrona.UnsafeApi;

/**
 * For each item the items that were bought beside it, with a weight. Engine thread only.
 *
 * <p>Bounded: a row keeps {@link #ENTRIES} neighbours; a newcomer replaces the lightest and inherits its weight (the
 * space-saving sketch of Metwally, Agrawal and El Abbadi 2005), and all weights of a row are halved when one passes
 * {@link #WEIGHT_MAX}, so that old purchases fade.
 *
 * <pre>
 *   32 x {item row + 1 int32, 0 = empty | generation int32 | weight float | inherited float}, in eight page-store rows of 64 bytes,
 *   so that a changed entry costs the hash of its own line only
 * </pre>
 */
public final class NeighbourStore {
    /** Neighbours of one item. */
    public static final int ENTRIES = 32;

    static final float WEIGHT_MAX = 256f;

    private static final int ENTRY_BYTES = 16;
    private static final int LINE_BYTES = 64;
    private static final int LINES = ENTRIES * ENTRY_BYTES / LINE_BYTES;
    private static final int ENTRIES_PER_LINE = LINE_BYTES / ENTRY_BYTES;

    private final PageStore lines;

    NeighbourStore(PageStores stores, int itemsMax) {
        lines = new PageStore(stores, "neighbours", 30, LINE_BYTES, Math.multiplyExact(itemsMax, LINES));
    }

    private long address(int row, int entry) {
        return lines.address(row * LINES) + (long) entry * ENTRY_BYTES;
    }

    /** Item row of a neighbour, or -1 when the entry is empty. */
    public int item(int row, int entry) {
        return UnsafeApi.getInt(address(row, entry)) - 1;
    }

    public int generation(int row, int entry) {
        return UnsafeApi.getInt(address(row, entry) + 4);
    }

    /** What purchases said for this neighbour alone; what it inherited counts only against its being replaced. */
    public float weight(int row, int entry) {
        final long address = address(row, entry);
        return UnsafeApi.getFloat(address + 8) - UnsafeApi.getFloat(address + 12);
    }

    /** Adds weight to a neighbour of an item. */
    public void add(int row, int neighbour, int generation, float weight) {
        final int entry = entryOf(row, neighbour, generation);
        final int line = row * LINES + entry / ENTRIES_PER_LINE;
        final long address = lines.open(line) + (long) (entry % ENTRIES_PER_LINE) * ENTRY_BYTES;
        if (UnsafeApi.getInt(address) != neighbour + 1 || UnsafeApi.getInt(address + 4) != generation) {
            UnsafeApi.putInt(address, neighbour + 1);
            UnsafeApi.putInt(address + 4, generation);
            UnsafeApi.putFloat(address + 12, UnsafeApi.getFloat(address + 8));
        }
        final float sum = UnsafeApi.getFloat(address + 8) + weight;
        UnsafeApi.putFloat(address + 8, sum);
        lines.close(line);
        if (sum > WEIGHT_MAX) {
            halve(row);
        }
    }

    /** The neighbour's own entry, or else the lightest, an empty one before all others. */
    private int entryOf(int row, int neighbour, int generation) {
        final long first = address(row, 0);
        int lightest = 0;
        for (int entry = 0; entry < ENTRIES; entry++) {
            final long at = first + (long) entry * ENTRY_BYTES;
            if (UnsafeApi.getInt(at) == neighbour + 1 && UnsafeApi.getInt(at + 4) == generation) {
                return entry;
            }
            if (UnsafeApi.getFloat(at + 8) < UnsafeApi.getFloat(first + (long) lightest * ENTRY_BYTES + 8)) {
                lightest = entry;
            }
        }
        return lightest;
    }

    private void halve(int row) {
        for (int line = row * LINES; line < (row + 1) * LINES; line++) {
            final long address = lines.open(line);
            for (int entry = 0; entry < ENTRIES_PER_LINE; entry++) {
                final long at = address + (long) entry * ENTRY_BYTES + 8;
                UnsafeApi.putFloat(at, UnsafeApi.getFloat(at) * 0.5f);
                UnsafeApi.putFloat(at + 4, UnsafeApi.getFloat(at + 4) * 0.5f);
            }
            lines.close(line);
        }
    }
}
