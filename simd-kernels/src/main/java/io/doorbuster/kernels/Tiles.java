package io.doorbuster.kernels;

import static io.doorbuster.kernels.Memory.getFloat;
import static io.doorbuster.kernels.Memory.getInt;
import static io.doorbuster.kernels.Memory.getLong;
import static io.doorbuster.kernels.Memory.putByte;
import static io.doorbuster.kernels.Memory.putFloat;
import static io.doorbuster.kernels.Memory.putShort;

/** Turns row-major vectors into tiles. */
final class Tiles {
    private static final int LANES = 16;

    private Tiles() {}

    static void writeRow(ScanFormat format, long tile, int lane, long vector, float bias, int dims) {
        final long column = tile + 4L * lane;
        switch (format) {
            case FP32 -> {
                for (int d = 0; d < dims; d++) {
                    putFloat(column + 64L * d, getFloat(vector + 4L * d));
                }
            }
            case BF16 -> {
                for (int d = 0; d < dims; d++) {
                    putShort(column + 64L * (d / 2) + 2L * (d % 2), NarrowFloats.toBf16(getInt(vector + 4L * d)));
                }
            }
            case INT8 -> writeInt8(column, vector, dims);
        }
        putFloat(column + format.tileBytes(dims) - 64, bias);
    }

    private static void writeInt8(long column, long vector, int dims) {
        float max = 0f;
        for (int d = 0; d < dims; d++) {
            max = Math.max(max, Math.abs(getFloat(vector + 4L * d)));
        }
        final float inverse = NarrowFloats.int8Inverse(max);
        for (int d = 0; d < dims; d++) {
            putByte(column + 64L * (d / 4) + d % 4, NarrowFloats.toInt8(getFloat(vector + 4L * d), inverse));
        }
        putFloat(column + 16L * dims, NarrowFloats.int8Scale(max));
    }

    /** Lays {@code count} rows, at most 16, side by side; lanes behind them become zero. */
    static void gather(long rowAddresses, int count, int dims, long tile) {
        for (int lane = 0; lane < count; lane++) {
            final long row = getLong(rowAddresses + 8L * lane);
            for (int d = 0; d < dims; d++) {
                putFloat(tile + 64L * d + 4L * lane, getFloat(row + 4L * d));
            }
        }
        for (int lane = count; lane < LANES; lane++) {
            for (int d = 0; d < dims; d++) {
                putFloat(tile + 64L * d + 4L * lane, 0f);
            }
        }
    }
}
