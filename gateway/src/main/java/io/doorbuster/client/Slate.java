package io.doorbuster.client;

import io.doorbuster.codec.Retrieved;
import io.doorbuster.codec.Rung;
import io.doorbuster.codec.SlateDecoder;
import java.util.ArrayList;
import java.util.List;

/**
 * Items for a shopper, best first.
 *
 * @param position journal position at which the slate was computed: it knows every event up to there.
 * @param rung how it was made: {@code NETWORK}, unless a timeout left no time for that.
 */
public record Slate(long position, Rung rung, List<Item> items) {
    /**
     * One place of a slate.
     *
     * @param propensity probability with which this item came to this place, given the places before; 1 without exploration.
     */
    public record Item(
            long itemId, String externalId, long priceMinor, float score, Retrieved retrieved, float propensity) {}

    /** Copies a slate out of its buffer. */
    public static Slate of(SlateDecoder slate) {
        final long position = slate.position();
        final Rung rung = slate.rung() == Rung.NULL_VAL ? Rung.NETWORK : slate.rung(); // An older server says nothing.
        final List<Item> items = new ArrayList<>();
        for (final SlateDecoder.ItemsDecoder item : slate.items()) {
            final long itemId = item.itemId();
            final long price = item.priceMinor();
            items.add(new Item(itemId, item.externalId(), price, item.score(), item.retrieved(), item.propensity()));
        }
        return new Slate(position, rung, items);
    }
}
