package io.doorbuster.benchmarks.gate;

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

/** Kernels that do a few percent more of their own work when told to: what the gate's power is measured with. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PowerBenchmark {
    private static final int DIMENSIONS = 64;
    private static final int ROWS = 1_000;
    private static final int TILES = 20_000;
    private static final int ROOM_PERCENT = 110;
    private static final int TOP = 100;

    /** How many percent of the work are done once more. */
    @Param({"0", "2", "5", "10"})
    int slowdown;

    private final long query = allocate(4L * DIMENSIONS);
    private final long rows = allocate(4L * DIMENSIONS * withRoom(ROWS));
    private final long rowAddresses = allocate(8L * withRoom(ROWS));
    private final long scores = allocate(4L * withRoom(ROWS));
    private final long topRows = allocate(4L * TOP);
    private final long topScores = allocate(4L * TOP);
    private final long scratch = allocate(Kernels.scanScratchBytes(TOP, 1));

    /** Values for both benchmarks. */
    @Setup
    public void setUp() {
        final SplittableRandom random = new SplittableRandom(1);
        fill(query, DIMENSIONS, random);
        fill(rows, DIMENSIONS * withRoom(ROWS), random);
        for (int i = 0; i < withRoom(ROWS); i++) {
            UnsafeApi.putLong(rowAddresses + 8L * i, rows + 4L * DIMENSIONS * i);
        }
    }

    /** The large table, for the scan only. */
    @State(Scope.Thread)
    public static class Tiles {
        private final long tiles = allocate(ScanFormat.FP32.tileBytes(DIMENSIONS) * withRoom(TILES));
        private final long bitmap = allocate(2L * withRoom(TILES) + 8);

        /** Random tiles, all of whose rows may pass. */
        @Setup
        public void setUp() {
            final SplittableRandom random = new SplittableRandom(2);
            fill(tiles, (DIMENSIONS + 1) * Kernels.TILE_ROWS * withRoom(TILES), random);
            UnsafeApi.setMemory(bitmap, 2L * withRoom(TILES) + 8, (byte) 0xff);
        }
    }

    /** 1,000 rows that lie in the second cache: the processor limits it. */
    @Benchmark
    public long rank() {
        Kernels.gatherDot(query, rowAddresses, slowed(ROWS), DIMENSIONS, scores);
        return scores;
    }

    /** 83 MB: memory limits it. */
    @Benchmark
    public int scan(Tiles table) {
        return Kernels.scanTopK(
                ScanFormat.FP32,
                query,
                table.tiles,
                slowed(TILES),
                DIMENSIONS,
                table.bitmap,
                TOP,
                topRows,
                topScores,
                scratch);
    }

    private int slowed(int work) {
        return work + work * slowdown / 100;
    }

    private static int withRoom(int work) {
        return work * ROOM_PERCENT / 100;
    }

    private static long allocate(long bytes) {
        return Arena.global().allocate(bytes, 64).address();
    }

    private static void fill(long address, int count, SplittableRandom random) {
        for (int i = 0; i < count; i++) {
            UnsafeApi.putFloat(address + 4L * i, (float) (random.nextDouble() - 0.5));
        }
    }
}
