package io.doorbuster.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.client.ItemIds;
import io.doorbuster.client.Slate;
import io.doorbuster.client.SlateFilter;
import io.doorbuster.codec.AckLevel;
import io.doorbuster.codec.RecommendRecordDecoder;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.decision.SlateBuffer;
import io.doorbuster.gateway.GatewayConfig;
import io.doorbuster.gateway.GatewayServer;
import io.doorbuster.gateway.Progress;
import io.doorbuster.journal.RecordDescriptor;
import io.doorbuster.replay.Replayer;
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
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OffPolicyCommandTest {
    private static final String HEADER = "item_id,position,click,propensity_score\n";
    private static final double[] CLICKS = {0.02, 0.05, 0.10, 0.20, 0.30};
    private static final double[] UNIFORM = {0.2, 0.2, 0.2, 0.2, 0.2};
    private static final double[] SKEWED = {0.05, 0.05, 0.1, 0.3, 0.5};
    private static final int SHOP_ITEMS = 40;
    private static final int SHOPPERS = 90;
    private static final List<String> ESTIMATORS = List.of("ips", "snips", "dr");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    private int run(Object... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        final List<String> all = new ArrayList<>(List.of("off-policy"));
        Arrays.stream(arguments).map(String::valueOf).forEach(all::add);
        return DoorbusterMain.run(new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(out.toString().lines().toList().getLast());
    }

    private JsonNode result(String policy, String stratum) throws IOException {
        for (final JsonNode result : json().path("results")) {
            if (result.path("policy").asText().contains(policy)
                    && result.path("stratum").asText().equals(stratum)) {
                return result;
            }
        }
        throw new AssertionError(policy + " " + stratum + " is not in " + out);
    }

    /** Impressions of a policy that knows its chances, in the format of Open Bandit. */
    private Path bandit(String name, double[] probabilities, int rows, long seed) throws IOException {
        final SplittableRandom random = new SplittableRandom(seed);
        final StringBuilder text = new StringBuilder(HEADER);
        for (int row = 0; row < rows; row++) {
            double left = random.nextDouble();
            int item = 0;
            while (item < 4 && left >= probabilities[item]) {
                left -= probabilities[item++];
            }
            final int position = 1 + row % 2;
            final boolean isClicked = random.nextDouble() < CLICKS[item] / position;
            text.append("i" + item + "," + position + "," + (isClicked ? 1 : 0) + "," + probabilities[item] + "\n");
        }
        return Files.writeString(directory.resolve(name), text);
    }

    private static double truth(double[] probabilities) {
        double sum = 0;
        for (int item = 0; item < 5; item++) {
            sum += probabilities[item] * CLICKS[item] * (1 + 0.5) / 2;
        }
        return sum;
    }

    @Test
    void valueOfAnotherPolicyShouldBeFoundInBothDirectionsAndAlikeTwice() throws IOException {
        final Path uniform = bandit("uniform.csv", UNIFORM, 8_000, 1);
        final Path skewed = bandit("skewed.csv", SKEWED, 8_000, 2);
        assertThat(run("--format", "open-bandit", "--log", uniform, "--on-policy", skewed, "--json"))
                .as(err.toString())
                .isZero();
        final JsonNode first = json();
        for (final String estimator : ESTIMATORS) {
            assertThat(result("skewed", "all")
                            .path("estimate")
                            .path(estimator)
                            .path("value")
                            .doubleValue())
                    .as(estimator)
                    .isCloseTo(truth(SKEWED), within(0.015));
            assertThat(result("skewed", "all").path(estimator + "Covers").booleanValue())
                    .isTrue();
        }
        assertThat(first.path("logged").path("value").doubleValue()).isCloseTo(truth(UNIFORM), within(0.01));
        assertThat(first.path("results")).hasSize(3); // All, and two positions.
        assertThat(run("--format", "open-bandit", "--log", uniform, "--on-policy", skewed, "--json"))
                .isZero();
        assertThat(json()).isEqualTo(first);
        assertThat(run("--format", "open-bandit", "--log", skewed, "--json")).isZero(); // About a uniform draw.
        assertThat(result("uniform", "all")
                        .path("estimate")
                        .path("dr")
                        .path("value")
                        .doubleValue())
                .isCloseTo(truth(UNIFORM), within(0.015));
        assertThat(run("--format", "open-bandit", "--log", skewed, "--clip", 2, "--json"))
                .isZero();
        assertThat(out.toString()).contains("clipped at 2.0").contains(" cut)");
        assertThat(result("uniform", "all").path("estimate").path("clipped").intValue())
                .isPositive();
    }

    @Test
    void itemThatTheLogNeverShowedShouldHaveNoSupport() throws IOException {
        final Path four = bandit("four.csv", new double[] {0.25, 0.25, 0.25, 0.25, 0}, 4_000, 3);
        final Path five = bandit("five.csv", UNIFORM, 4_000, 4);
        assertThat(run("--format", "open-bandit", "--log", four, "--on-policy", five, "--json"))
                .isEqualTo(1);
        assertThat(out.toString()).contains("no support: 20.00 % of what the policy does");
        assertThat(result("five", "all").path("estimate").path("unsupported").doubleValue())
                .isCloseTo(0.2, within(1e-9));
        assertThat(result("five", "all").path("estimate").path("ips").isNull()).isTrue();
    }

    @Test
    void openBanditShouldComeToTheOnPolicyValue() throws IOException {
        final Path data = Path.of(System.getProperty("doorbuster.root"), "../shared/data/open_bandit_small");
        final Path random = data.resolve("random/men/men.csv.gz");
        final Path bts = data.resolve("bts/men/men.csv.gz");
        assumeThat(random).as("the Open Bandit logs are not here").exists();
        assertThat(run("--format", "open-bandit", "--log", random, "--on-policy", bts, "--json"))
                .isZero();
        final JsonNode ofBts = result("bts", "all");
        assertThat(ofBts.path("onPolicy").path("value").doubleValue()).isEqualTo(0.0069);
        for (final String estimator : ESTIMATORS) {
            assertThat(ofBts.path(estimator + "Covers").booleanValue())
                    .as(estimator)
                    .isTrue();
        }
        assertThat(run("--format", "open-bandit", "--log", bts, "--on-policy", random, "--json"))
                .isZero();
        final JsonNode ofRandom = result("random", "all");
        for (final String estimator : ESTIMATORS) {
            assertThat(ofRandom.path(estimator + "Covers").booleanValue())
                    .as(estimator)
                    .isTrue();
        }
        // An independent run over the same rows found .00319, with as much as 656 decisions.
        assertThat(ofRandom.path("estimate").path("snips").path("value").doubleValue())
                .isCloseTo(0.00319, within(0.000005));
        assertThat(ofRandom.path("estimate").path("effectiveSample").doubleValue())
                .isCloseTo(656, within(1.0));
        assertThat(result("random", "position 2")
                        .path("estimate")
                        .path("refusal")
                        .asText())
                .contains("no support");
    }

    @Test
    void hillstromShouldComeToTheRatesOfItsArms() throws IOException {
        final Path log = Path.of(
                System.getProperty("doorbuster.root"), "../shared/data/hillstrom_email/hillstrom_first_half.csv.gz");
        assumeThat(log).as("the log of Hillstrom's test is not here").exists();
        assertThat(run("--format", "hillstrom", "--log", log, "--json")).isZero();
        for (final JsonNode result : json().path("results")) {
            for (final String estimator : ESTIMATORS) {
                assertThat(result.path("estimate").path(estimator).path("value").doubleValue())
                        .isCloseTo(result.path("onPolicy").path("value").doubleValue(), within(0.002));
                assertThat(result.path(estimator + "Covers").booleanValue()).isTrue();
            }
        }
        assertThat(result("Mens E-Mail", "all").path("onPolicy").path("value").doubleValue())
                .isCloseTo(0.1818, within(0.0001));
    }

    @Test
    void hillstromShouldRefuseWhatWasNoLot() throws IOException {
        final StringBuilder text = new StringBuilder("history_segment,mens,womens,segment,visit\n");
        for (int row = 0; row < 900; row++) {
            final String arm =
                    List.of("No E-Mail", "Womens E-Mail", "Mens E-Mail").get(row % 3);
            text.append("1) $0 - $100," + row % 2 + ",1," + arm + "," + (row % 7 == 0 ? 1 : 0) + "\n");
        }
        final Path fair = Files.writeString(directory.resolve("fair.csv"), text);
        assertThat(run("--format", "hillstrom", "--log", fair))
                .as(err.toString())
                .isZero();
        text.append("x,0,1,Mens E-Mail,0\n".repeat(300));
        final Path unfair = Files.writeString(directory.resolve("unfair.csv"), text);
        assertThat(run("--format", "hillstrom", "--log", unfair)).isEqualTo(1);
        assertThat(err.toString()).contains("300 of 1,200 customers got No E-Mail, which is not one in three");
        Files.writeString(unfair, "history_segment,mens,womens,segment,visit\nx,0,1,Catalogue,0\n");
        assertThat(run("--format", "hillstrom", "--log", unfair)).isEqualTo(1);
        assertThat(err.toString()).contains("row 1 cannot be taken: segment is none of");
    }

    /**
     * A shop whose shoppers click an item as often as its number says, or buy it; 800 slates that explore and 200 that do
     * not.
     */
    private Path shop() throws IOException {
        final Path data = directory.resolve("shop");
        final Map<Setting, Long> settings = Map.of(
                Setting.ITEMS_MAX, 64L,
                Setting.SHOPPERS_MAX, 128L,
                Setting.SOURCES_MAX, 16L,
                Setting.SESSIONS_MAX, 1_024L,
                Setting.EXPLORATION_PERMILLE, 300L);
        final GatewayServer server = GatewayServer.start(GatewayConfig.local(data, settings), Progress.NONE);
        final InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
        final SplittableRandom random = new SplittableRandom(5);
        try (server;
                DoorbusterClient client = DoorbusterClient.connect(
                        address, Files.readString(data.resolve("token")).strip(), 1)) {
            client.pipelined().acknowledge(AckLevel.PROCESS);
            for (int i = 0; i < SHOP_ITEMS; i++) {
                client.itemUpserted(
                        ItemIds.of("a" + i), CatalogueItem.of("a" + i, 100).withInitialOnHand(1_000_000));
            }
            for (int i = 0; i < SHOPPERS; i++) { // Who has done nothing is nobody yet.
                client.viewed("s" + i, ItemIds.of("a" + i % SHOP_ITEMS), 0);
            }
            client.recommend("", SlateFilter.of(5)); // For nobody.
            for (int request = 0; request < 1_000; request++) {
                if (request == 800) {
                    client.configured(Setting.EXPLORATION_PERMILLE, 0);
                }
                final String shopper = "s" + request % SHOPPERS;
                final Slate slate = client.recommend(shopper, SlateFilter.of(5));
                for (int place = 0; place < slate.items().size(); place++) {
                    final Slate.Item item = slate.items().get(place);
                    if (random.nextDouble() < clicks(item.externalId())) {
                        if (random.nextInt(5) == 0) {
                            client.purchased(shopper, item.itemId(), 1, 100, 0);
                        } else {
                            client.clicked(shopper, item.itemId(), place, slate.position());
                        }
                    }
                }
            }
        }
        return data;
    }

    private static double clicks(String item) {
        return Integer.parseInt(item.substring(1)) % 8 / 10.0;
    }

    /** What the greedy first place would have earned, from the pools and the probabilities that nobody but we know. */
    private static double greedyTruth(Path data) throws IOException {
        final Map<Long, Double> rates = new HashMap<>();
        for (int i = 0; i < SHOP_ITEMS; i++) {
            rates.put(ItemIds.of("a" + i), clicks("a" + i));
        }
        final double[] sumAndCount = new double[2];
        final long[] pool = new long[SlateBuffer.POOL_MAX];
        try (Replayer replayer = new Replayer(data)) {
            replayer.replay(Long.MAX_VALUE, Progress.NONE, (record, offset, reply, length) -> {
                if (RecordDescriptor.templateId(record, offset) == RecommendRecordDecoder.TEMPLATE_ID) {
                    replayer.engine().lastPool(0, pool);
                    sumAndCount[0] += rates.getOrDefault(pool[0], 0.0);
                    sumAndCount[1]++; // The one for nobody among 1,001 does not matter.
                }
            });
        }
        return sumAndCount[0] / sumAndCount[1];
    }

    @Test
    void journalOfAnExploringShopShouldTellWhatTheGreedySlateWouldEarn() throws IOException {
        final Path data = shop();
        assertThat(run("--journal", data, "--places", 3, "--json"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("1,000 slates for 90 shoppers, 1 more for nobody left out");
        assertThat(json().path("decisions").intValue()).isEqualTo(3 * 1_000);
        final double truth = greedyTruth(data);
        final JsonNode first = result("greedy", "place 0").path("estimate");
        assertThat(first.path("weightMax").doubleValue()).isCloseTo(1 / 0.715, within(1e-9));
        assertThat(first.path("weightMean").doubleValue()).isCloseTo(1, within(0.12));
        for (final String estimator : ESTIMATORS) { // Surrogates and times differ from run to run: five deviations.
            assertThat(first.path(estimator).path("value").doubleValue())
                    .as(estimator)
                    .isCloseTo(truth, within(0.1));
        }
        final JsonNode third = result("greedy", "place 2").path("estimate");
        assertThat(third.path("weightMax").doubleValue()).isCloseTo(Math.pow(1 / 0.715, 3), within(1e-9));
        assertThat(third.path("weightMean").doubleValue()).isCloseTo(1, within(0.25));
        // The last slates were greedy: of what is drawn, nineteen in twenty never stood in them.
        assertThat(run("--journal", data, "--places", 1, "--set", "EXPLORATION_PERMILLE=300", "--json"))
                .isEqualTo(1);
        final JsonNode same = result("EXPLORATION_PERMILLE=300", "all").path("estimate");
        assertThat(same.path("unsupported").doubleValue()).isCloseTo(0.3 * 0.95 * 200 / 1_000, within(1e-9));
        assertThat(same.path("effectiveSample").doubleValue()).isBetween(900.0, 1_000.0);
        assertThat(out.toString()).contains("no support: 5.70 % of what the policy does");
    }

    @Test
    void mistakesShouldBeExplained() throws IOException {
        final Path good = bandit("good.csv", UNIFORM, 400, 6);
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("--format NAME --log FILE, or --journal DIR");
        assertThat(run("--log", good)).isEqualTo(2);
        assertThat(err.toString()).contains("--format open-bandit or hillstrom");
        assertThat(run("--format", "open-bandit", "--log", good, "--clip", 0)).isEqualTo(2);
        assertThat(run("--format", "hillstrom", "--log", good, "--on-policy", good))
                .isEqualTo(2);
        assertThat(run("--format", "hillstrom", "--log", good, "--places", 10)).isEqualTo(2);
        assertThat(err.toString()).contains("--places belongs to --journal DIR, whose slates have places");
        assertThat(run("--format", "hillstrom", "--log", good)).isEqualTo(1);
        assertThat(err.toString()).contains("has no column history_segment");
        assertThat(run("--format", "open-bandit", "--log", directory.resolve("gone"), "--json"))
                .isEqualTo(1);
        assertThat(json().path("error").asText()).contains("check the path");
        for (final Map.Entry<String, String> wrong : Map.of(
                        "",
                        "is empty",
                        HEADER,
                        "holds no row",
                        HEADER + "i,1,0,0.5\ni,1,1,0\n",
                        "row 2 cannot be taken: propensity_score is not in (0, 1]",
                        HEADER + "i,1,0,1.5\n",
                        "is not in (0, 1]",
                        HEADER + "i,1,0,NaN\n",
                        "propensity_score is no number",
                        HEADER + "i,1,2,0.5\n",
                        "click is neither 0 nor 1",
                        HEADER + "i,1,0,0.5,9\n",
                        "wrong number of columns",
                        HEADER + "i,1,0,0.5\n".repeat(9),
                        "click is 0 in all 9 rows",
                        HEADER + "i,left,0,0.5\n",
                        "position is no whole number")
                .entrySet()) {
            final Path file = Files.writeString(directory.resolve("wrong.csv"), wrong.getKey());
            assertThat(run("--format", "open-bandit", "--log", file)).isEqualTo(1);
            assertThat(err.toString()).contains(wrong.getValue());
        }
        final Path elsewhere = Files.writeString(directory.resolve("elsewhere.csv"), HEADER + "i0,7,1,0.5\n");
        assertThat(run("--format", "open-bandit", "--log", good, "--on-policy", elsewhere))
                .isEqualTo(1);
        assertThat(err.toString()).contains("a position that the other file has not");
        assertThat(run("--journal", directory.resolve("none"))).isEqualTo(1);
        assertThat(run("--journal", directory, "--format", "hillstrom")).isEqualTo(2);
        assertThat(run("--journal", directory, "--set", "NEGATIVES=1")).isEqualTo(2);
        assertThat(err.toString()).contains("weights tell about EXPLORATION_PERMILLE alone");
        assertThat(run("--journal", directory, "--set", "EXPLORATION_PERMILLE=2000"))
                .isEqualTo(2);
        assertThat(run("--journal", directory, "--places", 0)).isEqualTo(2);
    }
}
