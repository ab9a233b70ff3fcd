package io.doorbuster.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.client.Acknowledgement;
import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.client.PipelinedClient;
import io.doorbuster.client.ReplyHandler;
import io.doorbuster.client.SlateFilter;
import io.doorbuster.codec.ExplanationDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.RejectCode;
import io.doorbuster.codec.Scenario;
import io.doorbuster.codec.ScoresDecoder;
import io.doorbuster.codec.SlateDecoder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A ring that is full: only DEDICATED mode answers so, since the one thread of SHARED mode empties it. */
class OverloadTest {
    private static final long PATIENCE_NS = 20_000_000_000L;
    private static final int ITEMS = 500;
    private static final int ASKING = 16;
    private static final int REQUESTS = 100;
    private static final int FACTS_AT_ONCE = 300;
    private static final int ROUNDS_MAX = 100;
    private static final long[] NONE = {};

    @TempDir
    Path directory;

    /** What became of every message of one connection. */
    private static final class Tally implements ReplyHandler {
        private final Set<Long> seen = new HashSet<>();
        int answered;
        int overloaded;

        private void requireFirst(long correlationId) {
            if (correlationId <= 0 || !seen.add(correlationId)) {
                throw new AssertionError("another reply to " + correlationId);
            }
        }

        @Override
        public void onAcknowledged(long correlationId, long position, Outcome outcome, long detail) {
            requireFirst(correlationId);
            assertThat(outcome).isEqualTo(Outcome.ACCEPTED);
            assertThat(correlationId).as("facts are answered in their order").isEqualTo(++answered);
        }

        @Override
        public void onSlate(long correlationId, SlateDecoder slate) {
            requireFirst(correlationId);
            answered++;
        }

        @Override
        public void onScores(long correlationId, ScoresDecoder scores) {
            throw new AssertionError("scores");
        }

        @Override
        public void onExplanation(long correlationId, ExplanationDecoder explanation) {
            throw new AssertionError("explanation");
        }

        @Override
        public void onRejected(long correlationId, RejectCode code, String message) {
            assertThat(code).isEqualTo(RejectCode.OVERLOADED);
            requireFirst(correlationId);
            overloaded++;
        }
    }

    private static void drain(PipelinedClient client, Tally tally) throws IOException {
        while (client.inFlight() > 0) {
            assertThat(client.poll(tally, PATIENCE_NS)).isPositive();
        }
    }

    private static void catalogue(RunningGateway gateway) throws IOException {
        try (DoorbusterClient client = gateway.connect(1)) {
            for (int i = 1; i <= ITEMS; i++) {
                client.itemUpserted(i, CatalogueItem.of("item-" + i, 100L * i));
                client.stockSet(i, i == 1 ? 0 : 5);
            }
        }
    }

    /** More requests than the ring holds, from more connections than may fill it. */
    private static void flood(Set<PipelinedClient> asking) throws IOException {
        for (final PipelinedClient client : asking) {
            for (int j = 0; j < REQUESTS; j++) {
                client.recommend("s" + j, Scenario.FEED, SlateFilter.of(30), NONE, NONE);
            }
            client.flush();
        }
    }

    /** Requests are refused by their own correlation ids and take no position; facts wait, and each counts once. */
    @Test
    void fullRingShouldRefuseRequestsAndKeepFactsWaiting() throws IOException {
        try (RunningGateway gateway = new RunningGateway(directory, ThreadMode.DEDICATED)) {
            catalogue(gateway);
            final Map<PipelinedClient, Tally> asking = new LinkedHashMap<>();
            for (int i = 0; i < ASKING; i++) {
                asking.put(gateway.pipelined(10 + i), new Tally());
            }
            final PipelinedClient facts = gateway.pipelined(2);
            final Tally tally = new Tally();
            int overloaded = 0;
            int answered = 0;
            int rounds = 0;
            for (; overloaded == 0 || rounds < 2; rounds++) {
                assertThat(rounds).as("rounds in which the ring was never full").isLessThan(ROUNDS_MAX);
                flood(asking.keySet());
                for (int j = 0; j < FACTS_AT_ONCE; j++) {
                    facts.stockAdjusted(1, 1);
                }
                drain(facts, tally);
                overloaded = 0;
                answered = 0;
                for (final Map.Entry<PipelinedClient, Tally> entry : asking.entrySet()) {
                    drain(entry.getKey(), entry.getValue());
                    overloaded += entry.getValue().overloaded;
                    answered += entry.getValue().answered;
                }
            }
            assertThat(tally.overloaded).isZero();
            assertThat(tally.answered).isEqualTo(rounds * FACTS_AT_ONCE);
            assertThat(answered + overloaded).isEqualTo(rounds * ASKING * REQUESTS);
            facts.close();
            for (final PipelinedClient client : asking.keySet()) {
                client.close();
            }
            try (DoorbusterClient client = gateway.connect(3)) {
                final Acknowledgement reserved = client.reserveStock(7, 1, 1, 60_000);
                assertThat(reserved.detail()).as("units free").isEqualTo(tally.answered - 1);
            }
            assertThat(gateway.closeAndReplay()).hasSize(1 + 2 * ITEMS + answered + tally.answered + 1);
        }
    }
}
