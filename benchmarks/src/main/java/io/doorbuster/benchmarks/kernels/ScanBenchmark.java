package io.doorbuster.benchmarks.kernels;

import io.doorbuster.benchmarks.gate.Gated;
import io.doorbuster.benchmarks.gate.ReferenceKernel;
import io.doorbuster.kernels.Kernels;
import io.doorbuster.kernels.ScanFormat;
import java.util.concurrent.TimeUnit;
import org.agrona.UnsafeApi;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The 100 best of all items of 64 dimensions: for one shopper in each format, for sixteen shoppers at once. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ScanBenchmark {
    private static final int DIMENSIONS = 64;
    private static final int TOP = 100;
    private static final int SHOPPERS = 16;

    /** Tiles of random items, all of which may pass, and where results go. */
    private static final class Table {
        private final ScanFormat format;
        private final int tileCount;
        private final long tiles;
        private final long bitmap;
        private final long shoppers = Span.floats(DIMENSIONS * SHOPPERS, 2);
        private final long quantised = Span.bytes(Kernels.quantisedBytes(DIMENSIONS));
        private final long topRows = Span.bytes(4L * TOP * SHOPPERS);
        private final long topScores = Span.bytes(4L * TOP * SHOPPERS);
        private final long founds = Span.bytes(4L * SHOPPERS);
        private final long scratch = Span.bytes(Kernels.scanScratchBytes(TOP, SHOPPERS));

        Table(ScanFormat format, int rows) {
            this.format = format;
            tileCount = rows / Kernels.TILE_ROWS;
            tiles = Span.bytes(format.tileBytes(DIMENSIONS) * tileCount);
            bitmap = Span.bytes(2L * tileCount + 8);
            UnsafeApi.setMemory(bitmap, 2L * tileCount + 8, (byte) -1);
            final int different = 4096; // Random vectors are dear, and a scan cannot tell that they come again.
            final long vectors = Span.floats(DIMENSIONS * different, 1);
            for (int row = 0; row < tileCount * Kernels.TILE_ROWS; row++) {
                final long vector = vectors + 4L * DIMENSIONS * (row * 31 % different);
                Kernels.writeTileRow(format, tiles, row, vector, row % 1009 * 1e-6f, DIMENSIONS);
            }
            Kernels.quantise(shoppers, DIMENSIONS, quantised);
        }

        int topHundred() {
            final long query = format == ScanFormat.INT8 ? quantised : shoppers;
            return Kernels.scanTopK(
                    format, query, tiles, tileCount, DIMENSIONS, bitmap, TOP, topRows, topScores, scratch);
        }

        long ofSixteen() {
            Kernels.scanTopKOfMany(
                    shoppers, SHOPPERS, tiles, tileCount, DIMENSIONS, bitmap, TOP, topRows, topScores, founds, scratch);
            return founds;
        }
    }

    /** 2,000 items: they stay in the second cache. */
    @State(Scope.Thread)
    @SuppressWarnings("NullAway.Init") // JMH sets parameters and calls setUp.
    public static class Cached {
        @Param({"FP32", "BF16", "INT8"})
        ScanFormat format;

        private Table table;

        /** Fills the table. */
        @Setup
        public void setUp() {
            table = new Table(format, 2000);
        }
    }

    /** As many items as no cache holds. */
    @State(Scope.Thread)
    @SuppressWarnings("NullAway.Init") // JMH sets parameters and calls setUp.
    public static class Large {
        @Param({"FP32", "BF16", "INT8"})
        ScanFormat format;

        @Param({"1000000", "20000"})
        int rows;

        private Table table;

        /** Fills the table. */
        @Setup
        public void setUp() {
            table = new Table(format, rows);
        }
    }

    /** fp32, for several shoppers. */
    @State(Scope.Thread)
    @SuppressWarnings("NullAway.Init") // JMH sets parameters and calls setUp.
    public static class Shared {
        @Param({"1000000", "20000"})
        int rows;

        private Table table;

        /** Fills the table. */
        @Setup
        public void setUp() {
            table = new Table(ScanFormat.FP32, rows);
        }
    }

    @Benchmark
    @Gated(ReferenceKernel.COMPUTE)
    public int inCache(Cached cached) {
        return cached.table.topHundred();
    }

    @Benchmark
    @Gated(ReferenceKernel.STREAM)
    public int fromMemory(Large large) {
        return large.table.topHundred();
    }

    @Benchmark
    @Gated(ReferenceKernel.COMPUTE)
    public long ofSixteenShoppers(Shared shared) {
        return shared.table.ofSixteen();
    }
}
