package io.doorbuster.benchmarks.kernels;

import io.doorbuster.benchmarks.gate.Gated;
import io.doorbuster.benchmarks.gate.ReferenceKernel;
import io.doorbuster.kernels.Kernels;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Functions of 512 values in place, and one vector of 512 dimensions made narrow and wide again. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Gated(ReferenceKernel.COMPUTE)
public class FunctionsBenchmark {
    private static final int COUNT = 512;

    private final long source = Span.floats(COUNT, 1);
    private final long values = Span.floats(COUNT, 2);
    private final long narrow = Span.bytes(4L * COUNT);

    /** Both, so that the values stay where they are. */
    @Benchmark
    public void expThenLog() {
        Kernels.exp(values, COUNT);
        Kernels.log(values, COUNT);
    }

    @Benchmark
    public void sigmoid() {
        Kernels.sigmoid(values, COUNT);
    }

    @Benchmark
    public void tanh() {
        Kernels.tanh(values, COUNT);
    }

    @Benchmark
    public void softmax() {
        Kernels.softmax(values, COUNT);
    }

    @Benchmark
    public void quantise() {
        Kernels.quantise(source, COUNT, narrow);
        Kernels.dequantise(narrow, COUNT, values);
    }

    @Benchmark
    public void bf16() {
        Kernels.toBf16(source, COUNT, narrow);
        Kernels.fromBf16(narrow, COUNT, values);
    }
}
