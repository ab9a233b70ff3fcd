package io.doorbuster.engine.decision;

import io.doorbuster.codec.Retrieved;
import io.doorbuster.engine.store.RankerStore;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/**
 * The candidates of one request, each item row once: which source brought it, what the ranker knows of it, and
 * its score. Reused for every request; allocates nothing. Engine thread only.
 */
public final class Candidates {
    /** Candidates of one request. */
    public static final int MAX = 512;

    private final int[] rows = new int[MAX];
    private final Retrieved[] retrieved = new Retrieved[MAX];
    private final float[] forward = new float[MAX];
    private final float[] backward = new float[MAX];
    private final int[] slots;
    private final int[] stamps;
    private final ByteBuffer memory = BufferUtil.allocateDirectAligned(
                    MAX * (12 + 8 * RankerStore.FEATURES + 4 * RankerStore.HIDDEN), 64)
            .order(ByteOrder.LITTLE_ENDIAN);
    private final long rowAddresses = BufferUtil.address(memory);
    private final long scores = rowAddresses + 8L * MAX;
    private final long columns = scores + 4L * MAX;
    private final long tiles = columns + 4L * MAX * RankerStore.FEATURES;
    private final long hidden = tiles + 4L * MAX * RankerStore.FEATURES;
    private int count;
    private int epoch;

    /** For items in rows below {@code itemsMax}. */
    public Candidates(int itemsMax) {
        slots = new int[itemsMax];
        stamps = new int[itemsMax];
    }

    /** Forgets the candidates of the request before. */
    public void reset() {
        count = 0;
        epoch++;
        if (epoch == Integer.MAX_VALUE) {
            Arrays.fill(stamps, 0);
            epoch = 1;
        }
    }

    public int count() {
        return count;
    }

    /** Place of an item row among the candidates, or -1. */
    public int indexOf(int row) {
        return stamps[row] == epoch ? slots[row] : -1;
    }

    /** Adds an item row, unless it is there or there are {@link #MAX}; the newest candidate has the highest index. */
    public boolean add(int row, Retrieved source) {
        if (indexOf(row) >= 0 || count == MAX) {
            return false;
        }
        stamps[row] = epoch;
        slots[row] = count;
        rows[count] = row;
        retrieved[count] = source;
        forward[count] = 0;
        backward[count] = 0;
        count++;
        return true;
    }

    public int row(int index) {
        return rows[index];
    }

    public Retrieved retrieved(int index) {
        return retrieved[index];
    }

    /** Scores the candidates so that they stand in the order in which they were added. */
    public void scoreAsAdded() {
        for (int i = 0; i < count; i++) {
            UnsafeApi.putFloat(scores + 4L * i, -i);
        }
    }

    /** What session neighbours said of a candidate: at the anchor or behind it, and before it. */
    public void neighbours(int index, float behind, float before) {
        forward[index] = behind;
        backward[index] = before;
    }

    public float forward(int index) {
        return forward[index];
    }

    public float backward(int index) {
        return backward[index];
    }

    /** Address of int64[MAX], where each candidate's vector lies; filled by ranking. */
    public long rowAddresses() {
        return rowAddresses;
    }

    /** Address of float[MAX]; filled by ranking. */
    public long scores() {
        return scores;
    }

    /** Address of float[FEATURES][MAX]: one column for each feature of the ranker; filled by ranking. */
    public long columns() {
        return columns;
    }

    /** Address of float[MAX / 16][FEATURES][16]: the features, standardised, lane = candidate; filled by ranking. */
    public long tiles() {
        return tiles;
    }

    /** Address of float[MAX / 16][HIDDEN][16]: what the ranker's hidden layer made of them; filled by ranking. */
    public long hidden() {
        return hidden;
    }

    public float score(int index) {
        return UnsafeApi.getFloat(scores + 4L * index);
    }
}
