package io.doorbuster.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.PipelinedClient;
import io.doorbuster.client.ReplyHandler;
import io.doorbuster.codec.ExplanationDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.RejectCode;
import io.doorbuster.codec.ScoresDecoder;
import io.doorbuster.codec.SlateDecoder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes that die: nothing acknowledged may be lost, no position may be given to two events. {@code
 * -Ddoorbuster.kills=1000} makes it a campaign, {@code -Ddoorbuster.seed} another one.
 */
class ProcessFaultsTest {
    private static final int KILLS = Integer.getInteger("doorbuster.kills", 5);
    private static final long SEED = Long.getLong("doorbuster.seed", 1);
    private static final long SOURCE = 5;
    private static final long ITEM = 1;
    private static final long PATIENCE_NS = 30_000_000_000L;
    private static final int IN_FLIGHT = 200;

    @TempDir
    Path directory;

    /** Acknowledged facts: each position once, in the order of their sequences. */
    private static final class Acknowledged implements ReplyHandler {
        final Map<Long, Long> sequenceOfCorrelation = new HashMap<>();
        final Map<Long, Long> positionOfSequence = new HashMap<>();
        long last;

        void sent(long correlationId, long sequence) {
            sequenceOfCorrelation.put(correlationId, sequence);
        }

        @Override
        public void onAcknowledged(long correlationId, long position, Outcome outcome, long detail) {
            final long sequence = sequenceOfCorrelation.getOrDefault(correlationId, 0L);
            assertThat(outcome).as("sequence %d", sequence).isEqualTo(Outcome.ACCEPTED);
            final Long before = positionOfSequence.put(sequence, position);
            assertThat(before).as("position of sequence %d", sequence).isIn(null, position);
            last = Math.max(last, sequence);
        }

        @Override
        public void onSlate(long correlationId, SlateDecoder slate) {
            throw new AssertionError("nobody asked");
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
    }

    private Path data() {
        return directory.resolve("data");
    }

    private Path err() {
        return directory.resolve("err");
    }

    /** Sends +1 facts until so many more are acknowledged, or the connection ends. */
    private static void adjust(PipelinedClient client, Acknowledged acknowledged, long more) throws IOException {
        final long until = acknowledged.last + more;
        acknowledged.sequenceOfCorrelation.clear();
        if (client.nextSequence() == 1) {
            final long sequence = client.nextSequence();
            acknowledged.sent(client.itemUpserted(ITEM, CatalogueItem.of("item", 5)), sequence);
        }
        while (acknowledged.last < until) {
            while (client.inFlight() < IN_FLIGHT) {
                final long sequence = client.nextSequence();
                acknowledged.sent(client.stockAdjusted(ITEM, 1), sequence);
            }
            assertThat(client.poll(acknowledged, PATIENCE_NS)).isPositive();
        }
    }

    /** Every fact of the source that counts, counted by the shop itself: the units of the item. */
    private void checkUnits(Acknowledged acknowledged) throws IOException, InterruptedException {
        try (ServedProcess server = new ServedProcess(data(), err())) {
            reserveAll(server, acknowledged);
            assertThat(server.stop()).isZero();
        }
        final StringWriter out = new StringWriter();
        assertThat(DoorbusterMain.run(
                        new PrintWriter(out, true),
                        new PrintWriter(new StringWriter(), true),
                        "verify",
                        "--data",
                        data().toString()))
                .as(out.toString())
                .isZero();
    }

    private static void reserveAll(ServedProcess server, Acknowledged acknowledged) throws IOException {
        try (PipelinedClient client = server.connect(SOURCE)) {
            final long applied = client.nextSequence() - 1; // The first one was the item's.
            assertThat(applied).isGreaterThanOrEqualTo(acknowledged.last);
            final Acknowledged reserved = new Acknowledged();
            final long sequence = client.nextSequence();
            reserved.sent(client.reserveStock(1, ITEM, (int) applied - 1, 60_000), sequence);
            assertThat(client.poll(reserved, PATIENCE_NS)).isPositive();
        }
    }

    @Test
    void killedProcessShouldLoseNothingThatItAcknowledged() throws IOException, InterruptedException {
        final SplittableRandom random = new SplittableRandom(SEED);
        final Acknowledged acknowledged = new Acknowledged();
        for (int kill = 0; kill < KILLS; kill++) {
            try (ServedProcess server = new ServedProcess(data(), err());
                    PipelinedClient client = server.connect(SOURCE)) {
                assertThat(client.nextSequence())
                        .as("kill %d, seed %d", kill, SEED)
                        .isGreaterThan(acknowledged.last);
                adjust(client, acknowledged, 1 + random.nextInt(2_000));
                server.kill();
            }
        }
        checkUnits(acknowledged);
    }

    /** The kernel says EIO to a real fdatasync of the running process. */
    @Test
    void diskThatFailsShouldStopTheProcessBeforeItAcknowledgesMore() throws IOException, InterruptedException {
        assumeTrue(canInject(), "no strace here that may inject errors: apt-get install strace, and allow ptrace");
        final Acknowledged acknowledged = new Acknowledged();
        final long lastAcknowledged;
        try (ServedProcess server = new ServedProcess(
                        data(),
                        err(),
                        "strace",
                        "-f",
                        "-qq",
                        "-o",
                        directory.resolve("trace").toString(),
                        "-e",
                        "trace=fdatasync",
                        "-e",
                        "inject=fdatasync:error=EIO:when=4+");
                PipelinedClient client = server.connect(SOURCE)) {
            try {
                adjust(client, acknowledged, Integer.MAX_VALUE);
            } catch (IOException e) { // The connection has ended, as it must.
                assertThat(acknowledged.last).isPositive();
            }
            lastAcknowledged = acknowledged.last;
            assertThat(server.awaitExit()).isEqualTo(1);
        }
        assertThat(Files.readString(directory.resolve("trace"))).contains("EIO").contains("INJECTED");
        assertThat(Files.readString(err()))
                .contains("the journal cannot be forced to the disk")
                .contains("check the disk, then start again")
                .doesNotContain("\tat ");
        assertThat(lastAcknowledged).isLessThan(IN_FLIGHT * 5L);
        checkUnits(acknowledged);
    }

    private static boolean canInject() {
        try {
            return new ProcessBuilder("strace", "-qq", "-e", "inject=fdatasync:error=EIO", "true")
                            .redirectErrorStream(true)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false; // Not installed.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
