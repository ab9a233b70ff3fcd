package io.doorbuster.diff;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * What shoppers really did behind a slate, and where its item stood in either. A click or purchase is joined to the shopper's
 * newest slate within the session gap, or to the one that the click names. One thread.
 */
final class NextActions {
    private final Map<Long, Deque<Shown>> shownTo = new HashMap<>();
    private long clicks;
    private long purchases;
    private final long[] held = new long[2];
    private final long[] places = new long[2];
    private long heldByBoth;

    /** Item ids of both slates of a request. */
    private static final class Shown {
        private final long position;
        private final long timeNs;
        private final long[] recorded;
        private final long[] changed;

        Shown(long position, long timeNs, long[] recorded, long[] changed) {
            this.position = position;
            this.timeNs = timeNs;
            this.recorded = recorded;
            this.changed = changed;
        }
    }

    /** A request was answered. */
    void onSlates(long shopper, long position, long timeNs, long gapNs, long[] recorded, long[] changed) {
        if (shopper != 0) {
            final Deque<Shown> before = shownTo.computeIfAbsent(shopper, key -> new ArrayDeque<>());
            forgetOld(before, timeNs - gapNs);
            before.addFirst(new Shown(position, timeNs, recorded, changed));
        }
    }

    private static void forgetOld(Deque<Shown> newestFirst, long fromNs) {
        while (!newestFirst.isEmpty() && newestFirst.getLast().timeNs < fromNs) {
            newestFirst.removeLast();
        }
    }

    /**
     * A shopper clicked or bought.
     *
     * @param requestPosition of the slate that a click names; 0 = it names none.
     */
    void onAction(long shopper, long itemId, boolean isPurchase, long requestPosition, long timeNs, long gapNs) {
        final Deque<Shown> before = shopper == 0 ? null : shownTo.get(shopper);
        if (before == null) {
            return;
        }
        forgetOld(before, timeNs - gapNs);
        for (final Shown shown : before) {
            if (requestPosition == 0 || requestPosition == shown.position) {
                clicks += isPurchase ? 0 : 1;
                purchases += isPurchase ? 1 : 0;
                final int inRecorded = SlateChange.placeOf(shown.recorded, itemId);
                final int inChanged = SlateChange.placeOf(shown.changed, itemId);
                hold(0, inRecorded);
                hold(1, inChanged);
                heldByBoth += inRecorded >= 0 && inChanged >= 0 ? 1 : 0;
                return;
            }
        }
    }

    private void hold(int side, int place) {
        held[side] += place >= 0 ? 1 : 0;
        places[side] += Math.max(0, place);
    }

    DiffRun.Next next() {
        final long actions = clicks + purchases;
        return new DiffRun.Next(
                clicks,
                purchases,
                new DiffRun.Pair(ratio(held[0], actions), ratio(held[1], actions)),
                new DiffRun.Pair(ratio(places[0], held[0]), ratio(places[1], held[1])),
                held[0] - heldByBoth,
                held[1] - heldByBoth);
    }

    private static double ratio(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }
}
