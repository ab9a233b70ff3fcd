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

    /** Tiles of one word of the bitmap, scored together. */
    private static final int TILES = 4;

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
        for (int tile = 0; tile < tileCount; tile += TILES) {
            final int count = Math.min(TILES, tileCount - tile);
            final long allowed = getLong(bitmap + 8L * (tile / TILES)) & -1L >>> (TILES - count) * LANES;
            if (allowed == 0) {
                continue;
            }
            final long address = tiles + tile * tileBytes;
            for (int i = 0; i + 1 < count; i += 2) {
                scoreTwoTiles(query, address + i * tileBytes, tileBytes, dims, scores + 64L * i);
            }
            if (count % 2 != 0) {
                scoreTile(query, address + (count - 1) * tileBytes, dims, scores + 64L * (count - 1));
            }
            final long hits = found < k ? allowed : allowed & above(scores, TopK.threshold(topScores, found, k));
            found = offerHits(scores, hits, tile * LANES, k, found, topRows, topScores);
        }
        return found;
    }

    /**
     * Scores the 32 items of two tiles. Four sums that do not wait for each other: with the two of one tile, the machine
     * would spend its time waiting for the last addition. With more, the compiler gives up and makes objects.
     */
    private static void scoreTwoTiles(long query, long tile, long tileBytes, int dims, long scores) {
        final long other = tile + tileBytes;
        final FloatVector first = FloatVector.broadcast(HALF, getFloat(query));
        FloatVector a = load(HALF, tile).mul(first);
        FloatVector b = load(HALF, tile + 32).mul(first);
        FloatVector c = load(HALF, other).mul(first);
        FloatVector d = load(HALF, other + 32).mul(first);
        for (int dim = 1; dim < dims; dim++) {
            final FloatVector value = FloatVector.broadcast(HALF, getFloat(query + 4L * dim));
            final long row = 64L * dim;
            a = a.add(load(HALF, tile + row).mul(value));
            b = b.add(load(HALF, tile + row + 32).mul(value));
            c = c.add(load(HALF, other + row).mul(value));
            d = d.add(load(HALF, other + row + 32).mul(value));
        }
        final long biases = 64L * dims;
        store(a.add(load(HALF, tile + biases)), scores);
        store(b.add(load(HALF, tile + biases + 32)), scores + 32);
        store(c.add(load(HALF, other + biases)), scores + 64);
        store(d.add(load(HALF, other + biases + 32)), scores + 96);
    }

    /** Scores the sixteen items of one tile. */
    private static void scoreTile(long query, long tile, int dims, long scores) {
        final FloatVector first = FloatVector.broadcast(HALF, getFloat(query));
        FloatVector low = load(HALF, tile).mul(first);
        FloatVector high = load(HALF, tile + 32).mul(first);
        for (int d = 1; d < dims; d++) {
            final FloatVector value = FloatVector.broadcast(HALF, getFloat(query + 4L * d));
            final long row = tile + 64L * d;
            low = low.add(load(HALF, row).mul(value));
            high = high.add(load(HALF, row + 32).mul(value));
        }
        store(low.add(load(HALF, tile + 64L * dims)), scores);
        store(high.add(load(HALF, tile + 64L * dims + 32)), scores + 32);
    }

    /** Which of 64 scores exceed the threshold, bit i = score i. */
    private static long above(long scores, float threshold) {
        final FloatVector limit = FloatVector.broadcast(HALF, threshold);
        long hits = 0;
        for (int i = 0; i < TILES * LANES; i += 8) {
            hits |= load(HALF, scores + 4L * i)
                            .compare(VectorOperators.GT, limit)
                            .toLong()
                    << i;
        }
        return hits;
    }

    private static int offerHits(long scores, long hits, int firstRow, int k, int count, long topRows, long topScores) {
        int found = count;
        for (long rest = hits; rest != 0; rest &= rest - 1) {
            final int lane = Long.numberOfTrailingZeros(rest);
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
