package io.doorbuster.benchmarks.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.doorbuster.gateway.ThreadMode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs the program small, so that it cannot rot. What it measures here means nothing. */
class RoundTripMainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;

    private int run(String... arguments) {
        return RoundTripMain.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void shouldPrintTwoLinesForEachRequest(ThreadMode threads) throws IOException {
        final int code = run(
                "--threads=" + threads,
                "--catalogue=100",
                "--shoppers=10",
                "--rounds=1",
                "--slice-millis=20",
                "--warm-up-millis=0",
                "--directory=" + directory,
                "--json");

        assertThat(err.toString()).isEmpty();
        assertThat(code).isZero();
        final List<String> lines = out.toString().lines().toList();
        assertThat(lines).anyMatch(line -> line.contains("threads " + threads));
        for (final ComparedRequest request : ComparedRequest.values()) {
            assertThat(lines).anyMatch(line -> line.matches(request.label() + " +echo +\\d.*"));
        }
        assertThat(lines).filteredOn(line -> line.matches(" +engine +\\d.*")).hasSize(ComparedRequest.values().length);
        for (final JsonNode request :
                new ObjectMapper().readTree(lines.getLast()).get("requests")) {
            assertThat(request.get("echo").get("samples").asLong()).isPositive();
            assertThat(request.get("engine").get("samples").asLong()).isPositive();
            assertThat(request.get("engine").get("replyBytes"))
                    .isEqualTo(request.get("echo").get("replyBytes"));
        }
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).as("what is left of the journal").isEmpty();
        }
    }

    @Test
    void shouldMeasureOnlyWhatIsNamed() {
        final int code = run(
                "--only=viewed,score_one",
                "--catalogue=100",
                "--rounds=1",
                "--slice-millis=1",
                "--warm-up-millis=0",
                "--directory=" + directory);

        assertThat(code).isZero();
        assertThat(out.toString()).contains("viewed ", "score 1 ").doesNotContain("score 500", "recommend");
    }

    @ParameterizedTest
    @CsvSource({
        "--catalogue=99, --catalogue=99 is not within 100 to 50000",
        "--rounds=0, --rounds=0 is not within 1 to 10000",
        "--threads=many, '--threads'",
        "--directory=no-such-place, is no directory",
        "--no-such-option, --no-such-option"
    })
    void shouldNameWrongArgument(String argument, String expected) {
        assertThat(run(argument)).isEqualTo(2);
        assertThat(err.toString()).contains(expected);
    }

    @Test
    void rangeShouldBeMeasuredRatios() {
        final RatioRange range = RatioRange.of(List.of(11.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0));

        assertThat(range).isEqualTo(new RatioRange(6, 2, 10));
        assertThat(range).hasToString("6.00 [2.00..10.00]");
    }
}
