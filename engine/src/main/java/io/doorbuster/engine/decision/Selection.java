package io.doorbuster.engine.decision;

/** Partial order of keys. The same keys in the same places come out in the same places, on every machine. */
public final class Selection {
    private Selection() {}

    /** Moves the {@code wanted} greatest of the first {@code count} keys to the front, in no order (Hoare 1961). */
    public static void greatestFirst(long[] keys, int count, int wanted) {
        int low = 0;
        int high = count - 1;
        while (low < high && wanted > low && wanted <= high) {
            final long pivot = middle(keys[low], keys[(low + high) >>> 1], keys[high]);
            int i = low;
            int j = high;
            while (i <= j) {
                while (keys[i] > pivot) {
                    i++;
                }
                while (keys[j] < pivot) {
                    j--;
                }
                if (i <= j) {
                    final long key = keys[i];
                    keys[i++] = keys[j];
                    keys[j--] = key;
                }
            }
            if (wanted <= j + 1) {
                high = j;
            } else if (wanted >= i) {
                low = i;
            } else {
                return;
            }
        }
    }

    private static long middle(long a, long b, long c) {
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }

    /** Puts the first {@code count} keys, a few, in order, the greatest first. */
    public static void sortGreatestFirst(long[] keys, int count) {
        for (int i = 1; i < count; i++) {
            final long key = keys[i];
            int place = i;
            while (place > 0 && keys[place - 1] < key) {
                keys[place] = keys[place - 1];
                place--;
            }
            keys[place] = key;
        }
    }

    /**
     * Puts the first {@code count} keys in order, the least first, by merging. {@link java.util.Arrays#sort(long[])} would
     * allocate.
     *
     * @param scratch as long as the keys.
     */
    public static void sort(long[] keys, long[] scratch, int count) {
        for (int width = 1; width < count; width *= 4) {
            mergeRuns(keys, width, count, scratch);
            mergeRuns(scratch, 2 * width, count, keys);
        }
    }

    private static void mergeRuns(long[] from, int width, int count, long[] to) {
        for (int first = 0; first < count; first += 2 * width) {
            merge(from, first, Math.min(count, first + width), Math.min(count, first + 2 * width), to);
        }
    }

    private static void merge(long[] from, int first, int middle, int end, long[] to) {
        int low = first;
        int high = middle;
        for (int i = first; i < end; i++) {
            to[i] = high == end || low < middle && from[low] <= from[high] ? from[low++] : from[high++];
        }
    }

    /** An int that is ordered as the float is. */
    public static int sortable(float value) {
        final int bits = Float.floatToRawIntBits(value);
        return bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
    }
}
