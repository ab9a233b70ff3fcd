package io.doorbuster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.model.ModelKind;
import io.doorbuster.engine.model.Tensor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    private Path train = Path.of("");
    private Path test = Path.of("");

    /** Sessions that walk up a row of items, from anywhere, and come back now and then. */
    private static List<String> sessions(int count, int items, long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final List<String> lines = new ArrayList<>();
        for (int session = 0; session < count; session++) {
            final int first = random.nextInt(items);
            final StringBuilder line = new StringBuilder();
            for (int i = 0; i < 2 + random.nextInt(5); i++) {
                line.append(1 + (first + (random.nextInt(5) == 0 ? 0 : i)) % items)
                        .append(' ');
            }
            lines.add(line.toString().strip());
        }
        return lines;
    }

    @BeforeEach
    void write() throws IOException {
        train = Files.write(directory.resolve("train.txt"), sessions(400, 60, 1));
        test = Files.write(directory.resolve("test.txt"), sessions(40, 61, 2));
    }

    private int run(Object... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        final List<String> all = new ArrayList<>(List.of("evaluate"));
        Arrays.stream(arguments).map(String::valueOf).forEach(all::add);
        return DoorbusterMain.run(new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
    }

    private ObjectNode json() throws IOException {
        return (ObjectNode)
                new ObjectMapper().readTree(out.toString().lines().toList().getLast());
    }

    private static ObjectNode withoutTimes(ObjectNode json) {
        json.remove(List.of("eventsPerSecond", "engineMicros", "seconds"));
        return json;
    }

    private Path model(String name, float factor) throws IOException {
        final Path file = directory.resolve(name);
        ModelFile.of(
                        ModelKind.NETWORK,
                        name,
                        Map.of("features", ModelFile.names(List.of("NEIGHBOURS_BEHIND")), "activation", "relu"),
                        List.of(
                                Tensor.floats("mean", new float[1], 1),
                                Tensor.floats("deviation", new float[] {1}, 1),
                                Tensor.floats("layer0.weight", new float[] {factor}, 1, 1),
                                Tensor.floats("layer0.bias", new float[1], 1)))
                .write(file);
        return file;
    }

    @Test
    void modelsShouldOrderTheSameCandidatesBesideTheEngine() throws IOException {
        assertThat(run("--protocol", "sessions", "--train", train, "--test", test, "--json"))
                .as(err.toString())
                .isZero();
        final JsonNode alone = json();
        final Path better = model("neighbours first", 1);
        final Path worse = model("neighbours last", -1);
        assertThat(run(
                        "--protocol",
                        "sessions",
                        "--train",
                        train,
                        "--test",
                        test,
                        "--json",
                        "--model",
                        better,
                        "--model",
                        worse))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("neighbours first  ").contains("neighbours last  ");
        final JsonNode found = json();
        assertThat(found.path("metrics")).isEqualTo(alone.path("metrics"));
        final String metric = found.path("shown").get(0).asText();
        final double first =
                found.path("baselines").path("neighbours first").path(metric).asDouble();
        final double last =
                found.path("baselines").path("neighbours last").path(metric).asDouble();
        assertThat(first).isGreaterThan(last);
        final List<Object> many =
                new ArrayList<>(List.of("--protocol", "sessions", "--train", train, "--test", test, "--limit", 5));
        for (int i = 1; i <= 6; i++) { // More than a serving engine has at hand: each is there all the same.
            many.addAll(List.of("--model", model("m" + i, i)));
        }
        assertThat(run(many.toArray())).as(err.toString()).isZero();
        assertThat(out.toString()).contains("m1  ", "m6  ");
        assertThat(run("--protocol", "sessions", "--train", train, "--model", better, "--model", better))
                .isEqualTo(2);
        assertThat(run("--protocol", "sessions", "--train", train, "--model", train))
                .isEqualTo(1);
        assertThat(err.toString()).contains("its header has");
    }

    @Test
    void lowerRungsShouldBeAskedForTheSameCases() throws IOException {
        assertThat(run("--protocol", "sessions", "--train", train, "--test", test, "--json", "--ladder"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("rung log-linear  ").contains("rung popularity  ");
        final JsonNode found = json();
        final JsonNode others = found.path("baselines");
        final double popular = others.path("rung popularity").path("P@20").doubleValue();
        assertThat(others.path("rung log-linear").path("P@20").doubleValue()).isGreaterThan(popular);
        assertThat(others.path("rung neighbours").path("P@20").doubleValue()).isGreaterThan(popular);
        assertThat(found.path("rungMicros").fieldNames())
                .toIterable()
                .containsExactly("rung log-linear", "rung neighbours", "rung popularity");
    }

    @Test
    void sessionsShouldBeEvaluatedAlikeTwice() throws IOException {
        assertThat(run("--protocol", "sessions", "--train", train, "--test", test, "--json"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("P@20", "item-kNN", "by items before (cases)", "coverage@20");
        final ObjectNode first = json();
        assertThat(first.path("engineMicros").path("p50").doubleValue()).isPositive();
        assertThat(run("--protocol", "sessions", "--train", train, "--test", test, "--json"))
                .isZero();
        assertThat(withoutTimes(json())).isEqualTo(withoutTimes(first));
        for (final String metric : List.of("P@20", "MRR@20", "HR@10", "NDCG@10", "F1@5", "accuracy", "novelty@20")) {
            assertThat(first.path("metrics").path(metric).doubleValue())
                    .as(metric)
                    .isBetween(0.0, 1.0);
        }
        final JsonNode neighbours = first.path("baselines").path("item-kNN");
        assertThat(neighbours.path("P@20").doubleValue()).isGreaterThan(0.5);
        assertThat(first.path("intervals").path("P@20").path("low").doubleValue())
                .isLessThanOrEqualTo(first.path("metrics").path("P@20").doubleValue());
        assertThat(first.path("targetsUnknown").intValue()).isPositive(); // Item 61 is in the test alone.
        int places = 0;
        int hits = 0;
        for (final JsonNode source : first.path("sources")) {
            places += source.path("places").intValue();
            hits += source.path("hits").intValue();
        }
        assertThat(places)
                .isLessThanOrEqualTo(20 * first.path("cases").intValue())
                .isPositive();
        assertThat(hits)
                .isEqualTo((int) Math.round(first.path("metrics").path("P@20").doubleValue()
                        * first.path("cases").intValue()));
        assertThat(first.path("settings").path("ITEMS_MAX").intValue()).isEqualTo(64);
    }

    @Test
    void settingsShouldReachTheEngineAndStandInTheOutput() throws IOException {
        assertThat(run("--protocol", "sessions", "--train", train, "--validate", "--set", "DIMENSIONS=16", "--json"))
                .isZero();
        assertThat(out.toString()).contains("DIMENSIONS=16");
        assertThat(json().path("settings").path("DIMENSIONS").intValue()).isEqualTo(16);
        assertThat(json().path("validation").booleanValue()).isTrue();
        assertThat(run("--protocol", "sessions", "--train", train, "--validate", "--set", "DIMENSIONS=17"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("no multiple of 16");
        assertThat(run("--protocol", "sessions", "--train", train, "--validate", "--set", "ITEMS_MAX=5"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("leave --set ITEMS_MAX out");
    }

    @Test
    void limitShouldTakeCasesAtEqualDistancesAndSaySo() throws IOException {
        assertThat(run("--protocol", "sessions", "--train", train, "--test", test, "--limit", 10, "--json"))
                .isZero();
        assertThat(out.toString()).contains("by --limit");
        assertThat(json().path("cases").intValue()).isEqualTo(10);
        assertThat(json().path("casesOfAll").intValue()).isGreaterThan(10);
        assertThat(run("--protocol", "sessions", "--train", train, "--test", test, "--limit", 0))
                .isEqualTo(2);
    }

    @Test
    void reportsShouldBeWrittenAndCompared() throws Exception {
        final Path one = directory.resolve("one");
        final Path two = directory.resolve("two");
        assertThat(run("--protocol", "sessions", "--train", train, "--test", test, "--report", one))
                .isZero();
        assertThat(run(
                        "--protocol",
                        "sessions",
                        "--train",
                        train,
                        "--test",
                        test,
                        "--report",
                        two,
                        "--set",
                        "DIMENSIONS=32"))
                .isZero();
        final byte[] html = Files.readAllBytes(one.resolve("evaluation.html"));
        assertThat(new String(html, StandardCharsets.UTF_8)).contains("<svg", "item-kNN", "P@20", "ITEMS_MAX=64");
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(html)); // Well-formed.
        assertThat(run("--compare", one.resolve("evaluation.json"), two.resolve("evaluation.json"), "--json"))
                .isZero();
        assertThat(out.toString()).contains("DIMENSIONS: 64, 32").doesNotContain("other cases");
        assertThat(json().path("runs")).hasSize(2);
        assertThat(run("--compare", train)).isEqualTo(1);
        assertThat(err.toString()).contains("make one with --report DIR");
        assertThat(run("--compare", directory.resolve("gone.json"))).isEqualTo(1);
        assertThat(err.toString()).contains("check the path");
    }

    @Test
    void everyProtocolShouldRun() throws IOException {
        final List<String> rows =
                new ArrayList<>(List.of("user_id:token\titem_id:token\trating:float\ttimestamp:float"));
        final List<String> events = new ArrayList<>(List.of("type,time,shopper,item,category"));
        final List<String> sequences = new ArrayList<>();
        final SplittableRandom random = new SplittableRandom(3);
        for (int shopper = 1; shopper <= 30; shopper++) {
            sequences.add("s" + shopper + " " + String.join(" ", sessions(1, 40, shopper)) + " 41 42");
            for (int i = 0; i < 12; i++) {
                final int item = 1 + random.nextInt(40);
                rows.add(shopper + "\t" + item + "\t3\t" + (1_000_000_000 + 86_400 * i));
                events.add("purchase,2020-02-" + (10 + i) + ",s" + shopper + ",i" + item + ",c" + item % 3);
            }
        }
        final Path ratings = Files.write(directory.resolve("ratings"), rows);
        assertThat(run("--protocol", "ratings", "--train", ratings, "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().path("metrics").has("recall@10")).isTrue();
        assertThat(run("--protocol", "sequences", "--train", Files.write(directory.resolve("q"), sequences), "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().path("baselines").has("recent popular")).isFalse();
        final Path log = Files.write(directory.resolve("log"), events);
        assertThat(run("--protocol", "events", "--format", "csv", "--train", log, "--days", 4, "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().path("metrics").has("diversity@20")).isTrue();
        assertThat(json().path("segments").toString()).contains("new items");
        assertThat(run("--protocol", "events", "--format", "csv", "--train", log, "--split", "2020-02-15"))
                .isZero();
        assertThat(run(
                        "--protocol",
                        "events",
                        "--format",
                        "csv",
                        "--train",
                        log,
                        "--days",
                        4,
                        "--prequential",
                        "--json"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("learning stopped", "by day (cases)", "learning on minus nothing applied");
        assertThat(json().path("prequential").path("days")).hasSize(4);
        assertThat(json().path("prequential").path("cases").intValue()).isEqualTo(4 * 30);
        assertThat(run("--protocol", "ratings", "--train", ratings, "--prequential"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--prequential belongs to --protocol EVENTS");
    }

    @Test
    void malformedLinesShouldBeCountedAndNamed() throws IOException {
        final List<String> lines = new ArrayList<>(sessions(50, 20, 4));
        lines.add(2, "1 " + "long".repeat(11));
        lines.add("1 \uFFFD");
        final Path dirty = Files.write(directory.resolve("dirty.txt"), lines);
        Files.writeString(test, "1 2\t3\n1\n1 2\t\n");
        assertThat(run("--protocol", "sessions", "--train", dirty, "--test", test, "--json"))
                .isZero();
        assertThat(out.toString())
                .contains("dirty.txt: 52 lines read = 50 accepted + 2 rejected")
                .contains("  1 rejected: id longer than 40 bytes (first: 3)")
                .contains("  1 rejected: not UTF-8 (first: 52)")
                .contains("  1 rejected: a session of one item leaves nothing to ask (first: 2)")
                .contains("  1 rejected: not the items of a prefix, one tab and one target (first: 3)");
        assertThat(json().path("lines")
                        .get(0)
                        .path("rejected")
                        .path("not UTF-8")
                        .path("firstLine")
                        .intValue())
                .isEqualTo(52);
    }

    @Test
    void mistakesShouldBeExplained() throws IOException {
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("--protocol NAME --train FILE");
        assertThat(run("--protocol", "sessions", "--train", train)).isEqualTo(2);
        assertThat(err.toString()).contains("--test FILE, or --validate");
        assertThat(run("--protocol", "sessions", "--train", "gone.txt", "--test", test))
                .isEqualTo(1);
        assertThat(err.toString()).contains("no file gone.txt");
        assertThat(run("--protocol", "sequences", "--train", train, "--test", test))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--test belongs to --protocol SESSIONS");
        assertThat(run("--protocol", "events", "--train", train)).isEqualTo(2);
        assertThat(err.toString()).contains("--format NAME");
        assertThat(run("--protocol", "events", "--format", "csv", "--train", train, "--split", "soon"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("give 2011-10-09");
        final Path report = directory.resolve("report");
        assertThat(run("--protocol", "sessions", "--train", "gone.txt", "--test", test, "--report", report))
                .isEqualTo(1);
        assertThat(report).doesNotExist();
        assertThat(run("--protocol", "sessions", "--train", train, "--test", test, "--report", test))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--report " + test + " is a file: give a directory");
        final Path day = Files.writeString(
                directory.resolve("day"),
                "type,time,shopper,item\npurchase,2020-02-10T09:00:00Z,a,i\npurchase,2020-02-10T12:00:00Z,a,j\n");
        assertThat(run("--protocol", "events", "--format", "csv", "--train", day))
                .isEqualTo(1);
        assertThat(err.toString())
                .contains("a span before, to learn from, and of a span after", "--days", "--split TIME");
        assertThat(run("--protocol", "events", "--format", "csv", "--train", day, "--split", "2020-02-10T10:00:00Z"))
                .as(err.toString())
                .isZero();
        final Path empty = Files.createFile(directory.resolve("empty"));
        assertThat(run("--protocol", "sessions", "--train", empty, "--validate"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("is empty");
        final Path lonely = Files.writeString(directory.resolve("lonely"), "1 2\n3\n");
        assertThat(run("--protocol", "sessions", "--train", lonely, "--validate"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("leaves no test case");
        final ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(Files.readAllBytes(train));
        }
        final Path torn =
                Files.write(directory.resolve("torn.gz"), Arrays.copyOf(packed.toByteArray(), packed.size() / 2));
        assertThat(run("--protocol", "sessions", "--train", torn, "--validate")).isEqualTo(1);
        assertThat(err.toString()).contains(torn + " is cut off in line ", ": bring it again");
        assertThat(run("--protocol", "events", "--format", "csv", "--train", torn))
                .isEqualTo(1);
        assertThat(err.toString()).contains(torn + " is cut off in line ", ": bring it again");
        assertThat(run("--protocol", "ratings", "--train", torn)).isEqualTo(1);
        assertThat(err.toString()).contains(torn + " is cut off in line ", ": bring it again");
    }
}
