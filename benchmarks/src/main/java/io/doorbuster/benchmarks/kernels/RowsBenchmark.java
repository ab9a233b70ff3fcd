package io.doorbuster.benchmarks.kernels;

import io.doorbuster.benchmarks.gate.Gated;
import io.doorbuster.benchmarks.gate.ReferenceKernel;
import io.doorbuster.kernels.Adam;
import io.doorbuster.kernels.Ftrl;
import io.doorbuster.kernels.Kernels;
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

/** Rows of 64 dimensions at random places: scores of 500 candidates, and updates of one row. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Gated(ReferenceKernel.GATHER)
public class RowsBenchmark {
    private static final int DIMENSIONS = 64;
    private static final int CANDIDATES = 500;

    /** Places that are gone through in turn, so that no call meets the rows of the last. */
    private static final int PLACES = 1 << 16;

    private static final Ftrl FTRL = new Ftrl(0.1f, 1f, 0.01f, 0.01f);
    private static final Adam ADAM = new Adam(0.9f, 0.999f, 1e-8f);

    @Param({"500000", "2000"})
    int rows;

    private long query;
    private long table;
    private long addresses;
    private long bf16Addresses;
    private long scores;
    private int next;

    /** Fills the tables. */
    @Setup
    public void setUp() {
        query = Span.floats(DIMENSIONS, 1);
        table = Span.floats((long) DIMENSIONS * rows, 2);
        addresses = Span.rowAddresses(table, rows, 4 * DIMENSIONS, PLACES, 3);
        final int bf16Bytes = Kernels.bf16Bytes(DIMENSIONS);
        final long bf16 = Span.bytes((long) bf16Bytes * rows);
        for (int row = 0; row < rows; row++) {
            Kernels.toBf16(table + 4L * DIMENSIONS * row, DIMENSIONS, bf16 + (long) bf16Bytes * row);
        }
        bf16Addresses = Span.rowAddresses(bf16, rows, bf16Bytes, PLACES, 3);
        scores = Span.bytes(4L * CANDIDATES);
    }

    private int next(int count) {
        next = next + count > PLACES - 4 ? 0 : next + count;
        return next;
    }

    private long row(int offset) {
        return UnsafeApi.getLong(addresses + 8L * (next + offset));
    }

    @Benchmark
    public float dot() {
        next(1);
        return Kernels.dot(query, row(0), DIMENSIONS);
    }

    @Benchmark
    public long fiveHundred() {
        final long first = addresses + 8L * Math.min(next(CANDIDATES), PLACES - CANDIDATES);
        Kernels.gatherDot(query, first, CANDIDATES, DIMENSIONS, scores);
        return scores;
    }

    @Benchmark
    public long fiveHundredBf16() {
        final long first = bf16Addresses + 8L * Math.min(next(CANDIDATES), PLACES - CANDIDATES);
        Kernels.gatherDotBf16(query, first, CANDIDATES, DIMENSIONS, scores);
        return scores;
    }

    @Benchmark
    public void sgdPair() {
        next(2);
        Kernels.sgdPair(row(0), row(1), 0.01f, 0.001f, 0.1f, DIMENSIONS);
    }

    @Benchmark
    public void adagrad() {
        next(2);
        Kernels.adagrad(row(0), row(1), query, 0.01f, 1e-6f, DIMENSIONS);
    }

    @Benchmark
    public void ftrl() {
        next(3);
        Kernels.ftrl(row(0), row(1), row(2), query, FTRL, DIMENSIONS);
    }

    @Benchmark
    public void adam() {
        next(3);
        Kernels.adam(row(0), row(1), row(2), query, ADAM, 0.001f, DIMENSIONS);
    }
}
