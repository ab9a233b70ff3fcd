package io.doorbuster.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.client.Slate;
import io.doorbuster.client.SlateFilter;
import io.doorbuster.codec.AckLevel;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.Engine;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.model.ModelKind;
import io.doorbuster.engine.model.Tensor;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.gateway.GatewayConfig;
import io.doorbuster.gateway.GatewayServer;
import io.doorbuster.gateway.Progress;
import io.doorbuster.journal.JournalAppender;
import io.doorbuster.journal.JournalTailer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One small shop, recorded through its gateway: first greedy slates of everything, then slates that explore, then a model's. */
class DiffCommandTest {
    private static final int ITEMS = 30;
    private static final int SHOPPERS = 24;
    private static final int GREEDY = 60;
    private static final int EXPLORING = 360;
    private static final int SOLD_OUT = 7;
    private static final Map<Setting, Long> SETTINGS = Map.of(
            Setting.DIMENSIONS, 16L,
            Setting.ITEMS_MAX, 64L,
            Setting.SHOPPERS_MAX, 64L,
            Setting.RESERVATIONS_MAX, 64L,
            Setting.SOURCES_MAX, 16L,
            Setting.SESSIONS_MAX, 1_024L,
            Setting.HASH_INTERVAL, 32L);

    @TempDir
    static Path directory;

    private static Path data = Path.of("");
    private static long greedyEnd;
    private static long exploringEnd;
    private static long end;

    /** What each shopper had bought when a slate was made, and what the slate held. */
    private static final Map<Long, Set<String>> BOUGHT = new HashMap<>();

    private static final Map<Long, Slate> SLATES = new HashMap<>();
    private static final Set<Long> FIRST_CLICKED = new HashSet<>();

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void record() throws IOException {
        data = directory.resolve("shop");
        final StringWriter said = new StringWriter();
        final GatewayServer server = GatewayServer.start(GatewayConfig.local(data, SETTINGS), Progress.NONE);
        try (server;
                DoorbusterClient client = DoorbusterClient.connect(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()),
                        Files.readString(data.resolve("token")).strip(),
                        1)) {
            client.pipelined().acknowledge(AckLevel.PROCESS);
            for (int item = 1; item <= ITEMS; item++) {
                client.itemUpserted(
                        item,
                        CatalogueItem.of("a" + item, 100L * item * item)
                                .with(1, item % 3 + 1)
                                .withInitialOnHand(1_000));
            }
            greedy(client);
            client.configured(Setting.EXPLORATION_PERMILLE, 400);
            explore(client);
            client.configured(Setting.EXPLORATION_PERMILLE, 0);
            exploringEnd = client.viewed("s0", 1, 0).position();
            final PrintWriter to = new PrintWriter(said, true);
            for (final String[] command : List.of(
                    new String[] {"model", "publish", model("near", -1).toString(), "--data", data.toString()},
                    new String[] {
                        "model", "activate", "near", "--data", data.toString(), "--port", String.valueOf(server.port())
                    })) {
                assertThat(DoorbusterMain.run(to, to, command))
                        .as(said.toString())
                        .isZero();
            }
            for (int shopper = 0; shopper < SHOPPERS; shopper++) {
                keep(client.recommend("s" + shopper, SlateFilter.of(ITEMS)), Set.of());
            }
        }
        end = server.position();
    }

    private static void greedy(DoorbusterClient client) throws IOException {
        final Map<String, Set<String>> bought = new HashMap<>();
        for (int request = 0; request < GREEDY; request++) {
            final String shopper = "s" + request % SHOPPERS;
            client.viewed(shopper, 1 + request % ITEMS, 0);
            client.carted(shopper, 1 + (request + 3) % ITEMS, 1);
            if (request % 2 == 0) {
                final int item = 1 + request * 7 % ITEMS;
                client.purchased(shopper, item, 1, 100, 0);
                bought.computeIfAbsent(shopper, key -> new HashSet<>()).add("a" + item);
            }
            if (request == GREEDY / 2) {
                client.stockSet(SOLD_OUT, 0);
            }
            keep(client.recommend(shopper, SlateFilter.of(ITEMS)), Set.copyOf(bought.getOrDefault(shopper, Set.of())));
        }
        greedyEnd = client.viewed("s0", 1, 0).position();
    }

    private static void explore(DoorbusterClient client) throws IOException {
        final SplittableRandom random = new SplittableRandom(5);
        for (int request = 0; request < EXPLORING; request++) {
            final String shopper = "s" + request % SHOPPERS;
            final Slate slate = client.recommend(shopper, SlateFilter.of(4));
            keep(slate, Set.of());
            final Slate.Item first = slate.items().getFirst();
            if (random.nextDouble() < (first.itemId() % 2 == 0 ? 0.6 : 0.2)) {
                client.clicked(shopper, first.itemId(), 0, slate.position());
                FIRST_CLICKED.add(slate.position());
            }
        }
    }

    private static void keep(Slate slate, Set<String> bought) {
        SLATES.put(slate.position(), slate);
        BOUGHT.put(slate.position(), bought);
    }

    private static Path model(String name, float factor) throws IOException {
        final Path file = directory.resolve(name + ".safetensors");
        ModelFile.of(
                        ModelKind.NETWORK,
                        name,
                        Map.of("features", ModelFile.names(List.of("PRICE_DISTANCE")), "activation", "relu"),
                        List.of(
                                Tensor.floats("mean", new float[1], 1),
                                Tensor.floats("deviation", new float[] {1}, 1),
                                Tensor.floats("layer0.weight", new float[] {factor}, 1, 1),
                                Tensor.floats("layer0.bias", new float[1], 1)))
                .write(file);
        return file;
    }

    private int run(Object... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        final List<String> all = new ArrayList<>(List.of("diff"));
        Arrays.stream(arguments).map(String::valueOf).forEach(all::add);
        return DoorbusterMain.run(new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
    }

    private JsonNode diff(Object... arguments) throws IOException {
        final List<Object> all = new ArrayList<>(List.of("--journal", data, "--json"));
        all.addAll(List.of(arguments));
        assertThat(run(all.toArray())).as("%s%s", out, err).isZero();
        final JsonNode json =
                new ObjectMapper().readTree(out.toString().lines().toList().getLast());
        assertThat(json.at("/facts/soldOut/recorded").doubleValue()).isZero();
        assertThat(json.at("/facts/soldOut/changed").doubleValue()).isZero();
        return json;
    }

    private static List<String> items(JsonNode slate) {
        return Stream.iterate(0, i -> i < slate.size(), i -> i + 1)
                .map(i -> slate.get(i).path("externalId").asText())
                .toList();
    }

    private static List<String> shown(long position) {
        return requireNonNull(SLATES.get(position)).items().stream()
                .map(Slate.Item::externalId)
                .toList();
    }

    @Test
    void sameSettingsShouldDifferInNothing() throws IOException {
        final JsonNode json = diff("--set", "REPEAT_PURCHASES=1");
        final JsonNode facts = json.path("facts");
        assertThat(facts.path("requests").intValue()).isEqualTo(GREEDY + EXPLORING + SHOPPERS);
        assertThat(facts.path("differ").intValue()).isZero();
        assertThat(facts.path("rankBiasedOverlap").doubleValue()).isCloseTo(1, within(1e-12));
        assertThat(facts.at("/state/differsFrom").isNull()).isTrue();
        assertThat(facts.at("/state/changedHash")).isEqualTo(facts.at("/state/recordedHash"));
        assertThat(facts.at("/state/changedReplies")).isEqualTo(facts.at("/state/recordedReplies"));
        assertThat(facts.at("/next/hits/changed")).isEqualTo(facts.at("/next/hits/recorded"));
        assertThat(facts.at("/next/clicks").intValue()).isEqualTo(FIRST_CLICKED.size());
        assertThat(json.path("comparedEvents").longValue()).isBetween(end - 1, end);
        assertThat(json.path("examples")).isEmpty();
        // The same policy would have earned the same, and first places alone tell of one that explores.
        final JsonNode estimate = json.at("/estimates/run/results/0/estimate");
        assertThat(estimate.path("decisions").intValue()).isEqualTo(EXPLORING);
        assertThat(estimate.at("/ips/value").doubleValue())
                .isCloseTo((double) FIRST_CLICKED.size() / EXPLORING, within(1e-12));
        assertThat(out.toString()).contains("explores too, so only first places");
    }

    @Test
    void whatWasBoughtShouldBeAllThatGoes() throws IOException {
        final JsonNode json = diff("--set", "REPEAT_PURCHASES=0", "--to", greedyEnd, "--examples", 1_000);
        int withPurchases = 0;
        for (final JsonNode example : json.path("examples")) {
            final long position = example.path("position").longValue();
            final List<String> recorded = items(example.path("recorded"));
            assertThat(shown(position)).isEqualTo(recorded);
            assertThat(items(example.path("changed"))) // What a candidate looks like depends a little on the others.
                    .containsExactlyInAnyOrderElementsOf(recorded.stream()
                            .filter(item ->
                                    !BOUGHT.getOrDefault(position, Set.of()).contains(item))
                            .toList());
        }
        for (final Map.Entry<Long, Slate> slate : SLATES.entrySet()) {
            withPurchases += slate.getKey() <= greedyEnd
                            && slate.getValue().items().stream()
                                    .anyMatch(item -> BOUGHT.getOrDefault(slate.getKey(), Set.of())
                                            .contains(item.externalId()))
                    ? 1
                    : 0;
        }
        final JsonNode facts = json.path("facts");
        assertThat(withPurchases).isPositive();
        assertThat(facts.path("differ").intValue())
                .isEqualTo(withPurchases)
                .isEqualTo(json.path("examples").size());
        assertThat(facts.path("gained").doubleValue()).isZero();
        assertThat(facts.path("gainedMost")).isEmpty();
        assertThat(facts.at("/state/differsFrom").intValue()).isEqualTo(1);
        assertThat(facts.at("/state/learnedFrom").isNull())
                .as("it is a rule of slates alone")
                .isTrue();
        assertThat(json.at("/estimates/refusal").asText())
                .contains("no support")
                .contains("EXPLORATION_PERMILLE was 0");
        assertThat(out.toString()).contains("Shoppers never saw the changed slates");
    }

    @Test
    void oppositeModelShouldTurnTheOrderRound() throws IOException {
        final Path far = model("far", 1);
        final JsonNode json = diff("--model", far, "--from", exploringEnd + 1, "--examples", 100);
        final JsonNode facts = json.path("facts");
        assertThat(facts.path("requests").intValue()).isEqualTo(SHOPPERS);
        assertThat(facts.path("differ").intValue()).isEqualTo(SHOPPERS);
        assertThat(facts.path("swapped").doubleValue()).isGreaterThan(0.9); // But for equal distances.
        assertThat(facts.path("gained").doubleValue()).isZero();
        assertThat(facts.at("/state/learnedFrom").isNull()).isTrue();
        assertThat(facts.at("/state/differsFrom").longValue()).isEqualTo(exploringEnd + 1);
        assertThat(json.path("examples")).hasSize(SHOPPERS);
        // The recorded model by its hash: the same slates, by a release at another position.
        final Path near = model("near", -1);
        final String hash = ModelFile.read(near).hash();
        final JsonNode same = diff("--model", hash.substring(0, 8), "--from", exploringEnd + 1);
        assertThat(same.at("/facts/differ").intValue()).isZero();
    }

    @Test
    void greedySlatesShouldBeEstimatedFromThoseThatExplored() throws IOException {
        final JsonNode json = diff(
                "--set", "EXPLORATION_PERMILLE=0", "--from", greedyEnd + 1, "--to", exploringEnd, "--examples", 1_000);
        final Map<Long, String> greedyFirst = new HashMap<>();
        json.path("examples")
                .forEach(example -> greedyFirst.put(
                        example.path("position").longValue(),
                        items(example.path("changed")).getFirst()));
        double earned = 0;
        for (final Map.Entry<Long, Slate> slate : SLATES.entrySet()) {
            final Slate.Item first = slate.getValue().items().getFirst();
            if (FIRST_CLICKED.contains(slate.getKey())
                    && greedyFirst
                            .getOrDefault(slate.getKey(), first.externalId())
                            .equals(first.externalId())) {
                earned += 1 / first.propensity();
            }
        }
        JsonNode first = json;
        for (final JsonNode result : json.at("/estimates/run/results")) {
            first = result.path("stratum").asText().equals("place 0") ? result.path("estimate") : first;
        }
        assertThat(first.at("/ips/value").doubleValue()).isCloseTo(earned / EXPLORING, within(1e-6));
        assertThat(first.path("unsupported").doubleValue()).isZero();
        assertThat(json.at("/facts/next/hits/recorded").doubleValue()).isEqualTo(1);
        assertThat(json.at("/facts/next/hits/changed").doubleValue()).isLessThan(1);
    }

    @Test
    void otherLearningShouldBeTold() throws IOException {
        final JsonNode json = diff("--set", "RANKER_INTERVAL=0", "--set", "DIMENSIONS=32", "--examples", 2);
        assertThat(json.at("/facts/state/learnedFrom").longValue()).isBetween(2L, greedyEnd);
        assertThat(out.toString()).contains("there the changed engine also learned otherwise");
        assertThat(json.path("examples")).hasSize(2);
        assertThat(json.at("/examples/0/rankBiasedOverlap").doubleValue())
                .isLessThanOrEqualTo(json.at("/examples/1/rankBiasedOverlap").doubleValue());
        assertThat(json.at("/examples/0/history")).isNotEmpty();
        assertThat(json.at("/changes/0").asText()).isEqualTo("DIMENSIONS=32 (recorded: 16)");
    }

    @Test
    void reportShouldHoldAllOfIt() throws Exception {
        final Path report = directory.resolve("report");
        final JsonNode json = diff("--set", "REPEAT_PURCHASES=0", "--report", report);
        final JsonNode written = new ObjectMapper().readTree(Files.readAllBytes(report.resolve("diff.json")));
        assertThat(written).isEqualTo(json);
        final byte[] html = Files.readAllBytes(report.resolve("diff.html"));
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(html)); // Well-formed.
        assertThat(Files.readString(report.resolve("diff.html")))
                .contains(
                        "<svg", "Facts: computed", "Estimates: not in the journal", "Shoppers never saw", "gone from");
    }

    @Test
    void mistakesShouldBeExplained() throws IOException {
        final String change = "REPEAT_PURCHASES=0";
        assertThat(run("--journal", directory.resolve("none"), "--set", change)).isEqualTo(1);
        assertThat(err.toString()).contains("no data directory of doorbuster");
        assertThat(run("--journal", data)).isEqualTo(2);
        assertThat(err.toString()).contains("say what to change");
        assertThat(run("--journal", data, "--set", "REPEAT_PURCHASES=9")).isEqualTo(2);
        assertThat(err.toString()).contains("REPEAT_PURCHASES=9 is not in 0..2");
        assertThat(run("--journal", data, "--set", "ENGINE_TIME=1")).isEqualTo(2);
        assertThat(run("--journal", data, "--set", change, "--from", 9, "--to", 8))
                .isEqualTo(2);
        assertThat(run("--journal", data, "--set", change, "--examples", -1)).isEqualTo(2);
        final Path report = directory.resolve("refused");
        assertThat(run("--journal", directory.resolve("none"), "--set", change, "--report", report))
                .isEqualTo(1);
        assertThat(run("--journal", data, "--set", change, "--to", 5, "--report", report))
                .isEqualTo(1);
        assertThat(report).doesNotExist();
        final Path taken = model("taken", 1);
        assertThat(run("--journal", data, "--set", change, "--report", taken)).isEqualTo(2);
        assertThat(err.toString()).contains("--report " + taken + " is a file: give a directory");
        assertThat(run("--journal", data, "--model", "nobody")).isEqualTo(1);
        assertThat(err.toString()).contains("no model of the name or hash nobody");
        assertThat(run("--journal", data, "--model", "gone.safetensors")).isEqualTo(1);
        assertThat(err.toString()).contains("no file gone.safetensors: check the path");
        final Path damaged = model("damaged", 1);
        Files.write(damaged, Arrays.copyOf(Files.readAllBytes(damaged), 100));
        assertThat(run("--journal", data, "--model", damaged)).isEqualTo(1);
        assertThat(err.toString()).contains(damaged.toString());
        assertThat(run("--journal", data, "--set", change, "--to", 5, "--json")).isEqualTo(1);
        assertThat(out.toString()).contains("no request for a slate from position 1 to 5");
        assertThat(run("--journal", data, "--set", change, "--from", end + 1)).isEqualTo(1);
        assertThat(err.toString()).contains("the journal ends at position " + end);
    }

    @Test
    void modelOfOtherDimensionsShouldFitAShopOfThose() throws IOException {
        final float[] ones = new float[32];
        Arrays.fill(ones, 1);
        final Path wide = directory.resolve("wide.safetensors");
        final List<Tensor> tensors = new ArrayList<>(List.of(Tensor.floats("bias", new float[1], 1)));
        for (final String side : List.of("shopper", "item")) {
            tensors.add(Tensor.floats(side + ".mean", new float[32], 32));
            tensors.add(Tensor.floats(side + ".deviation", ones, 32));
            tensors.add(Tensor.floats(side + ".weight", ones, 1, 32));
        }
        ModelFile.of(
                        ModelKind.TOWERS,
                        "wide",
                        Map.of("shopper.features", "[\"SESSION_VECTOR\"]", "item.features", "[\"ITEM_VECTOR\"]"),
                        tensors)
                .write(wide);
        assertThat(run("--journal", data, "--model", wide)).isEqualTo(1);
        assertThat(err.toString()).contains("reads item vectors of 32 dimensions, and the shop's have 16");
        assertThat(diff("--model", wide, "--set", "DIMENSIONS=32")
                        .at("/facts/differ")
                        .intValue())
                .isPositive();
    }

    @Test
    void recordedSideShouldComeToWhatIsOnRecord() throws IOException {
        final Path older = copyWithHash("older", Engine.VERSION - 1);
        assertThat(run("--journal", older, "--set", "REPEAT_PURCHASES=0")).isEqualTo(1);
        assertThat(err.toString()).contains("another version of the engine").contains("the release that recorded it");
        final Path other = copyWithHash("other", Engine.VERSION);
        assertThat(run("--journal", other, "--set", "REPEAT_PURCHASES=0")).isEqualTo(1);
        assertThat(err.toString()).contains("does not replay to what was recorded, first at position " + (end - 9));
    }

    /** A copy whose journal ends with a hash record that says ten events came to zero. */
    private static Path copyWithHash(String name, int version) throws IOException {
        final Path copy = directory.resolve(name);
        try (Stream<Path> files = Files.walk(data)) {
            for (final Path file : files.toList()) {
                Files.copy(file, copy.resolve(data.relativize(file)));
            }
        }
        final Path journal = DataDirectory.journal(copy);
        long lastTimeNs = 0;
        try (JournalTailer tailer = JournalTailer.open(journal)) {
            while (tailer.poll((buffer, offset, length) -> {}, 100) > 0) {
                lastTimeNs = tailer.lastJournalTimeNs();
            }
        }
        try (JournalAppender appender = JournalAppender.open(journal, end, lastTimeNs)) {
            appender.appendHash(version, end, 0, 0, new UnsafeBuffer(new byte[20]), 0, 20);
        }
        return copy;
    }
}
