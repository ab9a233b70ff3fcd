package io.doorbuster.kernels;

import static io.doorbuster.kernels.Memory.ALL;
import static io.doorbuster.kernels.Memory.getFloat;
import static io.doorbuster.kernels.Memory.getInt;
import static io.doorbuster.kernels.Memory.getLong;
import static io.doorbuster.kernels.Memory.putFloat;

import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels on the vector unit; the only class that knows the Vector API. A vector holds the sixteen logical lanes of
 * {@link ScalarKernels}, or one half of them where the unit has 256 bits; the order of additions in each lane is the same.
 *
 * <p>Each method is small, and broadcasts stand before its loop: where the compiler runs out of nodes half-way through the
 * Vector API, each operation makes an object.
 */
final class SimdKernels implements VectorKernels {
    /** Narrowest vector unit in bits that this class serves. */
    static final int BITS_MIN = 256;

    private static final VectorShape SHAPE = VectorShape.forBitSize(widthBits() < 512 ? 256 : 512);
    private static final VectorSpecies<Float> FLOATS = SHAPE.withLanes(float.class);
    private static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;
    private static final VectorSpecies<Integer> INTS = SHAPE.withLanes(int.class);
    private static final VectorSpecies<Byte> BYTES =
            VectorShape.forBitSize(SHAPE.vectorBitSize() / 4).withLanes(byte.class);
    private static final VectorSpecies<Double> DOUBLES = SHAPE.withLanes(double.class);
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final int LANES = 16;

    /** Lanes in one vector: 16, or 8 and each sum of sixteen lanes is kept in two vectors. */
    private static final int WIDTH = FLOATS.length();

    private static final int STEP = 4 * WIDTH;

    /** Lane i of these brings lane i + 8, i + 4, i + 2, i + 1 to lane i. */
    private static final VectorShuffle<Float> FROM_8 = VectorShuffle.iota(FLOATS, 8 % WIDTH, 1, true);

    private static final VectorShuffle<Float> FROM_4 = VectorShuffle.iota(EIGHT, 4, 1, true);
    private static final VectorShuffle<Float> FROM_2 = VectorShuffle.iota(EIGHT, 2, 1, true);
    private static final VectorShuffle<Float> FROM_1 = VectorShuffle.iota(EIGHT, 1, 1, true);

    /** Width of this machine's vector unit in bits, as the JVM sees it. */
    static int widthBits() {
        return VectorShape.preferredShape().vectorBitSize();
    }

    /** Bits of the vectors that the kernels use. */
    static int usedBits() {
        return SHAPE.vectorBitSize();
    }

    @Override
    public float dot(long a, long b, int dims) {
        return Lanes.dot(a, b, dims);
    }

    @Override
    public void gatherDot(long query, long rowAddresses, int count, int dims, long scores) {
        for (int i = 0; i < count; i++) {
            final long row = getLong(rowAddresses + 8L * i);
            putFloat(scores + 4L * i, Lanes.dot(query, row, dims));
        }
    }

    @Override
    public void gatherDotBf16(long query, long rowAddresses, int count, int dims, long scores) {
        for (int i = 0; i < count; i++) {
            final long row = getLong(rowAddresses + 8L * i);
            putFloat(scores + 4L * i, Lanes.dotBf16(query, row, dims));
        }
    }

    @Override
    public long scoreBlock(
            ScanFormat format,
            long query,
            long tiles,
            int count,
            long allowed,
            int dims,
            float threshold,
            long scores) {
        if (format == ScanFormat.FP32 && count == 4 && (allowed & 0xFFFFL) != 0 && allowed >>> 48 != 0) {
            long hits = 0;
            for (int lane = 0; lane < LANES; lane += WIDTH) {
                hits |= scoreFourFp32(query, tiles + 4L * lane, dims, threshold, scores + 4L * lane) << lane;
            }
            return hits & allowed;
        }
        final long tileBytes = format.tileBytes(dims);
        for (int i = 0; i < count; i++) {
            if ((allowed >>> i * LANES & 0xFFFFL) != 0) {
                scoreTile(format, query, tiles + i * tileBytes, dims, scores + 64L * i);
            }
        }
        return above(scores, threshold) & allowed;
    }

    private static void scoreTile(ScanFormat format, long query, long tile, int dims, long scores) {
        switch (format) {
            case FP32 -> {
                for (int lane = 0; lane < LANES; lane += WIDTH) {
                    scoreOneFp32(query, tile + 4L * lane, dims, scores + 4L * lane);
                }
            }
            case BF16 -> scoreBf16(query, tile, dims, scores);
            case INT8 -> scoreInt8(query, tile, dims, scores);
        }
    }

    /** Four sums that do not wait for each other; they share what is read of the query. Bit 16 i + lane = exceeds. */
    private static long scoreFourFp32(long query, long tile, int dims, float threshold, long scores) {
        final long tileBytes = 64L * dims + 64;
        final long second = tile + tileBytes;
        final long third = second + tileBytes;
        final long fourth = third + tileBytes;
        FloatVector a = Lanes.broadcast(0f);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int dim = 0; dim < dims; dim++) {
            final FloatVector value = Lanes.broadcast(getFloat(query + 4L * dim));
            final long row = 64L * dim;
            a = a.add(Lanes.load(tile + row).mul(value));
            b = b.add(Lanes.load(second + row).mul(value));
            c = c.add(Lanes.load(third + row).mul(value));
            d = d.add(Lanes.load(fourth + row).mul(value));
        }
        final long biases = 64L * dims;
        a = a.add(Lanes.load(tile + biases));
        b = b.add(Lanes.load(second + biases));
        c = c.add(Lanes.load(third + biases));
        d = d.add(Lanes.load(fourth + biases));
        Lanes.store(a, scores);
        Lanes.store(b, scores + 64);
        Lanes.store(c, scores + 128);
        Lanes.store(d, scores + 192);
        return Lanes.above(a, threshold)
                | Lanes.above(b, threshold) << 16
                | Lanes.above(c, threshold) << 32
                | Lanes.above(d, threshold) << 48;
    }

    private static void scoreOneFp32(long query, long tile, int dims, long scores) {
        FloatVector sum = Lanes.broadcast(0f);
        for (int dim = 0; dim < dims; dim++) {
            sum = sum.add(Lanes.load(tile + 64L * dim).mul(Lanes.broadcast(getFloat(query + 4L * dim))));
        }
        Lanes.store(sum.add(Lanes.load(tile + 64L * dims)), scores);
    }

    /** Even and odd dimensions are read at once, and added in the order of the dimensions. */
    private static void scoreBf16(long query, long tile, int dims, long scores) {
        for (int lane = 0; lane < LANES; lane += WIDTH) {
            final long column = tile + 4L * lane;
            FloatVector sum = Lanes.broadcast(0f);
            for (int dim = 0; dim < dims; dim += 2) {
                final IntVector words = Lanes.loadInts(column + 32L * dim);
                final FloatVector even = Lanes.broadcast(getFloat(query + 4L * dim));
                final FloatVector odd = Lanes.broadcast(getFloat(query + 4L * dim + 4));
                sum = sum.add(Lanes.bf16Low(words).mul(even))
                        .add(Lanes.bf16High(words).mul(odd));
            }
            Lanes.store(sum.add(Lanes.load(column + 32L * dims)), scores + 4L * lane);
        }
    }

    private static void scoreInt8(long query, long tile, int dims, long scores) {
        for (int lane = 0; lane < LANES; lane += WIDTH) {
            final long column = tile + 4L * lane;
            IntVector sums = IntVector.zero(INTS);
            for (int word = 0; word < dims / 4; word++) {
                sums = sums.add(Lanes.int8Products(getInt(query + 4L * word), column + 64L * word));
            }
            final FloatVector products = (FloatVector) sums.convert(VectorOperators.I2F, 0);
            final long scales = column + 16L * dims;
            final FloatVector scaled = products.mul(Lanes.load(scales)).mul(Lanes.broadcast(getFloat(query + dims)));
            Lanes.store(scaled.add(Lanes.load(scales + 64)), scores + 4L * lane);
        }
    }

    @Override
    public void scoreBlockOfFour(long queries, long tiles, int count, int dims, long scores) {
        final long tileBytes = ScanFormat.FP32.tileBytes(dims);
        for (int i = 0; i < count; i += 2) {
            final long tile = tiles + i * tileBytes;
            final long other =
                    i + 1 < count ? tile + tileBytes : tile; // What is written for no tile is read by nobody.
            for (int lane = 0; lane < LANES; lane += WIDTH) {
                scoreFourByTwo(queries, 4L * dims, tile + 4L * lane, other + 4L * lane, scores + 64L * i + 4L * lane);
            }
        }
        for (int i = 0; i < count; i++) {
            addBiases(tiles + i * tileBytes + 64L * dims, scores + 64L * i);
        }
    }

    private static void addBiases(long biases, long scores) {
        for (int lane = 0; lane < LANES; lane += WIDTH) {
            final FloatVector bias = Lanes.load(biases + 4L * lane);
            for (long at = scores + 4L * lane; at < scores + 1024; at += 256) {
                Lanes.store(Lanes.load(at).add(bias), at);
            }
        }
    }
    /** Four shoppers by two tiles: eight sums for six loads, so that the arithmetic is the limit and not the loads. */
    private static void scoreFourByTwo(long queries, long queryBytes, long tile, long other, long scores) {
        FloatVector a = Lanes.broadcast(0f);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        FloatVector e = a;
        FloatVector f = a;
        FloatVector g = a;
        FloatVector h = a;
        final int dims = (int) (queryBytes / 4);
        for (int dim = 0; dim < dims; dim++) {
            final FloatVector x = Lanes.load(tile + 64L * dim);
            final FloatVector y = Lanes.load(other + 64L * dim);
            final long query = queries + 4L * dim;
            final FloatVector first = Lanes.broadcast(getFloat(query));
            a = a.add(x.mul(first));
            e = e.add(y.mul(first));
            final FloatVector second = Lanes.broadcast(getFloat(query + queryBytes));
            b = b.add(x.mul(second));
            f = f.add(y.mul(second));
            final FloatVector third = Lanes.broadcast(getFloat(query + 2 * queryBytes));
            c = c.add(x.mul(third));
            g = g.add(y.mul(third));
            final FloatVector fourth = Lanes.broadcast(getFloat(query + 3 * queryBytes));
            d = d.add(x.mul(fourth));
            h = h.add(y.mul(fourth));
        }
        Lanes.store(a, scores);
        Lanes.store(b, scores + 256);
        Lanes.store(c, scores + 512);
        Lanes.store(d, scores + 768);
        Lanes.store(e, scores + 64);
        Lanes.store(f, scores + 320);
        Lanes.store(g, scores + 576);
        Lanes.store(h, scores + 832);
    }

    @Override
    public long above(long scores, float threshold) {
        final FloatVector limit = Lanes.broadcast(threshold);
        long hits = 0;
        for (int i = 0; i < 64; i += WIDTH) {
            hits |= Lanes.load(scores + 4L * i)
                            .compare(VectorOperators.GT, limit)
                            .toLong()
                    << i;
        }
        return hits;
    }

    @Override
    public int countAbove(long keys, int count, int bound) {
        final IntVector limit = IntVector.broadcast(INTS, bound);
        int above = 0;
        for (int i = 0; i < count; i += WIDTH) {
            above += Lanes.loadInts(keys + 4L * i)
                    .compare(VectorOperators.GT, limit)
                    .trueCount();
        }
        return above;
    }

    @Override
    public void places(long keys, int count, long places) {
        for (int own = 0; own < count; own += WIDTH) {
            placesOfVector(keys, count, own, places + 4L * own);
        }
    }

    /** Lanes count what stands before their own key: keys in front of them that are no less, keys behind them that are more. */
    private static void placesOfVector(long keys, int count, int own, long places) {
        final IntVector mine = Lanes.loadInts(keys + 4L * own);
        IntVector before = IntVector.zero(INTS);
        for (int i = 0; i < own; i++) {
            before = before.lanewise(
                    VectorOperators.ADD, 1, Lanes.broadcastInt(keys + 4L * i).compare(VectorOperators.GE, mine));
        }
        for (int i = own; i < count; i++) {
            before = before.lanewise(
                    VectorOperators.ADD, 1, Lanes.broadcastInt(keys + 4L * i).compare(VectorOperators.GT, mine));
        }
        before.add(Lanes.equalInFront(keys + 4L * own, mine)).intoMemorySegment(ALL, places, ORDER);
    }

    @Override
    public void dense(
            long inputs,
            int tileCount,
            int inDims,
            long weights,
            long biases,
            int outDims,
            Activation activation,
            long outputs) {
        for (int tile = 0; tile < tileCount; tile++) {
            for (int lane = 0; lane < LANES; lane += WIDTH) {
                final long input = inputs + 64L * inDims * tile + 4L * lane;
                final long output = outputs + 64L * outDims * tile + 4L * lane;
                int out = 0;
                for (; out + 4 <= outDims; out += 4) {
                    final long row = weights + 4L * inDims * out;
                    denseOfFour(input, inDims, row, biases + 4L * out, output + 64L * out);
                }
                for (; out < outDims; out++) {
                    denseOfOne(input, inDims, weights + 4L * inDims * out, biases + 4L * out, output + 64L * out);
                }
            }
        }
        activate(outputs, tileCount * outDims * LANES, activation);
    }

    private static void denseOfFour(long input, int inDims, long weights, long biases, long output) {
        final long second = weights + 4L * inDims;
        final long third = second + 4L * inDims;
        final long fourth = third + 4L * inDims;
        FloatVector a = Lanes.broadcast(getFloat(biases));
        FloatVector b = Lanes.broadcast(getFloat(biases + 4));
        FloatVector c = Lanes.broadcast(getFloat(biases + 8));
        FloatVector d = Lanes.broadcast(getFloat(biases + 12));
        for (int in = 0; in < inDims; in++) {
            final FloatVector x = Lanes.load(input + 64L * in);
            final long offset = 4L * in;
            a = a.add(x.mul(Lanes.broadcast(getFloat(weights + offset))));
            b = b.add(x.mul(Lanes.broadcast(getFloat(second + offset))));
            c = c.add(x.mul(Lanes.broadcast(getFloat(third + offset))));
            d = d.add(x.mul(Lanes.broadcast(getFloat(fourth + offset))));
        }
        Lanes.store(a, output);
        Lanes.store(b, output + 64);
        Lanes.store(c, output + 128);
        Lanes.store(d, output + 192);
    }

    private static void denseOfOne(long input, int inDims, long weights, long bias, long output) {
        FloatVector sum = Lanes.broadcast(getFloat(bias));
        for (int in = 0; in < inDims; in++) {
            sum = sum.add(Lanes.load(input + 64L * in).mul(Lanes.broadcast(getFloat(weights + 4L * in))));
        }
        Lanes.store(sum, output);
    }

    private void activate(long values, int count, Activation activation) {
        switch (activation) {
            case NONE -> {}
            case RELU -> relu(values, count);
            case SIGMOID -> sigmoid(values, count);
        }
    }

    private static void relu(long values, int count) {
        final FloatVector zero = Lanes.broadcast(0f);
        for (int i = 0; i < count; i += WIDTH) {
            Lanes.store(Lanes.load(values + 4L * i).max(zero), values + 4L * i);
        }
    }

    @Override
    public void addActivate(long inputs, int tileCount, int dims, long addends, Activation activation, long outputs) {
        for (int row = 0; row < tileCount * dims; row++) {
            final FloatVector addend = Lanes.broadcast(getFloat(addends + 4L * (row % dims)));
            for (int lane = 0; lane < LANES; lane += WIDTH) {
                final long offset = 64L * row + 4L * lane;
                Lanes.store(Lanes.load(inputs + offset).add(addend), outputs + offset);
            }
        }
        activate(outputs, tileCount * dims * LANES, activation);
    }

    @Override
    public void weightedSum(long rowAddresses, long weights, int count, int dims, long target) {
        for (int d = 0; d < dims; d += WIDTH) {
            FloatVector sum = Lanes.broadcast(0f);
            for (int i = 0; i < count; i++) {
                final long row = getLong(rowAddresses + 8L * i) + 4L * d;
                sum = sum.add(Lanes.load(row).mul(Lanes.broadcast(getFloat(weights + 4L * i))));
            }
            Lanes.store(sum, target + 4L * d);
        }
    }

    @Override
    public void exp(long values, int count, float subtrahend) {
        final FloatVector less = Lanes.broadcast(subtrahend);
        for (int i = 0; i < count; i += WIDTH) {
            Lanes.store(Lanes.exp(Lanes.load(values + 4L * i).sub(less)), values + 4L * i);
        }
    }

    @Override
    public void sigmoid(long values, int count) {
        final FloatVector one = Lanes.broadcast(1f);
        for (int i = 0; i < count; i += WIDTH) {
            Lanes.store(one.div(Lanes.exp(Lanes.load(values + 4L * i).neg()).add(one)), values + 4L * i);
        }
    }

    @Override
    public void tanh(long values, int count) {
        for (int i = 0; i < count; i += WIDTH) {
            Lanes.store(Lanes.tanh(Lanes.load(values + 4L * i)), values + 4L * i);
        }
    }

    @Override
    public void log(long values, int count) {
        for (int i = 0; i < count; i += WIDTH) {
            logOfVector(values + 4L * i);
        }
    }

    private static void logOfVector(long address) {
        final FloatVector x = Lanes.load(address);
        final boolean isOrdinary = x.compare(VectorOperators.GT, 0f)
                .and(x.compare(VectorOperators.LT, Float.POSITIVE_INFINITY))
                .allTrue();
        if (isOrdinary) {
            final DoubleVector low = (DoubleVector) x.convertShape(VectorOperators.F2D, DOUBLES, 0);
            final DoubleVector high = (DoubleVector) x.convertShape(VectorOperators.F2D, DOUBLES, 1);
            final FloatVector logs = (FloatVector) Lanes.log(low).convertShape(VectorOperators.D2F, FLOATS, 0);
            Lanes.store(logs.add((FloatVector) Lanes.log(high).convertShape(VectorOperators.D2F, FLOATS, -1)), address);
            return;
        }
        for (int lane = 0; lane < WIDTH; lane++) {
            putFloat(address + 4L * lane, Polynomials.log(getFloat(address + 4L * lane)));
        }
    }

    @Override
    public float max(long values, int count) {
        FloatVector max = Lanes.load(values);
        for (int i = WIDTH; i < count; i += WIDTH) {
            max = max.max(Lanes.load(values + 4L * i));
        }
        return Lanes.largest(max);
    }

    @Override
    public float maxAbsolute(long values, int count) {
        FloatVector max = Lanes.broadcast(0f);
        for (int i = 0; i < count; i += WIDTH) {
            max = max.max(Lanes.load(values + 4L * i).abs());
        }
        return Lanes.largest(max);
    }

    @Override
    public float sum(long values, int count) {
        FloatVector low = Lanes.load(values);
        FloatVector high = Lanes.load(values + 64 - STEP);
        for (int i = LANES; i < count; i += LANES) {
            low = low.add(Lanes.load(values + 4L * i));
            high = high.add(Lanes.load(values + 4L * i + 64 - STEP));
        }
        return WIDTH == LANES ? Lanes.foldSixteen(low) : Lanes.fold(low.add(high));
    }

    @Override
    public void sgdPair(long u, long v, float step, float decay, float stepMax, int dims) {
        final FloatVector steps = Lanes.broadcast(step);
        final FloatVector decays = Lanes.broadcast(decay);
        final FloatVector most = Lanes.broadcast(stepMax);
        final FloatVector least = Lanes.broadcast(-stepMax);
        for (int i = 0; i < dims; i += WIDTH) {
            final long offset = 4L * i;
            final FloatVector oldU = Lanes.load(u + offset);
            final FloatVector oldV = Lanes.load(v + offset);
            final FloatVector changeU = oldV.mul(steps).sub(oldU.mul(decays));
            final FloatVector changeV = oldU.mul(steps).sub(oldV.mul(decays));
            Lanes.store(oldU.add(changeU.min(most).max(least)), u + offset);
            Lanes.store(oldV.add(changeV.min(most).max(least)), v + offset);
        }
    }

    @Override
    public void adagrad(long row, long squares, long gradient, float rate, float epsilon, int dims) {
        final FloatVector rates = Lanes.broadcast(rate);
        final FloatVector epsilons = Lanes.broadcast(epsilon);
        for (int i = 0; i < dims; i += WIDTH) {
            final long offset = 4L * i;
            final FloatVector g = Lanes.load(gradient + offset);
            final FloatVector square = Lanes.load(squares + offset).add(g.mul(g));
            Lanes.store(square, squares + offset);
            final FloatVector change = g.mul(rates).div(square.sqrt().add(epsilons));
            Lanes.store(Lanes.load(row + offset).sub(change), row + offset);
        }
    }

    @Override
    public void ftrl(long row, long z, long squares, long gradient, Ftrl parameters, int dims) {
        final FloatVector alpha = Lanes.broadcast(parameters.alpha());
        final FloatVector beta = Lanes.broadcast(parameters.beta());
        final FloatVector l1 = Lanes.broadcast(parameters.l1());
        final FloatVector l2 = Lanes.broadcast(parameters.l2());
        final FloatVector zero = Lanes.broadcast(0f);
        for (int i = 0; i < dims; i += WIDTH) {
            final long offset = 4L * i;
            final FloatVector g = Lanes.load(gradient + offset);
            final FloatVector old = Lanes.load(squares + offset);
            final FloatVector square = old.add(g.mul(g));
            final FloatVector root = square.sqrt();
            final FloatVector sigma = root.sub(old.sqrt()).div(alpha);
            final FloatVector sum = Lanes.load(z + offset).add(g.sub(sigma.mul(Lanes.load(row + offset))));
            Lanes.store(square, squares + offset);
            Lanes.store(sum, z + offset);
            final FloatVector divisor = beta.add(root).div(alpha).add(l2);
            final FloatVector weight = sum.min(l1).max(l1.neg()).sub(sum).div(divisor);
            Lanes.store(zero.blend(weight, divisor.compare(VectorOperators.GT, zero)), row + offset);
        }
    }

    @Override
    public void adam(long row, long first, long second, long gradient, Adam parameters, float rate, int dims) {
        final FloatVector beta1 = Lanes.broadcast(parameters.beta1());
        final FloatVector rest1 = Lanes.broadcast(1f - parameters.beta1());
        final FloatVector beta2 = Lanes.broadcast(parameters.beta2());
        final FloatVector rest2 = Lanes.broadcast(1f - parameters.beta2());
        final FloatVector epsilon = Lanes.broadcast(parameters.epsilon());
        final FloatVector rates = Lanes.broadcast(rate);
        for (int i = 0; i < dims; i += WIDTH) {
            final long offset = 4L * i;
            final FloatVector g = Lanes.load(gradient + offset);
            final FloatVector m = Lanes.load(first + offset).mul(beta1).add(g.mul(rest1));
            final FloatVector v =
                    Lanes.load(second + offset).mul(beta2).add(g.mul(g).mul(rest2));
            Lanes.store(m, first + offset);
            Lanes.store(v, second + offset);
            final FloatVector change = m.mul(rates).div(v.sqrt().add(epsilon));
            Lanes.store(Lanes.load(row + offset).sub(change), row + offset);
        }
    }

    @Override
    public void blend(long target, long source, float weight, int dims) {
        final FloatVector weights = Lanes.broadcast(weight);
        for (int i = 0; i < dims; i += WIDTH) {
            final long offset = 4L * i;
            final FloatVector old = Lanes.load(target + offset);
            Lanes.store(old.add(Lanes.load(source + offset).sub(old).mul(weights)), target + offset);
        }
    }

    @Override
    public void scale(long target, float factor, int dims) {
        final FloatVector factors = Lanes.broadcast(factor);
        for (int i = 0; i < dims; i += WIDTH) {
            Lanes.store(Lanes.load(target + 4L * i).mul(factors), target + 4L * i);
        }
    }

    @Override
    public void quantise(long source, float inverseScale, int dims, long target) {
        for (int i = 0; i < dims; i += WIDTH) {
            final FloatVector rounded = Lanes.load(source + 4L * i)
                    .mul(inverseScale)
                    .min(127f)
                    .max(-127f)
                    .add(Polynomials.ROUNDER);
            ((ByteVector) rounded.reinterpretAsInts().convertShape(VectorOperators.I2B, BYTES, 0))
                    .intoMemorySegment(ALL, target + i, ORDER);
        }
    }

    @Override
    public void dequantise(long source, float scale, int dims, long target) {
        for (int i = 0; i < dims; i += WIDTH) {
            final ByteVector bytes = ByteVector.fromMemorySegment(BYTES, ALL, source + i, ORDER);
            Lanes.store(((FloatVector) bytes.convertShape(VectorOperators.B2F, FLOATS, 0)).mul(scale), target + 4L * i);
        }
    }

    @Override
    public void toBf16(long source, int dims, long target) {
        for (int i = 0; i < dims; i += 2 * LANES) {
            for (int lane = 0; lane < LANES; lane += WIDTH) {
                final long address = source + 4L * (i + lane);
                IntVector words = Lanes.nearestBf16(address).lanewise(VectorOperators.LSHR, 16);
                if (i + LANES < dims) {
                    words = words.or(Lanes.nearestBf16(address + 64).and(0xFFFF_0000));
                }
                words.intoMemorySegment(ALL, target + 2L * i + 4L * lane, ORDER);
            }
        }
    }

    @Override
    public void fromBf16(long source, int dims, long target) {
        for (int i = 0; i < dims; i += LANES) {
            for (int lane = 0; lane < LANES; lane += WIDTH) {
                final IntVector words = Lanes.loadInts(source + 64L * (i / (2 * LANES)) + 4L * lane);
                Lanes.store(
                        i / LANES % 2 == 0 ? Lanes.bf16Low(words) : Lanes.bf16High(words), target + 4L * (i + lane));
            }
        }
    }

    /** What is compiled as a part of each kernel. */
    private static final class Lanes {
        // Constants stand in vectors: each broadcast would bring the compiler nearer to the end of its nodes.
        private static final FloatVector EXP_MAX = broadcast(Polynomials.EXP_MAX);
        private static final FloatVector LOG2_E = broadcast(Polynomials.LOG2_E);
        private static final FloatVector LN2_HIGH = broadcast(Polynomials.LN2_HIGH);
        private static final FloatVector LN2_LOW = broadcast(Polynomials.LN2_LOW);
        private static final FloatVector ROUNDER = broadcast(Polynomials.ROUNDER);
        private static final FloatVector EXP_6 = broadcast(Polynomials.EXP_6);
        private static final FloatVector EXP_5 = broadcast(Polynomials.EXP_5);
        private static final FloatVector EXP_4 = broadcast(Polynomials.EXP_4);
        private static final FloatVector EXP_3 = broadcast(Polynomials.EXP_3);
        private static final FloatVector EXP_2 = broadcast(Polynomials.EXP_2);
        private static final FloatVector TANH_MAX = broadcast(Polynomials.TANH_MAX);
        private static final FloatVector TANH_MIN = broadcast(-Polynomials.TANH_MAX);
        private static final FloatVector TANH_P13 = broadcast(Polynomials.TANH_P13);
        private static final FloatVector TANH_P11 = broadcast(Polynomials.TANH_P11);
        private static final FloatVector TANH_P9 = broadcast(Polynomials.TANH_P9);
        private static final FloatVector TANH_P7 = broadcast(Polynomials.TANH_P7);
        private static final FloatVector TANH_P5 = broadcast(Polynomials.TANH_P5);
        private static final FloatVector TANH_P3 = broadcast(Polynomials.TANH_P3);
        private static final FloatVector TANH_P1 = broadcast(Polynomials.TANH_P1);
        private static final FloatVector TANH_Q6 = broadcast(Polynomials.TANH_Q6);
        private static final FloatVector TANH_Q4 = broadcast(Polynomials.TANH_Q4);
        private static final FloatVector TANH_Q2 = broadcast(Polynomials.TANH_Q2);
        private static final FloatVector TANH_Q0 = broadcast(Polynomials.TANH_Q0);
        private static final FloatVector EXP_MIN = broadcast(-Polynomials.EXP_MAX);
        private static final FloatVector ONE = broadcast(1f);
        private static final IntVector LANE_IDS = IntVector.zero(INTS).addIndex(1);
        private static final IntVector EXPONENT = IntVector.broadcast(INTS, 127 - Polynomials.ROUNDER_BITS);

        static FloatVector load(long address) {
            return FloatVector.fromMemorySegment(FLOATS, ALL, address, ORDER);
        }

        static IntVector loadInts(long address) {
            return IntVector.fromMemorySegment(INTS, ALL, address, ORDER);
        }

        static void store(FloatVector value, long address) {
            value.intoMemorySegment(ALL, address, ORDER);
        }

        static FloatVector broadcast(float value) {
            return FloatVector.broadcast(FLOATS, value);
        }

        /** How many of the same vector's keys equal a lane's own and stand in front of it. */
        static IntVector equalInFront(long keys, IntVector mine) {
            IntVector equal = IntVector.zero(INTS);
            for (int i = 0; i < WIDTH; i++) {
                final VectorMask<Integer> isBehind = LANE_IDS.compare(VectorOperators.GT, i);
                equal = equal.lanewise(
                        VectorOperators.ADD,
                        1,
                        broadcastInt(keys + 4L * i)
                                .compare(VectorOperators.EQ, mine)
                                .and(isBehind));
            }
            return equal;
        }

        static IntVector broadcastInt(long address) {
            return IntVector.broadcast(INTS, getInt(address));
        }

        static long above(FloatVector scores, float threshold) {
            return scores.compare(VectorOperators.GT, threshold).toLong();
        }

        /** In eights on every unit: the fold of sixteen lanes costs more than it saves (measured). */
        static float dot(long a, long b, int dims) {
            FloatVector low = eight(a).mul(eight(b));
            FloatVector high = eight(a + 32).mul(eight(b + 32));
            for (int i = LANES; i < dims; i += LANES) {
                final long offset = 4L * i;
                low = low.add(eight(a + offset).mul(eight(b + offset)));
                high = high.add(eight(a + offset + 32).mul(eight(b + offset + 32)));
            }
            return fold(low.add(high));
        }

        private static FloatVector eight(long address) {
            return FloatVector.fromMemorySegment(EIGHT, ALL, address, ORDER);
        }

        static float fold(FloatVector eight) {
            final FloatVector four = eight.add(eight.rearrange(FROM_4));
            final FloatVector two = four.add(four.rearrange(FROM_2));
            return two.add(two.rearrange(FROM_1)).lane(0);
        }

        static float foldSixteen(FloatVector sixteen) {
            return fold(firstHalf(sixteen.add(sixteen.rearrange(FROM_8))));
        }

        private static FloatVector firstHalf(FloatVector sixteen) {
            return (FloatVector) sixteen.reinterpretShape(EIGHT, 0);
        }

        static float dotBf16(long query, long row, int dims) {
            return WIDTH == LANES ? bf16OfSixteen(query, row, dims) : bf16OfEight(query, row, dims);
        }

        static float bf16OfSixteen(long query, long row, int dims) {
            FloatVector sum = bf16Low(loadInts(row)).mul(load(query));
            if (dims > LANES) {
                sum = sum.add(bf16High(loadInts(row)).mul(load(query + 64)));
            }
            for (int i = 2 * LANES; i < dims; i += 2 * LANES) {
                final IntVector words = loadInts(row + 2L * i);
                sum = sum.add(bf16Low(words).mul(load(query + 4L * i)));
                if (i + LANES < dims) {
                    sum = sum.add(bf16High(words).mul(load(query + 4L * i + 64)));
                }
            }
            return foldSixteen(sum);
        }

        static float bf16OfEight(long query, long row, int dims) {
            FloatVector low = bf16Low(loadInts(row)).mul(load(query));
            FloatVector high = bf16Low(loadInts(row + 32)).mul(load(query + 32));
            for (int i = LANES; i < dims; i += LANES) {
                final long address = row + 64L * (i / (2 * LANES));
                final int half = i / LANES % 2;
                low = low.add(bf16(loadInts(address), half).mul(load(query + 4L * i)));
                high = high.add(bf16(loadInts(address + 32), half).mul(load(query + 4L * i + 32)));
            }
            return fold(low.add(high));
        }

        static FloatVector bf16(IntVector words, int half) {
            return words.lanewise(VectorOperators.LSHL, 16 - 16 * half)
                    .and(0xFFFF_0000)
                    .reinterpretAsFloats();
        }

        static FloatVector bf16Low(IntVector words) {
            return words.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
        }

        static FloatVector bf16High(IntVector words) {
            return words.and(0xFFFF_0000).reinterpretAsFloats();
        }

        /** Sums of the four products of each 32-bit word. Two products of bytes fit 16 bits. */
        static IntVector int8Products(int query, long address) {
            final ShortVector x = IntVector.broadcast(INTS, query).reinterpretAsShorts();
            final ShortVector y = loadInts(address).reinterpretAsShorts();
            final IntVector pairs = evenBytes(x)
                    .mul(evenBytes(y))
                    .add(oddBytes(x).mul(oddBytes(y)))
                    .reinterpretAsInts();
            return pairs.lanewise(VectorOperators.ASHR, 16)
                    .add(pairs.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16));
        }

        static ShortVector oddBytes(ShortVector bytes) {
            return bytes.lanewise(VectorOperators.ASHR, 8);
        }

        static ShortVector evenBytes(ShortVector bytes) {
            return bytes.lanewise(VectorOperators.LSHL, 8).lanewise(VectorOperators.ASHR, 8);
        }

        static FloatVector exp(FloatVector x) {
            final FloatVector clamped = x.min(EXP_MAX).max(EXP_MIN);
            final FloatVector rounded = clamped.mul(LOG2_E).add(ROUNDER);
            final FloatVector n = rounded.sub(ROUNDER);
            final FloatVector r = clamped.sub(n.mul(LN2_HIGH)).sub(n.mul(LN2_LOW));
            final FloatVector p = r.mul(EXP_6)
                    .add(EXP_5)
                    .mul(r)
                    .add(EXP_4)
                    .mul(r)
                    .add(EXP_3)
                    .mul(r)
                    .add(EXP_2)
                    .mul(r)
                    .add(ONE)
                    .mul(r)
                    .add(ONE);
            final IntVector power = rounded.reinterpretAsInts().add(EXPONENT).lanewise(VectorOperators.LSHL, 23);
            return p.mul(power.reinterpretAsFloats());
        }

        static FloatVector tanh(FloatVector x) {
            final FloatVector clamped = x.min(TANH_MAX).max(TANH_MIN);
            final FloatVector z = clamped.mul(clamped);
            final FloatVector p = z.mul(TANH_P13)
                    .add(TANH_P11)
                    .mul(z)
                    .add(TANH_P9)
                    .mul(z)
                    .add(TANH_P7)
                    .mul(z)
                    .add(TANH_P5)
                    .mul(z)
                    .add(TANH_P3)
                    .mul(z)
                    .add(TANH_P1);
            final FloatVector q =
                    z.mul(TANH_Q6).add(TANH_Q4).mul(z).add(TANH_Q2).mul(z).add(TANH_Q0);
            return p.mul(clamped).div(q);
        }

        static DoubleVector log(DoubleVector x) {
            final LongVector bits = x.reinterpretAsLongs();
            final DoubleVector exponent = bits.lanewise(VectorOperators.LSHR, 52)
                    .or(Polynomials.TWO_52_BITS)
                    .reinterpretAsDoubles()
                    .sub(Polynomials.TWO_52)
                    .sub(1023);
            final DoubleVector mantissa =
                    bits.and(Polynomials.MANTISSA).or(Polynomials.ONE_BITS).reinterpretAsDoubles();
            final VectorMask<Double> isLarge = mantissa.compare(VectorOperators.GT, Polynomials.SQRT_2);
            final DoubleVector m = mantissa.blend(mantissa.mul(0.5), isLarge);
            final DoubleVector s = m.sub(1).div(m.add(1));
            final DoubleVector z = s.mul(s);
            final DoubleVector p = z.mul(1.0 / 15)
                    .add(1.0 / 13)
                    .mul(z)
                    .add(1.0 / 11)
                    .mul(z)
                    .add(1.0 / 9)
                    .mul(z)
                    .add(1.0 / 7)
                    .mul(z)
                    .add(1.0 / 5)
                    .mul(z)
                    .add(1.0 / 3)
                    .mul(z)
                    .add(1);
            return exponent.blend(exponent.add(1), isLarge)
                    .mul(Polynomials.LN_2)
                    .add(s.mul(2).mul(p));
        }

        static float largest(FloatVector lanes) {
            final FloatVector eight = WIDTH == LANES ? firstHalf(lanes.max(lanes.rearrange(FROM_8))) : lanes;
            final FloatVector four = eight.max(eight.rearrange(FROM_4));
            final FloatVector two = four.max(four.rearrange(FROM_2));
            return two.max(two.rearrange(FROM_1)).lane(0);
        }

        /** The upper half of each word is the nearest bf16, ties to the even one. */
        static IntVector nearestBf16(long address) {
            final IntVector bits = loadInts(address);
            return bits.add(0x7FFF).add(bits.lanewise(VectorOperators.LSHR, 16).and(1));
        }
    }
}
