package io.doorbuster.evaluation;

/** A set of items that is emptied without a walk. One thread. */
final class ItemMarks {
    private final int[] markedIn;
    private int round = 1;

    ItemMarks(int itemCount) {
        markedIn = new int[itemCount];
    }

    /** Marks the items of a span, and no others. */
    void only(Cases cases, Cases.Span span) {
        round++;
        for (int place = span.from(); place < span.to(); place++) {
            markedIn[cases.item(place)] = round;
        }
    }

    boolean has(int item) {
        return markedIn[item] == round;
    }
}
