package io.doorbuster.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.doorbuster.client.Acknowledgement;
import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.client.RejectedException;
import io.doorbuster.client.SlateFilter;
import io.doorbuster.codec.HelloEncoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.ModelRole;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.RejectCode;
import io.doorbuster.codec.RejectedDecoder;
import io.doorbuster.codec.Setting;
import io.doorbuster.codec.ViewedEncoder;
import io.doorbuster.engine.Engine;
import io.doorbuster.gateway.frame.FrameDescriptor;
import io.doorbuster.journal.JournalTailer;
import io.doorbuster.journal.RecordDescriptor;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GatewayTest {
    private static final Map<Setting, Long> SMALL = Map.of(
            Setting.DIMENSIONS, 32L,
            Setting.ITEMS_MAX, 2_000L,
            Setting.SHOPPERS_MAX, 2_000L,
            Setting.RESERVATIONS_MAX, 256L,
            Setting.SOURCES_MAX, 256L,
            Setting.HASH_INTERVAL, 64L);
    private static final int PATIENCE_MS = 20_000;
    private static final String RAW_ID = "alice@example.org";

    @TempDir
    Path directory;

    private Path data;
    private GatewayServer server;

    @BeforeEach
    void start() throws IOException {
        data = directory.resolve("data");
        server = start(ThreadMode.SHARED);
    }

    private GatewayServer start(ThreadMode mode) throws IOException {
        final GatewayConfig config = new GatewayConfig(
                data,
                directory.resolve("state"),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                mode,
                io.doorbuster.engine.ring.WaitPolicy.BLOCKING,
                null,
                0,
                false,
                SMALL);
        return GatewayServer.start(config, Progress.NONE);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
    }

    private String token() throws IOException {
        return Files.readString(data.resolve("token")).strip();
    }

    private DoorbusterClient connect(long source) throws IOException {
        return DoorbusterClient.connect(address(), token(), source);
    }

    private static void catalogue(DoorbusterClient client, int count) throws IOException {
        for (int i = 1; i <= count; i++) {
            client.itemUpserted(
                    i,
                    CatalogueItem.of("item-" + i, 100L * i).with(1, 1 + i % 3).withTitle("Item " + i));
            client.stockSet(i, 10);
        }
    }

    /** Plays a little of everything; the server is closed afterwards. */
    private void playAndClose() throws IOException {
        try (DoorbusterClient client = connect(1)) {
            catalogue(client, 40);
            for (int i = 0; i < 300; i++) {
                final String shopper = "shopper-" + i % 17;
                client.viewed(shopper, 1 + i % 40, 100);
                client.recommend(shopper, SlateFilter.of(10));
                client.clicked(shopper, 1 + i * 7 % 40, 3, 0);
                if (i % 10 == 0) {
                    client.reserveStock(1000 + i, 1 + i % 40, 1, 60_000);
                    client.purchased(shopper, 1 + i % 40, 1, 100, 1000 + i);
                }
            }
        }
        server.close();
    }

    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void journalOfEitherModeShouldReplayToItsHashesInBoth(ThreadMode mode) throws IOException {
        server.close();
        server = start(mode);
        playAndClose();
        final long stateHash = server.stateHash();
        final long replyHash = server.replyHash();
        assertThat(server.position()).isGreaterThan(900);
        for (final ThreadMode other : ThreadMode.values()) {
            server = start(other);
            server.close();
            assertThat(server.stateHash()).isEqualTo(stateHash);
            assertThat(server.replyHash()).isEqualTo(replyHash);
        }
        assertThat(replay()).containsExactly(stateHash, replyHash);
    }

    private long[] replay() {
        final UnsafeBuffer reply = new UnsafeBuffer(new byte[Engine.REPLY_MAX]);
        try (Engine engine = new Engine(directory.resolve("replayed"));
                JournalTailer tailer = JournalTailer.open(DataDirectory.journal(data))) {
            while (tailer.poll(
                            (buffer, offset, length) -> {
                                if (RecordDescriptor.position(buffer, offset) > 0) {
                                    engine.onRecord(buffer, offset, reply, 0);
                                }
                            },
                            10)
                    > 0) {
                assertThat(tailer.lastPosition()).isPositive();
            }
            assertThat(engine.recomputeStateHash()).isEqualTo(engine.stateHash());
            return new long[] {engine.stateHash(), engine.replyHash()};
        }
    }

    @Test
    void rawShopperIdShouldLieInNoFile() throws IOException {
        try (DoorbusterClient client = connect(1)) {
            catalogue(client, 3);
            client.viewed(RAW_ID, 1, 0);
            client.purchased(RAW_ID, 2, 1, 100, 0);
            client.recommend(RAW_ID, SlateFilter.of(3));
            client.shopperLinked(RAW_ID, "second-" + RAW_ID);
        }
        final byte[] needle = RAW_ID.getBytes(StandardCharsets.UTF_8);
        final List<Path> searched = new ArrayList<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (final Path file : files.filter(Files::isRegularFile).toList()) {
                searched.add(file);
                assertThat(contains(Files.readAllBytes(file), needle))
                        .as("%s", file)
                        .isFalse();
            }
        }
        assertThat(searched)
                .anyMatch(p -> p.toString().endsWith(".cq4"))
                .anyMatch(p -> p.toString().endsWith("shoppers.pages"));
        assertThat(contains("xx alice@example.org yy".getBytes(StandardCharsets.UTF_8), needle))
                .isTrue();
    }

    private static boolean contains(byte[] bytes, byte[] needle) {
        for (int i = 0; i + needle.length <= bytes.length; i++) {
            if (bytes[i] == needle[0] && Arrays.equals(bytes, i, i + needle.length, needle, 0, needle.length)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void badValuesShouldBeRefusedAndTheConnectionStay() throws IOException {
        try (DoorbusterClient client = connect(1)) {
            catalogue(client, 3);
            assertThatThrownBy(() -> client.priceChanged(1, -5))
                    .isInstanceOf(RejectedException.class)
                    .hasMessageContaining("priceMinor=-5");
            client.pipelined().occurredAtNs(Long.MAX_VALUE); // A shop's clock that is centuries ahead.
            assertThatThrownBy(() -> client.viewed("bob", 1, 0)).hasMessageContaining("occurredAtNs=");
            client.pipelined().occurredAtNs(0);
            assertThat(client.priceChanged(99, 5).outcome()).isEqualTo(Outcome.UNKNOWN_ITEM);
            assertThat(client.itemUpserted(1, CatalogueItem.of("collides", 5)).outcome())
                    .isEqualTo(Outcome.ITEM_ID_COLLISION);
            assertThatThrownBy(() -> client.viewed("x".repeat(65), 1, 0)).hasMessageContaining("shopper length=65");
            assertThat(client.search("bob", SlateFilter.of(5), "red shoes").outcome())
                    .isEqualTo(Outcome.NOT_SUPPORTED);
            assertThat(client.rewindFilter(1, 1, 2).outcome()).isEqualTo(Outcome.NOT_SUPPORTED);
            assertThat(client.viewed("bob", 1, 0).outcome()).isEqualTo(Outcome.ACCEPTED);
        }
    }

    @Test
    void sourceSequenceShouldBeAnsweredAsTheEngineSays() throws IOException {
        try (DoorbusterClient client = connect(5)) {
            catalogue(client, 1);
            final long next = client.pipelined().nextSequence();
            final Acknowledgement first = client.reserveStock(7, 1, 2, 60_000);
            client.pipelined().nextSequence(next);
            assertThat(client.reserveStock(7, 1, 2, 60_000)).isEqualTo(first);
            client.pipelined().nextSequence(next + 10);
            final Acknowledgement skipped = client.stockSet(1, 5);
            assertThat(skipped.outcome()).isEqualTo(Outcome.SEQUENCE_GAP);
            assertThat(skipped.detail()).isEqualTo(next + 1);
            client.pipelined().nextSequence(next + 1);
            assertThat(client.stockSet(1, 5).outcome()).isEqualTo(Outcome.ACCEPTED);
        }
        try (DoorbusterClient again = connect(5)) { // The same source from another connection goes on.
            assertThat(again.stockSet(1, 7).outcome()).isEqualTo(Outcome.ACCEPTED);
            again.pipelined().nextSequence(1);
            assertThat(again.stockSet(1, 9).position()).isEqualTo(2);
        }
    }

    @Test
    void sourceShouldGoOnWhereItStoppedAfterARestart() throws IOException {
        final long next;
        try (DoorbusterClient client = connect(5)) {
            catalogue(client, 3);
            next = client.pipelined().nextSequence();
        }
        server.close();
        server = start(ThreadMode.DEDICATED);
        try (DoorbusterClient client = connect(5)) {
            assertThat(client.pipelined().nextSequence()).isEqualTo(next);
            assertThat(client.stockSet(1, 5).outcome()).isEqualTo(Outcome.ACCEPTED);
        }
    }

    @Test
    void messageThatCannotBeEncodedShouldUseNothingUp() throws IOException {
        try (DoorbusterClient client = connect(1)) {
            catalogue(client, 3);
            assertThatThrownBy(() -> client.viewed("x".repeat(2_001), 1, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("2001");
            assertThatThrownBy(() -> client.impressionShown("bob", 0, new long[65]))
                    .hasMessageContaining("items shown=65");
            assertThatThrownBy(() -> client.modelReleased(ModelRole.ACTIVE, 1, new byte[3], "m"))
                    .hasMessageContaining("3 bytes, not 32");
            assertThatThrownBy(() -> client.score("bob", new long[501])).hasMessageContaining("candidates=501");
            assertThat(client.viewed("bob", 1, 0).outcome()).isEqualTo(Outcome.ACCEPTED);
            assertThat(client.score("bob", 1, 2).items()).hasSize(2);
        }
    }

    @Test
    void aHundredConnectionsShouldBeServedAtOnce() throws IOException {
        final List<DoorbusterClient> clients = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            clients.add(connect(i));
        }
        catalogue(clients.getFirst(), 5);
        for (int round = 0; round < 3; round++) {
            for (final DoorbusterClient client : clients) {
                client.pipelined().viewed("s" + round, 1, 0);
                client.pipelined().flush();
            }
            for (final DoorbusterClient client : clients) {
                while (client.pipelined().inFlight() > 0) {
                    client.pipelined().poll(new Ignoring(), 1_000_000_000L);
                }
            }
        }
        for (final DoorbusterClient client : clients) {
            assertThat(client.recommend("s1", SlateFilter.of(3)).items()).isNotEmpty();
            client.close();
        }
    }

    private static byte[] frame(int templateId, int schemaId, int version, byte[] body) {
        final byte[] bytes = new byte[FrameDescriptor.BODY_OFFSET + body.length];
        final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        FrameDescriptor.write(buffer, 0, bytes.length);
        new MessageHeaderEncoder()
                .wrap(buffer, FrameDescriptor.FRAMING_LENGTH)
                .blockLength(ViewedEncoder.BLOCK_LENGTH)
                .templateId(templateId)
                .schemaId(schemaId)
                .version(version);
        System.arraycopy(body, 0, bytes, FrameDescriptor.BODY_OFFSET, body.length);
        return bytes;
    }

    private byte[] hello(String token, int protocol) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
        final HelloEncoder hello = new HelloEncoder();
        final byte[] secret = token.getBytes(StandardCharsets.UTF_8);
        hello.wrapAndApplyHeader(buffer, FrameDescriptor.FRAMING_LENGTH, new MessageHeaderEncoder())
                .protocolVersion(protocol)
                .source(9)
                .putToken(secret, 0, secret.length);
        final int length = FrameDescriptor.BODY_OFFSET + hello.encodedLength();
        FrameDescriptor.write(buffer, 0, length);
        return Arrays.copyOf(buffer.byteArray(), length);
    }

    /** Sends bytes on a fresh connection, reads until the server closes it, and gives the last refusal. */
    private RejectCode refusalOf(byte[]... chunks) throws IOException {
        RejectCode code = RejectCode.NULL_VAL;
        try (Socket socket = new Socket(address().getAddress(), address().getPort())) {
            socket.setSoTimeout(PATIENCE_MS);
            final OutputStream out = socket.getOutputStream();
            for (final byte[] chunk : chunks) {
                out.write(chunk);
            }
            out.flush();
            final DataInputStream in = new DataInputStream(socket.getInputStream());
            while (true) {
                final int length;
                try {
                    length = in.readInt();
                } catch (SocketTimeoutException e) {
                    throw e;
                } catch (IOException e) {
                    return code; // Closed by the server.
                }
                final byte[] rest = new byte[length - 4];
                in.readFully(rest);
                final UnsafeBuffer buffer = new UnsafeBuffer(rest);
                final RejectedDecoder rejected = new RejectedDecoder();
                if (buffer.getShort(4) == RejectedDecoder.TEMPLATE_ID) {
                    rejected.wrapAndApplyHeader(buffer, 2, new io.doorbuster.codec.MessageHeaderDecoder());
                    code = rejected.code();
                    assertThat(rejected.message()).isNotBlank();
                }
            }
        }
    }

    @Test
    void hostileFramesShouldBeRefusedAndTheProcessLive() throws IOException {
        final byte[] good = hello(token(), 1);
        final int schema = MessageHeaderEncoder.SCHEMA_ID;
        assertThat(refusalOf("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(RejectCode.MALFORMED);
        assertThat(refusalOf(good, new byte[] {0x7F, 0, 0, 0, (byte) 0xEB, 0x50}))
                .isEqualTo(RejectCode.OVERSIZED);
        assertThat(refusalOf(good, new byte[] {-1, 0, 0, 0, (byte) 0xEB, 0x50})).isEqualTo(RejectCode.MALFORMED);
        assertThat(refusalOf(hello("wrong", 1))).isEqualTo(RejectCode.UNAUTHENTICATED);
        assertThat(refusalOf(frame(15, schema, 0, new byte[40]))).isEqualTo(RejectCode.UNAUTHENTICATED);
        assertThat(refusalOf(hello(token(), 2))).isEqualTo(RejectCode.UNSUPPORTED_VERSION);
        assertThat(refusalOf(good, frame(15, schema, 9, new byte[40]))).isEqualTo(RejectCode.UNSUPPORTED_VERSION);
        assertThat(refusalOf(good, frame(15, 77, 0, new byte[40]))).isEqualTo(RejectCode.UNSUPPORTED_VERSION);
        assertThat(refusalOf(good, frame(999, schema, 0, new byte[40]))).isEqualTo(RejectCode.UNKNOWN_MESSAGE);
        assertThat(refusalOf(good, frame(15, schema, 0, new byte[3]))).isEqualTo(RejectCode.MALFORMED);
        final byte[] bye = frame(2, schema, 0, new byte[0]);
        assertThat(refusalOf(good, frame(31, schema, 0, new byte[400]), bye)).isEqualTo(RejectCode.INVALID_VALUE);
        final byte[] truncated = Arrays.copyOf(frame(15, schema, 0, new byte[40]), 20);
        try (Socket socket = new Socket(address().getAddress(), address().getPort())) {
            socket.getOutputStream().write(good);
            socket.getOutputStream().write(truncated); // And gone.
        }
        try (DoorbusterClient client = connect(1)) {
            catalogue(client, 2);
            assertThat(client.viewed("s", 1, 0).outcome()).isEqualTo(Outcome.ACCEPTED);
        }
        assertThat(server.failure()).isNull();
    }

    @Test
    void everySplitOfAFrameShouldBeUnderstood() throws IOException {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
        final ViewedEncoder viewed = new ViewedEncoder();
        final byte[] shopper = "split".getBytes(StandardCharsets.UTF_8);
        try (DoorbusterClient client = connect(1)) {
            catalogue(client, 1);
        }
        try (Socket socket = new Socket(address().getAddress(), address().getPort())) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MS);
            final OutputStream out = socket.getOutputStream();
            final DataInputStream in = new DataInputStream(socket.getInputStream());
            out.write(hello(token(), 1));
            in.skipNBytes(in.readInt() - 4);
            int length = 20;
            for (int split = 1; split < length; split++) {
                viewed.wrapAndApplyHeader(buffer, FrameDescriptor.FRAMING_LENGTH, new MessageHeaderEncoder())
                        .correlationId(split)
                        .sourceSequence(split)
                        .occurredAtNs(0)
                        .acknowledge(io.doorbuster.codec.AckLevel.DEFAULT)
                        .itemId(1)
                        .dwellMillis(0)
                        .putShopper(shopper, 0, shopper.length);
                length = FrameDescriptor.BODY_OFFSET + viewed.encodedLength();
                FrameDescriptor.write(buffer, 0, length);
                out.write(buffer.byteArray(), 0, split);
                out.flush();
                out.write(buffer.byteArray(), split, length - split);
                out.flush();
                final byte[] reply = new byte[in.readInt() - 4];
                in.readFully(reply);
                assertThat(new UnsafeBuffer(reply).getLong(10)).isEqualTo(split);
            }
        }
    }

    @Test
    void directoriesAndPortsThatCannotBeHadShouldBeExplained() throws IOException {
        assertThatThrownBy(() -> start(ThreadMode.SHARED)).hasMessageContaining("another doorbuster process");
        final Path foreign = Files.createDirectories(directory.resolve("foreign"));
        Files.writeString(foreign.resolve("photo.jpg"), "x");
        assertThatThrownBy(() -> GatewayServer.start(GatewayConfig.local(foreign, SMALL), Progress.NONE))
                .hasMessageContaining("photo.jpg")
                .hasMessageContaining("choose an empty");
        assertThat(foreign.resolve("FORMAT")).doesNotExist();
        final Path file = Files.writeString(directory.resolve("file"), "x");
        assertThatThrownBy(() -> GatewayServer.start(GatewayConfig.local(file, SMALL), Progress.NONE))
                .hasMessageContaining("cannot use");
        final GatewayConfig taken = new GatewayConfig(
                directory.resolve("other"),
                directory.resolve("other-state"),
                address(),
                ThreadMode.SHARED,
                io.doorbuster.engine.ring.WaitPolicy.BLOCKING,
                null,
                0,
                false,
                SMALL);
        assertThatThrownBy(() -> GatewayServer.start(taken, Progress.NONE)).hasMessageContaining("choose another port");
    }

    @Test
    void settingsOfAnOlderJournalShouldChangeThroughItOrBeRefused() throws IOException {
        server.close();
        final long before = server.position();
        assertThatThrownBy(() -> GatewayServer.start(
                        GatewayConfig.local(data, Map.of(Setting.ITEMS_MAX, 3_000L)), Progress.NONE))
                .hasMessageContaining("ITEMS_MAX=2000, which is fixed");
        assertThatThrownBy(() ->
                        GatewayServer.start(GatewayConfig.local(data, Map.of(Setting.SLATE_MAX, 101L)), Progress.NONE))
                .hasMessageContaining("SLATE_MAX=101 is not in 1..100");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            final GatewayConfig failing = new GatewayConfig(
                    data,
                    null,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), taken.getLocalPort()),
                    ThreadMode.SHARED,
                    io.doorbuster.engine.ring.WaitPolicy.BLOCKING,
                    null,
                    0,
                    false,
                    Map.of(Setting.SLATE_MAX, 9L));
            assertThatThrownBy(() -> GatewayServer.start(failing, Progress.NONE))
                    .hasMessageContaining("choose another port");
        }
        final Map<Setting, Long> changed = Map.of(Setting.SLATE_MAX, 7L, Setting.ITEMS_MAX, 2_000L);
        for (int start = 0; start < 2; start++) { // The second finds it changed.
            server = GatewayServer.start(GatewayConfig.local(data, changed), Progress.NONE);
            server.close();
            assertThat(server.position()).isEqualTo(before + 1);
        }
        server = GatewayServer.start(GatewayConfig.local(data, Map.of()), Progress.NONE);
        try (DoorbusterClient client = connect(1)) {
            for (int i = 1; i <= 20; i++) {
                client.itemUpserted(i, CatalogueItem.of("item-" + i, 5));
                client.stockSet(i, 5);
            }
            assertThat(client.recommend("nobody", SlateFilter.of(20)).items()).hasSize(7);
            assertThat(client.configured(Setting.ENGINE_TIME, 1).outcome()).isEqualTo(Outcome.CONFIGURATION_REFUSED);
        }
    }
}
