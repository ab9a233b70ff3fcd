package io.doorbuster.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.client.PipelinedClient;
import io.doorbuster.client.RejectedException;
import io.doorbuster.client.ReplyHandler;
import io.doorbuster.codec.ExplanationDecoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.RejectCode;
import io.doorbuster.codec.ScoreEncoder;
import io.doorbuster.codec.ScoresDecoder;
import io.doorbuster.codec.SlateDecoder;
import io.doorbuster.gateway.frame.FrameDescriptor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PipeliningTest {
    private static final long PATIENCE_NS = 20_000_000_000L;
    private static final int ITEMS = 20;

    @TempDir
    Path directory;

    private RunningGateway gateway;

    @BeforeEach
    void start() throws IOException {
        use(ThreadMode.SHARED);
    }

    private void use(ThreadMode mode) throws IOException {
        gateway = new RunningGateway(Files.createTempDirectory(directory, "gateway"), mode);
        try (DoorbusterClient client = gateway.connect(1)) {
            for (int i = 1; i <= ITEMS; i++) {
                client.itemUpserted(i, CatalogueItem.of("item-" + i, 100L * i).withInitialOnHand(50));
            }
        }
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
    }

    /** Counts every reply by its correlation id. */
    private static final class Counting implements ReplyHandler {
        final Set<Long> answered = new HashSet<>();
        final List<Long> factPositions = new ArrayList<>();
        int gaps;
        int refused;

        private void count(long correlationId) {
            assertThat(answered.add(correlationId))
                    .as("the only answer to %d", correlationId)
                    .isTrue();
        }

        @Override
        public void onAcknowledged(long correlationId, long position, Outcome outcome, long detail) {
            count(correlationId);
            factPositions.add(position);
            if (outcome == Outcome.SEQUENCE_GAP) {
                gaps++;
            } else {
                assertThat(outcome).isEqualTo(Outcome.ACCEPTED);
            }
        }

        @Override
        public void onSlate(long correlationId, SlateDecoder slate) {
            count(correlationId);
        }

        @Override
        public void onScores(long correlationId, ScoresDecoder scores) {
            count(correlationId);
        }

        @Override
        public void onExplanation(long correlationId, ExplanationDecoder explanation) {
            count(correlationId);
        }

        @Override
        public void onRejected(long correlationId, RejectCode code, String message) {
            count(correlationId);
            refused++;
        }
    }

    private static Counting drained(PipelinedClient client) throws IOException {
        final Counting replies = new Counting();
        while (client.inFlight() > 0) {
            assertThat(client.poll(replies, PATIENCE_NS)).isPositive();
        }
        return replies;
    }

    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void thousandsInFlightShouldEachBeAnsweredOnceAndInOrder(ThreadMode mode) throws IOException {
        stop();
        use(mode);
        final Random random = new Random(7);
        final List<PipelinedClient> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            clients.add(gateway.pipelined(10 + i));
        }
        final int each = 3_000;
        int facts = 0;
        for (int i = 0; i < each; i++) {
            final boolean isFact = random.nextInt(3) > 0;
            facts += isFact ? 1 : 0;
            for (final PipelinedClient client : clients) {
                if (isFact) {
                    client.viewed("shopper-" + i % 50, 1 + i % ITEMS, 5);
                } else {
                    client.score("shopper-" + i % 50, 1, 2, 3);
                }
            }
        }
        for (final PipelinedClient client : clients) {
            assertThat(client.inFlight()).isEqualTo(each);
            final Counting replies = drained(client);
            assertThat(replies.answered).hasSize(each);
            assertThat(replies.refused).isZero();
            assertThat(replies.gaps).isZero();
            assertThat(replies.factPositions).hasSize(facts).isSorted().doesNotHaveDuplicates();
            client.close();
        }
        assertThat(gateway.closeAndReplay()).hasSize(1 + ITEMS + 4 * each);
    }

    /** The refused fact takes its number back, however many others were sent behind it. */
    @Test
    void refusalShouldTakeItsOwnSequenceBackFromManyInFlight() throws IOException {
        try (PipelinedClient client = gateway.pipelined(5)) {
            client.priceChanged(1, -5);
            final int behind = 20_000;
            for (int i = 0; i < behind; i++) {
                client.priceChanged(1, 5);
            }
            final Counting replies = drained(client);
            assertThat(replies.refused).isEqualTo(1);
            assertThat(replies.gaps).isEqualTo(behind);
            assertThat(client.nextSequence()).isEqualTo(1);
            client.priceChanged(1, 6);
            assertThat(drained(client).gaps).isZero();
        }
    }

    private byte[] score(long correlationId, int candidates) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[FrameDescriptor.FRAME_MAX]);
        final ScoreEncoder score = new ScoreEncoder();
        final ScoreEncoder.CandidatesEncoder group = score.wrapAndApplyHeader(
                        buffer, FrameDescriptor.FRAMING_LENGTH, new MessageHeaderEncoder())
                .correlationId(correlationId)
                .timeoutMicros(0)
                .candidatesCount(candidates);
        for (int i = 0; i < candidates; i++) {
            group.next().itemId(1 + i % ITEMS);
        }
        score.putShopper(new byte[] {'s'}, 0, 1);
        final int length = FrameDescriptor.BODY_OFFSET + score.encodedLength();
        FrameDescriptor.write(buffer, 0, length);
        return Arrays.copyOf(buffer.byteArray(), length);
    }

    private RawConnection raw() throws IOException {
        final RawConnection connection = new RawConnection(gateway.address());
        connection.send(ClientFrames.record(gateway.token(), 9).getFirst());
        assertThat(connection.read()).isNotEmpty();
        return connection;
    }

    private static void readScores(RawConnection connection, int count) throws IOException {
        final Set<Long> seen = new HashSet<>();
        for (int i = 0; i < count; i++) {
            final byte[] reply = connection.read();
            assertThat(reply).as("reply %d of %d", i, count).isNotEmpty();
            assertThat(RawConnection.template(reply)).isEqualTo(ScoresDecoder.TEMPLATE_ID);
            seen.add(RawConnection.correlationId(reply));
        }
        assertThat(seen).hasSize(count);
    }

    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void clientThatDoesNotReadShouldHoldUpNobodyElse(ThreadMode mode) throws IOException {
        stop();
        use(mode);
        final int count = 5_000;
        try (RawConnection stalled = raw();
                DoorbusterClient other = gateway.connect(2)) {
            final CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
                for (int i = 1; i <= count; i++) {
                    stalled.send(score(i, 500));
                }
            });
            for (int i = 0; i < 1_000; i++) {
                assertThat(other.viewed("other", 1 + i % ITEMS, 0).outcome()).isEqualTo(Outcome.ACCEPTED);
            }
            assertThat(sender.isDone()).as("the sender is held back").isFalse();
            readScores(stalled, count);
            sender.join();
        }
        assertThat(gateway.closeAndReplay()).hasSize(1 + ITEMS + count + 1_000);
    }

    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void byeShouldBeAnsweredByAllRepliesAndThenTheEnd(ThreadMode mode) throws IOException {
        stop();
        use(mode);
        final int count = 1_000;
        for (int round = 0; round < 10; round++) {
            final ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 1; i <= count; i++) {
                all.writeBytes(score(i, 2));
            }
            all.writeBytes(ClientFrames.bye());
            try (RawConnection connection = raw()) {
                connection.send(all.toByteArray());
                if (round % 2 == 0) {
                    connection.endOutput(); // The end of the stream behind a bye takes no reply away.
                }
                readScores(connection, count);
                assertThat(connection.read()).isEmpty();
            }
        }
        assertThat(gateway.closeAndReplay()).hasSize(1 + ITEMS + 10 * count);
    }

    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void clientThatVanishesShouldLeaveTheOthersServed(ThreadMode mode) throws IOException {
        stop();
        use(mode);
        final Random random = new Random(11);
        try (DoorbusterClient other = gateway.connect(2)) {
            for (int round = 0; round < 50; round++) {
                final RawConnection vanishing = raw();
                final int count = random.nextInt(300);
                for (int i = 1; i <= count; i++) {
                    vanishing.send(score(i, 1 + random.nextInt(500)));
                }
                final byte[] last = score(1, 100);
                vanishing.send(Arrays.copyOf(last, random.nextInt(last.length)));
                if (round % 2 == 0) {
                    vanishing.vanish();
                } else {
                    vanishing.close();
                }
                assertThat(other.viewed("other", 1, 0).outcome()).isEqualTo(Outcome.ACCEPTED);
            }
        }
        assertThat(gateway.closeAndReplay()).hasSizeGreaterThan(ITEMS + 50);
    }

    /** More replies are due than the hand-over between two threads holds when the server is closed. */
    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void closeShouldEndWithManyRepliesDue(ThreadMode mode) throws Exception {
        stop();
        use(mode);
        final List<RawConnection> connections = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            connections.add(raw());
        }
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 1; i <= 100; i++) {
            all.writeBytes(score(i, 500));
        }
        for (final RawConnection connection : connections) {
            connection.send(all.toByteArray());
        }
        final CompletableFuture<List<Integer>> closed = new CompletableFuture<>();
        final Thread closer = new Thread(() -> {
            try {
                closed.complete(gateway.closeAndReplay());
            } catch (IOException | RuntimeException | Error e) {
                closed.completeExceptionally(e);
            }
        });
        closer.setDaemon(true);
        closer.start();
        assertThat(closed.get(PATIENCE_NS, TimeUnit.NANOSECONDS)).hasSizeGreaterThan(ITEMS);
        for (final RawConnection connection : connections) {
            connection.close();
        }
    }

    private static long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    private static void failToConnect(InetSocketAddress address) {
        assertThatThrownBy(() -> DoorbusterClient.connect(address, "wrong", 3)).isInstanceOf(IOException.class);
    }

    @Test
    void connectsThatFailShouldLeakNoDescriptor() throws IOException {
        try (ServerSocket foreign = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                DoorbusterClient good = gateway.connect(2)) {
            final Thread talker = new Thread(() -> talk(foreign));
            talker.setDaemon(true);
            talker.start();
            final InetSocketAddress elsewhere = new InetSocketAddress(foreign.getInetAddress(), foreign.getLocalPort());
            failToConnect(gateway.address());
            failToConnect(elsewhere);
            assertThatThrownBy(() -> DoorbusterClient.connect(gateway.address(), "wrong", 3))
                    .isInstanceOf(RejectedException.class);
            good.viewed("good", 1, 0);
            final long before = openFiles();
            for (int i = 0; i < 100; i++) {
                failToConnect(gateway.address());
                failToConnect(elsewhere);
            }
            good.viewed("good", 1, 0);
            assertThat(openFiles()).isLessThanOrEqualTo(before + 10);
        }
    }

    /** Something that is no doorbuster: hangs up, or greets in its own way. */
    private static void talk(ServerSocket foreign) {
        final byte[] greeting = "SSH-2.0-OpenSSH_9.9 and more\r\n".getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; ; i++) {
            try (Socket socket = foreign.accept()) {
                if (i % 2 == 0) {
                    socket.getOutputStream().write(greeting);
                }
            } catch (IOException e) {
                return;
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void serverThatGoesAwayShouldBeAnIOExceptionNowAndLater(ThreadMode mode) throws Exception {
        stop();
        use(mode);
        final CountDownLatch called = new CountDownLatch(500);
        try (DoorbusterClient client = gateway.connect(2)) {
            final CompletableFuture<Throwable> end = CompletableFuture.supplyAsync(() -> {
                try {
                    while (true) {
                        client.viewed("alice", 1, 0);
                        called.countDown();
                    }
                } catch (IOException | RuntimeException e) {
                    return e;
                }
            });
            assertThat(called.await(PATIENCE_NS, TimeUnit.NANOSECONDS)).isTrue();
            assertThat(gateway.closeAndReplay()).hasSizeGreaterThan(500);
            assertThat(end.get(PATIENCE_NS, TimeUnit.NANOSECONDS)).isInstanceOf(IOException.class);
            for (int i = 0; i < 3_000; i++) {
                assertThatThrownBy(() -> client.viewed("alice", 1, 0)).isInstanceOf(IOException.class);
            }
        }
    }
}
