package io.doorbuster.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.client.PipelinedClient;
import io.doorbuster.codec.Outcome;
import io.doorbuster.engine.ring.PipelineFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Threads of the server that fail in the midst of work. A thread is made to fail by interrupting it: the next write of the
 * identity file, and a consumer's wait for the ring, end with an exception then.
 */
class FailStopTest {
    private static final long PATIENCE_S = 20;
    private static final int ITEMS = 20;

    @TempDir
    Path directory;

    private final Set<Thread> older = new HashSet<>(Thread.getAllStackTraces().keySet());
    private final List<PipelinedClient> clients = new ArrayList<>();

    @AfterEach
    void hangUp() throws IOException {
        for (final PipelinedClient client : clients) {
            client.close();
        }
    }

    private RunningGateway start(ThreadMode mode) throws IOException {
        final RunningGateway gateway = new RunningGateway(directory, mode);
        try (DoorbusterClient client = gateway.connect(1)) {
            for (int i = 1; i <= ITEMS; i++) {
                client.itemUpserted(i, CatalogueItem.of("item-" + i, 100L * i).withInitialOnHand(50));
            }
        }
        return gateway;
    }

    /** Threads of the server under test. */
    private List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !older.contains(thread) && thread.isAlive())
                .filter(thread -> thread.getName().startsWith("doorbuster-"))
                .toList();
    }

    private void interrupt(String name) {
        final List<Thread> named = threads().stream()
                .filter(thread -> thread.getName().equals(name))
                .toList();
        assertThat(named).hasSize(1);
        named.getFirst().interrupt();
    }

    /** Many large replies are due, and nobody reads them. */
    private void flood(RunningGateway gateway) throws IOException {
        final long[] candidates = new long[500];
        for (int i = 0; i < candidates.length; i++) {
            candidates[i] = 1 + i % ITEMS;
        }
        for (int i = 0; i < 16; i++) {
            final PipelinedClient client = gateway.pipelined(10 + i);
            clients.add(client);
            for (int j = 0; j < 100; j++) {
                client.score("flood", candidates);
            }
            client.flush();
        }
    }

    private static Throwable failureOf(RunningGateway gateway) throws Exception {
        final CompletableFuture<Throwable> failure = CompletableFuture.supplyAsync(() -> {
            try {
                return gateway.server.awaitTermination();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        return failure.get(PATIENCE_S, TimeUnit.SECONDS);
    }

    private void closeAndSeeThreadsEnd(RunningGateway gateway) throws Exception {
        final CompletableFuture<Void> closed = CompletableFuture.runAsync(() -> {
            try {
                gateway.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        closed.get(PATIENCE_S, TimeUnit.SECONDS);
        assertThat(threads()).isEmpty();
    }

    private void restartAndServe(ThreadMode mode) throws IOException {
        try (RunningGateway again = start(mode);
                DoorbusterClient client = again.connect(2)) {
            assertThat(client.viewed("alice", 1, 0).outcome()).isEqualTo(Outcome.ACCEPTED);
            again.closeAndReplay();
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void networkThatFailsShouldLeaveTheJournalWhole(ThreadMode mode) throws Exception {
        final RunningGateway gateway = start(mode);
        final PipelinedClient last = gateway.pipelined(2);
        clients.add(last);
        flood(gateway);
        interrupt("doorbuster-network");
        for (int i = 0; i < 2_000; i++) {
            last.viewed("shopper-" + i, 1, 0);
        }
        last.flush();
        assertThat(failureOf(gateway)).isInstanceOf(UncheckedIOException.class);
        closeAndSeeThreadsEnd(gateway);
        assertThat(gateway.server.failure()).isInstanceOf(UncheckedIOException.class);
        gateway.replay(engine -> {
            assertThat(engine.position()).isEqualTo(gateway.server.position());
            assertThat(engine.stateHash()).isEqualTo(gateway.server.stateHash());
        });
        restartAndServe(mode);
    }

    @ParameterizedTest
    @ValueSource(strings = {"doorbuster-journal", "doorbuster-engine", "doorbuster-egress"})
    void stageThatFailsShouldStopTheOthers(String name) throws Exception {
        final RunningGateway gateway = start(ThreadMode.DEDICATED);
        flood(gateway);
        interrupt(name);
        assertThat(failureOf(gateway)).isInstanceOf(PipelineFailedException.class);
        closeAndSeeThreadsEnd(gateway);
        gateway.replay(engine -> assertThat(engine.position()).isGreaterThanOrEqualTo(gateway.server.position()));
        restartAndServe(ThreadMode.DEDICATED);
    }
}
