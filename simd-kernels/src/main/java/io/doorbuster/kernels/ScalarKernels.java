package io.doorbuster.kernels;

import static io.doorbuster.kernels.Memory.getFloat;
import static io.doorbuster.kernels.Memory.getLong;
import static io.doorbuster.kernels.Memory.putFloat;

/**
 * The reference: what every other set of kernels must compute bit for bit. A sum keeps 16 logical lanes and folds
 * 16, 8, 4, 2, 1 whatever the hardware; products are rounded before they are added.
 */
final class ScalarKernels implements VectorKernels {
    private static final int LANES = 16;

    @Override
    public float dot(long a, long b, int dims) {
        return (fold4(a, b, 0, dims) + fold4(a, b, 2, dims)) + (fold4(a, b, 1, dims) + fold4(a, b, 3, dims));
    }

    private static float fold4(long a, long b, int lane, int dims) {
        return fold8(a, b, lane, dims) + fold8(a, b, lane + 4, dims);
    }

    private static float fold8(long a, long b, int lane, int dims) {
        return lane(a, b, lane, dims) + lane(a, b, lane + 8, dims);
    }

    private static float lane(long a, long b, int lane, int dims) {
        float sum = getFloat(a + 4L * lane) * getFloat(b + 4L * lane);
        for (int i = lane + LANES; i < dims; i += LANES) {
            sum += getFloat(a + 4L * i) * getFloat(b + 4L * i);
        }
        return sum;
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
        int found = 0;
        for (int tile = 0; tile < tileCount; tile++) {
            final int bits = TopK.tileBits(bitmap, tile);
            for (int lane = 0; lane < LANES; lane++) {
                if ((bits & 1 << lane) != 0) {
                    final float score = tileScore(query, tiles + tile * tileBytes + 4L * lane, dims);
                    found = TopK.offer(topRows, topScores, found, k, tile * LANES + lane, score);
                }
            }
        }
        return found;
    }

    private static float tileScore(long query, long column, int dims) {
        float sum = getFloat(query) * getFloat(column);
        for (int d = 1; d < dims; d++) {
            sum += getFloat(query + 4L * d) * getFloat(column + 64L * d);
        }
        return sum + getFloat(column + 64L * dims);
    }

    @Override
    public void sgdPair(long u, long v, float step, float decay, float stepMax, int dims) {
        for (int i = 0; i < dims; i++) {
            final float oldU = getFloat(u + 4L * i);
            final float oldV = getFloat(v + 4L * i);
            putFloat(u + 4L * i, oldU + clamp(step * oldV - decay * oldU, stepMax));
            putFloat(v + 4L * i, oldV + clamp(step * oldU - decay * oldV, stepMax));
        }
    }

    private static float clamp(float value, float max) {
        return Math.max(-max, Math.min(max, value));
    }

    @Override
    public void blend(long target, long source, float weight, int dims) {
        for (int i = 0; i < dims; i++) {
            final float old = getFloat(target + 4L * i);
            putFloat(target + 4L * i, old + weight * (getFloat(source + 4L * i) - old));
        }
    }

    @Override
    public void scale(long target, float factor, int dims) {
        for (int i = 0; i < dims; i++) {
            putFloat(target + 4L * i, getFloat(target + 4L * i) * factor);
        }
    }
}
