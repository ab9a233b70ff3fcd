package io.doorbuster.benchmarks.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Each benchmark that JMH lists is called once, in this JVM, with the smallest value of each parameter: it still runs. What it
 * takes is not looked at.
 */
class BenchmarkSmokeTest {
    @TempDir
    private static Path directory;

    @BeforeAll
    static void nothingIsMeasuredHere() {
        System.setProperty("jmh.ignoreLock", "true");
    }

    @TestFactory
    Stream<DynamicTest> eachShouldRun() {
        final Map<String, BenchCase> smallest = new LinkedHashMap<>();
        Suite.all().cases().stream()
                .sorted(Comparator.comparingDouble(BenchmarkSmokeTest::size))
                .forEach(one -> smallest.putIfAbsent(one.method(), one));
        assertThat(smallest).hasSizeGreaterThanOrEqualTo(5);
        return smallest.values().stream().map(one -> DynamicTest.dynamicTest(one.label(), () -> run(one)));
    }

    private static void run(BenchCase one) throws RunnerException {
        final ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + Pattern.quote(one.method()) + "$")
                .mode(Mode.SingleShotTime)
                .forks(0)
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementBatchSize(1)
                .shouldFailOnError(true)
                .output(directory.resolve("jmh.log").toString());
        one.parameters().forEach(options::param);
        assertThat(new Runner(options.build()).run()).hasSize(1);
    }

    /** The sum of the parameters that are numbers; the others do not make a benchmark large. */
    private static double size(BenchCase one) {
        return one.parameters().values().stream()
                .filter(value -> value.matches("\\d+"))
                .mapToDouble(Double::parseDouble)
                .sum();
    }
}
