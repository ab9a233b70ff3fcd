package io.doorbuster.engine.decision;

/** The slate of one request: candidate indexes in the order of their places, and what each was drawn from. Engine thread only. */
public final class SlateBuffer {
    /** Items in a slate. */
    public static final int SIZE_MAX = 100;

    /** Candidates that one place may be drawn from, the greedy choice among them. */
    public static final int POOL_MAX = 20;

    private final int[] places = new int[SIZE_MAX];
    private final float[] propensities = new float[SIZE_MAX];
    private final int[] poolSizes = new int[SIZE_MAX];
    private final int[] pools = new int[SIZE_MAX * POOL_MAX];
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

    /** Probability with which this candidate came to its place, given the places before. */
    public float propensity(int slatePosition) {
        return propensities[slatePosition];
    }

    /** Candidates that a place was drawn from. */
    public int poolSize(int slatePosition) {
        return poolSizes[slatePosition];
    }

    /** One of them, the best first: number 0 is the greedy choice. */
    public int pooled(int slatePosition, int number) {
        return pools[slatePosition * POOL_MAX + number];
    }

    /** Puts the only choice at the next place. */
    public void add(int candidate) {
        pools[size * POOL_MAX] = candidate;
        poolSizes[size] = 1;
        propensities[size] = 1;
        places[size++] = candidate;
    }

    /** Offers a candidate for the next place, number by number; {@link #draw} then takes one of them. */
    public void offer(int number, int candidate) {
        pools[size * POOL_MAX + number] = candidate;
    }

    /** Puts one of the offered candidates at the next place. */
    public void draw(int number, int offered, float propensity) {
        poolSizes[size] = offered;
        propensities[size] = propensity;
        places[size] = pools[size * POOL_MAX + number];
        size++;
    }
}
