package io.doorbuster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DoorbusterMainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return DoorbusterMain.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(out.toString().lines().toList().getLast());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "demo",
                "serve",
                "import",
                "replay",
                "verify",
                "inspect",
                "follow",
                "checkpoint",
                "backup",
                "restore",
                "rewind",
                "repair",
                "simulate",
                "evaluate"
            })
    void everyCommandShouldHelpWithAnExample(String command) {
        assertThat(run(command, "--help")).isZero();
        assertThat(out.toString())
                .contains("Example")
                .contains("doorbuster " + command)
                .contains("--json");
        assertThat(run(command, "--no-such-option")).isEqualTo(2);
        assertThat(err.toString()).contains("Usage: doorbuster " + command);
    }

    @Test
    void benchShouldPointToTheLauncher() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("  bench ");
        assertThat(run("bench", "--help")).isZero();
        assertThat(out.toString()).contains("Example").contains("./doorbuster bench");
        assertThat(run("bench", "quick", "--against", "before")).isEqualTo(2);
        assertThat(err.toString()).contains("./doorbuster bench quick --against before");
    }

    @Test
    void mistakesShouldBeExplained() throws IOException {
        assertThat(run()).isEqualTo(2);
        assertThat(run("verify", "--data", directory.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("no data directory of doorbuster");
        assertThat(run("import", "--data", directory.resolve("d").toString(), "file"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--format NAME");
        assertThat(run("import", "--data", directory.resolve("d").toString(), "--format", "xls", "file"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("formats are uci-online-retail");
        assertThat(run("demo", "--events", "gone.csv", "--format", "rees46")).isEqualTo(1);
        assertThat(err.toString()).contains("no file gone.csv");
        assertThat(run(
                        "import",
                        "--data",
                        directory.resolve("d").toString(),
                        "--format",
                        "rees46",
                        "--json",
                        "gone.csv"))
                .isEqualTo(1);
        assertThat(json().path("error").asText()).contains("no file gone.csv");
        assertThat(directory.resolve("d")).doesNotExist();
        assertThat(run("serve", "--data", directory.resolve("e").toString(), "--set", "NONE=0"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("NONE is no setting");
        assertThat(run("demo", "--scale", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--scale");
        assertThat(run("serve", "--data", directory.resolve("d").toString(), "--set", "DIMENSIONS=17"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("DIMENSIONS=17");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            final String port = String.valueOf(taken.getLocalPort());
            assertThat(run("serve", "--data", directory.resolve("d").toString(), "--port", port))
                    .isEqualTo(1);
            assertThat(err.toString()).contains(port).contains("in use");
        }
    }

    @Test
    void importShouldAccountForEveryRowAndCountNothingTwice() throws IOException {
        final Path items =
                Files.writeString(directory.resolve("items.csv"), "sku,eur\nA-1,19.99\nA-2,5\nA-3,-1\nA-4,x\n");
        final Path log = Files.writeString(directory.resolve("log.jsonl"), """
                {"type": "view", "shopper": "u1", "item": "A-1", "time": "2026-11-24T10:00:00Z"}
                {"type": "purchase", "shopper": "u1", "item": "A-1", "time": "2026-11-24T10:01:00Z", "quantity": 2}
                broken
                """);
        final String data = directory.resolve("data").toString();
        final String[] catalogue = {
            "import",
            "--data",
            data,
            "--json",
            "--format",
            "csv",
            "--type",
            "item",
            "--map",
            "item=sku",
            "--map",
            "price=eur",
            items.toString()
        };
        assertThat(run(catalogue)).isZero();
        assertThat(json().path("rowsAccepted").asInt()).isEqualTo(2);
        assertThat(json().at("/rejectedByReason/negative price").asInt()).isEqualTo(1);
        for (int run = 0; run < 2; run++) {
            assertThat(run("import", "--data", data, "--json", "--format", "jsonl", log.toString()))
                    .isZero();
            assertThat(json().path("rowsRead").asInt()).isEqualTo(3);
            assertThat(json().path("rejectedRows").asInt()).isEqualTo(1);
            assertThat(json().path("rowsKnown").asInt()).isEqualTo(2 * run);
        }
        assertThat(run(catalogue)).isZero();
        assertThat(json().path("rowsKnown").asInt()).isEqualTo(2);
        assertThat(run("inspect", "--data", data, "--item", "A-1", "--json")).isZero();
        assertThat(json().path("purchases").asInt()).isEqualTo(1);
        assertThat(json().path("onHand").asInt()).isEqualTo(999_998);
        assertThat(json().path("priceMinor").asInt()).isEqualTo(1999);
        assertThat(run("inspect", "--data", data, "--shopper", "u1", "--json")).isZero();
        assertThat(json().path("recent")).hasSize(2);
        assertThat(run("inspect", "--data", data, "--shopper", "u2")).isEqualTo(1);
        assertThat(run("inspect", "--data", data, "--position", "2", "--json")).isZero();
        assertThat(json().path("type").asText()).isEqualTo("ItemUpsertedRecord");
        assertThat(run("verify", "--data", data, "--json")).isZero();
        assertThat(json().path("identical").asBoolean()).isTrue();
        assertThat(run("replay", "--data", data, "--until", "3", "--json")).isZero();
        assertThat(json().path("events").asInt()).isEqualTo(3);
    }

    @Test
    void truncatedFileShouldBeRefusedBeforeItsFirstRow() throws IOException {
        final ByteArrayOutputStream packed = new ByteArrayOutputStream();
        final StringBuilder rows = new StringBuilder("item,shopper,type\n");
        for (int i = 0; i < 20_000; i++) {
            rows.append("A-").append(i % 100).append(",u").append(i * 7919).append(",view\n");
        }
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(rows.toString().getBytes(StandardCharsets.UTF_8));
        }
        final byte[] whole = packed.toByteArray();
        final Path cut = Files.write(directory.resolve("cut.csv.gz"), Arrays.copyOf(whole, whole.length / 2));
        final String data = directory.resolve("data").toString();
        assertThat(run("import", "--data", data, "--format", "csv", cut.toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("nothing was imported");
        assertThat(run("inspect", "--data", data, "--json")).isZero();
        assertThat(json().path("lastPosition").asLong()).isEqualTo(1);
        Files.write(cut, whole);
        assertThat(run("import", "--data", data, "--format", "csv", cut.toString()))
                .isZero();
        final Path plain = Files.writeString(directory.resolve("plain.csv"), rows);
        assertThat(run("import", "--data", data, "--json", "--format", "csv", plain.toString()))
                .isZero();
        assertThat(json().path("rowsKnown").asInt())
                .as("packed or not is the same")
                .isEqualTo(20_000);
    }

    @Test
    void demoShouldSellNothingTwiceAndReplayToTheSameBits() throws IOException {
        assertThat(run("demo", "--scale", "0.03", "--seed", "3", "--json"))
                .as("%s", err)
                .isZero();
        final JsonNode result = json();
        for (final String field : List.of(
                "events",
                "requests",
                "slates",
                "rejectedRows",
                "soldOutShown",
                "oversold",
                "stateHash",
                "replayStateHash",
                "replyHash",
                "replayReplyHash",
                "recallAt20",
                "seconds")) {
            assertThat(result.has(field)).as(field).isTrue();
        }
        for (final String field : List.of("p50", "p99", "p999", "max")) {
            assertThat(result.path("latencyUs").path(field).asDouble()).isPositive();
        }
        assertThat(result.path("slates").asInt())
                .isEqualTo(result.path("requests").asInt());
        assertThat(result.path("soldOutShown").asInt()).isZero();
        assertThat(result.path("oversold").asInt()).isZero();
        assertThat(result.path("soldOutAnswers").asInt()).isPositive();
        assertThat(result.path("stateHash")).isEqualTo(result.path("replayStateHash"));
        assertThat(result.path("replyHash")).isEqualTo(result.path("replayReplyHash"));
    }
}
