package io.doorbuster.kernels;

/** What a set of kernels computes; the contracts stand on {@link Kernels}. Stateless, any thread. */
sealed interface VectorKernels permits ScalarKernels, SimdKernels {
    float dot(long a, long b, int dims);

    void gatherDot(long query, long rowAddresses, int count, int dims, long scores);

    void gatherDotBf16(long query, long rowAddresses, int count, int dims, long scores);

    /**
     * Scores of the rows of up to {@link Scan#BLOCK_TILES} tiles, float r of {@code scores} = row r; those of tiles without an
     * allowed row may be left as they are.
     *
     * @param bitmap address of uint16[tileCount]: which rows of each tile are allowed.
     */
    void scoreTiles(ScanFormat format, long query, long tiles, int tileCount, long bitmap, int dims, long scores);

    /** Scores of the rows of fp32 tiles for four shoppers, whose scores lie {@code scoreBytes} apart. */
    void scoreTilesOfFour(long queries, long tiles, int tileCount, int dims, long scores, long scoreBytes);

    /** Which of 64 scores exceed the threshold, bit i = score i. */
    long above(long scores, float threshold);

    /** How many of {@code count} keys, a multiple of 16, exceed the bound. */
    int countAbove(long keys, int count, int bound);

    /**
     * The place of each of {@code count} keys, a multiple of 16, when the greatest stands first and equal ones keep their order.
     *
     * @param places address of int32[count], written.
     */
    void places(long keys, int count, long places);

    /** Lays {@code count} rows, at most 16, side by side. */
    void gatherTile(long rowAddresses, int count, int dims, long tile);

    void dense(
            long inputs,
            int tileCount,
            int inDims,
            long weights,
            long biases,
            int outDims,
            Activation activation,
            long outputs);

    void addActivate(long inputs, int tileCount, int dims, long addends, Activation activation, long outputs);

    void weightedSum(long rowAddresses, long weights, int count, int dims, long target);

    void exp(long values, int count, float subtrahend);

    void log(long values, int count);

    void sigmoid(long values, int count);

    void tanh(long values, int count);

    float max(long values, int count);

    float sum(long values, int count);

    void sgdPair(long u, long v, float step, float decay, float stepMax, int dims);

    void adagrad(long row, long squares, long gradient, float rate, float epsilon, int dims);

    void ftrl(long row, long z, long squares, long gradient, Ftrl parameters, int dims);

    void adam(long row, long first, long second, long gradient, Adam parameters, float rate, int dims);

    void blend(long target, long source, float weight, int dims);

    void scale(long target, float factor, int dims);

    void combine(long target, float factor, long source, float weight, int dims);

    void multiplyAdd(long target, long a, long b, int dims);

    float maxAbsolute(long values, int count);

    void quantise(long source, float inverseScale, int dims, long target);

    void dequantise(long source, float scale, int dims, long target);

    void toBf16(long source, int dims, long target);

    void fromBf16(long source, int dims, long target);
}
