package io.doorbuster.engine.decision;

/** The slate of one request: candidate indexes in the order of their places. Engine thread only. */
public final class SlateBuffer {
    /** Items in a slate. */
    public static final int SIZE_MAX = 100;

    private final int[] places = new int[SIZE_MAX];
    private int size;

    public void reset() {
        size = 0;
    }

    public int size() {
        return size;
    }

    /** Index of the candidate at a place. */
    public int candidate(int slatePosition) {
        return places[slatePosition];
    }

    /** Puts a candidate at the next place. */
    public void add(int candidate) {
        places[size++] = candidate;
    }
}
