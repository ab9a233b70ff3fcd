package io.doorbuster.kernels;

/**
 * Keeps the k best (score, row) pairs in two off-heap arrays, best first, by insertion. Both kernels call it, so the order
 * of equal scores is the same: the lower row stands first.
 */
final class TopK {
    private TopK() {}

    /**
     * Offers one pair.
     *
     * @return the count kept after the offer.
     */
    static int offer(long topRows, long topScores, int count, int k, int row, float score) {
        if (count == k && !(score > Memory.getFloat(topScores + 4L * (k - 1)))) {
            return count; // Rows come in ascending order, so an equal score never displaces.
        }
        int at = count < k ? count : k - 1;
        while (at > 0 && Memory.getFloat(topScores + 4L * (at - 1)) < score) {
            Memory.putFloat(topScores + 4L * at, Memory.getFloat(topScores + 4L * (at - 1)));
            Memory.putInt(topRows + 4L * at, Memory.getInt(topRows + 4L * (at - 1)));
            at--;
        }
        Memory.putFloat(topScores + 4L * at, score);
        Memory.putInt(topRows + 4L * at, row);
        return count < k ? count + 1 : k;
    }

    /** The score that a pair must exceed to be kept. */
    static float threshold(long topScores, int count, int k) {
        return count < k ? Float.NEGATIVE_INFINITY : Memory.getFloat(topScores + 4L * (k - 1));
    }

    /** The sixteen bits of a tile, bit r = row r of the tile may pass. */
    static int tileBits(long bitmap, int tile) {
        return ALLOWED & (int) (Memory.getLong(bitmap + 8L * (tile >>> 2)) >>> ((tile & 3) << 4));
    }

    private static final int ALLOWED = 0xFFFF;
}
