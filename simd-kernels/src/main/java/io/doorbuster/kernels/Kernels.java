package io.doorbuster.kernels;

import static io.doorbuster.kernels.Memory.getFloat;
import static io.doorbuster.kernels.Memory.putFloat;

/**
 * Arithmetic over spans of off-heap memory. Stateless, any thread; allocates nothing.
 *
 * <p>Every span is given by its absolute address. Vectors are fp32, little-endian, {@code dims} long; {@code dims} is a
 * multiple of 16 from 16 to 512, so no kernel has a tail. Results have the same bits with scalar and SIMD kernels, on every
 * width of the hardware and under every compiler: sums over dimensions keep 16 logical lanes with a fixed fold (scans and
 * dense layers: one item in each lane), products are rounded before they are added. Inputs are finite: whoever stores a
 * vector checks it at the door, and what lies in stores stays far from overflow.
 *
 * <p>Wrong sizes and misaligned addresses are refused; whether a span is long enough is the caller's to know.
 */
public final class Kernels {
    /** Smallest and largest number of dimensions, and what it is a multiple of. */
    public static final int DIMS_STEP = 16;

    public static final int DIMS_MAX = 512;

    /** Largest k of a scan. */
    public static final int TOP_MAX = 1024;

    /** Most shoppers of one scan. */
    public static final int QUERIES_MAX = 64;

    /** Items in one tile. */
    public static final int TILE_ROWS = 16;

    private static final KernelProvider.Choice CHOICE = KernelProvider.choose(System.getProperty("kernels", ""));
    private static final VectorKernels KERNELS = CHOICE.kernels();

    private Kernels() {}

    /** One line that says which kernels run and why. */
    public static String description() {
        return CHOICE.description();
    }

    /** Throws unless {@code dims} is one that kernels take. */
    public static void checkDims(int dims) {
        if (dims < DIMS_STEP || dims > DIMS_MAX || dims % DIMS_STEP != 0) {
            throw new IllegalArgumentException(
                    "dims=" + dims + " is not a multiple of " + DIMS_STEP + " from " + DIMS_STEP + " to " + DIMS_MAX);
        }
    }

    private static void checkCount(String name, int count) {
        if (count < 0) {
            throw new IllegalArgumentException(name + "=" + count + " is negative");
        }
    }

    private static void checkSpan(long values, int count) {
        checkFloats(values);
        if (count < DIMS_STEP || count % DIMS_STEP != 0) {
            throw new IllegalArgumentException("count=" + count + " is not a multiple of " + DIMS_STEP + " above 0");
        }
    }

    private static void checkFloats(long address) {
        checkAligned(address, 4);
    }

    private static void checkAligned(long address, int alignment) {
        if ((address & alignment - 1) != 0 || address == 0) {
            throw new IllegalArgumentException(
                    "address=" + Long.toHexString(address) + " is not a multiple of " + alignment + " above 0");
        }
    }

    /** Dot product of two vectors. */
    public static float dot(long a, long b, int dims) {
        checkDims(dims);
        checkFloats(a | b);
        return KERNELS.dot(a, b, dims);
    }

    /**
     * Dot products of one vector with many.
     *
     * @param rowAddresses address of int64[count]: where each row lies.
     * @param scores address of float[count], written.
     */
    public static void gatherDot(long query, long rowAddresses, int count, int dims, long scores) {
        checkDims(dims);
        checkCount("count", count);
        checkFloats(query | scores);
        KERNELS.gatherDot(query, rowAddresses, count, dims, scores);
    }

    /** {@link #gatherDot} of rows in bf16, as {@link #toBf16} writes them. */
    public static void gatherDotBf16(long query, long rowAddresses, int count, int dims, long scores) {
        checkDims(dims);
        checkCount("count", count);
        checkFloats(query | scores);
        KERNELS.gatherDotBf16(query, rowAddresses, count, dims, scores);
    }

    /** Sum of squares, in the order of {@link #dot}. */
    public static float squaredNorm(long a, int dims) {
        return dot(a, a, dims);
    }

    /** Euclidean length. */
    public static float norm(long a, int dims) {
        return (float) Math.sqrt(squaredNorm(a, dims));
    }

    /** Cosine of the angle of two vectors; 0 if one of them is zero. */
    public static float cosine(long a, long b, int dims) {
        final float norms = norm(a, dims) * norm(b, dims);
        return norms > 0 ? dot(a, b, dims) / norms : 0f;
    }

    /** Bytes of scratch that scans for {@code queryCount} shoppers need, on a 64-byte boundary. */
    public static int scanScratchBytes(int k, int queryCount) {
        checkTop(k);
        return Scan.SCORE_BYTES + queryCount * TopK.stateBytes(k);
    }

    private static void checkTop(int k) {
        if (k < 1 || k > TOP_MAX) {
            throw new IllegalArgumentException("k=" + k + " is not in 1.." + TOP_MAX);
        }
    }

    /**
     * The k best of all rows whose bit is set, by {@code query.row + bias} added in the order of the dimensions.
     *
     * @param query fp32 vector; for {@link ScanFormat#INT8} what {@link #quantise} wrote.
     * @param tiles address of the tiles, see {@link ScanFormat}, on a 64-byte boundary.
     * @param bitmap address of uint64 words, bit r of them = row r may pass; a whole number of words for all tiles.
     * @param k 1 to {@link #TOP_MAX}, and no more than there are rows.
     * @param topRows address of int32[k], written: rows, best first, the lower row first among equals.
     * @param topScores address of float[k], written: their scores.
     * @param scratch address of {@link #scanScratchBytes} for one shopper.
     * @return how many were found, at most k.
     */
    public static int scanTopK(
            ScanFormat format,
            long query,
            long tiles,
            int tileCount,
            int dims,
            long bitmap,
            int k,
            long topRows,
            long topScores,
            long scratch) {
        checkScan(tiles, tileCount, dims, k, scratch);
        return Scan.topK(KERNELS, format, query, tiles, tileCount, dims, bitmap, k, topRows, topScores, scratch);
    }

    private static void checkScan(long tiles, int tileCount, int dims, int k, long scratch) {
        checkDims(dims);
        checkCount("tileCount", tileCount);
        checkTop(k);
        if (k > (long) tileCount * TILE_ROWS) {
            throw new IllegalArgumentException("k=" + k + " is above the " + tileCount * TILE_ROWS + " rows");
        }
        checkAligned(tiles, 64);
        checkAligned(scratch, 64);
    }

    /**
     * {@link #scanTopK} of fp32 tiles for several shoppers in one pass over the tiles; the same results as one by one.
     *
     * @param queries address of float[queryCount][dims].
     * @param queryCount 1 to {@link #QUERIES_MAX}; multiples of four are fastest.
     * @param topRows address of int32[queryCount][k], written.
     * @param topScores address of float[queryCount][k], written.
     * @param founds address of int32[queryCount], written: how many were found for each.
     * @param scratch address of {@link #scanScratchBytes} for all shoppers.
     */
    public static void scanTopKOfMany(
            long queries,
            int queryCount,
            long tiles,
            int tileCount,
            int dims,
            long bitmap,
            int k,
            long topRows,
            long topScores,
            long founds,
            long scratch) {
        checkScan(tiles, tileCount, dims, k, scratch);
        if (queryCount < 1 || queryCount > QUERIES_MAX) {
            throw new IllegalArgumentException("queryCount=" + queryCount + " is not in 1.." + QUERIES_MAX);
        }
        Scan.topKOfMany(
                KERNELS, queries, queryCount, tiles, tileCount, dims, bitmap, k, topRows, topScores, founds, scratch);
    }

    /** Writes one fp32 vector and its bias into its column of the tiles, rounded to their format. */
    public static void writeTileRow(ScanFormat format, long tiles, int row, long vector, float bias, int dims) {
        checkDims(dims);
        checkCount("row", row);
        final long tile = tiles + row / TILE_ROWS * format.tileBytes(dims);
        Tiles.writeRow(format, tile, row % TILE_ROWS, vector, bias, dims);
    }

    /**
     * Lays rows out as tiles of candidates, lane = candidate, as dense layers read them: float (d, lane) of a tile at
     * {@code (d * 16 + lane) * 4}. Lanes behind the last row are zero.
     *
     * @param rowAddresses address of int64[count].
     * @param tiles address of {@code ceil(count / 16) * dims * 64} bytes, written.
     */
    public static void gatherTiles(long rowAddresses, int count, int dims, long tiles) {
        checkDims(dims);
        checkCount("count", count);
        checkAligned(tiles, 64);
        for (int first = 0; first < count; first += TILE_ROWS) {
            KERNELS.gatherTile(
                    rowAddresses + 8L * first, Math.min(TILE_ROWS, count - first), dims, tiles + 4L * dims * first);
        }
    }

    /**
     * A dense layer for tiles of candidates: {@code output[o] = activation(bias[o] + sum over i of input[i] * weight[o][i])},
     * added in the order of i, bias first.
     *
     * @param inputs address of float[tileCount][inDims][16].
     * @param inDims 1 to {@link #DIMS_MAX}, any number.
     * @param weights address of float[outDims][inDims].
     * @param biases address of float[outDims].
     * @param outDims 1 to {@link #DIMS_MAX}, any number; multiples of four are fastest.
     * @param outputs address of float[tileCount][outDims][16], written; not the inputs.
     */
    public static void dense(
            long inputs,
            int tileCount,
            int inDims,
            long weights,
            long biases,
            int outDims,
            Activation activation,
            long outputs) {
        checkLayer("inDims", inDims);
        checkLayer("outDims", outDims);
        checkCount("tileCount", tileCount);
        checkAligned(inputs, 64);
        checkAligned(outputs, 64);
        checkFloats(weights | biases);
        KERNELS.dense(inputs, tileCount, inDims, weights, biases, outDims, activation, outputs);
    }

    private static void checkLayer(String name, int dims) {
        if (dims < 1 || dims > DIMS_MAX) {
            throw new IllegalArgumentException(name + "=" + dims + " is not in 1.." + DIMS_MAX);
        }
    }

    /**
     * The rest of a first layer that was split: of a layer over (shopper, item) the item's half is known beforehand for each
     * item, the shopper's is computed once a request, and {@code output = activation(input + addend)} joins them.
     *
     * @param inputs address of float[tileCount][dims][16]: the items' halves.
     * @param addends address of float[dims]: the shopper's half, bias included.
     * @param outputs address of float[tileCount][dims][16], written; may be the inputs.
     */
    public static void addActivate(
            long inputs, int tileCount, int dims, long addends, Activation activation, long outputs) {
        checkLayer("dims", dims);
        checkCount("tileCount", tileCount);
        checkAligned(inputs, 64);
        checkAligned(outputs, 64);
        KERNELS.addActivate(inputs, tileCount, dims, addends, activation, outputs);
    }

    /**
     * Pools a session: {@code target = sum of softmax(scale * query.row_i) * row_i}, in the order of the rows.
     *
     * @param rowAddresses address of int64[count], count 1 or more.
     * @param weights address of float[count rounded up to 16], written: the attention that each row got, then zeros.
     * @param target address of float[dims], written; none of the rows.
     */
    public static void attentionPool(
            long query, long rowAddresses, int count, int dims, float scale, long weights, long target) {
        if (count < 1) {
            throw new IllegalArgumentException("count=" + count + " is not 1 or more");
        }
        gatherDot(query, rowAddresses, count, dims, weights);
        pad(weights, count, 0f);
        KERNELS.scale(weights, scale, padded(count));
        softmax(weights, count);
        KERNELS.weightedSum(rowAddresses, weights, count, dims, target);
    }

    private static int padded(int count) {
        return count + 15 & -16;
    }

    private static void pad(long values, int count, float value) {
        for (int i = count; i < padded(count); i++) {
            putFloat(values + 4L * i, value);
        }
    }

    /**
     * Replaces values by their shares of the sum of exponentials. Of the result every value is 0 or more, and they add up to 1
     * within 1e-6.
     *
     * @param values address of float[count rounded up to 16]; behind count, zeros are written.
     */
    public static void softmax(long values, int count) {
        checkFloats(values);
        if (count < 1) {
            throw new IllegalArgumentException("count=" + count + " is not 1 or more");
        }
        final int padded = padded(count);
        pad(values, count, getFloat(values));
        KERNELS.exp(values, padded, KERNELS.max(values, padded));
        pad(values, count, 0f);
        KERNELS.scale(values, 1f / KERNELS.sum(values, padded), padded);
    }

    /**
     * e^x by a polynomial of degree 6 after Cody and Waite's reduction to [-ln 2 / 2, ln 2 / 2]; relative error below 5e-7
     * for |x| up to 87, saturating beyond.
     */
    public static float exp(float x) {
        return Polynomials.exp(x);
    }

    /** {@link #exp(float)} of each value, in place; {@code count} is a multiple of 16. */
    public static void exp(long values, int count) {
        checkSpan(values, count);
        KERNELS.exp(values, count, 0f);
    }

    /** The logistic function 1 / (1 + e^-x), by {@link #exp(float)}; relative error below 7e-7. */
    public static float sigmoid(float x) {
        return Polynomials.sigmoid(x);
    }

    /** {@link #sigmoid(float)} of each value, in place; {@code count} is a multiple of 16. */
    public static void sigmoid(long values, int count) {
        checkSpan(values, count);
        KERNELS.sigmoid(values, count);
    }

    /**
     * Hyperbolic tangent by a rational minimax approximation of degrees 13 and 6 (coefficients as in Eigen's
     * {@code generic_fast_tanh_float}); relative error below 6e-7.
     */
    public static float tanh(float x) {
        return Polynomials.tanh(x);
    }

    /** {@link #tanh(float)} of each value, in place; {@code count} is a multiple of 16. */
    public static void tanh(long values, int count) {
        checkSpan(values, count);
        KERNELS.tanh(values, count);
    }

    /**
     * Natural logarithm by 2 artanh((m - 1) / (m + 1)) with m from sqrt(1/2) to sqrt(2), summed in double to the term of
     * degree 15: within 1 ulp, denormals too. Of 0 it is negative infinity, below 0 NaN.
     */
    public static float log(float x) {
        return Polynomials.log(x);
    }

    /** {@link #log(float)} of each value, in place; {@code count} is a multiple of 16. */
    public static void log(long values, int count) {
        checkSpan(values, count);
        KERNELS.log(values, count);
    }

    /**
     * One bounded step of stochastic gradient descent on a pair of rows, both from the old values: u += clamp(step * v -
     * decay * u), v += clamp(step * u - decay * v), each component by at most {@code stepMax}.
     */
    public static void sgdPair(long u, long v, float step, float decay, float stepMax, int dims) {
        checkDims(dims);
        checkFloats(u | v);
        if (!(stepMax >= 0)) {
            throw new IllegalArgumentException("stepMax=" + stepMax + " is not 0 or more");
        }
        KERNELS.sgdPair(u, v, step, decay, stepMax, dims);
    }

    /**
     * A step of Adagrad (Duchi et al., JMLR 2011): {@code squares += g * g; row -= rate * g / (sqrt(squares) + epsilon)}.
     *
     * @param squares address of float[dims], updated: sums of squared gradients, 0 or more.
     */
    public static void adagrad(long row, long squares, long gradient, float rate, float epsilon, int dims) {
        checkDims(dims);
        checkFloats(row | squares | gradient);
        if (!(epsilon > 0)) {
            throw new IllegalArgumentException("epsilon=" + epsilon + " is not above 0");
        }
        KERNELS.adagrad(row, squares, gradient, rate, epsilon, dims);
    }

    /**
     * A step of FTRL-Proximal, see {@link Ftrl}.
     *
     * @param row address of float[dims], updated: the weights that follow from z and squares.
     * @param z address of float[dims], updated.
     * @param squares address of float[dims], updated: sums of squared gradients, 0 or more.
     */
    public static void ftrl(long row, long z, long squares, long gradient, Ftrl parameters, int dims) {
        checkDims(dims);
        checkFloats(row | z | squares | gradient);
        KERNELS.ftrl(row, z, squares, gradient, parameters, dims);
    }

    /**
     * A step of Adam, see {@link Adam}: {@code row -= rate * m / (sqrt(v) + epsilon)}.
     *
     * @param first address of float[dims], updated: m, decayed mean gradient.
     * @param second address of float[dims], updated: v, decayed mean square.
     * @param rate learning rate, corrected for the bias of early steps.
     */
    public static void adam(long row, long first, long second, long gradient, Adam parameters, float rate, int dims) {
        checkDims(dims);
        checkFloats(row | first | second | gradient);
        KERNELS.adam(row, first, second, gradient, parameters, rate, dims);
    }

    /** target += weight * (source - target). */
    public static void blend(long target, long source, float weight, int dims) {
        checkDims(dims);
        checkFloats(target | source);
        KERNELS.blend(target, source, weight, dims);
    }

    /** target *= factor. */
    public static void scale(long target, float factor, int dims) {
        checkDims(dims);
        checkFloats(target);
        KERNELS.scale(target, factor, dims);
    }

    /** target = factor * target + weight * source. */
    public static void combine(long target, float factor, long source, float weight, int dims) {
        checkDims(dims);
        checkFloats(target | source);
        KERNELS.combine(target, factor, source, weight, dims);
    }

    /** target += a * b, component by component. */
    public static void multiplyAdd(long target, long a, long b, int dims) {
        checkDims(dims);
        checkFloats(target | a | b);
        KERNELS.multiplyAdd(target, a, b, dims);
    }

    /**
     * target = sum of weight_i * row_i, in the order of the rows.
     *
     * @param rowAddresses address of int64[count].
     * @param weights address of float[count].
     * @param target address of float[dims], written; none of the rows.
     */
    public static void weightedSum(long rowAddresses, long weights, int count, int dims, long target) {
        checkDims(dims);
        checkCount("count", count);
        checkFloats(weights | target);
        KERNELS.weightedSum(rowAddresses, weights, count, dims, target);
    }

    /** Bytes of a vector that {@link #quantise} wrote: its bytes, then its scale. */
    public static int quantisedBytes(int dims) {
        return dims + 4;
    }

    /**
     * Rounds a vector to int8 in units of its largest component over 127, ties to even: each component is off by half a unit at
     * most, and a 1e-6th of itself.
     *
     * @param target address of int8[dims], then the float that one unit is worth.
     */
    public static void quantise(long source, int dims, long target) {
        checkDims(dims);
        checkFloats(source | target);
        final float max = KERNELS.maxAbsolute(source, dims);
        KERNELS.quantise(source, NarrowFloats.int8Inverse(max), dims, target);
        putFloat(target + dims, NarrowFloats.int8Scale(max));
    }

    /** The fp32 vector of what {@link #quantise} wrote. */
    public static void dequantise(long source, int dims, long target) {
        checkDims(dims);
        checkFloats(source | target);
        KERNELS.dequantise(source, getFloat(source + dims), dims, target);
    }

    /** Bytes of a vector in bf16. */
    public static int bf16Bytes(int dims) {
        return (dims + 31) / 32 * 64;
    }

    /**
     * Rounds a vector to bf16, ties to even: each component is off by a 256th of itself at most (denormals by 2^-134).
     *
     * @param target address of {@link #bf16Bytes}: of each 32 dimensions 16 words, word i holds dimension i in its low half and
     *     dimension i + 16 in its high half.
     */
    public static void toBf16(long source, int dims, long target) {
        checkDims(dims);
        checkFloats(source | target);
        KERNELS.toBf16(source, dims, target);
    }

    /** The fp32 vector of what {@link #toBf16} wrote. */
    public static void fromBf16(long source, int dims, long target) {
        checkDims(dims);
        checkFloats(source | target);
        KERNELS.fromBf16(source, dims, target);
    }
}
