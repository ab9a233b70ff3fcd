package io.doorbuster.benchmarks.kernels;

import io.doorbuster.benchmarks.gate.Gated;
import io.doorbuster.benchmarks.gate.ReferenceKernel;
import io.doorbuster.kernels.Kernels;
import io.doorbuster.kernels.ScanFormat;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.UnsafeApi;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What do a dot product, the ranking of 500 gathered rows and an exact scan cost? Run it twice, with and without
 * {@code -Dkernels=scalar}, to see what the vector unit buys.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@Gated(ReferenceKernel.COMPUTE)
public class KernelsBenchmark {
    private static final int DIMENSIONS = 64;
    private static final int CANDIDATES = 500;
    private static final int LANES = 16;
    private static final int TOP = 100;

    @Param({"2000", "100000"})
    int rows;

    private long query;
    private long table;
    private long rowAddresses;
    private long scores;
    private long tiles;
    private long bitmap;
    private long topRows;
    private long topScores;
    private long scratch;
    private int next;

    @Setup
    public void setUp() {
        final SplittableRandom random = new SplittableRandom(1);
        query = allocate(4L * DIMENSIONS);
        table = allocate(4L * DIMENSIONS * rows);
        rowAddresses = allocate(8L * CANDIDATES);
        scores = allocate(4L * CANDIDATES);
        final int tileCount = tileCount();
        tiles = allocate(ScanFormat.FP32.tileBytes(DIMENSIONS) * tileCount);
        bitmap = allocate(8L * (tileCount * LANES / 64 + 1));
        topRows = allocate(4L * TOP);
        topScores = allocate(4L * TOP);
        scratch = allocate(Kernels.scanScratchBytes(TOP, 1));
        fill(query, DIMENSIONS, random);
        fill(table, rows * DIMENSIONS, random);
        for (int i = 0; i < CANDIDATES; i++) {
            UnsafeApi.putLong(rowAddresses + 8L * i, rowAddress(random.nextInt(rows)));
        }
        for (int row = 0; row < rows; row++) {
            Kernels.writeTileRow(ScanFormat.FP32, tiles, row, rowAddress(row), 0f, DIMENSIONS);
            final long word = bitmap + 8L * (row >>> 6);
            UnsafeApi.putLong(word, UnsafeApi.getLong(word) | 1L << (row & 63));
        }
    }

    private int tileCount() {
        return (rows + LANES - 1) / LANES;
    }

    private long rowAddress(int row) {
        return table + 4L * DIMENSIONS * row;
    }

    private static long allocate(long bytes) {
        return Arena.global().allocate(bytes, 64).address();
    }

    private static void fill(long address, int count, SplittableRandom random) {
        for (int i = 0; i < count; i++) {
            UnsafeApi.putFloat(address + 4L * i, (float) (random.nextDouble() - 0.5));
        }
    }

    @Benchmark
    public float dot() {
        next = next + 1 == rows ? 0 : next + 1;
        return Kernels.dot(query, rowAddress(next), DIMENSIONS);
    }

    @Benchmark
    public long rankFiveHundred() {
        Kernels.gatherDot(query, rowAddresses, CANDIDATES, DIMENSIONS, scores);
        return scores;
    }

    @Benchmark
    @Gated(ReferenceKernel.STREAM)
    public int scanTopHundred() {
        return Kernels.scanTopK(
                ScanFormat.FP32, query, tiles, tileCount(), DIMENSIONS, bitmap, TOP, topRows, topScores, scratch);
    }
}
