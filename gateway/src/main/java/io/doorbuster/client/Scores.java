package io.doorbuster.client;

import io.doorbuster.codec.Outcome;
import java.util.List;

/** Scores of given items, in their order. */
public record Scores(long position, List<Item> items) {
    /** Score of one item; 0 unless the outcome is ACCEPTED or ITEM_RETIRED. */
    public record Item(long itemId, float score, Outcome outcome) {}
}
