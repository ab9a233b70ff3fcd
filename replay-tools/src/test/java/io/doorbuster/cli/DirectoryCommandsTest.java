package io.doorbuster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.gateway.GatewayConfig;
import io.doorbuster.gateway.GatewayServer;
import io.doorbuster.gateway.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands about whole data directories: checkpoint, backup, restore, inspect and repair of a damaged one. */
class DirectoryCommandsTest {
    private static final int ROWS = 60;

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

    private String data() {
        return directory.resolve("data").toString();
    }

    private String other(String name) {
        return directory.resolve(name).toString();
    }

    @BeforeEach
    void importALog() throws IOException {
        final StringBuilder log = new StringBuilder();
        for (int i = 0; i < ROWS; i++) {
            log.append(
                    "{\"type\": \"view\", \"shopper\": \"u%d\", \"item\": \"A-%d\", \"time\": \"2026-11-24T10:%02d:00Z\"}%n"
                            .formatted(i % 7, i % 5, i));
        }
        final Path file = Files.writeString(directory.resolve("log.jsonl"), log);
        assertThat(run("import", "--data", data(), "--format", "jsonl", file.toString()))
                .as(err.toString())
                .isZero();
    }

    private String stateHashOf(String dataDirectory, String... more) throws IOException {
        final String[] arguments = Stream.concat(
                        Stream.of("replay", "--data", dataDirectory, "--json"), Stream.of(more))
                .toArray(String[]::new);
        assertThat(run(arguments)).isZero();
        return json().path("stateHash").asText();
    }

    @Test
    void backupShouldBeTheSameShop() throws IOException {
        final String hash = stateHashOf(data());
        assertThat(run("backup", "--data", data(), "--to", other("backup"), "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().path("stateHash").asText()).isEqualTo(hash);
        assertThat(json().path("recoveredFrom").asLong()).isPositive();
        assertThat(run("verify", "--data", other("backup"))).as(out.toString()).isZero();
        assertThat(directory.resolve("backup").resolve("identities")).doesNotExist();
        assertThat(directory.resolve("backup").resolve("token")).doesNotExist();
        assertThat(run("backup", "--data", data(), "--to", other("backup"))).isEqualTo(1);
        assertThat(err.toString()).contains("is not empty");
    }

    @Test
    void restoreShouldBeTheShopAsOfThatMoment() throws IOException {
        final String hash = stateHashOf(data(), "--until", "40");
        assertThat(run("restore", "--data", data(), "--at", "40", "--to", other("before"), "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().path("position").asLong()).isEqualTo(40);
        assertThat(json().path("stateHash").asText()).isEqualTo(hash);
        assertThat(stateHashOf(other("before"))).isEqualTo(hash);
        assertThat(directory.resolve("before").resolve("identities")).isNotEmptyDirectory();
        assertThat(run("restore", "--data", data(), "--at", "4000", "--to", other("beyond")))
                .isEqualTo(1);
        assertThat(err.toString()).contains("give that or less");
        assertThat(run("restore", "--data", data(), "--at", "0", "--to", other("zero")))
                .isEqualTo(2);
    }

    @Test
    void checkpointShouldBeTakenOfADirectoryAtRestAndOfOneThatIsServed() throws IOException {
        assertThat(run("checkpoint", "--data", data(), "--json"))
                .as(err.toString())
                .isZero();
        final long atRest = json().path("position").asLong();
        try (GatewayServer server =
                GatewayServer.start(GatewayConfig.local(directory.resolve("data"), Map.of()), Progress.NONE)) {
            assertThat(server.startPosition()).isEqualTo(atRest);
            final String token =
                    Files.readString(directory.resolve("data").resolve("token")).strip();
            final InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
            try (DoorbusterClient client = DoorbusterClient.connect(address, token, 9)) {
                client.stockSet(1, 5);
            }
            assertThat(run("checkpoint", "--data", data())).isEqualTo(1);
            assertThat(err.toString()).contains("is locked");
            assertThat(run("checkpoint", "--data", data(), "--port", String.valueOf(server.port()), "--json"))
                    .as(err.toString())
                    .isZero();
            assertThat(json().path("position").asLong()).isGreaterThanOrEqualTo(atRest + 2);
        }
        assertThat(run("verify", "--data", data())).as(out.toString()).isZero();
    }

    @Test
    void verifyShouldFindACheckpointThatIsDamaged() throws IOException {
        assertThat(run("verify", "--data", data(), "--json")).isZero();
        assertThat(json().path("checkpoints").asInt()).isEqualTo(1);
        final Path pages;
        try (Stream<Path> files = Files.list(DataDirectory.checkpoints(directory.resolve("data")))) {
            pages = files.filter(each -> each.getFileName().toString().startsWith("pages-"))
                    .findFirst()
                    .orElseThrow();
        }
        try (RandomAccessFile damaged = new RandomAccessFile(pages.toFile(), "rw")) {
            damaged.seek(10_000);
            final int before = damaged.read();
            damaged.seek(10_000);
            damaged.write(before ^ 4);
        }
        assertThat(run("verify", "--data", data())).isEqualTo(1);
        assertThat(out.toString()).contains("checksum is wrong");
    }

    /** Flips a bit behind the first occurrence of a view of this item. */
    private void damage(String itemId) throws IOException {
        final Path file;
        try (Stream<Path> files = Files.list(DataDirectory.journal(directory.resolve("data")))) {
            file = files.filter(each -> each.toString().endsWith(".cq4"))
                    .findFirst()
                    .orElseThrow();
        }
        final byte[] bytes = Files.readAllBytes(file);
        final byte[] wanted = itemId.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; ; i++) {
            boolean matches = true;
            for (int j = 0; matches && j < wanted.length; j++) {
                matches = bytes[i + j] == wanted[j];
            }
            if (matches) {
                try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
                    damaged.seek(i);
                    damaged.write(bytes[i] ^ 1);
                }
                return;
            }
        }
    }

    @Test
    void damageShouldBeShownAndCutOnlyAsFarAsWasSaid() throws IOException {
        assertThat(run("repair", "--data", data(), "--cut-tail")).isZero();
        assertThat(out.toString()).contains("nothing is damaged");
        damage("A-3");
        assertThat(run("verify", "--data", data())).isEqualTo(1);
        assertThat(run("inspect", "--data", data(), "--json")).isEqualTo(1);
        final JsonNode damage = json().path("damage");
        final long good = damage.path("behindPosition").asLong();
        assertThat(good).isPositive();
        assertThat(damage.path("before").path("position").asLong()).isEqualTo(good);
        final long last = damage.path("lastPositionBehind").asLong();
        assertThat(damage.path("firstPositionBehind").asLong()).isGreaterThan(good);
        assertThat(last).isGreaterThan(good);
        assertThat(run("repair", "--data", data(), "--cut-tail")).isEqualTo(1);
        assertThat(err.toString()).contains("--lose-up-to " + last);
        assertThat(run("repair", "--data", data(), "--cut-tail", "--lose-up-to", String.valueOf(last), "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().path("position").asLong()).isEqualTo(good);
        assertThat(directory.resolve("data").resolve("journal.damaged-1")).isNotEmptyDirectory();
        try (GatewayServer server =
                GatewayServer.start(GatewayConfig.local(directory.resolve("data"), Map.of()), Progress.NONE)) {
            assertThat(server.startPosition()).isGreaterThanOrEqualTo(good);
        }
        assertThat(stateHashOf(data())).isNotEmpty();
    }
}
