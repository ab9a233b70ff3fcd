package io.doorbuster.evaluation;

import java.util.Arrays;

/** Positive scores that add up item by item, and the best of them; ties go to the item that was named first. One thread. */
final class ItemScores {
    private final double[] scores;
    private final int[] touched;
    private final long[] keys;
    private int count;

    ItemScores(int itemCount) {
        scores = new double[itemCount];
        touched = new int[itemCount];
        keys = new long[itemCount];
    }

    /** Adds to an item's score; score &gt; 0. */
    void add(int item, double score) {
        if (scores[item] == 0) {
            touched[count++] = item;
        }
        scores[item] += score;
    }

    double score(int item) {
        return scores[item];
    }

    /** Fills in the best items that are not marked, and returns how many; all scores are zero afterwards. */
    int takeBest(ItemMarks excluded, int[] best) {
        final int size = best(excluded, best);
        clear();
        return size;
    }

    /** Fills in the best items that are not marked, and returns how many. */
    int best(ItemMarks excluded, int[] best) {
        int keyCount = 0;
        for (int i = 0; i < count; i++) {
            final int item = touched[i];
            if (!excluded.has(item)) {
                // Bits of positive floats are in the order of their values.
                keys[keyCount++] =
                        (long) Float.floatToRawIntBits((float) scores[item]) << 32 | (Integer.MAX_VALUE - item);
            }
        }
        Arrays.sort(keys, 0, keyCount);
        final int size = Math.min(best.length, keyCount);
        for (int i = 0; i < size; i++) {
            best[i] = Integer.MAX_VALUE - (int) keys[keyCount - 1 - i];
        }
        return size;
    }

    /** All scores are zero afterwards. */
    void clear() {
        for (int i = 0; i < count; i++) {
            scores[touched[i]] = 0;
        }
        count = 0;
    }
}
