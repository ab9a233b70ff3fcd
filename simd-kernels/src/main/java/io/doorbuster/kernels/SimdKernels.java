package io.doorbuster.kernels;

import static io.doorbuster.kernels.Memory.ALL;
import static io.doorbuster.kernels.Memory.getFloat;
import static io.doorbuster.kernels.Memory.getLong;
import static io.doorbuster.kernels.Memory.putFloat;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels on the vector unit; the only class that knows the Vector API. Same order of additions as
 * {@link ScalarKernels}: two halves of eight lanes stand for its sixteen, scans keep one item in each lane.
 */
final class SimdKernels implements VectorKernels {
    /** Narrowest vector unit in bits that this class serves. */
    static final int BITS_MIN = 256;

    private static final VectorSpecies<Float> HALF = FloatVector.SPECIES_256;
    private static final VectorSpecies<Float> QUARTER = FloatVector.SPECIES_128;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final int LANES = 16;

    /** Width of this machine's vector unit in bits, as the JVM sees it. */
    static int widthBits() {
        return VectorShape.preferredShape().vectorBitSize();
    }

    @Override
    public float dot(long a, long b, int dims) {
        FloatVector low = load(HALF, a).mul(load(HALF, b));
        FloatVector high = load(HALF, a + 32).mul(load(HALF, b + 32));
        for (int i = LANES; i < dims; i += LANES) {
            final long offset = 4L * i;
            low = low.add(load(HALF, a + offset).mul(load(HALF, b + offset)));
            high = high.add(load(HALF, a + offset + 32).mul(load(HALF, b + offset + 32)));
        }
        final FloatVector eight = low.add(high);
        final FloatVector four = ((FloatVector) eight.reinterpretShape(QUARTER, 0))
                .add((FloatVector) eight.reinterpretShape(QUARTER, 1));
        return (four.lane(0) + four.lane(2)) + (four.lane(1) + four.lane(3));
    }

    private static FloatVector load(VectorSpecies<Float> species, long address) {
        return FloatVector.fromMemorySegment(species, ALL, address, ORDER);
    }

    @Override
    public void gatherDot(long query, long rowAddresses, int count, int dims, long scores) {
        for (int i = 0; i < count; i++) {
            putFloat(scores + 4L * i, dot(query, getLong(rowAddresses + 8L * i), dims));
        }
    }

    @Override
    public int scanTopK(
            long query, long tiles, int tileCount, int dims, long bitmap, int k, long topRows, long topScores) {
        final long tileBytes = (dims + 1) * 64L;
        final long scores = topScores + 4L * k;
        int found = 0;
        float threshold = Float.NEGATIVE_INFINITY;
        for (int tile = 0; tile < tileCount; tile++) {
            final int allowed = TopK.tileBits(bitmap, tile);
            if (allowed == 0) {
                continue;
            }
            int hits = scoreTile(query, tiles + tile * tileBytes, dims, threshold, scores);
            hits = found == k ? hits & allowed : allowed;
            if (hits != 0) {
                found = offerHits(scores, hits, tile * LANES, k, found, topRows, topScores);
                threshold = TopK.threshold(topScores, found, k);
            }
        }
        return found;
    }

    /** Scores the sixteen items of a tile and says which exceed the threshold, bit r = row r. */
    private static int scoreTile(long query, long tile, int dims, float threshold, long scores) {
        final FloatVector first = FloatVector.broadcast(HALF, getFloat(query));
        FloatVector low = load(HALF, tile).mul(first);
        FloatVector high = load(HALF, tile + 32).mul(first);
        for (int d = 1; d < dims; d++) {
            final FloatVector value = FloatVector.broadcast(HALF, getFloat(query + 4L * d));
            final long row = tile + 64L * d;
            low = low.add(load(HALF, row).mul(value));
            high = high.add(load(HALF, row + 32).mul(value));
        }
        low = low.add(load(HALF, tile + 64L * dims));
        high = high.add(load(HALF, tile + 64L * dims + 32));
        store(low, scores);
        store(high, scores + 32);
        final long lowHits = low.compare(VectorOperators.GT, threshold).toLong();
        final long highHits = high.compare(VectorOperators.GT, threshold).toLong();
        return (int) (lowHits | highHits << 8);
    }

    private static int offerHits(long scores, int hits, int firstRow, int k, int count, long topRows, long topScores) {
        int found = count;
        for (int rest = hits; rest != 0; rest &= rest - 1) {
            final int lane = Integer.numberOfTrailingZeros(rest);
            found = TopK.offer(topRows, topScores, found, k, firstRow + lane, getFloat(scores + 4L * lane));
        }
        return found;
    }

    @Override
    public void sgdPair(long u, long v, float step, float decay, float stepMax, int dims) {
        // Broadcast here: inside the loop the compiler gives up on inlining, and each operation makes an object.
        final FloatVector steps = FloatVector.broadcast(HALF, step);
        final FloatVector decays = FloatVector.broadcast(HALF, decay);
        final FloatVector most = FloatVector.broadcast(HALF, stepMax);
        final FloatVector least = FloatVector.broadcast(HALF, -stepMax);
        for (int i = 0; i < dims; i += 8) {
            final long offset = 4L * i;
            final FloatVector oldU = load(HALF, u + offset);
            final FloatVector oldV = load(HALF, v + offset);
            final FloatVector changeU = oldV.mul(steps).sub(oldU.mul(decays));
            final FloatVector changeV = oldU.mul(steps).sub(oldV.mul(decays));
            store(oldU.add(changeU.min(most).max(least)), u + offset);
            store(oldV.add(changeV.min(most).max(least)), v + offset);
        }
    }

    private static void store(FloatVector value, long address) {
        value.intoMemorySegment(ALL, address, ORDER);
    }

    @Override
    public void blend(long target, long source, float weight, int dims) {
        final FloatVector weights = FloatVector.broadcast(HALF, weight);
        for (int i = 0; i < dims; i += 8) {
            final long offset = 4L * i;
            final FloatVector old = load(HALF, target + offset);
            store(old.add(load(HALF, source + offset).sub(old).mul(weights)), target + offset);
        }
    }

    @Override
    public void scale(long target, float factor, int dims) {
        final FloatVector factors = FloatVector.broadcast(HALF, factor);
        for (int i = 0; i < dims; i += 8) {
            store(load(HALF, target + 4L * i).mul(factors), target + 4L * i);
        }
    }
}
