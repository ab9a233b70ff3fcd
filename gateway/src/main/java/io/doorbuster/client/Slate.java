package io.doorbuster.client;

import io.doorbuster.codec.Retrieved;
import java.util.List;

/**
 * Items for a shopper, best first.
 *
 * @param position journal position at which the slate was computed: it knows every event up to there.
 */
public record Slate(long position, List<Item> items) {
    /** One place of a slate. */
    public record Item(long itemId, String externalId, long priceMinor, float score, Retrieved retrieved) {}
}
