package io.doorbuster.benchmarks.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the program small, so that it cannot rot. What it measures here means nothing. */
class ModelReleaseMainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;

    @Test
    void shouldPrintTheWindowsOfEachRelease() throws IOException {
        final int code = ModelReleaseMain.run(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                "--rate=200",
                "--seconds=1",
                "--rounds=1",
                "--rows=500",
                "--directory=" + directory,
                "--json");

        assertThat(err.toString()).isEmpty();
        assertThat(code).isZero();
        final JsonNode windows = new ObjectMapper()
                .readTree(out.toString().lines().toList().getLast())
                .get("windows");
        assertThat(windows).hasSize(4);
        for (final JsonNode window : windows) {
            assertThat(window.get("requests").asLong()).isPositive();
        }
    }
}
