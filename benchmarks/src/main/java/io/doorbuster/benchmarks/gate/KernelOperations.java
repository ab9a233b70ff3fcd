package io.doorbuster.benchmarks.gate;

import io.doorbuster.kernels.Kernels;
import java.lang.foreign.Arena;
import java.util.List;
import org.agrona.UnsafeApi;

/** Every kernel of the facade as an operation, each going through all dimensions in turn. One thread. */
final class KernelOperations {
    private static final int ROWS = 64;
    private static final int TOP = 10;
    private static final int PER_ROUND = 100_000;
    private static final int SCANS_PER_ROUND = 20_000;

    private final long table = allocate(4L * ROWS * Kernels.DIMS_MAX);
    private final long rowAddresses = allocate(8L * ROWS);
    private final long scores = allocate(4L * ROWS);
    private final long tiles = allocate(Kernels.tileBytes(Kernels.DIMS_MAX) * (ROWS / Kernels.TILE_ROWS));
    private final long bitmap = allocate(8L * (ROWS / 64));
    private final long topRows = allocate(4L * TOP);
    private final long topScores = allocate(4L * (TOP + Kernels.SCAN_SCRATCH));

    @SuppressWarnings("UnusedVariable") // Written, so that no result can be left out.
    private volatile double sink;

    /** One call of a kernel on two rows. */
    private interface Call {
        double of(long a, long b, int dims);
    }

    KernelOperations() {
        for (int i = 0; i < ROWS * Kernels.DIMS_MAX; i++) {
            UnsafeApi.putFloat(table + 4L * i, (i * 37 % 101 - 50) * 0.01f);
        }
        for (int row = 0; row < ROWS; row++) {
            UnsafeApi.putLong(rowAddresses + 8L * row, row(row));
            Kernels.writeTileRow(tiles, row, row(row), 0f, Kernels.DIMS_MAX);
        }
        UnsafeApi.putLong(bitmap, -1L);
    }

    /** In the order of the facade; a kernel without a line here fails the test that looks for it. */
    List<HotOperation> all() {
        return List.of(
                operation("dot", Kernels::dot),
                scans("gatherDot", (a, b, dims) -> {
                    Kernels.gatherDot(a, rowAddresses, ROWS, dims, scores);
                    return 0;
                }),
                scans(
                        "scanTopK",
                        (a, b, dims) -> Kernels.scanTopK(
                                a, tiles, ROWS / Kernels.TILE_ROWS, dims, bitmap, TOP, topRows, topScores)),
                operation("writeTileRow", (a, b, dims) -> {
                    Kernels.writeTileRow(tiles, 1, a, 0f, dims);
                    return 0;
                }),
                operation("sgdPair", (a, b, dims) -> {
                    Kernels.sgdPair(a, b, 0.01f, 0.001f, 0.1f, dims);
                    return 0;
                }),
                operation("blend", (a, b, dims) -> {
                    Kernels.blend(a, b, 0.1f, dims);
                    return 0;
                }),
                operation("scale", (a, b, dims) -> {
                    Kernels.scale(a, dims % 32 == 0 ? 1.25f : 0.8f, dims);
                    return 0;
                }),
                operation("squaredNorm", (a, b, dims) -> Kernels.squaredNorm(a, dims)),
                operation("allFinite", (a, b, dims) -> Kernels.allFinite(a, dims) ? 1 : 0),
                operation("sigmoid", (a, b, dims) -> Kernels.sigmoid(dims * 0.01f - 2)),
                operation("exp", (a, b, dims) -> Kernels.exp(dims * 0.01f - 2)),
                operation("log", (a, b, dims) -> Kernels.log(dims * 0.01f)));
    }

    private HotOperation operation(String name, Call call) {
        return new HotOperation(name, PER_ROUND, count -> repeat(call, count));
    }

    private HotOperation scans(String name, Call call) {
        return new HotOperation(name, SCANS_PER_ROUND, count -> repeat(call, count));
    }

    private void repeat(Call call, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            final int dims = Kernels.DIMS_STEP + i * Kernels.DIMS_STEP % Kernels.DIMS_MAX;
            sum += call.of(row(i % ROWS), row((i + 1) % ROWS), dims);
        }
        sink = sum;
    }

    private long row(int row) {
        return table + 4L * Kernels.DIMS_MAX * row;
    }

    private static long allocate(long bytes) {
        return Arena.global().allocate(bytes, 64).address();
    }
}
