package io.doorbuster.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.doorbuster.client.Acknowledgement;
import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.client.PipelinedClient;
import io.doorbuster.client.ReplyHandler;
import io.doorbuster.client.SlateFilter;
import io.doorbuster.codec.AckLevel;
import io.doorbuster.codec.ExplanationDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.RejectCode;
import io.doorbuster.codec.Scenario;
import io.doorbuster.codec.ScoresDecoder;
import io.doorbuster.codec.SlateDecoder;
import io.doorbuster.journal.JournalDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is acknowledged when, on a disk that takes its time or breaks. */
class AcknowledgeTest {
    private static final long PATIENCE_NS = 20_000_000_000L;
    private static final int MORE_THAN_MAY_WAIT = 20_000;

    @TempDir
    Path directory;

    /** Takes what it is given until it is held; then waits to be let go, or fails. */
    private static final class HeldDisk implements JournalDisk {
        private volatile CompletableFuture<Boolean> gate = CompletableFuture.completedFuture(true);
        private volatile boolean closed;

        void hold() {
            gate = new CompletableFuture<Boolean>()
                    .completeOnTimeout(true, 30, TimeUnit.SECONDS); // Of a test that failed.
        }

        /** A force that fails when {@code isGood} is false, as the real one does. */
        void letGo(boolean isGood) {
            gate.complete(isGood);
        }

        @Override
        public void force(int cycle, long position) throws IOException {
            if (!gate.join()) {
                throw new IOException("Input/output error");
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /** Correlation ids in the order of their replies. */
    private static final class Order implements ReplyHandler {
        final List<Long> ids = new ArrayList<>();

        @Override
        public void onAcknowledged(long correlationId, long position, Outcome outcome, long detail) {
            assertThat(outcome).isEqualTo(Outcome.ACCEPTED);
            ids.add(correlationId);
        }

        @Override
        public void onSlate(long correlationId, SlateDecoder slate) {
            ids.add(correlationId);
        }

        @Override
        public void onScores(long correlationId, ScoresDecoder scores) {
            throw new AssertionError("nobody asked");
        }

        @Override
        public void onExplanation(long correlationId, ExplanationDecoder explanation) {
            throw new AssertionError("nobody asked");
        }

        @Override
        public void onRejected(long correlationId, RejectCode code, String message) {
            throw new AssertionError(message);
        }

        void await(PipelinedClient client, int count) throws IOException {
            while (ids.size() < count) {
                assertThat(client.poll(this, PATIENCE_NS)).isPositive();
            }
            assertThat(ids).hasSize(count);
        }
    }

    private static void createItem(RunningGateway gateway) throws IOException {
        try (DoorbusterClient client = gateway.connect(1)) {
            client.itemUpserted(1, CatalogueItem.of("item-1", 100));
            client.stockSet(1, 1_000);
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void whatWaitsForTheDiskShouldHoldUpNothingElse(ThreadMode mode) throws IOException {
        final HeldDisk disk = new HeldDisk();
        try (RunningGateway gateway = new RunningGateway(directory, mode, disk);
                PipelinedClient client = gateway.pipelined(2)) {
            createItem(gateway);
            disk.hold();
            final Order order = new Order();
            final long reserved = client.reserveStock(7, 1, 2, 60_000);
            final long bought = client.purchased("ann", 1, 1, 100, 0);
            final long viewed = client.viewed("ann", 1, 0);
            client.acknowledge(AckLevel.PROCESS);
            final long adjusted = client.stockAdjusted(1, 5);
            client.acknowledge(AckLevel.DISK);
            final long clicked = client.viewed("ann", 1, 0);
            final long slate = client.recommend("ann", Scenario.FEED, SlateFilter.of(1), new long[0], new long[0]);
            order.await(client, 3);
            assertThat(order.ids).containsExactly(viewed, adjusted, slate);
            disk.letGo(true);
            order.await(client, 6);
            assertThat(order.ids.subList(3, 6)).containsExactly(reserved, bought, clicked);
            gateway.closeAndReplay();
            assertThat(disk.closed).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void moreThanMayWaitForTheDiskShouldBeHeldBackAndLoseNothing(ThreadMode mode) throws IOException {
        final HeldDisk disk = new HeldDisk();
        try (RunningGateway gateway = new RunningGateway(directory, mode, disk);
                PipelinedClient eager = gateway.pipelined(2)) {
            createItem(gateway);
            disk.hold();
            final Order order = new Order();
            for (int i = 0; i < MORE_THAN_MAY_WAIT; i++) {
                eager.stockAdjusted(1, 1);
                eager.poll(order, 0);
            }
            try (DoorbusterClient other = gateway.connect(3)) {
                assertThat(other.recommend("ann", SlateFilter.of(1)).items()).hasSize(1);
            }
            assertThat(order.ids).isEmpty();
            disk.letGo(true);
            order.await(eager, MORE_THAN_MAY_WAIT);
            assertThat(order.ids).isSorted();
            try (DoorbusterClient other = gateway.connect(3)) {
                assertThat(other.reserveStock(1, 1, 1, 1_000).detail()).isEqualTo(999 + MORE_THAN_MAY_WAIT);
            }
            gateway.closeAndReplay();
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void afterAFailedForceNothingShouldBeAcknowledgedAndARestartResolveIt(ThreadMode mode) throws Exception {
        final HeldDisk disk = new HeldDisk();
        final long firstSequence;
        try (RunningGateway gateway = new RunningGateway(directory, mode, disk)) {
            createItem(gateway);
            disk.hold();
            final PipelinedClient client = gateway.pipelined(2);
            firstSequence = client.nextSequence();
            for (int i = 0; i < 10; i++) {
                client.stockAdjusted(1, 1);
            }
            final Order order = new Order();
            client.viewed("ann", 1, 0);
            order.await(client, 1); // Everything before it is in the journal, and waits.
            disk.letGo(false);
            final CompletableFuture<Throwable> stopped = CompletableFuture.supplyAsync(() -> {
                try {
                    return gateway.server.awaitTermination();
                } catch (InterruptedException e) {
                    return e;
                }
            });
            assertThat(stopped.get(20, TimeUnit.SECONDS))
                    .hasMessageContaining("cannot be forced to the disk (Input/output error)")
                    .hasMessageContaining("check the disk, then start again");
            gateway.server.close();
            assertThatThrownBy(() -> order.await(client, 2)).isInstanceOf(IOException.class);
            client.close();
        }
        try (RunningGateway gateway = new RunningGateway(directory, mode);
                DoorbusterClient client = gateway.connect(2)) {
            client.pipelined().nextSequence(firstSequence);
            long position = 0;
            for (int i = 0; i < 10; i++) {
                final Acknowledgement again = client.stockAdjusted(1, 1);
                assertThat(again.outcome()).isEqualTo(Outcome.ACCEPTED);
                assertThat(again.position()).isGreaterThan(position);
                position = again.position();
            }
            client.pipelined().nextSequence(firstSequence + 11);
            assertThat(client.reserveStock(1, 1, 1, 1_000).detail()).isEqualTo(1_009);
            gateway.closeAndReplay();
        }
    }
}
