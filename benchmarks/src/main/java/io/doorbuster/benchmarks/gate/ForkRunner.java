package io.doorbuster.benchmarks.gate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Starts one fork of one benchmark: a JVM of its own with the flags of this one, warm-up, a few short iterations. */
final class ForkRunner {
    static final int WARM_UPS = 4;
    static final int ITERATIONS = 3;
    static final int ITERATION_MILLIS = 250;
    private static final String BYTES = "gc.alloc.rate.norm";
    private static final int LOG_LINES = 25;

    private final Path log;

    /** @param log where JMH's own output goes; that of the last fork stays. */
    ForkRunner(Path log) {
        this.log = log;
    }

    ForkResult run(BenchCase bench, int round) {
        final TimeValue iteration = TimeValue.milliseconds(ITERATION_MILLIS);
        final ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + Pattern.quote(bench.method()) + "$")
                .mode(Mode.AverageTime)
                .timeUnit(TimeUnit.NANOSECONDS)
                .threads(1)
                .forks(1)
                .warmupForks(0)
                .warmupIterations(WARM_UPS)
                .warmupTime(iteration)
                .measurementIterations(ITERATIONS)
                .measurementTime(iteration)
                // The order matters: the bytes that the reference kernel allocates are not the benchmark's.
                .addProfiler(ReferenceProfiler.class, bench.reference().name())
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.NORMAL)
                .output(log.toString());
        bench.parameters().forEach(options::param);
        final long begin = System.nanoTime();
        final Collection<RunResult> results;
        try {
            results = new Runner(options.build()).run();
        } catch (RunnerException e) {
            throw new IllegalStateException(bench.label() + " failed: " + e.getMessage() + tail(), e);
        }
        final List<IterationResult> iterations = new ArrayList<>();
        results.forEach(
                result -> result.getBenchmarkResults().forEach(fork -> iterations.addAll(fork.getIterationResults())));
        if (iterations.size() != ITERATIONS) {
            throw new IllegalStateException(
                    bench.label() + " gave " + iterations.size() + " iterations, not " + ITERATIONS + tail());
        }
        return new ForkResult(
                round,
                iterations.stream().map(i -> i.getPrimaryResult().getScore()).toList(),
                iterations.stream()
                        .map(i -> secondary(i, ReferenceProfiler.REFERENCE))
                        .toList(),
                mean(iterations, BYTES),
                mean(iterations, ReferenceProfiler.STEAL),
                mean(iterations, ReferenceProfiler.PRESSURE),
                (System.nanoTime() - begin) / 1e9);
    }

    private static double mean(List<IterationResult> iterations, String name) {
        return iterations.stream()
                .mapToDouble(iteration -> secondary(iteration, name))
                .average()
                .orElse(Double.NaN);
    }

    private static double secondary(IterationResult iteration, String name) {
        final Result<?> result = iteration.getSecondaryResults().get(name);
        return result == null ? Double.NaN : result.getScore();
    }

    private String tail() {
        try {
            final List<String> lines = Files.readAllLines(log);
            return "; JMH said (" + log + "):\n"
                    + String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException e) {
            return "; what JMH said cannot be read: " + e.getMessage();
        }
    }
}
