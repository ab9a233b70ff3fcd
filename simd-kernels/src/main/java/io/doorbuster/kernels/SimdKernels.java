package io.doorbuster.kernels;

import static io.doorbuster.kernels.Memory.ALL;
import static io.doorbuster.kernels.Memory.getFloat;
import static io.doorbuster.kernels.Memory.getInt;
import static io.doorbuster.kernels.Memory.getLong;
import static io.doorbuster.kernels.Memory.getShort;
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
    /** As many floats as there are doubles in a vector. */
    private static final VectorSpecies<Float> HALF =
            VectorShape.forBitSize(SHAPE.vectorBitSize() / 2).withLanes(float.class);

    private static final VectorSpecies<Double> DOUBLES = SHAPE.withLanes(double.class);
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final int LANES = 16;

    /** Rows that are touched before their arithmetic begins. */
    private static final int TOUCHED_ROWS = 32;

    /** Lanes in one vector: 16, or 8 and each sum of sixteen lanes is kept in two vectors. */
    private static final int WIDTH = FLOATS.length();

    private static final int STEP = 4 * WIDTH;

    /** Brings lane i + 8 to lane i. */
    private static final VectorShuffle<Float> FROM_8 = VectorShuffle.iota(FLOATS, 8 % WIDTH, 1, true);

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
        for (int first = 0; first < count; first += TOUCHED_ROWS) {
            final int rows = Math.min(TOUCHED_ROWS, count - first);
            touchRows(rowAddresses + 8L * first, rows, 4 * dims);
            for (int i = first; i < first + rows; i++) {
                putFloat(scores + 4L * i, dot(query, getLong(rowAddresses + 8L * i), dims));
            }
        }
    }

    /**
     * Reads one word of each cache line of so many rows. Nothing else stands in this loop, so that the processor has tens of
     * rows on their way at the same time; beside the arithmetic it would have four (measured: a third of the time).
     */
    private static int touchRows(long rowAddresses, int count, int rowBytes) {
        final int last = rowBytes - 64;
        int sum = 0;
        for (int i = 0; i < count; i++) {
            final long row = getLong(rowAddresses + 8L * i);
            for (int offset = 0; offset < rowBytes; offset += 256) {
                sum += getInt(row + offset)
                        + getInt(row + Math.min(offset + 64, last))
                        + getInt(row + Math.min(offset + 128, last))
                        + getInt(row + Math.min(offset + 192, last));
            }
        }
        return sum; // Of no use, but without a result there would be no reading.
    }

    @Override
    public void gatherTile(long rowAddresses, int count, int dims, long tile) {
        touchRows(rowAddresses, count, 4 * dims);
        Tiles.gather(rowAddresses, count, dims, tile);
    }

    @Override
    public void gatherDotBf16(long query, long rowAddresses, int count, int dims, long scores) {
        for (int first = 0; first < count; first += TOUCHED_ROWS) {
            final int rows = Math.min(TOUCHED_ROWS, count - first);
            touchRows(rowAddresses + 8L * first, rows, Kernels.bf16Bytes(dims));
            for (int i = first; i < first + rows; i++) {
                putFloat(scores + 4L * i, Lanes.dotBf16(query, getLong(rowAddresses + 8L * i), dims));
            }
        }
    }

    /**
     * Tiles are read as four streams (two, of narrow formats) that lie as far apart as the block allows: one stream alone
     * leaves half of the memory's bandwidth unused, and one that begins anew with each tile is no stream to the processor.
     */
    @Override
    public void scoreTiles(
            ScanFormat format, long query, long tiles, int tileCount, long bitmap, int dims, long scores) {
        final int streams = format == ScanFormat.FP32 ? 4 : 2;
        final int length = tileCount / streams;
        final long tileBytes = format.tileBytes(dims);
        for (int i = 0; i < length; i++) {
            if (isDense(bitmap + 2L * i, length, streams)) {
                final long tile = tiles + i * tileBytes;
                scoreTogether(format, query, tile, length * tileBytes, dims, scores + 64L * i, 64L * length);
            } else {
                for (int t = i; t < streams * length; t += length) {
                    scoreAlone(format, query, tiles + t * tileBytes, bitmap + 2L * t, dims, scores + 64L * t);
                }
            }
        }
        for (int t = streams * length; t < tileCount; t++) {
            scoreAlone(format, query, tiles + t * tileBytes, bitmap + 2L * t, dims, scores + 64L * t);
        }
    }

    /** Whether so many tiles have an allowed row that it costs nothing to score them together. */
    private static boolean isDense(long bitmap, int length, int streams) {
        int empty = 0;
        for (int i = 0; i < streams; i++) {
            empty += getShort(bitmap + 2L * length * i) == 0 ? 1 : 0;
        }
        return empty <= streams / 4;
    }

    private static void scoreTogether(
            ScanFormat format, long query, long tile, long stride, int dims, long scores, long scoreStride) {
        for (int lane = 0; lane < LANES; lane += WIDTH) {
            final long column = tile + 4L * lane;
            final long target = scores + 4L * lane;
            switch (format) {
                case FP32 -> scoreFourFp32(query, column, stride, dims, target, scoreStride);
                case BF16 -> scoreTwoBf16(query, column, column + stride, dims, target, target + scoreStride);
                case INT8 -> scoreTwoInt8(query, column, column + stride, dims, target, target + scoreStride);
            }
        }
    }

    private static void scoreAlone(ScanFormat format, long query, long tile, long bitmap, int dims, long scores) {
        if (getShort(bitmap) == 0) {
            return;
        }
        for (int lane = 0; lane < LANES; lane += WIDTH) {
            final long column = tile + 4L * lane;
            final long target = scores + 4L * lane;
            switch (format) {
                case FP32 -> scoreOneFp32(query, column, dims, target);
                case BF16 -> scoreTwoBf16(query, column, column, dims, target, target);
                case INT8 -> scoreTwoInt8(query, column, column, dims, target, target);
            }
        }
    }

    /** Four sums that do not wait for each other; they share what is read of the query. */
    private static void scoreFourFp32(long query, long tile, long stride, int dims, long scores, long scoreStride) {
        final long second = tile + stride;
        final long third = second + stride;
        final long fourth = third + stride;
        FloatVector a = Lanes.broadcast(0f);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int dim = 0; dim < dims; dim++) {
            final FloatVector value = Lanes.broadcastOf(query + 4L * dim);
            final long row = 64L * dim;
            a = a.add(Lanes.load(tile + row).mul(value));
            b = b.add(Lanes.load(second + row).mul(value));
            c = c.add(Lanes.load(third + row).mul(value));
            d = d.add(Lanes.load(fourth + row).mul(value));
        }
        final long biases = 64L * dims;
        Lanes.store(a.add(Lanes.load(tile + biases)), scores);
        Lanes.store(b.add(Lanes.load(second + biases)), scores + scoreStride);
        Lanes.store(c.add(Lanes.load(third + biases)), scores + 2 * scoreStride);
        Lanes.store(d.add(Lanes.load(fourth + biases)), scores + 3 * scoreStride);
    }

    private static void scoreOneFp32(long query, long tile, int dims, long scores) {
        FloatVector sum = Lanes.broadcast(0f);
        for (int dim = 0; dim < dims; dim++) {
            sum = sum.add(Lanes.load(tile + 64L * dim).mul(Lanes.broadcastOf(query + 4L * dim)));
        }
        Lanes.store(sum.add(Lanes.load(tile + 64L * dims)), scores);
    }

    /** Even and odd dimensions are read at once, and added in the order of the dimensions. */
    private static void scoreTwoBf16(long query, long tile, long other, int dims, long scores, long otherScores) {
        FloatVector a = Lanes.broadcast(0f);
        FloatVector b = a;
        for (int dim = 0; dim < dims; dim += 2) {
            final FloatVector even = Lanes.broadcastOf(query + 4L * dim);
            final FloatVector odd = Lanes.broadcastOf(query + 4L * dim + 4);
            final IntVector words = Lanes.loadInts(tile + 32L * dim);
            a = a.add(Lanes.bf16Low(words).mul(even)).add(Lanes.bf16High(words).mul(odd));
            final IntVector others = Lanes.loadInts(other + 32L * dim);
            b = b.add(Lanes.bf16Low(others).mul(even))
                    .add(Lanes.bf16High(others).mul(odd));
        }
        Lanes.store(a.add(Lanes.load(tile + 32L * dims)), scores);
        Lanes.store(b.add(Lanes.load(other + 32L * dims)), otherScores);
    }

    private static void scoreTwoInt8(long query, long tile, long other, int dims, long scores, long otherScores) {
        IntVector a = IntVector.zero(INTS);
        IntVector b = a;
        for (int word = 0; word < dims / 4; word++) {
            final ShortVector bytes = Lanes.broadcastInt(query + 4L * word).reinterpretAsShorts();
            final ShortVector even = Lanes.evenBytes(bytes);
            final ShortVector odd = Lanes.oddBytes(bytes);
            a = a.add(Lanes.int8Products(even, odd, tile + 64L * word));
            b = b.add(Lanes.int8Products(even, odd, other + 64L * word));
        }
        a.intoMemorySegment(ALL, scores, ORDER);
        scaleInt8(getFloat(query + dims), tile + 16L * dims, scores);
        if (tile != other) {
            b.intoMemorySegment(ALL, otherScores, ORDER);
            scaleInt8(getFloat(query + dims), other + 16L * dims, otherScores);
        }
    }

    /** Makes integer sums to scores; an item's scale lies at the address, its bias behind all scales. */
    private static void scaleInt8(float queryScale, long scales, long scores) {
        final FloatVector sums = (FloatVector) Lanes.loadInts(scores).convert(VectorOperators.I2F, 0);
        final FloatVector scaled = sums.mul(Lanes.load(scales)).mul(Lanes.broadcast(queryScale));
        Lanes.store(scaled.add(Lanes.load(scales + 64)), scores);
    }

    @Override
    public void scoreTilesOfFour(long queries, long tiles, int tileCount, int dims, long scores, long scoreBytes) {
        final long tileBytes = ScanFormat.FP32.tileBytes(dims);
        final int half = (tileCount + 1) / 2; // Of an odd number, the tile in the middle is scored twice.
        for (int i = 0; i < half; i++) {
            for (int lane = 0; lane < LANES; lane += WIDTH) {
                scoreFourByTwo(
                        queries,
                        4L * dims,
                        tiles + i * tileBytes + 4L * lane,
                        (tileCount - half) * tileBytes,
                        scores + 64L * i + 4L * lane,
                        64L * (tileCount - half),
                        scoreBytes);
            }
        }
        for (int shopper = 0; shopper < 4; shopper++) {
            for (int i = 0; i < tileCount; i++) {
                addBiases(tiles + i * tileBytes + 64L * dims, scores + scoreBytes * shopper + 64L * i);
            }
        }
    }

    private static void addBiases(long biases, long scores) {
        for (int lane = 0; lane < LANES; lane += WIDTH) {
            final long offset = 4L * lane;
            Lanes.store(Lanes.load(scores + offset).add(Lanes.load(biases + offset)), scores + offset);
        }
    }

    /** Four shoppers by two tiles: eight sums for six loads, so that the arithmetic is the limit and not the loads. */
    private static void scoreFourByTwo(
            long queries, long queryBytes, long tile, long stride, long scores, long scoreStride, long scoreBytes) {
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
            final FloatVector y = Lanes.load(tile + stride + 64L * dim);
            final long query = queries + 4L * dim;
            final FloatVector first = Lanes.broadcastOf(query);
            a = a.add(x.mul(first));
            e = e.add(y.mul(first));
            final FloatVector second = Lanes.broadcastOf(query + queryBytes);
            b = b.add(x.mul(second));
            f = f.add(y.mul(second));
            final FloatVector third = Lanes.broadcastOf(query + 2 * queryBytes);
            c = c.add(x.mul(third));
            g = g.add(y.mul(third));
            final FloatVector fourth = Lanes.broadcastOf(query + 3 * queryBytes);
            d = d.add(x.mul(fourth));
            h = h.add(y.mul(fourth));
        }
        Lanes.store(e, scores + scoreStride);
        Lanes.store(f, scores + scoreStride + scoreBytes);
        Lanes.store(g, scores + scoreStride + 2 * scoreBytes);
        Lanes.store(h, scores + scoreStride + 3 * scoreBytes);
        Lanes.store(a, scores);
        Lanes.store(b, scores + scoreBytes);
        Lanes.store(c, scores + 2 * scoreBytes);
        Lanes.store(d, scores + 3 * scoreBytes);
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
        for (int tile = 0; tile < tileCount; tile += 2) {
            final int next = tile + 1 < tileCount ? 1 : 0; // The last tile of an odd number is computed twice.
            for (int lane = 0; lane < LANES; lane += WIDTH) {
                final long input = inputs + 64L * inDims * tile + 4L * lane;
                final long output = outputs + 64L * outDims * tile + 4L * lane;
                int out = 0;
                for (; out + 4 <= outDims; out += 4) {
                    final long row = weights + 4L * inDims * out;
                    denseOfFour(
                            input,
                            64L * inDims * next,
                            inDims,
                            row,
                            biases + 4L * out,
                            output + 64L * out,
                            64L * outDims * next);
                }
                for (; out < outDims; out++) {
                    final long row = weights + 4L * inDims * out;
                    denseOfOne(input, inDims, row, biases + 4L * out, output + 64L * out);
                    if (next > 0) {
                        denseOfOne(
                                input + 64L * inDims, inDims, row, biases + 4L * out, output + 64L * (outDims + out));
                    }
                }
            }
        }
        activate(outputs, tileCount * outDims * LANES, activation);
    }

    /** Four outputs of two tiles: eight sums for six loads. */
    private static void denseOfFour(
            long input, long inputStride, int inDims, long weights, long biases, long output, long outputStride) {
        final long second = weights + 4L * inDims;
        final long third = second + 4L * inDims;
        final long fourth = third + 4L * inDims;
        FloatVector a = Lanes.broadcastOf(biases);
        FloatVector b = Lanes.broadcastOf(biases + 4);
        FloatVector c = Lanes.broadcastOf(biases + 8);
        FloatVector d = Lanes.broadcastOf(biases + 12);
        FloatVector e = a;
        FloatVector f = b;
        FloatVector g = c;
        FloatVector h = d;
        for (int in = 0; in < inDims; in++) {
            final FloatVector x = Lanes.load(input + 64L * in);
            final FloatVector y = Lanes.load(input + inputStride + 64L * in);
            final long offset = 4L * in;
            final FloatVector p = Lanes.broadcastOf(weights + offset);
            a = a.add(x.mul(p));
            e = e.add(y.mul(p));
            final FloatVector q = Lanes.broadcastOf(second + offset);
            b = b.add(x.mul(q));
            f = f.add(y.mul(q));
            final FloatVector r = Lanes.broadcastOf(third + offset);
            c = c.add(x.mul(r));
            g = g.add(y.mul(r));
            final FloatVector s = Lanes.broadcastOf(fourth + offset);
            d = d.add(x.mul(s));
            h = h.add(y.mul(s));
        }
        Lanes.store(e, output + outputStride);
        Lanes.store(f, output + outputStride + 64);
        Lanes.store(g, output + outputStride + 128);
        Lanes.store(h, output + outputStride + 192);
        Lanes.store(a, output);
        Lanes.store(b, output + 64);
        Lanes.store(c, output + 128);
        Lanes.store(d, output + 192);
    }

    private static void denseOfOne(long input, int inDims, long weights, long bias, long output) {
        FloatVector sum = Lanes.broadcastOf(bias);
        for (int in = 0; in < inDims; in++) {
            sum = sum.add(Lanes.load(input + 64L * in).mul(Lanes.broadcastOf(weights + 4L * in)));
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
            final FloatVector addend = Lanes.broadcastOf(addends + 4L * (row % dims));
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
                sum = sum.add(Lanes.load(row).mul(Lanes.broadcastOf(weights + 4L * i)));
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
            logOfHalf(address);
            logOfHalf(address + STEP / 2);
            return;
        }
        for (int lane = 0; lane < WIDTH; lane++) {
            putFloat(address + 4L * lane, Polynomials.log(getFloat(address + 4L * lane)));
        }
    }

    /** As many as there are doubles in a vector: both halves in one method were too much for the compiler. */
    private static void logOfHalf(long address) {
        final FloatVector x = FloatVector.fromMemorySegment(HALF, ALL, address, ORDER);
        final DoubleVector logs = Lanes.log((DoubleVector) x.convertShape(VectorOperators.F2D, DOUBLES, 0));
        ((FloatVector) logs.convertShape(VectorOperators.D2F, HALF, 0)).intoMemorySegment(ALL, address, ORDER);
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
    public void combine(long target, float factor, long source, float weight, int dims) {
        final FloatVector factors = Lanes.broadcast(factor);
        final FloatVector weights = Lanes.broadcast(weight);
        for (int i = 0; i < dims; i += WIDTH) {
            final long offset = 4L * i;
            final FloatVector kept = Lanes.load(target + offset).mul(factors);
            Lanes.store(kept.add(Lanes.load(source + offset).mul(weights)), target + offset);
        }
    }

    @Override
    public void multiplyAdd(long target, long a, long b, int dims) {
        for (int i = 0; i < dims; i += WIDTH) {
            final long offset = 4L * i;
            final FloatVector product = Lanes.load(a + offset).mul(Lanes.load(b + offset));
            Lanes.store(Lanes.load(target + offset).add(product), target + offset);
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

        /** A float of memory in all lanes. As an int: of a float the compiler makes two steps instead of one (measured). */
        static FloatVector broadcastOf(long address) {
            return broadcastInt(address).reinterpretAsFloats();
        }

        static IntVector broadcastInt(long address) {
            return IntVector.broadcast(INTS, getInt(address));
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

        /**
         * Adds up eight lanes in their fixed order. Lane by lane: of shuffles the compiler makes slow code in one process of
         * three (measured).
         */
        static float fold(FloatVector eight) {
            final float even = (eight.lane(0) + eight.lane(4)) + (eight.lane(2) + eight.lane(6));
            return even + ((eight.lane(1) + eight.lane(5)) + (eight.lane(3) + eight.lane(7)));
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
        static IntVector int8Products(ShortVector even, ShortVector odd, long address) {
            final ShortVector bytes = loadInts(address).reinterpretAsShorts();
            final IntVector pairs =
                    evenBytes(bytes).mul(even).add(oddBytes(bytes).mul(odd)).reinterpretAsInts();
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
            final float even = Math.max(Math.max(eight.lane(0), eight.lane(2)), Math.max(eight.lane(4), eight.lane(6)));
            final float odd = Math.max(Math.max(eight.lane(1), eight.lane(3)), Math.max(eight.lane(5), eight.lane(7)));
            return Math.max(even, odd);
        }

        /** The upper half of each word is the nearest bf16, ties to the even one. */
        static IntVector nearestBf16(long address) {
            final IntVector bits = loadInts(address);
            return bits.add(0x7FFF).add(bits.lanewise(VectorOperators.LSHR, 16).and(1));
        }
    }
}
