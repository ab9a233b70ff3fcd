package io.doorbuster.benchmarks.rivals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs each comparison small, so that it cannot rot: the results must agree. What it times here means nothing. */
class RivalsMainTest {
    private static final double TOLERANCE = 1e-5;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return RivalsMain.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    /** The JSON of a run that takes no more time than it must. */
    private JsonNode measure(String... arguments) throws IOException {
        final List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--forks=1", "--rounds=1", "--block-millis=1", "--warm-up-millis=0", "--json"));
        final int code = run(all.toArray(String[]::new));
        assertThat(code).as("%s%n%s", err, out).isZero();
        return new ObjectMapper().readTree(out.toString().lines().toList().getLast());
    }

    @Test
    void shouldFindTheSameProductsAsTheRivals() throws IOException {
        final JsonNode report = measure("dot", "--dims=64", "--table-kb=64", "--jvm=polluted");

        assertThat(report.get("log").toString())
                .containsPattern("lucene.*preferredBitSize=\\d+")
                .containsPattern("jvector.*VectorizationProvider");
        assertThat(report.get("cases")).hasSize(2);
        for (final JsonNode compared : report.get("cases")) {
            int checked = 0;
            for (final JsonNode result : compared.get("results")) {
                if (!result.get("rival").asText().startsWith(LimitDots.PREFIX)) {
                    assertThat(result.at("/facts/maxDifference").asDouble(1))
                            .as("%s", result)
                            .isLessThan(TOLERANCE);
                    assertThat(result.at("/facts/missed").asInt(1))
                            .as("%s", result)
                            .isZero();
                    checked++;
                }
            }
            assertThat(checked).isGreaterThanOrEqualTo(7);
        }
    }

    @Test
    void shouldRankAsOnnxRuntimeDoes() throws IOException {
        final JsonNode report = measure("rank", "--rows=500", "--candidates=100", "--jvm=clean");

        assertThat(report.get("cases")).hasSize(4);
        for (final JsonNode compared : report.get("cases")) {
            assertThat(compared.get("results")).hasSize(5);
            for (final JsonNode result : compared.get("results")) {
                assertThat(result.at("/facts/maxDifference").asDouble(1))
                        .as("%s", result)
                        .isLessThan(TOLERANCE);
                assertThat(result.at("/facts/maxDifferenceFromOurs").asDouble(1))
                        .as("%s", result)
                        .isLessThan(TOLERANCE);
                assertThat(result.at("/facts/sameTop20")).as("%s", result).isEqualTo(result.at("/facts/requests"));
            }
        }
    }

    @Test
    void shouldCompareTopKAtEqualRecall() throws IOException {
        final JsonNode report = measure("topk", "--rows=1000", "--top=10");

        assertThat(report.get("cases")).hasSize(2);
        for (final JsonNode compared : report.get("cases")) {
            for (final JsonNode result : compared.get("results")) {
                final String rival = result.get("rival").asText();
                final double recall = result.at("/facts/recall").asDouble();
                if (rival.contains("ours")) {
                    assertThat(recall).as(rival).isEqualTo(1);
                } else if (!rival.contains("change")) { // Changes may cost a graph its recall: that is a finding.
                    assertThat(recall).as(rival).isGreaterThanOrEqualTo(TopKComparison.RECALL);
                }
            }
        }
        final String reason = HnswlibIndex.reasonAgainst();
        assertThat(report.toString())
                .contains(reason.isEmpty() ? "vector unit" : "skipped: " + reason)
                .contains("jvector graph", "Lucene HNSW");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    dot --dims=65 | dims=65 is not a multiple of 16
                    dot --table-kb=1 | --table-kb=1
                    rank --candidates=0 | --candidates=0 is not within
                    topk --rows=10 | --rows=10 is not within
                    topk --top=2000 | --top=2000 is not within
                    dot --forks=0 | --forks=0 is not within
                    dot --jvm=tidy | tidy
                    """)
    void shouldSayWhatIsWrongWithAnArgument(String arguments, String message) {
        assertThat(run(arguments.split(" "))).isEqualTo(2);
        assertThat(err.toString()).contains(message);
    }

    @Test
    void shouldBoundARatioByWhatVariesBetweenJvms() {
        final Interval steady = Interval.of(List.of(new double[] {2, 2}, new double[] {2, 2}), 1);
        final Interval bimodal = Interval.of(List.of(new double[] {1, 1}, new double[] {4, 4}), 1);

        assertThat(steady.mean()).isEqualTo(2, within(1e-9));
        assertThat(steady.low()).isEqualTo(2, within(1e-9));
        assertThat(steady.verdict()).isEqualTo("faster");
        assertThat(bimodal.mean()).isEqualTo(2, within(1e-9));
        assertThat(bimodal.low()).isEqualTo(1, within(1e-9));
        assertThat(bimodal.high()).isEqualTo(4, within(1e-9));
        assertThat(bimodal.verdict()).isEqualTo("the same");
    }
}
