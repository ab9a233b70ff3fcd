package io.doorbuster.kernels;

import java.lang.foreign.Arena;
import java.util.SplittableRandom;

/** Off-heap spans for one run of kernels, filled the same way from the same seed; every kernel writes into {@link #out}. */
final class KernelMemory {
    static final int ROWS = 64;
    static final int TILES = ROWS / Kernels.TILE_ROWS;
    static final int TOP = 20;
    static final int QUERIES = 6;
    static final int OUT_FLOATS = 16 * 1024;

    /** Kinds of data: random, denormal, signed zeros, huge but safe from overflow, tie-heavy. */
    enum Data {
        RANDOM,
        DENORMAL,
        ZEROS,
        HUGE,
        TIES;

        float next(SplittableRandom random) {
            return switch (this) {
                case RANDOM -> (float) (random.nextDouble() * 2 - 1);
                case DENORMAL -> Float.intBitsToFloat(random.nextInt(1 << 23)) * (random.nextBoolean() ? 1 : -1);
                case ZEROS -> random.nextBoolean() ? 0f : -0f;
                case HUGE -> (float) (random.nextDouble() * 2 - 1) * 1e17f;
                case TIES -> random.nextInt(3) - 1;
            };
        }
    }

    final int dims;
    final long rows;
    final long rowAddresses;
    final long bf16Addresses;
    final long weights;
    final long bitmap;
    final long out;
    final long scratch;
    final long quantised;
    private final long bf16Rows;
    private final long[] tiles = new long[ScanFormat.values().length];

    KernelMemory(Arena arena, int dims) {
        this.dims = dims;
        rows = allocate(arena, 4L * dims * ROWS);
        rowAddresses = allocate(arena, 8L * ROWS);
        bf16Rows = allocate(arena, (long) Kernels.bf16Bytes(dims) * ROWS);
        bf16Addresses = allocate(arena, 8L * ROWS);
        weights = allocate(arena, 4L * ROWS);
        bitmap = allocate(arena, 8L);
        out = allocate(arena, 4L * OUT_FLOATS);
        scratch = allocate(arena, Kernels.scanScratchBytes(TOP, QUERIES));
        quantised = allocate(arena, Kernels.quantisedBytes(dims));
        for (final ScanFormat format : ScanFormat.values()) {
            tiles[format.ordinal()] = allocate(arena, format.tileBytes(dims) * TILES);
        }
    }

    private static long allocate(Arena arena, long bytes) {
        return arena.allocate(bytes, 64).address();
    }

    /** Fills all spans; bf16, int8 and tiles by the reference. */
    void fill(Data data, long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final ScalarKernels scalar = new ScalarKernels();
        for (int i = 0; i < dims * ROWS; i++) {
            Memory.putFloat(rows + 4L * i, data.next(random));
        }
        for (int row = 0; row < ROWS; row++) {
            final long bf16 = bf16Rows + (long) Kernels.bf16Bytes(dims) * row;
            scalar.toBf16(row(row), dims, bf16);
            Memory.putLong(bf16Addresses + 8L * row, bf16);
            Memory.putLong(rowAddresses + 8L * row, row(random.nextInt(ROWS)));
            Memory.putFloat(weights + 4L * row, data.next(random));
            final float bias = data.next(random);
            for (final ScanFormat format : ScanFormat.values()) {
                Kernels.writeTileRow(format, tiles(format), row, row(row), bias, dims);
            }
        }
        final float max = scalar.maxAbsolute(rows, dims);
        scalar.quantise(rows, NarrowFloats.int8Inverse(max), dims, quantised);
        Memory.putFloat(quantised + dims, NarrowFloats.int8Scale(max));
        Memory.putLong(bitmap, random.nextLong() | 1);
        for (int i = 0; i < OUT_FLOATS; i++) {
            Memory.putInt(out + 4L * i, 0);
        }
    }

    long row(int row) {
        return rows + 4L * dims * row;
    }

    long tiles(ScanFormat format) {
        return tiles[format.ordinal()];
    }

    /** Address of a float of {@link #out}. */
    long out(int index) {
        return out + 4L * index;
    }

    int[] outBits() {
        final int[] bits = new int[OUT_FLOATS];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Memory.getInt(out(i));
        }
        return bits;
    }
}
