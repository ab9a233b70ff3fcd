package io.doorbuster.kernels;

import static io.doorbuster.kernels.Memory.getFloat;
import static io.doorbuster.kernels.Memory.getInt;
import static io.doorbuster.kernels.Memory.getLong;
import static io.doorbuster.kernels.Memory.putFloat;
import static io.doorbuster.kernels.Memory.putInt;
import static io.doorbuster.kernels.Memory.putLong;

/**
 * Keeps the k best (score, row) pairs of a scan: whatever beats the threshold is appended to a pool of keys, and a full pool
 * is cut to its k best, whose worst is the new threshold. An append costs the same for every k; a cut costs a few steps for
 * each key that was appended since the last. Both kernels end with the same pairs, since the k best under a total order do
 * not depend on the way there.
 *
 * <p>The state lies in the scratch of the scan:
 *
 * <pre>
 *   0         4             8            16                      16 + 8 * capacity
 *   +---------+-------------+------------+-----------------------+
 *   | count   | threshold   | pivot seed | keys, int64[capacity] |
 *   +---------+-------------+------------+-----------------------+
 * </pre>
 *
 * A key holds the score, made an int of the same order, above the complement of the row: the larger key has the higher
 * score, or the lower row among equals.
 */
final class TopK {
    /** Room for what one block of a scan may append to a pool that is not yet cut. */
    private static final int BLOCK_ROWS = 64;

    private static final int THRESHOLD = 4;
    private static final int SEED = 8;
    private static final int KEYS = 16;

    /** Below so many keys, insertion is the faster sort. */
    private static final int INSERTION_MAX = 16;

    private TopK() {}

    /** Bytes of state for k results, a multiple of 64. */
    static int stateBytes(int k) {
        return (KEYS + 8 * (capacity(k) + BLOCK_ROWS) + 63) & -64;
    }

    /** A pool of a few hundred keys at least: small lists would else be cut with each block. */
    private static int capacity(int k) {
        return k + Math.max(k, 192);
    }

    static void start(long state) {
        putInt(state, 0);
        putFloat(state + THRESHOLD, Float.NEGATIVE_INFINITY);
        putLong(state + SEED, 0);
    }

    /** The score that a row must exceed, rows being offered in ascending order; negative infinity while all are taken. */
    static float threshold(long state) {
        return getFloat(state + THRESHOLD);
    }

    /**
     * Appends the rows of one block whose bit is set.
     *
     * @param hits bit i = row {@code firstRow + i}, whose score is float i of {@code scores}.
     */
    static void append(long state, int k, long scores, long hits, int firstRow) {
        int count = getInt(state);
        for (long rest = hits; rest != 0; rest &= rest - 1) {
            final int index = Long.numberOfTrailingZeros(rest);
            putLong(state + KEYS + 8L * count++, key(getFloat(scores + 4L * index), firstRow + index));
        }
        if (count > capacity(k)) {
            select(state, 0, count - 1, k);
            count = k;
            putFloat(state + THRESHOLD, score(worst(state, k)));
        }
        putInt(state, count);
    }

    private static long key(float score, int row) {
        // Minus zero becomes zero, which it equals; an overflow that ended in NaN stands last.
        final int bits = Float.floatToRawIntBits(Float.isNaN(score) ? Float.NEGATIVE_INFINITY : score + 0f);
        return (long) (bits ^ bits >> 31 & Integer.MAX_VALUE) << 32 | ~row & 0xFFFF_FFFFL;
    }

    private static float score(long key) {
        final int ordered = (int) (key >> 32);
        return Float.intBitsToFloat(ordered ^ ordered >> 31 & Integer.MAX_VALUE);
    }

    private static long worst(long state, int count) {
        long worst = Long.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            worst = Math.min(worst, keyAt(state, i));
        }
        return worst;
    }

    /** Moves the k largest keys of {@code low..high} to its front (quickselect). */
    private static void select(long state, int low, int high, int k) {
        int from = low;
        int to = high;
        while (from < to) {
            final int split = partition(state, from, to);
            if (k - 1 <= split) {
                to = split;
            } else {
                from = split + 1;
            }
        }
    }

    /** Hoare's: afterwards no key of {@code from..result} is less than one behind it. Keys differ, since rows do. */
    private static int partition(long state, int from, int to) {
        final long pivot = keyAt(state, from + nextBelow(state, to - from));
        int left = from - 1;
        int right = to + 1;
        while (true) {
            do {
                left++;
            } while (keyAt(state, left) > pivot);
            do {
                right--;
            } while (keyAt(state, right) < pivot);
            if (left >= right) {
                return right;
            }
            swap(state, left, right);
        }
    }

    /** A fixed sequence: no order of scores that a shop is likely to have meets it at its worst. */
    private static int nextBelow(long state, int bound) {
        final long next = getLong(state + SEED) * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
        putLong(state + SEED, next);
        return (int) ((next >>> 33) * bound >>> 31);
    }

    private static void swap(long state, int a, int b) {
        final long key = keyAt(state, a);
        putLong(state + KEYS + 8L * a, keyAt(state, b));
        putLong(state + KEYS + 8L * b, key);
    }

    private static long keyAt(long state, int index) {
        return getLong(state + KEYS + 8L * index);
    }

    /**
     * Writes the k best, best first.
     *
     * @return how many there are, at most k.
     */
    static int finish(long state, int k, long topRows, long topScores) {
        final int count = getInt(state);
        final int found = Math.min(count, k);
        if (count > k) {
            select(state, 0, count - 1, k);
        }
        sort(state, 0, found - 1);
        for (int i = 0; i < found; i++) {
            final long key = keyAt(state, i);
            putInt(topRows + 4L * i, ~(int) key);
            putFloat(topScores + 4L * i, score(key));
        }
        return found;
    }

    private static void sort(long state, int low, int high) {
        int from = low;
        int to = high;
        while (to - from >= INSERTION_MAX) {
            final int split = partition(state, from, to);
            if (split - from < to - split) { // The smaller half first, so that the stack stays short.
                sort(state, from, split);
                from = split + 1;
            } else {
                sort(state, split + 1, to);
                to = split;
            }
        }
        for (int i = from + 1; i <= to; i++) {
            final long key = keyAt(state, i);
            int at = i;
            while (at > from && keyAt(state, at - 1) < key) {
                putLong(state + KEYS + 8L * at, keyAt(state, at - 1));
                at--;
            }
            putLong(state + KEYS + 8L * at, key);
        }
    }
}
