package io.doorbuster.benchmarks.gate;

import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Runs inside the fork and measures the reference kernel directly before and after each iteration, and how much others took
 * of the processors meanwhile. A profiler, so that a benchmark need not know of it. JMH's thread.
 */
public final class ReferenceProfiler implements InternalProfiler {
    static final String REFERENCE = "reference";
    static final String STEAL = "steal";
    static final String PRESSURE = "pressure";

    private static final int WARM_UPS = 3;

    private final ReferenceKernel kernel;
    private CpuNoise noiseBefore = CpuNoise.now();
    private double before;
    private boolean isWarm;

    /** @param kernel name of the {@link ReferenceKernel}. */
    public ReferenceProfiler(String kernel) {
        this.kernel = ReferenceKernel.valueOf(kernel);
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        for (int i = 0; !isWarm && i < WARM_UPS; i++) {
            kernel.measure();
        }
        isWarm = true;
        noiseBefore = CpuNoise.now();
        before = kernel.measure();
    }

    @Override
    public Collection<ScalarResult> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        final double after = kernel.measure();
        final CpuNoise noise = CpuNoise.now();
        return List.of(
                scalar(REFERENCE, (before + after) / 2, kernel.unit()),
                scalar(STEAL, noise.stealSince(noiseBefore), "share"),
                scalar(PRESSURE, noise.pressureSince(noiseBefore), "share"));
    }

    private static ScalarResult scalar(String name, double value, String unit) {
        return new ScalarResult(name, value, unit, AggregationPolicy.AVG);
    }

    @Override
    public String getDescription() {
        return "The reference kernel beside each iteration";
    }
}
