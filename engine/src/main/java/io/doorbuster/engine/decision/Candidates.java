package io.doorbuster.engine.decision;

import io.doorbuster.codec.Retrieved;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/**
 * The candidates of one request, each item row once: which source brought it, with what evidence, and its score. Reused
 * for every request; allocates nothing. Engine thread only.
 */
public final class Candidates {
    /** Candidates of one request. */
    public static final int MAX = 512;

    private final int[] rows = new int[MAX];
    private final Retrieved[] retrieved = new Retrieved[MAX];
    private final float[] evidence = new float[MAX];
    private final int[] slots;
    private final int[] stamps;
    private final ByteBuffer memory =
            BufferUtil.allocateDirectAligned(MAX * 12, 64).order(ByteOrder.LITTLE_ENDIAN);
    private final long rowAddresses = BufferUtil.address(memory);
    private final long scores = rowAddresses + 8L * MAX;
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

    /** Adds an item row; one that is there keeps its source and gathers the evidence. Beyond {@link #MAX} nothing is added. */
    public void add(int row, Retrieved source, float weight) {
        final int index = indexOf(row);
        if (index >= 0) {
            if (retrieved[index] == source) {
                evidence[index] += weight;
            }
            return;
        }
        if (count == MAX) {
            return;
        }
        stamps[row] = epoch;
        slots[row] = count;
        rows[count] = row;
        retrieved[count] = source;
        evidence[count] = weight;
        count++;
    }

    public int row(int index) {
        return rows[index];
    }

    public Retrieved retrieved(int index) {
        return retrieved[index];
    }

    public float evidence(int index) {
        return evidence[index];
    }

    /** Scales the evidence of a candidate. */
    public void scaleEvidence(int index, float factor) {
        evidence[index] *= factor;
    }

    /** Address of int64[MAX], where each candidate's vector lies; filled by ranking. */
    public long rowAddresses() {
        return rowAddresses;
    }

    /** Address of float[MAX]; filled by ranking. */
    public long scores() {
        return scores;
    }

    public float score(int index) {
        return UnsafeApi.getFloat(scores + 4L * index);
    }
}
