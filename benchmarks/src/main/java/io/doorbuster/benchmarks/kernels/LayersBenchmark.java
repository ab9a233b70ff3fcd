package io.doorbuster.benchmarks.kernels;

import io.doorbuster.benchmarks.gate.Gated;
import io.doorbuster.benchmarks.gate.ReferenceKernel;
import io.doorbuster.kernels.Activation;
import io.doorbuster.kernels.Kernels;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Layers of a ranker over 500 candidates (32 tiles), item dimensions 128, hidden 64; and a session of 50 items pooled. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Gated(ReferenceKernel.COMPUTE)
public class LayersBenchmark {
    private static final int TILES = 32;
    private static final int CANDIDATES = 500;
    private static final int ITEM = 128;
    private static final int HIDDEN = 64;
    private static final int SESSION = 50;

    private final long rows = Span.floats(CANDIDATES * ITEM, 1);
    private final long addresses = Span.rowAddresses(rows, CANDIDATES, 4 * ITEM, CANDIDATES, 2);
    private final long items = Span.floats(TILES * 16 * ITEM, 3);
    private final long hidden = Span.floats(TILES * 16 * HIDDEN, 4);
    private final long output = Span.bytes(64L * TILES * HIDDEN);
    private final long weights = Span.floats(ITEM * HIDDEN, 5);
    private final long biases = Span.floats(HIDDEN, 6);
    private final long pooled = Span.bytes(4L * ITEM);
    private final long attention = Span.bytes(4L * 64);

    @Benchmark
    public void gatherTiles() {
        Kernels.gatherTiles(addresses, CANDIDATES, ITEM, items);
    }

    @Benchmark
    public void firstLayer() {
        Kernels.dense(items, TILES, ITEM, weights, biases, HIDDEN, Activation.RELU, output);
    }

    @Benchmark
    public void splitFirstLayer() {
        Kernels.addActivate(hidden, TILES, HIDDEN, biases, Activation.RELU, output);
    }

    @Benchmark
    public void lastLayer() {
        Kernels.dense(hidden, TILES, HIDDEN, weights, biases, 1, Activation.SIGMOID, output);
    }

    @Benchmark
    public void attentionPool() {
        Kernels.attentionPool(biases, addresses, SESSION, HIDDEN, 0.125f, attention, pooled);
    }
}
