package io.doorbuster.benchmarks.gate;

import io.doorbuster.kernels.Activation;
import io.doorbuster.kernels.Adam;
import io.doorbuster.kernels.Ftrl;
import io.doorbuster.kernels.Kernels;
import io.doorbuster.kernels.ScanFormat;
import java.lang.foreign.Arena;
import java.util.List;
import org.agrona.UnsafeApi;

/** Every kernel of the facade as an operation, each going through all dimensions in turn. One thread. */
final class KernelOperations {
    private static final int ROWS = 64;
    private static final int TOP = 10;
    private static final int PER_ROUND = 100_000;
    private static final int SCANS_PER_ROUND = 20_000;

    private static final ScanFormat[] FORMATS = ScanFormat.values();
    private static final Activation[] ACTIVATIONS = Activation.values();
    private static final int TILES = ROWS / Kernels.TILE_ROWS;
    private static final int QUERIES = 5;
    private static final int LAYER = 32;

    private static final Ftrl FTRL = new Ftrl(0.1f, 1f, 0.01f, 0.01f);
    private static final Adam ADAM = new Adam(0.9f, 0.999f, 1e-8f);

    private final long table = allocate(4L * ROWS * Kernels.DIMS_MAX);
    private final long rowAddresses = allocate(8L * ROWS);
    private final long bf16Addresses = allocate(8L * ROWS);
    private final long scores = allocate(4L * Kernels.DIMS_MAX);
    private final long[] tiles = new long[ScanFormat.values().length];
    private final long bitmap = allocate(8L);
    private final long topRows = allocate(4L * TOP * QUERIES);
    private final long topScores = allocate(4L * TOP * QUERIES);
    private final long founds = allocate(4L * QUERIES);
    private final long scratch = allocate(Kernels.scanScratchBytes(TOP, QUERIES));
    private final long narrow = allocate(4L * Kernels.DIMS_MAX);
    private final long inputs = allocate(64L * Kernels.DIMS_MAX * TILES);
    private final long outputs = allocate(64L * LAYER * TILES);
    private final long target = allocate(4L * Kernels.DIMS_MAX);
    private final long state = allocate(8L * Kernels.DIMS_MAX);

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
            UnsafeApi.putLong(bf16Addresses + 8L * row, row(row)); // Any bits are bf16.
        }
        for (final ScanFormat format : ScanFormat.values()) {
            tiles[format.ordinal()] = allocate(format.tileBytes(Kernels.DIMS_MAX) * TILES);
        }
        Kernels.quantise(table, Kernels.DIMS_MAX, narrow);
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
                scans("gatherDotBf16", (a, b, dims) -> {
                    Kernels.gatherDotBf16(a, bf16Addresses, ROWS, dims, scores);
                    return 0;
                }),
                operation("squaredNorm", (a, b, dims) -> Kernels.squaredNorm(a, dims)),
                operation("norm", (a, b, dims) -> Kernels.norm(a, dims)),
                operation("cosine", Kernels::cosine),
                scans("scanTopK", this::scan),
                scans("scanTopKOfMany", (a, b, dims) -> {
                    Kernels.scanTopKOfMany(
                            table, QUERIES, tiles[0], TILES, dims, bitmap, TOP, topRows, topScores, founds, scratch);
                    return 0;
                }),
                operation("writeTileRow", (a, b, dims) -> {
                    final ScanFormat format = FORMATS[dims / 16 % 3];
                    Kernels.writeTileRow(format, tiles[format.ordinal()], 1, a, 0f, dims);
                    return 0;
                }),
                scans("gatherTiles", (a, b, dims) -> {
                    Kernels.gatherTiles(rowAddresses, 20, dims, inputs);
                    return 0;
                }),
                scans("dense", (a, b, dims) -> {
                    final Activation activation = ACTIVATIONS[dims / 16 % 3];
                    Kernels.dense(inputs, TILES, dims - 1, table, table, LAYER - 1, activation, outputs);
                    return 0;
                }),
                scans("addActivate", (a, b, dims) -> {
                    final Activation activation = ACTIVATIONS[dims / 16 % 3];
                    Kernels.addActivate(outputs, TILES, LAYER, table, activation, outputs);
                    return 0;
                }),
                scans("attentionPool", (a, b, dims) -> {
                    Kernels.attentionPool(a, rowAddresses, 30, dims, 0.1f, scores, target);
                    return 0;
                }),
                operation("softmax", (a, b, dims) -> {
                    Kernels.softmax(scores, dims - 1);
                    return 0;
                }),
                operation("exp", (a, b, dims) -> {
                    Kernels.exp(scores, dims);
                    Kernels.log(scores, dims);
                    return Kernels.exp(dims * 0.01f - 2);
                }),
                operation("log", (a, b, dims) -> {
                    Kernels.exp(scores, dims);
                    Kernels.log(scores, dims);
                    return Kernels.log(dims * 0.01f);
                }),
                operation("sigmoid", (a, b, dims) -> {
                    Kernels.sigmoid(scores, dims);
                    return Kernels.sigmoid(dims * 0.01f - 2);
                }),
                operation("tanh", (a, b, dims) -> {
                    Kernels.tanh(scores, dims);
                    return Kernels.tanh(dims * 0.01f - 2);
                }),
                operation("sgdPair", (a, b, dims) -> {
                    Kernels.sgdPair(a, b, 0.01f, 0.001f, 0.1f, dims);
                    return 0;
                }),
                operation("adagrad", (a, b, dims) -> {
                    Kernels.adagrad(target, state, a, 0.01f, 1e-6f, dims);
                    return 0;
                }),
                operation("ftrl", (a, b, dims) -> {
                    Kernels.ftrl(target, narrow, state, a, FTRL, dims);
                    return 0;
                }),
                operation("adam", (a, b, dims) -> {
                    Kernels.adam(target, narrow, state, a, ADAM, 0.01f, dims);
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
                operation("combine", (a, b, dims) -> {
                    Kernels.combine(a, 0.5f, b, 0.25f, dims);
                    return 0;
                }),
                operation("multiplyAdd", (a, b, dims) -> {
                    Kernels.multiplyAdd(target, a, b, dims);
                    return 0;
                }),
                scans("weightedSum", (a, b, dims) -> {
                    Kernels.weightedSum(rowAddresses, scores, 30, dims, target);
                    return 0;
                }),
                operation("quantise", (a, b, dims) -> {
                    Kernels.quantise(a, dims, target);
                    return 0;
                }),
                operation("dequantise", (a, b, dims) -> {
                    Kernels.dequantise(a, dims, target);
                    return 0;
                }),
                operation("toBf16", (a, b, dims) -> {
                    Kernels.toBf16(a, dims, target);
                    return 0;
                }),
                operation("fromBf16", (a, b, dims) -> {
                    Kernels.fromBf16(a, dims, target);
                    return 0;
                }));
    }

    private double scan(long a, long b, int dims) {
        final ScanFormat format = FORMATS[dims / 16 % 3];
        final long query = format == ScanFormat.INT8 ? narrow : a;
        return Kernels.scanTopK(
                format, query, tiles[format.ordinal()], TILES, dims, bitmap, TOP, topRows, topScores, scratch);
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
