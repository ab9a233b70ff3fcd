package io.doorbuster.kernels;

import static io.doorbuster.kernels.Memory.getFloat;
import static io.doorbuster.kernels.Memory.putFloat;

/**
 * Arithmetic over spans of off-heap memory. Stateless, any thread; allocates nothing.
 *
 * <p>Every span is given by its absolute address. Vectors are fp32, little-endian, {@code dims} long; {@code dims} is a
 * multiple of 16 from 16 to 512, so no kernel has a tail. Results have the same bits with scalar and SIMD kernels, on every
 * width of the hardware and under every compiler: sums keep 16 logical lanes with a fixed fold (scans: one item in each
 * lane), products are rounded before they are added. Inputs are finite: whoever stores a vector checks it at the door.
 */
public final class Kernels {
    /** Smallest and largest number of dimensions, and what it is a multiple of. */
    public static final int DIMS_STEP = 16;

    public static final int DIMS_MAX = 512;

    /** Largest k of a scan. */
    public static final int TOP_MAX = 1024;

    /** Floats of scratch behind the scores of a scan. */
    public static final int SCAN_SCRATCH = 64;

    /** Items in one tile. */
    public static final int TILE_ROWS = 16;

    private static final double LN_2 = 0.6931471805599453;
    private static final double SQRT_2 = 1.4142135623730951;

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

    /** Dot product of two vectors. */
    public static float dot(long a, long b, int dims) {
        checkDims(dims);
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
        KERNELS.gatherDot(query, rowAddresses, count, dims, scores);
    }

    /** Bytes of one tile: 16 items dimension-major, then their 16 biases. */
    public static long tileBytes(int dims) {
        return (dims + 1) * 64L;
    }

    /**
     * The k best of all rows whose bit is set, by {@code query.row + bias} added in the order of the dimensions.
     *
     * @param tiles address of the tiles, see {@link #tileBytes}: float (d, lane) of a tile lies at (d * 16 + lane) * 4.
     * @param bitmap address of uint64 words, bit r of them = row r may pass; a whole number of words for all tiles.
     * @param k 1 to {@link #TOP_MAX}.
     * @param topRows address of int32[k], written: rows, best first, the lower row first among equals.
     * @param topScores address of float[k + {@link #SCAN_SCRATCH}], written: their scores, and scratch.
     * @return how many were found, at most k.
     */
    public static int scanTopK(
            long query, long tiles, int tileCount, int dims, long bitmap, int k, long topRows, long topScores) {
        checkDims(dims);
        checkCount("tileCount", tileCount);
        if (k < 1 || k > TOP_MAX) {
            throw new IllegalArgumentException("k=" + k + " is not in 1.." + TOP_MAX);
        }
        return KERNELS.scanTopK(query, tiles, tileCount, dims, bitmap, k, topRows, topScores);
    }

    /** Writes one row-major vector and its bias into its column of the tiles. */
    public static void writeTileRow(long tiles, int row, long vector, float bias, int dims) {
        checkDims(dims);
        checkCount("row", row);
        final long column = tiles + row / TILE_ROWS * tileBytes(dims) + 4L * (row % TILE_ROWS);
        for (int d = 0; d < dims; d++) {
            putFloat(column + 64L * d, getFloat(vector + 4L * d));
        }
        putFloat(column + 64L * dims, bias);
    }

    /**
     * One bounded step of stochastic gradient descent on a pair of rows, both from the old values: u += clamp(step * v -
     * decay * u), v += clamp(step * u - decay * v), each component by at most {@code stepMax}.
     */
    public static void sgdPair(long u, long v, float step, float decay, float stepMax, int dims) {
        checkDims(dims);
        if (!(stepMax >= 0)) {
            throw new IllegalArgumentException("stepMax=" + stepMax + " is not 0 or more");
        }
        KERNELS.sgdPair(u, v, step, decay, stepMax, dims);
    }

    /** target += weight * (source - target). */
    public static void blend(long target, long source, float weight, int dims) {
        checkDims(dims);
        KERNELS.blend(target, source, weight, dims);
    }

    /** target *= factor. */
    public static void scale(long target, float factor, int dims) {
        checkDims(dims);
        KERNELS.scale(target, factor, dims);
    }

    /** Sum of squares, in the order of {@link #dot}. */
    public static float squaredNorm(long a, int dims) {
        return dot(a, a, dims);
    }

    /** Whether no value is NaN or infinite. */
    public static boolean allFinite(long a, int count) {
        checkCount("count", count);
        for (int i = 0; i < count; i++) {
            if (!Float.isFinite(getFloat(a + 4L * i))) {
                return false;
            }
        }
        return true;
    }

    /** The logistic function 1 / (1 + e^-x), by {@link #exp}. */
    public static float sigmoid(float x) {
        return 1f / (1f + exp(-x));
    }

    /**
     * e^x by a polynomial of degree 6 after Cody and Waite's reduction to [-ln 2 / 2, ln 2 / 2]; relative error below 3e-7
     * for |x| up to 87, saturating beyond.
     */
    public static float exp(float x) {
        final float clamped = Math.max(-87f, Math.min(87f, x));
        final int n = Math.round(clamped * 1.442695f);
        final float r = (clamped - n * 0.6933594f) - n * -2.1219444e-4f;
        float p = 0.0013888889f;
        p = p * r + 0.008333333f;
        p = p * r + 0.041666668f;
        p = p * r + 0.16666667f;
        p = p * r + 0.5f;
        p = p * r + 1f;
        p = p * r + 1f;
        return p * Float.intBitsToFloat((n + 127) << 23);
    }

    /**
     * Natural logarithm by 2 artanh((m - 1) / (m + 1)) with m from sqrt(1/2) to sqrt(2), summed in double to the term of
     * degree 15: within 1 ulp, denormals too. Of 0 it is negative infinity, below 0 NaN.
     */
    public static float log(float x) {
        if (!(x > 0)) {
            return x == 0 ? Float.NEGATIVE_INFINITY : Float.NaN;
        }
        if (x == Float.POSITIVE_INFINITY) {
            return x;
        }
        final long bits = Double.doubleToRawLongBits(x); // Every float is a normal double.
        double exponent = (bits >>> 52) - 1023;
        double mantissa = Double.longBitsToDouble((bits & (1L << 52) - 1) | 1023L << 52);
        if (mantissa > SQRT_2) {
            mantissa *= 0.5;
            exponent += 1;
        }
        final double s = (mantissa - 1) / (mantissa + 1);
        final double z = s * s;
        double p = 1.0 / 15;
        p = p * z + 1.0 / 13;
        p = p * z + 1.0 / 11;
        p = p * z + 1.0 / 9;
        p = p * z + 1.0 / 7;
        p = p * z + 1.0 / 5;
        p = p * z + 1.0 / 3;
        p = p * z + 1;
        return (float) (exponent * LN_2 + 2 * s * p);
    }

    private static void checkCount(String name, int count) {
        if (count < 0) {
            throw new IllegalArgumentException(name + "=" + count + " is negative");
        }
    }
}
