package io.doorbuster.evaluation;

import io.doorbuster.intake.ShopEvent.Kind;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** What shoppers did, in primitive arrays, in the order in which the engine gets it. One thread. */
final class EventLog {
    private static final int FIRST_CAPACITY = 1 << 12;
    private static final Kind[] KINDS = Kind.values();

    private int[] shoppers = new int[FIRST_CAPACITY];
    private int[] items = new int[FIRST_CAPACITY];
    private int[] quantities = new int[FIRST_CAPACITY];
    private long[] timesNs = new long[FIRST_CAPACITY];
    private byte[] kinds = new byte[FIRST_CAPACITY];
    private int size;

    /** The events of each shopper, in the order of the log. Immutable. */
    static final class ByShopper {
        private final int[] from;
        private final int[] events;

        private ByShopper(int[] from, int[] events) {
            this.from = from;
            this.events = events;
        }

        /** One more than the highest shopper. */
        int shoppers() {
            return from.length - 1;
        }

        /** Events of a shopper; none of one who is not there. */
        int count(int shopper) {
            return shopper < shoppers() ? from[shopper + 1] - from[shopper] : 0;
        }

        /** Number in the log of a shopper's event; 0 = the first. */
        int event(int shopper, int index) {
            return events[from[shopper] + index];
        }
    }

    void add(int shopper, int item, long timeNs, Kind kind, int quantity) {
        if (size == items.length) {
            final int capacity = Math.multiplyExact(size, 2);
            shoppers = Arrays.copyOf(shoppers, capacity);
            items = Arrays.copyOf(items, capacity);
            quantities = Arrays.copyOf(quantities, capacity);
            timesNs = Arrays.copyOf(timesNs, capacity);
            kinds = Arrays.copyOf(kinds, capacity);
        }
        shoppers[size] = shopper;
        items[size] = item;
        quantities[size] = quantity;
        timesNs[size] = timeNs;
        kinds[size] = (byte) kind.ordinal();
        size++;
    }

    /** The same in order of time, itself where it is; events of one time keep their order. */
    EventLog sortedByTime() {
        if (IntStream.range(1, size).allMatch(event -> timesNs[event - 1] <= timesNs[event])) {
            return this;
        }
        final EventLog sorted = new EventLog();
        IntStream.range(0, size)
                .boxed()
                .sorted(Comparator.comparingLong(event -> timesNs[event]))
                .forEach(event -> sorted.addFrom(this, event));
        return sorted;
    }

    private void addFrom(EventLog other, int event) {
        add(
                other.shoppers[event],
                other.items[event],
                other.timesNs[event],
                other.kind(event),
                other.quantities[event]);
    }

    /** The events of a log in order of time that are in [fromNs, toNs). */
    EventLog between(long fromNs, long toNs) {
        final EventLog part = new EventLog();
        for (int event = 0; event < size; event++) {
            if (timesNs[event] >= fromNs && timesNs[event] < toNs) {
                part.addFrom(this, event);
            }
        }
        return part;
    }

    int size() {
        return size;
    }

    int shopper(int event) {
        return shoppers[event];
    }

    int item(int event) {
        return items[event];
    }

    int quantity(int event) {
        return quantities[event];
    }

    long timeNs(int event) {
        return timesNs[event];
    }

    Kind kind(int event) {
        return KINDS[kinds[event]];
    }

    /** One more than the highest shopper. */
    int shoppers() {
        int count = 0;
        for (int event = 0; event < size; event++) {
            count = Math.max(count, shoppers[event] + 1);
        }
        return count;
    }

    boolean has(Kind kind) {
        for (int event = 0; event < size; event++) {
            if (kinds[event] == kind.ordinal()) {
                return true;
            }
        }
        return false;
    }

    /** Events of each item. */
    int[] countsByItem(int itemCount) {
        final int[] counts = new int[itemCount];
        for (int event = 0; event < size; event++) {
            counts[items[event]]++;
        }
        return counts;
    }

    ByShopper byShopper() {
        final int[] from = new int[shoppers() + 1];
        for (int event = 0; event < size; event++) {
            from[shoppers[event] + 1]++;
        }
        for (int shopper = 1; shopper < from.length; shopper++) {
            from[shopper] += from[shopper - 1];
        }
        final int[] next = from.clone();
        final int[] events = new int[size];
        for (int event = 0; event < size; event++) {
            events[next[shoppers[event]]++] = event;
        }
        return new ByShopper(from, events);
    }
}
