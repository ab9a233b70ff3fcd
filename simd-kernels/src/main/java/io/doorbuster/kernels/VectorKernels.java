package io.doorbuster.kernels;

/** What a set of kernels computes; the contracts stand on {@link Kernels}. Stateless, any thread. */
sealed interface VectorKernels permits ScalarKernels, SimdKernels {
    float dot(long a, long b, int dims);

    void gatherDot(long query, long rowAddresses, int count, int dims, long scores);

    int scanTopK(long query, long tiles, int tileCount, int dims, long bitmap, int k, long topRows, long topScores);

    void sgdPair(long u, long v, float step, float decay, float stepMax, int dims);

    void blend(long target, long source, float weight, int dims);

    void scale(long target, float factor, int dims);
}
