package io.doorbuster.replay;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.client.ItemIds;
import io.doorbuster.client.SlateFilter;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.Engine;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.gateway.GatewayConfig;
import io.doorbuster.gateway.GatewayServer;
import io.doorbuster.gateway.Progress;
import io.doorbuster.gateway.identity.IdentityStore;
import io.doorbuster.journal.JournalAppender;
import io.doorbuster.journal.JournalTailer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayerTest {
    private static final Map<Setting, Long> SMALL = Map.of(
            Setting.ITEMS_MAX, 500L,
            Setting.SHOPPERS_MAX, 500L,
            Setting.RESERVATIONS_MAX, 64L,
            Setting.SOURCES_MAX, 64L,
            Setting.HASH_INTERVAL, 32L);

    @TempDir
    Path directory;

    private Path data;
    private long stateHash;
    private long replyHash;
    private long position;

    @BeforeEach
    void play() throws IOException {
        data = directory.resolve("data");
        final GatewayServer server = GatewayServer.start(GatewayConfig.local(data, SMALL), Progress.NONE);
        final InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
        final String token = Files.readString(data.resolve("token")).strip();
        try (server;
                DoorbusterClient client = DoorbusterClient.connect(address, token, 1)) {
            for (int i = 0; i < 20; i++) {
                client.itemUpserted(
                        ItemIds.of("a" + i), CatalogueItem.of("a" + i, 100).with(1, 2));
                client.stockSet(ItemIds.of("a" + i), 5);
            }
            for (int i = 0; i < 100; i++) {
                client.viewed("shopper-" + i % 7, ItemIds.of("a" + i % 20), 0);
                client.recommend("shopper-" + i % 7, SlateFilter.of(5));
            }
        }
        stateHash = server.stateHash();
        replyHash = server.replyHash();
        position = server.position();
    }

    private ReplayReport replay(long until) throws IOException {
        try (Replayer replayer = new Replayer(data)) {
            return replayer.replay(until, Progress.NONE);
        }
    }

    @Test
    void replayShouldComeToTheSameHashesAndCompareEveryEvent() throws IOException {
        final ReplayReport found = replay(Long.MAX_VALUE);
        assertThat(found.isIdentical()).isTrue();
        assertThat(found.stateHash()).isEqualTo(stateHash).isEqualTo(found.recomputedStateHash());
        assertThat(found.replyHash()).isEqualTo(replyHash);
        assertThat(found.position()).isEqualTo(position);
        assertThat(found.comparedEvents()).isBetween(position - 1, position);
        assertThat(replay(100).position()).isEqualTo(100);
        assertThat(replay(100).stateHash()).isNotEqualTo(stateHash);
    }

    @Test
    void firstDifferingEventShouldBeNamed() throws IOException {
        final UnsafeBuffer digests = new UnsafeBuffer(new byte[20]);
        final Path journal = DataDirectory.journal(data);
        long lastTimeNs = 0;
        try (JournalTailer tailer = JournalTailer.open(journal)) {
            while (tailer.poll((buffer, offset, length) -> {}, 100) > 0) {
                lastTimeNs = tailer.lastJournalTimeNs();
            }
        }
        try (JournalAppender appender = JournalAppender.open(journal, position, lastTimeNs)) {
            appender.appendHash(
                    Engine.VERSION,
                    position,
                    stateHash,
                    replyHash,
                    digests,
                    0,
                    20); // As if ten events had come to zero.
        }
        final ReplayReport found = replay(Long.MAX_VALUE);
        assertThat(found.isIdentical()).isFalse();
        assertThat(requireNonNull(found.firstDifference()).position()).isEqualTo(position - 9);
    }

    @Test
    void inspectorShouldShowEventsItemsAndShoppers() throws IOException {
        final JournalInspector inspector = new JournalInspector(new ObjectMapper());
        final ObjectNode summary = inspector.summary(data);
        assertThat(summary.path("lastPosition").asLong()).isEqualTo(position);
        assertThat(summary.at("/records/ViewedRecord").asLong()).isEqualTo(100);
        assertThat(summary.at("/records/RecommendRecord").asLong()).isEqualTo(100);
        final ObjectNode first = requireNonNull(inspector.event(data, 1));
        assertThat(first.path("type").asText()).isEqualTo("ConfiguredRecord");
        final ObjectNode upsert = requireNonNull(inspector.event(data, 2));
        assertThat(upsert.at("/message/externalId").asText()).isEqualTo("a0");
        assertThat(inspector.event(data, position + 1)).isNull();
        try (Replayer replayer = new Replayer(data)) {
            replayer.replay(Long.MAX_VALUE, Progress.NONE);
            final ObjectNode item = requireNonNull(inspector.item(replayer.engine(), ItemIds.of("a3")));
            assertThat(item.path("externalId").asText()).isEqualTo("a3");
            assertThat(item.path("views").asInt()).isEqualTo(5);
            assertThat(inspector.item(replayer.engine(), 4711)).isNull();
            final long surrogate = IdentityStore.lookUp(DataDirectory.identities(data), "shopper-3");
            assertThat(surrogate).isNotZero();
            final ObjectNode shopper = requireNonNull(inspector.shopper(replayer.engine(), surrogate));
            assertThat(shopper.path("recent")).hasSize(14);
            assertThat(IdentityStore.lookUp(DataDirectory.identities(data), "nobody"))
                    .isZero();
            assertThat(inspector.stores(replayer.engine()).path("items").asInt())
                    .isEqualTo(20);
        }
    }

    @Test
    void foreignDirectoryShouldBeRefused() {
        assertThatThrownBy(() -> new Replayer(directory)).hasMessageContaining("no data directory of doorbuster");
    }
}
