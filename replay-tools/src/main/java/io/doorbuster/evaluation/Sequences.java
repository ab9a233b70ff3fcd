package io.doorbuster.evaluation;

import io.doorbuster.intake.ShopEvent.Kind;
import java.util.Arrays;
import org.agrona.collections.IntArrayList;

/** Lists of items without times, one behind the other. One thread. */
final class Sequences {
    /** When the first begins: 2020-01-01. Their order is all that is known, so each begins a minute behind the one before. */
    private static final long BEGIN_NS = 1_577_836_800_000_000_000L;

    private static final long BETWEEN_NS = 60_000_000_000L;
    private static final long STEP_NS = 1_000_000_000L;

    private final IntArrayList items = new IntArrayList();
    private final IntArrayList from = new IntArrayList();

    Sequences() {
        from.addInt(0);
    }

    /** Adds an item to the list that is being made. */
    void item(int item) {
        items.addInt(item);
    }

    /** Ends the list that is being made. */
    void end() {
        from.addInt(items.size());
    }

    int size() {
        return from.size() - 1;
    }

    int length(int sequence) {
        return from.getInt(sequence + 1) - from.getInt(sequence);
    }

    int item(int sequence, int place) {
        return items.getInt(from.getInt(sequence) + place);
    }

    int[] items(int sequence) {
        final int[] copy = new int[length(sequence)];
        Arrays.setAll(copy, place -> item(sequence, place));
        return copy;
    }

    /** Lets a shopper of the list's number view its first items, a second apart, when so many others have. */
    void view(int sequence, int count, int turn, EventLog log) {
        long timeNs = BEGIN_NS + turn * BETWEEN_NS;
        if (log.size() > 0) {
            timeNs = Math.max(
                    timeNs, log.timeNs(log.size() - 1) + STEP_NS); // One of more than a minute pushes the next on.
        }
        for (int place = 0; place < count; place++) {
            log.add(sequence, item(sequence, place), timeNs + place * STEP_NS, Kind.VIEWED, 1);
        }
    }

    /** When the next would begin. */
    static long afterNs(EventLog log) {
        return log.size() == 0 ? BEGIN_NS : log.timeNs(log.size() - 1) + BETWEEN_NS;
    }
}
