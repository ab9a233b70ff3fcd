package io.doorbuster.kernels;

import static io.doorbuster.kernels.Memory.getByte;
import static io.doorbuster.kernels.Memory.getFloat;
import static io.doorbuster.kernels.Memory.getInt;
import static io.doorbuster.kernels.Memory.getLong;
import static io.doorbuster.kernels.Memory.getShort;
import static io.doorbuster.kernels.Memory.putByte;
import static io.doorbuster.kernels.Memory.putFloat;
import static io.doorbuster.kernels.Memory.putInt;
import static io.doorbuster.kernels.Memory.putShort;

/**
 * The reference: what every other set of kernels must compute bit for bit. A sum over dimensions keeps 16 logical lanes and
 * folds 16, 8, 4, 2, 1 whatever the hardware; where items or candidates lie side by side, each has its own sum in the order
 * of the dimensions. Products are rounded before they are added.
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
    public void gatherDotBf16(long query, long rowAddresses, int count, int dims, long scores) {
        for (int i = 0; i < count; i++) {
            final long row = getLong(rowAddresses + 8L * i);
            putFloat(
                    scores + 4L * i,
                    (fold4Bf16(query, row, 0, dims) + fold4Bf16(query, row, 2, dims))
                            + (fold4Bf16(query, row, 1, dims) + fold4Bf16(query, row, 3, dims)));
        }
    }

    private static float fold4Bf16(long query, long row, int lane, int dims) {
        return (laneBf16(query, row, lane, dims) + laneBf16(query, row, lane + 8, dims))
                + (laneBf16(query, row, lane + 4, dims) + laneBf16(query, row, lane + 12, dims));
    }

    private static float laneBf16(long query, long row, int lane, int dims) {
        float sum = getFloat(query + 4L * lane) * bf16(row, lane);
        for (int i = lane + LANES; i < dims; i += LANES) {
            sum += getFloat(query + 4L * i) * bf16(row, i);
        }
        return sum;
    }

    private static float bf16(long row, int dim) {
        return Float.intBitsToFloat(getShort(bf16Address(row, dim)) << 16);
    }

    private static long bf16Address(long row, int dim) {
        return row + 64L * (dim / 32) + 4L * (dim % LANES) + 2L * (dim / LANES % 2);
    }

    @Override
    public void scoreTiles(
            ScanFormat format, long query, long tiles, int tileCount, long bitmap, int dims, long scores) {
        final long tileBytes = format.tileBytes(dims);
        for (int row = 0; row < tileCount * LANES; row++) {
            if ((getShort(bitmap + 2L * (row / LANES)) >>> row % LANES & 1) != 0) {
                final long column = tiles + row / LANES * tileBytes + 4L * (row % LANES);
                putFloat(
                        scores + 4L * row,
                        switch (format) {
                            case FP32 -> scoreFp32(query, column, dims);
                            case BF16 -> scoreBf16(query, column, dims);
                            case INT8 -> scoreInt8(query, column, dims);
                        });
            }
        }
    }

    private static float scoreFp32(long query, long column, int dims) {
        float sum = 0f;
        for (int d = 0; d < dims; d++) {
            sum += getFloat(query + 4L * d) * getFloat(column + 64L * d);
        }
        return sum + getFloat(column + 64L * dims);
    }

    private static float scoreBf16(long query, long column, int dims) {
        float sum = 0f;
        for (int d = 0; d < dims; d += 2) {
            final int word = getInt(column + 32L * d);
            sum += getFloat(query + 4L * d) * Float.intBitsToFloat(word << 16);
            sum += getFloat(query + 4L * d + 4) * Float.intBitsToFloat(word & 0xFFFF_0000);
        }
        return sum + getFloat(column + 32L * dims);
    }

    private static float scoreInt8(long query, long column, int dims) {
        int sum = 0;
        for (int d = 0; d < dims; d++) {
            sum += getByte(query + d) * getByte(column + 64L * (d / 4) + d % 4);
        }
        final long scales = column + 16L * dims;
        return sum * getFloat(scales) * getFloat(query + dims) + getFloat(scales + 64);
    }

    @Override
    public void scoreTilesOfFour(long queries, long tiles, int tileCount, int dims, long scores, long scoreBytes) {
        for (int i = 0; i < 4; i++) {
            for (int row = 0; row < tileCount * LANES; row++) {
                final long column = tiles + row / LANES * ScanFormat.FP32.tileBytes(dims) + 4L * (row % LANES);
                putFloat(scores + scoreBytes * i + 4L * row, scoreFp32(queries + 4L * dims * i, column, dims));
            }
        }
    }

    @Override
    public long above(long scores, float threshold) {
        long hits = 0;
        for (int i = 0; i < 64; i++) {
            hits |= getFloat(scores + 4L * i) > threshold ? 1L << i : 0;
        }
        return hits;
    }

    @Override
    public int countAbove(long keys, int count, int bound) {
        int above = 0;
        for (int i = 0; i < count; i++) {
            above += getInt(keys + 4L * i) > bound ? 1 : 0;
        }
        return above;
    }

    @Override
    public void places(long keys, int count, long places) {
        for (int i = 0; i < count; i++) {
            final int key = getInt(keys + 4L * i);
            int before = 0;
            for (int j = 0; j < count; j++) {
                final int other = getInt(keys + 4L * j);
                before += other > key || other == key && j < i ? 1 : 0;
            }
            putInt(places + 4L * i, before);
        }
    }

    @Override
    public void gatherTile(long rowAddresses, int count, int dims, long tile) {
        Tiles.gather(rowAddresses, count, dims, tile);
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
            final long input = inputs + 64L * inDims * tile;
            final long output = outputs + 64L * outDims * tile;
            for (int out = 0; out < outDims; out++) {
                for (int lane = 0; lane < LANES; lane++) {
                    float sum = getFloat(biases + 4L * out);
                    for (int in = 0; in < inDims; in++) {
                        sum += getFloat(input + 64L * in + 4L * lane) * getFloat(weights + 4L * (inDims * out + in));
                    }
                    putFloat(output + 64L * out + 4L * lane, activate(sum, activation));
                }
            }
        }
    }

    private static float activate(float value, Activation activation) {
        return switch (activation) {
            case NONE -> value;
            case RELU -> Math.max(value, 0f);
            case SIGMOID -> Polynomials.sigmoid(value);
        };
    }

    @Override
    public void addActivate(long inputs, int tileCount, int dims, long addends, Activation activation, long outputs) {
        for (int i = 0; i < tileCount * dims * LANES; i++) {
            final float addend = getFloat(addends + 4L * (i / LANES % dims));
            putFloat(outputs + 4L * i, activate(getFloat(inputs + 4L * i) + addend, activation));
        }
    }

    @Override
    public void weightedSum(long rowAddresses, long weights, int count, int dims, long target) {
        for (int d = 0; d < dims; d++) {
            float sum = 0f;
            for (int i = 0; i < count; i++) {
                sum += getFloat(getLong(rowAddresses + 8L * i) + 4L * d) * getFloat(weights + 4L * i);
            }
            putFloat(target + 4L * d, sum);
        }
    }

    @Override
    public void exp(long values, int count, float subtrahend) {
        for (int i = 0; i < count; i++) {
            putFloat(values + 4L * i, Polynomials.exp(getFloat(values + 4L * i) - subtrahend));
        }
    }

    @Override
    public void log(long values, int count) {
        for (int i = 0; i < count; i++) {
            putFloat(values + 4L * i, Polynomials.log(getFloat(values + 4L * i)));
        }
    }

    @Override
    public void sigmoid(long values, int count) {
        for (int i = 0; i < count; i++) {
            putFloat(values + 4L * i, Polynomials.sigmoid(getFloat(values + 4L * i)));
        }
    }

    @Override
    public void tanh(long values, int count) {
        for (int i = 0; i < count; i++) {
            putFloat(values + 4L * i, Polynomials.tanh(getFloat(values + 4L * i)));
        }
    }

    @Override
    public float max(long values, int count) {
        float max = getFloat(values);
        for (int i = 1; i < count; i++) {
            max = Math.max(max, getFloat(values + 4L * i));
        }
        return max;
    }

    @Override
    public float sum(long values, int count) {
        return (sum4(values, 0, count) + sum4(values, 2, count)) + (sum4(values, 1, count) + sum4(values, 3, count));
    }

    private static float sum4(long values, int lane, int count) {
        return (sumLane(values, lane, count) + sumLane(values, lane + 8, count))
                + (sumLane(values, lane + 4, count) + sumLane(values, lane + 12, count));
    }

    private static float sumLane(long values, int lane, int count) {
        float sum = getFloat(values + 4L * lane);
        for (int i = lane + LANES; i < count; i += LANES) {
            sum += getFloat(values + 4L * i);
        }
        return sum;
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
    public void adagrad(long row, long squares, long gradient, float rate, float epsilon, int dims) {
        for (int i = 0; i < dims; i++) {
            final float g = getFloat(gradient + 4L * i);
            final float square = getFloat(squares + 4L * i) + g * g;
            putFloat(squares + 4L * i, square);
            final float change = rate * g / ((float) Math.sqrt(square) + epsilon);
            putFloat(row + 4L * i, getFloat(row + 4L * i) - change);
        }
    }

    @Override
    public void ftrl(long row, long z, long squares, long gradient, Ftrl parameters, int dims) {
        for (int i = 0; i < dims; i++) {
            final float g = getFloat(gradient + 4L * i);
            final float old = getFloat(squares + 4L * i);
            final float square = old + g * g;
            final float root = (float) Math.sqrt(square);
            final float sigma = (root - (float) Math.sqrt(old)) / parameters.alpha();
            final float sum = getFloat(z + 4L * i) + (g - sigma * getFloat(row + 4L * i));
            putFloat(squares + 4L * i, square);
            putFloat(z + 4L * i, sum);
            final float excess = clamp(sum, parameters.l1()) - sum;
            final float divisor = (parameters.beta() + root) / parameters.alpha() + parameters.l2();
            putFloat(row + 4L * i, divisor > 0 ? excess / divisor : 0f);
        }
    }

    @Override
    public void adam(long row, long first, long second, long gradient, Adam parameters, float rate, int dims) {
        for (int i = 0; i < dims; i++) {
            final float g = getFloat(gradient + 4L * i);
            final float m = parameters.beta1() * getFloat(first + 4L * i) + (1f - parameters.beta1()) * g;
            final float v = parameters.beta2() * getFloat(second + 4L * i) + (1f - parameters.beta2()) * (g * g);
            putFloat(first + 4L * i, m);
            putFloat(second + 4L * i, v);
            final float change = rate * m / ((float) Math.sqrt(v) + parameters.epsilon());
            putFloat(row + 4L * i, getFloat(row + 4L * i) - change);
        }
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

    @Override
    public void combine(long target, float factor, long source, float weight, int dims) {
        for (int i = 0; i < dims; i++) {
            putFloat(target + 4L * i, getFloat(target + 4L * i) * factor + getFloat(source + 4L * i) * weight);
        }
    }

    @Override
    public void multiplyAdd(long target, long a, long b, int dims) {
        for (int i = 0; i < dims; i++) {
            putFloat(target + 4L * i, getFloat(target + 4L * i) + getFloat(a + 4L * i) * getFloat(b + 4L * i));
        }
    }

    @Override
    public float maxAbsolute(long values, int count) {
        float max = 0f;
        for (int i = 0; i < count; i++) {
            max = Math.max(max, Math.abs(getFloat(values + 4L * i)));
        }
        return max;
    }

    @Override
    public void quantise(long source, float inverseScale, int dims, long target) {
        for (int i = 0; i < dims; i++) {
            putByte(target + i, NarrowFloats.toInt8(getFloat(source + 4L * i), inverseScale));
        }
    }

    @Override
    public void dequantise(long source, float scale, int dims, long target) {
        for (int i = 0; i < dims; i++) {
            putFloat(target + 4L * i, getByte(source + i) * scale);
        }
    }

    @Override
    public void toBf16(long source, int dims, long target) {
        for (int i = 0; i < (dims + 31 & -32); i++) {
            final int bits = i < dims ? getInt(source + 4L * i) : 0;
            putShort(bf16Address(target, i), NarrowFloats.toBf16(bits));
        }
    }

    @Override
    public void fromBf16(long source, int dims, long target) {
        for (int i = 0; i < dims; i++) {
            putFloat(target + 4L * i, bf16(source, i));
        }
    }
}
