package io.doorbuster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.ItemIds;
import io.doorbuster.client.PipelinedClient;
import io.doorbuster.client.ReplyHandler;
import io.doorbuster.codec.ExplanationDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.RejectCode;
import io.doorbuster.codec.ScoresDecoder;
import io.doorbuster.codec.Setting;
import io.doorbuster.codec.SlateDecoder;
import io.doorbuster.gateway.GatewayConfig;
import io.doorbuster.gateway.GatewayServer;
import io.doorbuster.gateway.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A served shop whose shoppers go along a row of items, then are flooded with nonsense, then go along the row again. */
class FreezeAlarmTest {
    private static final int ITEMS = 12;
    private static final int SHOPPERS = 50;
    private static final int IN_FLIGHT = 256;

    /** Only what the guard needs learns: the ranker, from every event. */
    private static final Map<Setting, Long> SMALL = Map.of(
            Setting.ITEMS_MAX, 100L,
            Setting.SHOPPERS_MAX, 100L,
            Setting.SESSIONS_MAX, 64L,
            Setting.DIMENSIONS, 16L,
            Setting.LEARNING_RATE_MICRO, 0L,
            Setting.EMBEDDING_NEGATIVES, 0L);

    private static final ReplyHandler ACCEPTED = new ReplyHandler() {
        @Override
        public void onAcknowledged(long correlationId, long position, Outcome outcome, long detail) {
            assertThat(outcome).isEqualTo(Outcome.ACCEPTED);
        }

        @Override
        public void onSlate(long correlationId, SlateDecoder slate) {}

        @Override
        public void onScores(long correlationId, ScoresDecoder scores) {}

        @Override
        public void onExplanation(long correlationId, ExplanationDecoder explanation) {}

        @Override
        public void onRejected(long correlationId, RejectCode code, String message) {
            throw new AssertionError(code + ": " + message);
        }
    };

    @TempDir
    Path directory;

    private final SplittableRandom random = new SplittableRandom(3);
    private final long[] ids = new long[ITEMS];
    private final int[] at = new int[SHOPPERS];

    private void view(PipelinedClient client, int events, boolean isNonsense) throws IOException {
        for (int i = 0; i < events; i++) {
            final int shopper = random.nextInt(SHOPPERS);
            at[shopper] = isNonsense ? random.nextInt(ITEMS) : (at[shopper] + 1) % ITEMS;
            client.viewed("s" + shopper, ids[at[shopper]], 0);
            while (client.inFlight() > IN_FLIGHT) {
                await(client);
            }
        }
        while (client.inFlight() > 0) {
            await(client);
        }
    }

    private static void await(PipelinedClient client) throws IOException {
        client.flush();
        client.poll(ACCEPTED, 1_000_000_000L);
    }

    @Test
    void aFloodOfNonsenseShouldBeToldAndItsEndToo() throws IOException, InterruptedException {
        final StringWriter err = new StringWriter();
        final Path data = directory.resolve("data");
        final GatewayServer server = GatewayServer.start(GatewayConfig.local(data, SMALL), Progress.NONE);
        final Thread watch = Thread.ofPlatform().start(() -> {
            try {
                new FreezeAlarm(server, new PrintWriter(err)).watch();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try (server;
                PipelinedClient client = PipelinedClient.connect(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()),
                        Files.readString(data.resolve("token")).strip(),
                        1)) {
            for (int item = 0; item < ITEMS; item++) {
                ids[item] = ItemIds.of("a" + item);
                client.itemUpserted(ids[item], CatalogueItem.of("a" + item, 100));
            }
            view(client, 8_300, false);
            assertThat(server.freezeCounts().changes()).as("all is well").isZero();
            view(client, 200, true);
            assertThat(server.freezeCounts().changes()).isOdd();
            view(client, 1_500, false);
            assertThat(server.freezeCounts().changes()).isEven().isPositive();
        }
        watch.join();
        final List<String> lines = err.toString().lines().toList();
        assertThat(lines.getFirst())
                .startsWith("doorbuster: learning is frozen since position ")
                .contains("rewind");
        assertThat(lines.getLast()).startsWith("doorbuster: learning goes on since position ");
        inspect(data, server);
    }

    /** A replay comes to the same. */
    private static void inspect(Path data, GatewayServer server) throws IOException {
        final StringWriter out = new StringWriter();
        assertThat(DoorbusterMain.run(
                        new PrintWriter(out, true),
                        new PrintWriter(new StringWriter()),
                        "inspect",
                        "--data",
                        data.toString(),
                        "--stores",
                        "--json"))
                .isZero();
        final JsonNode learning = new ObjectMapper()
                .readTree(out.toString().lines().toList().getLast())
                .path("learning");
        assertThat(learning.path("frozen").asBoolean()).isFalse();
        assertThat(learning.path("timesFrozen").asLong())
                .isEqualTo(server.freezeCounts().changes() / 2);
        assertThat(learning.path("lessonsLeftOut").asLong())
                .isEqualTo(server.freezeCounts().leftOut())
                .isGreaterThan(100);
    }
}
