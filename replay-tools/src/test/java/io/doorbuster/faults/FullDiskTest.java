package io.doorbuster.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.client.PipelinedClient;
import io.doorbuster.client.ReplyHandler;
import io.doorbuster.codec.AckLevel;
import io.doorbuster.codec.ExplanationDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.RejectCode;
import io.doorbuster.codec.ScoresDecoder;
import io.doorbuster.codec.SlateDecoder;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.journal.JournalTailer;
import io.doorbuster.journal.RecordDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that becomes full below a real process: facts are refused, requests go on, nothing is torn, and the same process
 * goes on when there is space.
 */
class FullDiskTest {
    private static final int DISK_MB = 340;

    /** Room for the journal's first files, and not for the stores. */
    private static final int DISK_OF_JOURNAL_MB = 170;

    private static final int FREE_MAX = 24 << 20;
    private static final int IN_FLIGHT = 200;
    private static final int FACTS_MAX = 1_000_000;
    private static final long REFUSED_MAX = 5_000_000;
    private static final int REQUESTS_MAX = 50_000;
    private static final long SOURCE = 5;
    private static final long PATIENCE_NS = 30_000_000_000L;
    private static final int SHOPPER_EVERY = 8;
    private static final String QUESTION = "q".repeat(1_000);
    private static final String TEXT = "t".repeat(2_000);

    @TempDir
    Path directory;

    /** What a shop's client does: what is refused is sent again once nothing is in flight. */
    private static final class Shop implements ReplyHandler {
        final PipelinedClient client;
        final Map<Long, Long> sequenceOfCorrelation = new HashMap<>();
        final Map<Long, Long> positionOfSequence = new HashMap<>();
        long refused;
        long gaps;
        long answered;
        long unanswered;

        Shop(PipelinedClient client) {
            this.client = client;
        }

        void begin() {
            refused = 0;
            gaps = 0;
            answered = 0;
            unanswered = 0;
        }

        void send(AckLevel level) {
            client.acknowledge(level);
            final long sequence = client.nextSequence();
            sequenceOfCorrelation.put(
                    sequence % SHOPPER_EVERY == 0
                            ? client.searched("shopper" + sequence, "query")
                            : client.answerUpserted(1, QUESTION, TEXT),
                    sequence);
        }

        void poll() throws IOException {
            assertThat(client.poll(this, PATIENCE_NS)).isPositive();
        }

        void drain() throws IOException {
            while (client.inFlight() > 0) {
                poll();
            }
        }

        int accepted() {
            return positionOfSequence.size();
        }

        @Override
        public void onAcknowledged(long correlationId, long position, Outcome outcome, long detail) {
            if (outcome == Outcome.SEQUENCE_GAP) {
                gaps++;
                return;
            }
            assertThat(outcome).isEqualTo(Outcome.ACCEPTED);
            final Long before = positionOfSequence.put(sequenceOfCorrelation.get(correlationId), position);
            assertThat(before).isNull();
        }

        @Override
        public void onSlate(long correlationId, SlateDecoder slate) {
            throw new AssertionError("nobody asked");
        }

        @Override
        public void onScores(long correlationId, ScoresDecoder scores) {
            answered++;
        }

        @Override
        public void onExplanation(long correlationId, ExplanationDecoder explanation) {
            throw new AssertionError("nobody asked");
        }

        @Override
        public void onRejected(long correlationId, RejectCode code, String message) {
            assertThat(code).as(message).isEqualTo(RejectCode.STORAGE_FULL);
            assertThat(message).contains("free some space");
            if (sequenceOfCorrelation.containsKey(correlationId)) {
                refused++;
            } else {
                unanswered++;
            }
        }
    }

    @Test
    void fullDiskShouldRefuseFactsAndLoseNothing() throws IOException, InterruptedException {
        Campaign.run("fills", 2, this::fillADisk, () -> {});
    }

    /** The stores' pages are memory that the disk backs: a page without a block would be a fault of the process. */
    @Test
    void stateThatFindsNoRoomShouldBeRefused() throws IOException, InterruptedException {
        final Path err = directory.resolve("err");
        try (SmallDisk disk = SmallDisk.ext4(directory.resolve("disk"), DISK_OF_JOURNAL_MB)) {
            final List<String> under = new ArrayList<>(disk.entrance());
            under.addAll(List.of("sh", "-c", "mount -t tmpfs -o size=8m none /dev/shm && exec \"$@\"", "sh"));
            try (ServedProcess server =
                    ServedProcess.tryStartUnder(under, directory.resolve("disk").resolve("data"), err)) {
                assertThat(server.isListening()).isFalse();
                assertThat(server.awaitExit()).isEqualTo(1);
            }
        }
        assertThat(Files.readString(err))
                .contains("no room for state in ")
                .contains("free some space there, or begin a shop with fewer ITEMS_MAX")
                .doesNotContain("\tat ");
    }

    private void fillADisk(int index, SplittableRandom random) throws IOException, InterruptedException {
        final Path mount = directory.resolve("disk" + index);
        try (SmallDisk disk = index % 2 == 0 ? SmallDisk.tmpfs(mount, DISK_MB) : SmallDisk.ext4(mount, DISK_MB)) {
            fill(disk, random);
        }
        Files.deleteIfExists(Path.of(mount + ".img"));
    }

    private void fill(SmallDisk disk, SplittableRandom random) throws IOException, InterruptedException {
        final Path data = disk.path().resolve("data");
        final Path err = directory.resolve("err");
        final Map<Long, Long> acknowledged;
        try (ServedProcess server = ServedProcess.startUnder(disk.entrance(), data, err);
                PipelinedClient client = server.connect(SOURCE)) {
            final Shop shop = new Shop(client);
            fillOnce(disk, shop, random);
            acknowledged = shop.positionOfSequence;
            assertThat(server.stop()).as(Files.readString(err)).isZero();
        }
        assertThat(Files.readString(err)).doesNotContain("Error");
        checkJournal(data, acknowledged);
    }

    private static void fillOnce(SmallDisk disk, Shop shop, SplittableRandom random)
            throws IOException, InterruptedException {
        shop.begin();
        push(shop, random, random.nextInt(2_000), Long.MAX_VALUE);
        assertThat(shop.refused).isZero();
        disk.fill(random.nextInt(FREE_MAX));
        push(shop, random, FACTS_MAX, 1);
        shop.drain();
        assertThat(shop.refused).isPositive();
        assertThat(shop.gaps).isZero();
        ask(shop, 100);
        assertThat(shop.unanswered).isZero();
        if (random.nextBoolean()) {
            askUntilRefused(shop);
        }
        push(shop, random, FACTS_MAX, shop.refused + 1 + random.nextInt(1_000));
        disk.empty();
        push(shop, random, 500, Long.MAX_VALUE); // Some of these are still refused, and what is behind them is a gap.
        shop.drain();
        ask(shop, 1);
    }

    /** Sends until so many more are accepted, or so many have been refused in all. */
    private static void push(Shop shop, SplittableRandom random, int more, long refusals) throws IOException {
        final long until = shop.accepted() + (long) more;
        while (shop.accepted() < until && shop.refused < refusals) {
            assertThat(shop.refused).as("refused, and no space returned").isLessThan(REFUSED_MAX);
            final long bad = shop.refused + shop.gaps;
            while (shop.client.inFlight() < IN_FLIGHT) {
                shop.send(random.nextInt(4) == 0 ? AckLevel.DISK : AckLevel.PROCESS);
            }
            shop.poll();
            if (shop.refused + shop.gaps > bad) {
                shop.drain();
            }
        }
    }

    private static void ask(Shop shop, int count) throws IOException {
        final long[] candidates = new long[500];
        Arrays.fill(candidates, 1);
        for (int i = 0; i < count; i++) {
            shop.client.score("shopper", candidates);
        }
        final long answers = shop.answered + shop.unanswered + count;
        shop.drain();
        assertThat(shop.answered + shop.unanswered).isEqualTo(answers);
    }

    /** Into the reserve: below it requests are refused too. */
    private static void askUntilRefused(Shop shop) throws IOException {
        while (shop.unanswered == 0) {
            assertThat(shop.answered).isLessThan(REQUESTS_MAX);
            ask(shop, IN_FLIGHT);
        }
    }

    /** Each acknowledged fact lies where its reply said, and a replay gives the same hashes. */
    private static void checkJournal(Path data, Map<Long, Long> acknowledged) throws IOException {
        final Map<Long, Long> sequenceOfPosition = new HashMap<>();
        try (JournalTailer tailer = JournalTailer.open(DataDirectory.journal(data))) {
            while (tailer.poll(
                            (buffer, offset, length) -> {
                                if (RecordDescriptor.source(buffer, offset) == SOURCE) {
                                    sequenceOfPosition.put(
                                            RecordDescriptor.position(buffer, offset),
                                            RecordDescriptor.sourceSequence(buffer, offset));
                                }
                            },
                            100)
                    > 0) {
                assertThat(tailer.lastPosition()).isPositive();
            }
        }
        JournalHistory.assertReplaysIdentically(data);
        acknowledged.forEach(
                (sequence, position) -> assertThat(sequenceOfPosition).containsEntry(position, sequence));
    }
}
