package io.doorbuster.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.client.PipelinedClient;
import io.doorbuster.engine.Engine;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.gateway.GatewayConfig;
import io.doorbuster.gateway.GatewayServer;
import io.doorbuster.gateway.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Journals written by earlier schema versions, every message in them. What the shop may never lose track of comes out the
 * same for ever; all hashes do as long as the engine has the version that wrote them.
 *
 * <p>{@code -Ddoorbuster.golden=DIRECTORY} records one of the schema as it is now.
 */
class GoldenJournalTest {
    private static final int EVENTS = 4_000;

    @TempDir
    Path directory;

    private static Path onlyFile(Path journal) throws IOException {
        try (Stream<Path> files = Files.list(journal)) {
            return files.filter(file -> file.toString().endsWith(".cq4"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static Properties expectedOf(String name) throws IOException {
        final Properties expected = new Properties();
        try (InputStream in = resource(name + ".properties")) {
            expected.load(in);
        }
        return expected;
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(GoldenJournalTest.class.getResourceAsStream("/golden/" + name), name);
    }

    private Path unpack(String name, Properties expected) throws IOException {
        final Path data = directory.resolve("data");
        DataDirectory.open(data).close();
        final Path journal = Files.createDirectories(DataDirectory.journal(data));
        try (InputStream in = new GZIPInputStream(resource(name + ".cq4.gz"))) {
            Files.copy(in, journal.resolve(expected.getProperty("file")));
        }
        return data;
    }

    @ParameterizedTest
    @ValueSource(strings = {"schema-0", "schema-1", "schema-2"})
    void journalOfAnEarlierSchemaShouldComeToTheSameLedger(String name) throws IOException {
        final Properties expected = expectedOf(name);
        final Path data = unpack(name, expected);
        try (Replayer replayer = new Replayer(data)) {
            final ReplayReport found = replayer.replay(Long.MAX_VALUE, Progress.NONE);
            assertThat(found.position()).isEqualTo(Long.parseLong(expected.getProperty("position")));
            assertThat(Hashes.hex(found.ledgerHash())).isEqualTo(expected.getProperty("ledgerHash"));
            assertThat(found.firstDifference()).isNull();
            if (Integer.parseInt(expected.getProperty("engineVersion")) == Engine.VERSION) {
                assertThat(found.isIdentical()).isTrue();
                assertThat(Hashes.hex(found.stateHash())).isEqualTo(expected.getProperty("stateHash"));
                assertThat(Hashes.hex(found.replyHash())).isEqualTo(expected.getProperty("replyHash"));
            } else {
                assertThat(found.otherVersions()).isPositive();
            }
        }
    }

    @Test
    void goldenJournalShouldBeRecordedOnRequest() throws IOException {
        final String target = System.getProperty("doorbuster.golden");
        final Path data = directory.resolve("recorded");
        final GatewayServer server =
                GatewayServer.start(GatewayConfig.local(data, EveryMessage.SETTINGS), Progress.NONE);
        try (server;
                PipelinedClient client = PipelinedClient.connect(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()),
                        Files.readString(data.resolve("token")).strip(),
                        1)) {
            new EveryMessage(client, 1).send(EVENTS);
        }
        try (Replayer replayer = new Replayer(data)) {
            final ReplayReport found = replayer.replay(Long.MAX_VALUE, Progress.NONE);
            assertThat(found.isIdentical()).isTrue();
            if (target != null) {
                write(Path.of(target), onlyFile(DataDirectory.journal(data)), found);
            }
        }
    }

    private static void write(Path target, Path file, ReplayReport found) throws IOException {
        final byte[] all = Files.readAllBytes(file);
        int end = all.length;
        while (all[end - 1] == 0) {
            end--;
        }
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(target.resolve("golden.cq4.gz")))) {
            out.write(Arrays.copyOf(all, end));
        }
        final String expected = """
                file=%s
                engineVersion=%d
                position=%d
                ledgerHash=%s
                stateHash=%s
                replyHash=%s
                """.formatted(
                        file.getFileName(),
                        Engine.VERSION,
                        found.position(),
                        Hashes.hex(found.ledgerHash()),
                        Hashes.hex(found.stateHash()),
                        Hashes.hex(found.replyHash()));
        Files.writeString(target.resolve("golden.properties"), expected, StandardCharsets.UTF_8);
    }
}
