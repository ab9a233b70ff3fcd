package io.doorbuster.kernels;

import static io.doorbuster.kernels.Memory.getFloat;
import static io.doorbuster.kernels.Memory.getInt;
import static io.doorbuster.kernels.Memory.putFloat;
import static io.doorbuster.kernels.Memory.putInt;

/**
 * Keeps the k best (score, row) pairs of a scan: whatever beats the threshold is appended to a pool, and a full pool is cut to
 * its k best, below which lies the new threshold. An append costs the same for every k, and no order of scores makes a cut
 * dear: the bound is found by halving a range of bits, each time counting what lies above. Rows are offered in
 * ascending order and a cut keeps it, so among equal scores the lower row stands first.
 *
 * <p>The state lies in the scratch of the scan:
 *
 * <pre>
 *   0         4             64                       64 + 4 * room
 *   +---------+-------------+------------------------+----------------------+
 *   | count   | threshold   | keys, int32[room]      | rows, int32[room]    |
 *   +---------+-------------+------------------------+----------------------+
 * </pre>
 *
 * A key is a score made an int of the same order.
 */
final class TopK {
    /** Room for what one block of a scan may append to a pool that is not yet cut. */
    private static final int BLOCK_ROWS = 64;

    /** A pool of a few hundred rows at least: small ones would else be cut with each block. */
    private static final int SURPLUS_MIN = 192;

    private static final int THRESHOLD = 4;
    private static final int KEYS = 64;
    private static final int LANES = 16;
    private static final int LEAST = key(Float.NEGATIVE_INFINITY);
    private static final int GREATEST = key(Float.POSITIVE_INFINITY);

    private TopK() {}

    /** Bytes of state for k results, a multiple of 64. */
    static int stateBytes(int k) {
        return KEYS + 8 * room(k);
    }

    private static int capacity(int k) {
        return k + Math.max(k, SURPLUS_MIN);
    }

    private static int room(int k) {
        return capacity(k) + BLOCK_ROWS + LANES - 1 & -LANES;
    }

    static void start(long state) {
        putInt(state, 0);
        putFloat(state + THRESHOLD, Float.NEGATIVE_INFINITY);
    }

    /** The score that a row must exceed; negative infinity while all are taken. */
    static float threshold(long state) {
        return getFloat(state + THRESHOLD);
    }

    /**
     * Appends the rows of one block whose bit is set.
     *
     * @param hits bit i = row {@code firstRow + i}, whose score is float i of {@code scores}.
     */
    static void append(VectorKernels kernels, long state, int k, long scores, long hits, int firstRow) {
        final long rows = rows(state, k);
        int count = getInt(state);
        for (long rest = hits; rest != 0; rest &= rest - 1) {
            final int index = Long.numberOfTrailingZeros(rest);
            putInt(state + KEYS + 4L * count, key(getFloat(scores + 4L * index)));
            putInt(rows + 4L * count++, firstRow + index);
        }
        if (count > capacity(k)) {
            cut(kernels, state, k, count);
            count = k;
        }
        putInt(state, count);
    }

    private static long rows(long state, int k) {
        return state + KEYS + 4L * room(k);
    }

    /** Minus zero becomes zero, which it equals; an overflow that ended in NaN stands last. */
    private static int key(float score) {
        final int bits = Float.floatToRawIntBits(Float.isNaN(score) ? Float.NEGATIVE_INFINITY : score + 0f);
        return bits ^ bits >> 31 & Integer.MAX_VALUE;
    }

    private static float score(int key) {
        return Float.intBitsToFloat(key ^ key >> 31 & Integer.MAX_VALUE);
    }

    /** Keeps the k best of count, in their order. */
    private static void cut(VectorKernels kernels, long state, int k, int count) {
        final long keys = state + KEYS;
        final long rows = rows(state, k);
        pad(keys, count);
        final int bound = bound(kernels, keys, k, count, key(threshold(state)));
        int ties = k - kernels.countAbove(keys, padded(count), bound);
        int kept = 0;
        for (int i = 0; i < count; i++) {
            final int key = getInt(keys + 4L * i);
            putInt(keys + 4L * kept, key);
            putInt(rows + 4L * kept, getInt(rows + 4L * i));
            final int tie = key == bound && ties > 0 ? 1 : 0;
            ties -= tie;
            kept += key > bound ? 1 : tie;
        }
        putFloat(state + THRESHOLD, score(bound));
    }

    private static void pad(long keys, int count) {
        for (int i = count; i < padded(count); i++) {
            putInt(keys + 4L * i, LEAST);
        }
    }

    private static int padded(int count) {
        return count + LANES - 1 & -LANES;
    }

    /**
     * A key that just k keys exceed; if equal keys leave none, the k-th key, which fewer exceed.
     *
     * @param least where to begin: k keys or more exceed it or equal it.
     */
    private static int bound(VectorKernels kernels, long keys, int k, int count, int least) {
        int low = least;
        int high = GREATEST;
        while (low < high) {
            final int middle = (int) ((long) low + high >> 1);
            final int above = kernels.countAbove(keys, padded(count), middle);
            if (above == k) {
                return middle;
            }
            if (above < k) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /**
     * Writes the k best, best first.
     *
     * @return how many there are, at most k.
     */
    static int finish(VectorKernels kernels, long state, int k, long topRows, long topScores) {
        int count = getInt(state);
        if (count > k) {
            cut(kernels, state, k, count);
            count = k;
        }
        final long keys = state + KEYS;
        final long rows = rows(state, k);
        final long places = keys + 4L * padded(count);
        pad(keys, count);
        kernels.places(keys, padded(count), places);
        for (int i = 0; i < count; i++) {
            final int place = getInt(places + 4L * i);
            putInt(topRows + 4L * place, getInt(rows + 4L * i));
            putFloat(topScores + 4L * place, score(getInt(keys + 4L * i)));
        }
        return count;
    }
}
