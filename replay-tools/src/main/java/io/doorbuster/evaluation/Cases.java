package io.doorbuster.evaluation;

import org.agrona.collections.IntArrayList;

/**
 * What is asked after training, and what the right answers are. Items are dense numbers; they lie in one pool, and a case
 * has spans of it, so that the prefixes of a session share its items. One thread.
 */
final class Cases {
    private static final int FIELDS = 8;

    private final IntArrayList pool;
    private final IntArrayList cases = new IntArrayList();

    Cases() {
        this(new IntArrayList());
    }

    private Cases(IntArrayList pool) {
        this.pool = pool;
    }

    /** None yet, with spans of the same pool. */
    Cases ofSamePool() {
        return new Cases(pool);
    }

    /** Items of the pool, from inclusive, to exclusive. */
    record Span(int from, int to) {
        static final Span EMPTY = new Span(0, 0);

        int length() {
            return to - from;
        }
    }

    /** Puts an item behind the others of the pool and returns its place. */
    int pool(int item) {
        pool.addInt(item);
        return pool.size() - 1;
    }

    /** Puts items behind the others of the pool. */
    Span pool(int[] items) {
        final int from = pool.size();
        for (final int item : items) {
            pool.addInt(item);
        }
        return new Span(from, pool.size());
    }

    /**
     * Adds a case.
     *
     * @param shopper number of the shopper in the log, or -1 for one who is not there.
     * @param group cases of one group, as of one session, hang together: intervals draw groups.
     * @param context what the shopper had before, oldest first.
     * @param targets what was next, each item once.
     * @param excluded what must not be in the slate, each item once, newest last.
     */
    void add(int shopper, int group, Span context, Span targets, Span excluded) {
        cases.addInt(shopper);
        cases.addInt(group);
        cases.addInt(context.from());
        cases.addInt(context.to());
        cases.addInt(targets.from());
        cases.addInt(targets.to());
        cases.addInt(excluded.from());
        cases.addInt(excluded.to());
    }

    int size() {
        return cases.size() / FIELDS;
    }

    int shopper(int number) {
        return cases.getInt(number * FIELDS);
    }

    int group(int number) {
        return cases.getInt(number * FIELDS + 1);
    }

    Span context(int number) {
        return span(number, 2);
    }

    Span targets(int number) {
        return span(number, 4);
    }

    Span excluded(int number) {
        return span(number, 6);
    }

    private Span span(int number, int field) {
        return new Span(cases.getInt(number * FIELDS + field), cases.getInt(number * FIELDS + field + 1));
    }

    /** An item of the pool. */
    int item(int place) {
        return pool.getInt(place);
    }

    boolean contains(Span span, int item) {
        for (int place = span.from(); place < span.to(); place++) {
            if (pool.getInt(place) == item) {
                return true;
            }
        }
        return false;
    }

    /** At most so many of the cases, at equal distances. */
    Cases limited(long casesMax) {
        if (size() <= casesMax) {
            return this;
        }
        final Cases fewer = ofSamePool();
        for (long i = 0; i < casesMax; i++) {
            final int number = (int) (i * size() / casesMax);
            fewer.add(shopper(number), group(number), context(number), targets(number), excluded(number));
        }
        return fewer;
    }
}
