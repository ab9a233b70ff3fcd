package io.doorbuster.benchmarks.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/** A run as a file: JSON there and back, and the report. */
class BenchRunTest {
    @TempDir
    private Path directory;

    private static BenchRun run(long seed, double slowdown) {
        final SyntheticForks forks = new SyntheticForks(seed);
        forks.slowdown = slowdown;
        forks.pressure = Double.NaN;
        final Conditions conditions = new Conditions(
                "CPU <\"1\"> & more", 2, 24_000, "Linux 6", "JVM 25", List.of("-XX:+UseSerialGC"), "simd", "abc", true);
        return new BenchRun(
                BenchRun.SCHEMA_VERSION,
                "2026-01-02T03:04:05Z",
                List.of("quick"),
                conditions,
                List.of(forks.series(10)),
                List.of(new ExactCount("dot", "bytes", 1, 0), new ExactCount("dot", "minorFaults", Double.NaN, 0)));
    }

    @Test
    void shouldBeReadAsItWasWritten() throws IOException {
        final Path file = directory.resolve("run.json");
        final BenchRun run = run(1, 0);

        run.write(file);

        assertThat(BenchRun.read(file)).isEqualTo(run);
    }

    @Test
    void anotherSchemaVersionShouldBeRefused() throws IOException {
        final Path file = directory.resolve("run.json");
        run(1, 0).write(file);
        Files.writeString(
                file, Files.readString(file).replaceFirst("\"schemaVersion\" : \\d+", "\"schemaVersion\" : 99"));

        assertThatThrownBy(() -> BenchRun.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("schema version 99, and this build reads " + BenchRun.SCHEMA_VERSION);
    }

    @Test
    void whatIsNoRunShouldBeRefused() throws IOException {
        for (final String text : List.of("", "{", "{}", "[1]", "{\"schemaVersion\":1,\"series\":7}", "\0\1")) {
            final Path file = Files.writeString(directory.resolve("run.json"), text);

            assertThatThrownBy(() -> BenchRun.read(file))
                    .as(text)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cannot be read as a run");
        }
    }

    @Test
    void reportShouldBeWellFormedAndNeedNothingElse() throws Exception {
        final BenchRun baseline = run(1, 0);
        final BenchRun run = run(2, 0.2);
        final List<Comparison> comparisons = List.of(
                Comparison.of(baseline.series().getFirst(), run.series().getFirst(), true),
                Comparison.withoutBaseline("Other.op <&>"));

        final String html = new HtmlReport(run, baseline, comparisons).html();

        final Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(html.replaceFirst("<!DOCTYPE html>\\s*", ""))));
        assertThat(document.getElementsByTagName("svg").getLength()).isEqualTo(2);
        assertThat(document.getElementsByTagName("circle").getLength()).isEqualTo(2 + 2 * 10);
        assertThat(document.getElementsByTagName("script").getLength()).isZero();
        assertThat(html).contains(">slower<").contains("Other.op &lt;&amp;&gt;").contains("CPU &lt;&quot;1&quot;&gt;");
        assertThat(html.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http:", "https:", "NaN");
    }
}
