package io.doorbuster.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.client.ItemIds;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.model.ModelKind;
import io.doorbuster.gateway.GatewayConfig;
import io.doorbuster.gateway.GatewayServer;
import io.doorbuster.gateway.Progress;
import io.doorbuster.training.EpochReport;
import io.doorbuster.training.Training;
import io.doorbuster.training.TrainingPlan;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code train}, from what a gateway journaled to a model file. */
class TrainCommandTest {
    private static final int SESSIONS = 150;
    private static final int ITEMS = 40;
    private static final Map<Setting, Long> SMALL = Map.of(
            Setting.ITEMS_MAX, 500L,
            Setting.SHOPPERS_MAX, 500L,
            Setting.RESERVATIONS_MAX, 64L,
            Setting.SOURCES_MAX, 64L,
            Setting.SESSIONS_MAX, 1_024L);

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private static Path data = Path.of("");
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    /** A killed process. */
    private static final class KilledException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Sessions that go through neighbouring items, now and then with a jump. */
    @BeforeAll
    static void play() throws IOException {
        data = shared.resolve("data");
        final Random random = new Random(5);
        try (GatewayServer server = GatewayServer.start(GatewayConfig.local(data, SMALL), Progress.NONE);
                DoorbusterClient client = DoorbusterClient.connect(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()),
                        Files.readString(data.resolve("token")).strip(),
                        1)) {
            for (int item = 0; item < ITEMS; item++) {
                client.itemUpserted(ItemIds.of("A-" + item), CatalogueItem.of("A-" + item, 100));
            }
            for (int session = 0; session < SESSIONS; session++) {
                int item = random.nextInt(ITEMS);
                for (int step = 0; step < 5; step++) {
                    client.viewed("s" + session % 30, ItemIds.of("A-" + item), 0);
                    item = (item + (random.nextInt(4) == 0 ? random.nextInt(ITEMS) : 1)) % ITEMS;
                }
            }
        }
    }

    private int train(Object... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        final List<String> all = new ArrayList<>(List.of("train", "--data", data.toString(), "--json"));
        Arrays.stream(arguments).map(String::valueOf).forEach(all::add);
        return DoorbusterMain.run(new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(out.toString().lines().toList().getLast());
    }

    @Test
    void sameJournalAndSeedShouldGiveTheSameBytes() throws IOException {
        final Path first = directory.resolve("first.safetensors");
        final Path second = directory.resolve("second.safetensors");
        final Path other = directory.resolve("other.safetensors");
        assertThat(train("--to", first, "--name", "m", "--hidden", "8", "--epochs", "4"))
                .as(err.toString())
                .isZero();
        final JsonNode said = json();
        assertThat(out.toString()).contains("lessons to train on", "val loss", "the live ranker on the same lessons");
        assertThat(said.path("epochs")).hasSize(4);
        assertThat(said.path("epochs").get(0).path("validation").path("auc").doubleValue())
                .isBetween(0.0, 1.0);
        assertThat(train("--to", second, "--name", "m", "--hidden", "8", "--epochs", "4"))
                .isZero();
        assertThat(Files.readAllBytes(second)).isEqualTo(Files.readAllBytes(first));
        assertThat(train("--to", other, "--name", "m", "--hidden", "8", "--epochs", "4", "--seed", "2"))
                .isZero();
        assertThat(Files.readAllBytes(other)).isNotEqualTo(Files.readAllBytes(first));
        final ModelFile file = ModelFile.read(first);
        assertThat(file.hash()).isEqualTo(said.path("sha256").asText());
        assertThat(file.metadata())
                .containsKeys("features", "activation", "lessons.digest", "journal.state", "engine", "commit", "plan")
                .containsEntry("seed", "1")
                .hasEntrySatisfying("journal.times", times -> assertThat(times).matches("\\d.*T.*Z\\.\\.\\d.*T.*Z"))
                .hasEntrySatisfying(
                        "metrics",
                        metrics -> assertThat(metrics).contains("\"epoch\":" + said.path("bestEpoch"), "liveRanker"));
        assertThat(directory.resolve("first.safetensors.state")).doesNotExist();
    }

    @Test
    void killedTrainingShouldGoOnToTheSameBytes() throws IOException {
        final Path whole = directory.resolve("whole.safetensors");
        final Path killed = directory.resolve("killed.safetensors");
        assertThat(train("--to", whole, "--name", "m", "--kind", "session", "--epochs", "4"))
                .as(err.toString())
                .isZero();
        final TrainingPlan of = TrainingPlan.of(ModelKind.SESSION);
        final TrainingPlan plan =
                new TrainingPlan(of.kind(), of.features(), of.hidden(), of.activation(), 4, 32, 0.001, 0.2, 3, 1, 4);
        final Training dying = new Training(data, Long.MAX_VALUE, plan, killed, SimulateCommand.commit());
        assertThatThrownBy(() -> dying.run("m", false, new DiesInTheSecondEpoch()))
                .isInstanceOf(KilledException.class);
        assertThat(killed).doesNotExist();
        assertThat(train("--to", killed, "--name", "m", "--kind", "session", "--epochs", "5", "--resume"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("is of another training: give the options and the journal");
        assertThat(train("--to", killed, "--name", "m", "--kind", "session", "--epochs", "4", "--resume"))
                .as(err.toString())
                .isZero();
        assertThat(json().path("epochs")).hasSize(4);
        assertThat(Files.readAllBytes(killed)).isEqualTo(Files.readAllBytes(whole));
        assertThat(train("--to", killed, "--kind", "session", "--resume")).isEqualTo(2);
        assertThat(err.toString()).contains("to go on from: leave --resume out");
    }

    /** Whoever listens ends the process. */
    private static final class DiesInTheSecondEpoch implements Training.Listener {
        @Override
        public void onReplayed(long position) {}

        @Override
        public void onLessons(int trained, int validated, List<String> notes) {}

        @Override
        public void onEpoch(EpochReport report) {
            if (report.epoch() == 2) {
                throw new KilledException();
            }
        }
    }

    @Test
    void towersAndInteractionShouldBeWrittenAsTheirKindsAre() throws IOException {
        for (final String kind : List.of("towers", "interaction")) {
            final Path file = directory.resolve(kind + ".safetensors");
            assertThat(train("--to", file, "--kind", kind, "--epochs", "1"))
                    .as(err.toString())
                    .isZero();
            assertThat(ModelFile.read(file).name()).isEqualTo(kind);
            assertThat(ModelFile.read(file).kind().name()).isEqualToIgnoringCase(kind);
        }
    }

    @Test
    void whatCannotBeTrainedShouldBeSaid() {
        final Path file = directory.resolve("none.safetensors");
        assertThat(train("--to", file, "--features", "OWN,COLOUR")).isEqualTo(2);
        assertThat(err.toString()).contains("unknown feature COLOUR: there are [NEIGHBOURS_BEHIND");
        assertThat(train("--to", file, "--kind", "session", "--features", "OWN"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--features belongs to network and towers");
        assertThat(train("--to", file, "--validation", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("a share between 0 and 1");
        assertThat(train("--to", file, "--validation", "0.0001")).isEqualTo(1);
        assertThat(err.toString()).contains("and 0 to judge by: both need some");
        assertThat(train("--to", directory.resolve("nowhere").resolve("m"))).isEqualTo(2);
        assertThat(err.toString()).contains("its directory does not exist");
        assertThat(train("--to", file, "--name", "n".repeat(65))).isEqualTo(2);
        assertThat(err.toString()).contains("from 1 to 64 bytes");
        assertThat(train("--to", file, "--name", "Live")).isEqualTo(2);
        assertThat(err.toString())
                .contains("no model can be named Live, which stands for the live ranker", "--name NAME");
        assertThat(train("--to", directory.resolve("live.safetensors"))).isEqualTo(2);
        assertThat(train("--to", file, "--kind", "vectors")).isEqualTo(2);
        assertThat(err.toString()).contains("is imported, not trained");
        assertThat(train("--to", file, "--until", "60")).isEqualTo(1);
        assertThat(err.toString()).contains("lessons to train on, and 50 are needed");
        assertThat(file).doesNotExist();
    }
}
