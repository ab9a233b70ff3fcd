package io.doorbuster.diff;

/**
 * How one slate differs from another, by their item ids.
 *
 * @param isSame same items in the same order.
 * @param isSameFirst the same item stands first, or both are empty.
 * @param overlap of the first {@link #TOP}: items in both over the longer one's.
 * @param rankBiasedOverlap {@code RBO_EXT} of W. Webber, A. Moffat, J. Zobel, "A similarity measure for indefinite rankings",
 *     ACM TOIS 28(4), 2010, equation 32, with p = {@link #PERSISTENCE}: 1 = the same, 0 = no item in common; early places count
 *     most.
 * @param common items in both.
 * @param swapped share of the pairs of common items that stand in the other order (M. Kendall, "A new measure of rank
 *     correlation", Biometrika 30, 1938); NaN below two.
 * @param moved places by which a common item moved, mean; NaN when there is none.
 * @param gained items of the second slate alone.
 * @param lost items of the first slate alone.
 */
record SlateChange(
        boolean isSame,
        boolean isSameFirst,
        double overlap,
        double rankBiasedOverlap,
        int common,
        double swapped,
        double moved,
        int gained,
        int lost) {
    static final int TOP = 10;
    static final double PERSISTENCE = 0.9;

    static SlateChange of(long[] first, long[] second) {
        final int[] placeInSecond = new int[first.length];
        int common = 0;
        int commonTop = 0;
        long moves = 0;
        for (int place = 0; place < first.length; place++) {
            final int other = placeOf(second, first[place]);
            if (other >= 0) {
                moves += Math.abs(other - place);
                commonTop += place < TOP && other < TOP ? 1 : 0;
                placeInSecond[common++] = other;
            }
        }
        final int top = Math.min(TOP, Math.max(first.length, second.length));
        return new SlateChange(
                common == first.length && common == second.length && moves == 0,
                first.length == 0 || second.length == 0 ? first.length == second.length : first[0] == second[0],
                top == 0 ? 1 : (double) commonTop / top,
                rankBiasedOverlap(first, second),
                common,
                common < 2 ? Double.NaN : swapped(placeInSecond, common),
                common == 0 ? Double.NaN : (double) moves / common,
                second.length - common,
                first.length - common);
    }

    /** Place of an item; -1 = it is not there. */
    static int placeOf(long[] items, long itemId) {
        return placeOf(items, items.length, itemId);
    }

    private static int placeOf(long[] items, int count, long itemId) {
        for (int place = 0; place < count; place++) {
            if (items[place] == itemId) {
                return place;
            }
        }
        return -1;
    }

    private static double swapped(int[] places, int count) {
        long swapped = 0;
        for (int i = 1; i < count; i++) {
            for (int j = 0; j < i; j++) {
                swapped += places[j] > places[i] ? 1 : 0;
            }
        }
        return swapped / (count * (count - 1L) / 2.0);
    }

    private static double rankBiasedOverlap(long[] first, long[] second) {
        final long[] shorter = first.length < second.length ? first : second;
        final long[] longer = first.length < second.length ? second : first;
        final int shortest = shorter.length;
        final int longest = longer.length;
        if (shortest == 0) {
            return longest == 0 ? 1 : 0;
        }
        double sum = 0;
        double weight = 1;
        int overlap = 0;
        int overlapShort = 0;
        for (int depth = 1; depth <= longest; depth++) {
            weight *= PERSISTENCE;
            final long added = longer[depth - 1];
            overlap += placeOf(shorter, Math.min(depth, shortest), added) >= 0 ? 1 : 0;
            overlap += depth <= shortest && placeOf(longer, depth - 1, shorter[depth - 1]) >= 0 ? 1 : 0;
            sum += weight * overlap / depth;
            if (depth == shortest) {
                overlapShort = overlap;
            } else if (depth > shortest) {
                sum += weight * overlapShort * (depth - shortest) / ((double) shortest * depth);
            }
        }
        final double beyond = (double) (overlap - overlapShort) / longest + (double) overlapShort / shortest;
        return (1 - PERSISTENCE) / PERSISTENCE * sum + beyond * weight;
    }
}
