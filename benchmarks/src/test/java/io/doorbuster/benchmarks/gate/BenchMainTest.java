package io.doorbuster.benchmarks.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line, up to where forks would start. */
class BenchMainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;

    private int run(String... arguments) {
        final String[] all = new String[arguments.length + 2];
        all[0] = "--reports=" + directory.resolve("runs");
        all[1] = "--baselines=" + directory.resolve("baselines");
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return runBare(all);
    }

    private int runBare(String... arguments) {
        return BenchMain.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    @ParameterizedTest
    @CsvSource({
        "rowsbenchmark.dott, no benchmark is called rowsbenchmark.dott; near it: RowsBenchmark.dot,",
        "fivehundert, near it: RowsBenchmark.fiveHundred,",
        "--against=gone, no baseline gone in",
        "--against=../gone, letters",
        "--save=.., letters",
        "--forks=-1, --forks -1 is not within 1 to",
        "--forks=many, Invalid value for option '--forks'",
        "--no-such-option, --no-such-option"
    })
    void wrongArgumentShouldBeNamed(String argument, String expected) {
        assertThat(run(argument)).isEqualTo(2);
        assertThat(err.toString()).contains(expected);
    }

    @Test
    void baselineThatIsNoneShouldBeRefused() throws IOException {
        Files.createDirectories(directory.resolve("baselines"));
        Files.writeString(directory.resolve("baselines/broken.json"), "{\"schemaVersion\":0}");

        assertThat(run("--against=broken")).isEqualTo(2);
        assertThat(err.toString()).contains("is of schema version 0");
        assertThat(run("--against=borken")).isEqualTo(2);
        assertThat(err.toString()).contains("there are: broken");
    }

    @Test
    void directoryThatCannotBeMadeShouldBeRefused() throws IOException {
        final Path file = Files.writeString(directory.resolve("file"), "");

        assertThat(runBare("--reports=" + file.resolve("runs"))).isEqualTo(2);
        assertThat(runBare("--reports=" + directory, "--save=x", "--baselines=" + file))
                .isEqualTo(2);
        assertThat(err.toString().lines()).hasSize(2).allMatch(line -> line.contains("cannot be made a directory"));
    }

    @Test
    void jvmWithoutItsFlagsShouldBeRefused() throws IOException {
        final Process bare = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        BenchMain.class.getName(),
                        "exact",
                        "--reports=" + directory)
                .redirectErrorStream(true)
                .start();
        final String said = new String(bare.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(bare.onExit().join().exitValue()).as(said).isEqualTo(2);
        assertThat(said).contains("the JVM was started without --add-modules jdk.incubator.vector");
    }

    @Test
    void listShouldTellWhichPresetRunsWhat() {
        assertThat(run("--list")).isZero();
        assertThat(out.toString().lines())
                .anyMatch(line -> line.matches("RowsBenchmark\\.dot rows=500000 +quick, full +GATHER"))
                .anyMatch(line -> line.matches("RowsBenchmark\\.dot rows=2000 +full +GATHER"))
                .anyMatch(line -> line.matches("PowerBenchmark\\.rank slowdown=0 +by name .*"));
    }

    @Test
    void namesShouldBeFoundInAnyCase() {
        final Suite suite = Suite.all();

        assertThat(suite.chosen(List.of("ROWSBENCHMARK"))).hasSize(14);
        assertThat(suite.chosen(List.of("rowsBenchmark.DOT"))).hasSize(2);
        assertThat(suite.chosen(List.of("io.doorbuster.benchmarks.kernels.RowsBenchmark.dot", "dot")))
                .hasSize(2);
        assertThat(suite.chosen(List.of("quick"))).allMatch(BenchCase::isGated).hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    void roundsShouldBeRotatedAndEverySecondBackwards() {
        assertThat(Sweep.order(3, 0)).containsExactly(0, 1, 2);
        assertThat(Sweep.order(3, 1)).containsExactly(2, 1, 0);
        assertThat(Sweep.order(3, 2)).containsExactly(1, 2, 0);
        assertThat(Sweep.order(3, 5)).containsExactly(1, 0, 2);
    }

    @Test
    void helpShouldTellPresetsAndExitCodes() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString())
                .contains("quick", "full", "exact", "--save", "--against", "--power", "Exit codes", "2, 5 and 10 %");
    }
}
