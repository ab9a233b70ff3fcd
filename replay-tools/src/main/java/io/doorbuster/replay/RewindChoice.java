package io.doorbuster.replay;

import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which facts a rewind leaves out: behaviour, within a span, that came from one of these sources or is of one of these shoppers;
 * all of it when neither is named.
 *
 * @param sources empty = not by source.
 * @param shoppers surrogates; empty = not by shopper.
 * @param purchases whether purchases are left out too, as far as they are behaviour: units stay sold.
 */
public record RewindChoice(SortedSet<Long> sources, SortedSet<Long> shoppers, Span span, boolean purchases) {
    /**
     * Positions and journal times, both ends included; a record must lie within all four.
     *
     * @param fromNs nanoseconds since 1970, as {@code toNs}.
     */
    public record Span(long fromPosition, long fromNs, long toPosition, long toNs) {
        /** The whole journal. */
        public static final Span ALL = new Span(1, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

        boolean contains(long position, long timeNs) {
            return position >= fromPosition && position <= toPosition && timeNs >= fromNs && timeNs <= toNs;
        }
    }

    public RewindChoice {
        if (sources.isEmpty() && shoppers.isEmpty() && span.equals(Span.ALL)) {
            throw new IllegalArgumentException("say what to leave out: a source, a shopper or a span");
        }
        sources = new TreeSet<>(sources);
        shoppers = new TreeSet<>(shoppers);
    }

    /** The same with all that these shoppers were called. */
    RewindChoice with(SortedSet<Long> allShoppers) {
        return new RewindChoice(sources, allShoppers, span, purchases);
    }

    /** Whether a behaviour fact is one of those. */
    boolean takes(long position, long timeNs, long source, long shopper) {
        return span.contains(position, timeNs)
                && (sources.isEmpty() && shoppers.isEmpty() || sources.contains(source) || shoppers.contains(shopper));
    }
}
