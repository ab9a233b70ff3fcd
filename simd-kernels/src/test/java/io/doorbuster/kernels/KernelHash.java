package io.doorbuster.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/**
 * Prints a hash over results of every kernel, then what computed them. It repeats the same round, so that the interpreter and
 * each compiler in turn have to give the same bits. One thread.
 */
final class KernelHash {
    private static final int TILES = 12;
    private static final int ROWS = TILES * Kernels.TILE_ROWS;
    private static final int TOP = 20;

    private final int dims;
    private final long rows;
    private final long tiles;
    private final long bitmap;
    private final long addresses;
    private final long topRows;
    private final long topScores;
    private long hash;

    private KernelHash(Arena arena, int dims) {
        this.dims = dims;
        rows = arena.allocate(4L * dims * ROWS, 64).address();
        tiles = arena.allocate(Kernels.tileBytes(dims) * TILES, 64).address();
        bitmap = arena.allocate(ROWS / 8, 64).address();
        addresses = arena.allocate(8L * ROWS, 64).address();
        topRows = arena.allocate(4L * TOP, 64).address();
        topScores = arena.allocate(4L * (ROWS + Kernels.SCAN_SCRATCH), 64).address();
    }

    public static void main(String[] arguments) {
        final int rounds = Integer.parseInt(arguments[0]);
        long first = 0;
        try (Arena arena = Arena.ofConfined()) {
            final KernelHash[] hashes = {new KernelHash(arena, 16), new KernelHash(arena, 64)};
            for (int round = 0; round < rounds; round++) {
                long sum = 0;
                for (final KernelHash each : hashes) {
                    sum = 31 * sum + each.round();
                }
                if (round > 0 && sum != first) {
                    throw new IllegalStateException("round=" + round + " has hash " + sum + ", the first " + first);
                }
                first = sum;
            }
        }
        System.out.println(Long.toHexString(first) + " " + Kernels.description());
    }

    private long round() {
        hash = 0;
        fill();
        Kernels.gatherDot(rows, addresses, ROWS, dims, topScores);
        mix(topScores, ROWS);
        final int found = Kernels.scanTopK(rows, tiles, TILES, dims, bitmap, TOP, topRows, topScores);
        mix(topRows, found);
        mix(topScores, found);
        for (int row = 0; row + 1 < ROWS; row += 2) {
            Kernels.sgdPair(address(row), address(row + 1), 0.3f, 0.01f, 0.05f, dims);
            Kernels.blend(address(row), address(row + 1), 0.125f, dims);
            Kernels.scale(address(row + 1), 1.7f, dims);
            final float dot = Kernels.dot(address(row), address(row + 1), dims);
            mix(Kernels.squaredNorm(address(row), dims));
            mix(Kernels.sigmoid(dot));
            mix(Kernels.exp(dot));
            mix(Kernels.log(Math.abs(dot)));
        }
        mix(rows, dims * ROWS);
        return hash;
    }

    private void fill() {
        final SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < dims * ROWS; i++) {
            Memory.putFloat(rows + 4L * i, (float) (random.nextDouble() - 0.5));
        }
        for (int row = 0; row < ROWS; row++) {
            Memory.ALL.set(ValueLayout.JAVA_LONG, addresses + 8L * row, address(row));
            Kernels.writeTileRow(tiles, row, address(row), (float) random.nextDouble(), dims);
        }
        for (int word = 0; word < ROWS / 64; word++) {
            Memory.ALL.set(ValueLayout.JAVA_LONG, bitmap + 8L * word, random.nextLong());
        }
    }

    private long address(int row) {
        return rows + 4L * dims * row;
    }

    private void mix(long address, int count) {
        for (int i = 0; i < count; i++) {
            hash = 31 * hash + Memory.getInt(address + 4L * i);
        }
    }

    private void mix(float value) {
        hash = 31 * hash + Float.floatToRawIntBits(value);
    }
}
