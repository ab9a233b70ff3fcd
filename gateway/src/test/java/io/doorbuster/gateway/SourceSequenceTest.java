package io.doorbuster.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.client.Acknowledgement;
import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.client.PipelinedClient;
import io.doorbuster.codec.Outcome;
import io.doorbuster.gateway.identity.IdentityStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Numbers of facts: sent twice, skipped, out of order, across connections and restarts, against a model. */
class SourceSequenceTest {
    private static final int OUTCOMES = 64;
    private static final int SOURCES = 3;
    private static final int FACTS_AT_ONCE = 400;
    private static final long[] EXTREMES = {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE};
    private static final long ITEM = 1;
    private static final long NO_ITEM = 99;

    @TempDir
    Path directory;

    private final Random random = new Random(5);

    /** What the engine must know about one source. */
    private static final class Model {
        final Map<Long, Acknowledgement> outcomes = new HashMap<>();
        long last;

        void check(long sequence, Acknowledgement answer, long position, Outcome outcome) {
            final boolean remembered = sequence > 0 && sequence <= last && sequence > last - OUTCOMES;
            if (remembered) {
                assertThat(answer).as("again %d", sequence).isEqualTo(outcomes.get(sequence));
            } else if (sequence == last + 1) {
                assertThat(answer.outcome()).isEqualTo(outcome);
                assertThat(answer.position()).isGreaterThan(position);
                outcomes.put(sequence, answer);
                last = sequence;
            } else {
                final Outcome refusal = sequence > last ? Outcome.SEQUENCE_GAP : Outcome.SEQUENCE_STALE;
                assertThat(answer.outcome()).as("%d after %d", sequence, last).isEqualTo(refusal);
                assertThat(answer.detail()).isEqualTo(last + 1);
                assertThat(answer.position()).isGreaterThan(position);
            }
        }
    }

    private long pick(long last) {
        return switch (random.nextInt(8)) {
            case 0 -> last - random.nextInt(OUTCOMES + 10);
            case 1 -> last + 2 + random.nextInt(5);
            case 2 -> EXTREMES[random.nextInt(EXTREMES.length)];
            default -> last + 1;
        };
    }

    private static void createItem(RunningGateway gateway) throws IOException {
        try (DoorbusterClient client = gateway.connect(1_000)) {
            client.itemUpserted(ITEM, CatalogueItem.of("item", 5));
        }
    }

    /** Units free once one of them is reserved; on hand is the count of the facts that were applied. */
    private static long freeUnits(RunningGateway gateway) throws IOException {
        try (DoorbusterClient client = gateway.connect(1_001)) {
            final Acknowledgement reserved = client.reserveStock(7, ITEM, 1, 60_000);
            assertThat(reserved.outcome()).isEqualTo(Outcome.ACCEPTED);
            return reserved.detail();
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void sequencesInAnyOrderShouldBeAnsweredAsTheModelSays(ThreadMode mode) throws IOException {
        final Model[] models = {new Model(), new Model(), new Model()};
        long position = 0;
        int applied = 0;
        for (int restart = 0; restart < 3; restart++) {
            try (RunningGateway gateway = new RunningGateway(directory, mode)) {
                createItem(gateway);
                for (int session = 0; session < 40; session++) {
                    final int source = random.nextInt(SOURCES);
                    final Model model = models[source];
                    try (DoorbusterClient client = gateway.connect(1 + source)) {
                        assertThat(client.pipelined().nextSequence()).isEqualTo(model.last + 1);
                        for (int i = random.nextInt(40); i > 0; i--) {
                            final long sequence = pick(model.last);
                            final boolean isKnown = random.nextInt(4) > 0;
                            final long before = model.last;
                            client.pipelined().nextSequence(sequence);
                            final Acknowledgement answer = client.stockAdjusted(isKnown ? ITEM : NO_ITEM, 1);
                            model.check(sequence, answer, position, isKnown ? Outcome.ACCEPTED : Outcome.UNKNOWN_ITEM);
                            applied += model.last > before && isKnown ? 1 : 0;
                            position = Math.max(position, answer.position());
                        }
                    }
                }
                if (restart == 2) {
                    assertThat(freeUnits(gateway)).isEqualTo(applied - 1);
                }
                gateway.closeAndReplay();
            }
        }
    }

    /** A client that loses its connection with facts in flight goes on where the welcome says, and each counts once. */
    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void factsShouldCountOnceHoweverOftenTheConnectionIsLost(ThreadMode mode) throws IOException {
        final long count = 4_000;
        try (RunningGateway gateway = new RunningGateway(directory, mode)) {
            createItem(gateway);
            for (long welcome = 1; welcome + FACTS_AT_ONCE < count; ) {
                try (PipelinedClient client = gateway.pipelined(5)) {
                    welcome = client.nextSequence();
                    final long end = Math.min(count, welcome + random.nextInt(FACTS_AT_ONCE));
                    client.nextSequence(Math.max(1, welcome - random.nextInt(OUTCOMES)));
                    while (client.nextSequence() < end) {
                        client.stockAdjusted(ITEM, 1);
                    }
                    client.poll(new Ignoring(), 0);
                }
            }
            finish(gateway, count);
            assertThat(freeUnits(gateway)).isEqualTo(count - 1);
            gateway.closeAndReplay();
        }
    }

    private static void finish(RunningGateway gateway, long count) throws IOException {
        try (PipelinedClient client = gateway.pipelined(5)) {
            while (client.nextSequence() <= count) {
                client.stockAdjusted(ITEM, 1);
            }
            while (client.inFlight() > 0) {
                client.poll(new Ignoring(), 20_000_000_000L);
            }
        }
    }

    /** A source that were forgotten could send its first facts once more: rather a new one is refused. */
    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void newSourceShouldBeRefusedWhenTheStoreIsFullAndNoneForgotten(ThreadMode mode) throws IOException {
        try (RunningGateway gateway = new RunningGateway(directory, mode)) {
            createItem(gateway);
            long firstPosition = 0;
            for (int source = 2_000 + RunningGateway.SOURCES_MAX - 1; source > 2_000; source--) {
                try (DoorbusterClient client = gateway.connect(source)) {
                    final Acknowledgement first = client.stockAdjusted(ITEM, 1);
                    assertThat(first.outcome()).isEqualTo(Outcome.ACCEPTED);
                    firstPosition = first.position();
                }
            }
            try (DoorbusterClient client = gateway.connect(2_001)) {
                assertThat(client.viewed("alice", ITEM, 1).outcome()).isEqualTo(Outcome.ACCEPTED);
            }
            final long alice = IdentityStore.lookUp(DataDirectory.identities(gateway.data()), "alice");
            try (DoorbusterClient client = gateway.connect(5)) {
                assertThat(client.pipelined().nextSequence()).isZero();
                for (long sequence : new long[] {0, 1, 2, 1}) {
                    client.pipelined().nextSequence(sequence);
                    final Acknowledgement refused = client.shopperErased("alice");
                    assertThat(refused.outcome()).isEqualTo(Outcome.SOURCES_FULL);
                    assertThat(refused.detail()).isEqualTo(RunningGateway.SOURCES_MAX);
                }
            }
            assertThat(IdentityStore.lookUp(DataDirectory.identities(gateway.data()), "alice"))
                    .isEqualTo(alice)
                    .isNotZero();
            try (DoorbusterClient client = gateway.connect(2_001)) {
                assertThat(client.pipelined().nextSequence()).isEqualTo(3);
                client.pipelined().nextSequence(1);
                assertThat(client.stockAdjusted(ITEM, 1).position()).isEqualTo(firstPosition);
            }
            gateway.closeAndReplay();
        }
    }

    /** A skipped number makes no row: a client that begins wrongly takes nobody's place. */
    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void sourceWhoseFirstFactIsRefusedShouldTakeNoRoom(ThreadMode mode) throws IOException {
        try (RunningGateway gateway = new RunningGateway(directory, mode)) {
            createItem(gateway);
            for (int source = 2_000; source < 2_000 + 2 * RunningGateway.SOURCES_MAX; source++) {
                try (DoorbusterClient client = gateway.connect(source)) {
                    client.pipelined().nextSequence(2);
                    assertThat(client.stockAdjusted(ITEM, 1).outcome()).isEqualTo(Outcome.SEQUENCE_GAP);
                }
            }
            try (DoorbusterClient client = gateway.connect(5)) {
                assertThat(client.pipelined().nextSequence()).isEqualTo(1);
                assertThat(client.stockAdjusted(ITEM, 1).outcome()).isEqualTo(Outcome.ACCEPTED);
            }
            gateway.closeAndReplay();
        }
    }
}
