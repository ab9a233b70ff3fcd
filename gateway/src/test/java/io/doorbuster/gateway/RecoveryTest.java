package io.doorbuster.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.client.SlateFilter;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.TickRecordEncoder;
import io.doorbuster.engine.Engine;
import io.doorbuster.engine.checkpoint.CheckpointDirectory;
import io.doorbuster.engine.ring.WaitPolicy;
import io.doorbuster.journal.JournalAppender;
import io.doorbuster.journal.JournalCorruptException;
import io.doorbuster.journal.JournalTailer;
import io.doorbuster.journal.RecordDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Starts from a checkpoint and the journal behind it, beside a replay of the whole journal. */
class RecoveryTest {
    private static final int ITEMS = 40;

    @TempDir
    Path directory;

    /** Some of everything; goes on where the source stopped. */
    private static void trade(DoorbusterClient client, int rounds) throws IOException {
        for (int i = 0; i < rounds; i++) {
            final long item = 1 + i % ITEMS;
            client.itemUpserted(item, CatalogueItem.of("item-" + item, 100 + i));
            client.stockSet(item, 20 + i);
            client.viewed("shopper-" + i % 7, item, 5);
            client.clicked("shopper-" + i % 7, 1 + (i + 3) % ITEMS, 1, 0);
            client.reserveStock(1 + i, item, 1, 60_000);
            client.recommend("shopper-" + i % 7, SlateFilter.of(5));
        }
    }

    private CheckpointDirectory checkpoints() {
        return new CheckpointDirectory(DataDirectory.checkpoints(directory.resolve("data")));
    }

    /** The data directory of a shop that was served, and has stopped in order. */
    private Path tradedAndStopped(int rounds) throws IOException {
        try (RunningGateway gateway = new RunningGateway(directory, ThreadMode.SHARED);
                DoorbusterClient client = gateway.connect(3)) {
            trade(client, rounds);
            return gateway.data();
        }
    }

    private static void copyTree(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, to.resolve(from.relativize(file)));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void restartShouldBeginWithTheLastCheckpointAndComeToTheSameHashes(ThreadMode mode) throws IOException {
        final RunningGateway first = new RunningGateway(directory, mode);
        try (first;
                DoorbusterClient client = first.connect(3)) {
            trade(client, 60);
        }
        final long stopped = first.server.position();
        assertThat(first.server.checkpointPosition()).isEqualTo(stopped);
        try (Engine engine = new Engine(directory.resolve("look"));
                Recovery recovery = new Recovery(directory.resolve("data"), engine)) {
            assertThat(engine.position()).isEqualTo(stopped); // Nothing of the journal has been applied.
            assertThat(recovery.passedOver()).isEmpty();
        }
        try (RunningGateway gateway = new RunningGateway(directory, mode)) {
            try (DoorbusterClient client = gateway.connect(3)) {
                assertThat(client.checkpoint().outcome()).isEqualTo(Outcome.ACCEPTED);
                trade(client, 30);
            }
            gateway.closeAndReplay(engine -> assertThat(engine.position()).isGreaterThan(stopped));
        }
        assertThat(checkpoints().positions()).hasSize(2);
    }

    @Test
    void journalOfAKilledProcessShouldBeReplayedFromItsLastCheckpointOn() throws IOException {
        final Path crashed = directory.resolve("crashed").resolve("data");
        try (RunningGateway gateway = new RunningGateway(directory, ThreadMode.SHARED)) {
            try (DoorbusterClient client = gateway.connect(3)) {
                trade(client, 60);
                copyTree(gateway.data(), crashed);
                client.viewed("shopper-1", 1, 5);
            }
            gateway.closeAndReplay();
        }
        final RunningGateway again = new RunningGateway(directory.resolve("crashed"), ThreadMode.SHARED);
        try (again) {
            try (DoorbusterClient client = again.connect(3)) {
                trade(client, 5);
            }
            again.closeAndReplay();
        }
    }

    @Test
    void damagedCheckpointShouldBePassedOverAndSaid() throws IOException {
        try (RunningGateway gateway = new RunningGateway(directory, ThreadMode.SHARED);
                DoorbusterClient client = gateway.connect(3)) {
            trade(client, 60);
        }
        final long newest = checkpoints().positions().getFirst();
        final Path manifest =
                DataDirectory.checkpoints(directory.resolve("data")).resolve("checkpoint-" + newest);
        Files.writeString(manifest, Files.readString(manifest).replace("position", "Position"));
        try (RunningGateway gateway = new RunningGateway(directory, ThreadMode.SHARED)) {
            assertThat(gateway.server.notes())
                    .singleElement()
                    .asString()
                    .contains("checkpoint of position " + newest, "checksum");
            gateway.closeAndReplay();
        }
    }

    @Test
    void journalThatEndsBeforeItsCheckpointShouldBeRefused() throws IOException {
        final Path old = directory.resolve("old");
        try (RunningGateway gateway = new RunningGateway(directory, ThreadMode.SHARED);
                DoorbusterClient client = gateway.connect(3)) {
            trade(client, 5);
            copyTree(DataDirectory.journal(gateway.data()), old);
            trade(client, 60);
        }
        final Path journal = DataDirectory.journal(directory.resolve("data"));
        Files.move(journal, directory.resolve("journal-of-all"));
        copyTree(old, journal);
        assertThatThrownBy(() -> new RunningGateway(directory, ThreadMode.SHARED))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("before its checkpoint")
                .hasMessageContaining("restore the journal from a backup");
    }

    @Test
    void checkpointOfAnotherJournalShouldBeRefused() throws IOException {
        for (final String shop : new String[] {"one", "other"}) {
            try (RunningGateway gateway = new RunningGateway(directory.resolve(shop), ThreadMode.SHARED);
                    DoorbusterClient client = gateway.connect(shop.length())) {
                trade(client, 10);
            }
        }
        final Path taken = DataDirectory.checkpoints(directory.resolve("one").resolve("data"));
        copyTree(DataDirectory.checkpoints(directory.resolve("other").resolve("data")), directory.resolve("kept"));
        Files.move(taken, directory.resolve("away"));
        Files.move(directory.resolve("kept"), taken);
        assertThatThrownBy(() -> new RunningGateway(directory.resolve("one"), ThreadMode.SHARED))
                .hasMessageContaining("is of another journal");
    }

    @Test
    void stateThatDoesNotComeOutAsRecordedShouldStopTheStart() throws IOException {
        final Path data = tradedAndStopped(40);
        deleteAll(DataDirectory.checkpoints(data), "");
        assertThat(recordedElsewhere(data)).isPositive();
        assertThatThrownBy(() -> new RunningGateway(directory, ThreadMode.SHARED))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not replay to what was recorded: at position");
    }

    /** Changes an event as a process with other arithmetic would have seen it: whole, with a checksum of its own. */
    private long recordedElsewhere(Path data) throws IOException {
        final Path copy = directory.resolve("elsewhere");
        long changed = 0;
        try (JournalTailer tailer = JournalTailer.open(DataDirectory.journal(data));
                JournalAppender appender = JournalAppender.open(copy, 0, 0)) {
            final RecordCopy records = new RecordCopy(appender);
            while (tailer.poll(records, 10) > 0) {
                changed = records.changed;
            }
        }
        Files.move(DataDirectory.journal(data), directory.resolve("original"));
        Files.move(copy, DataDirectory.journal(data));
        return changed;
    }

    /** Without a checkpoint that would tell: by the mark of the last force, and by the shoppers that are known. */
    @Test
    void journalThatLostItsEndOrIsGoneShouldBeRefused() throws IOException {
        final Path data = tradedAndStopped(20);
        deleteAll(DataDirectory.checkpoints(data), "");
        deleteAll(DataDirectory.journal(data), ".cq4");
        assertThatThrownBy(() -> new RunningGateway(directory, ThreadMode.SHARED))
                .isInstanceOf(JournalCorruptException.class)
                .hasMessageContaining("were on the disk");
        deleteAll(DataDirectory.journal(data), "");
        Files.delete(DataDirectory.journal(data));
        assertThatThrownBy(() -> new RunningGateway(directory, ThreadMode.SHARED))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("knows shoppers, and has no journal");
    }

    private static void deleteAll(Path tree, String suffix) throws IOException {
        try (var files = Files.list(tree)) {
            for (final Path file :
                    files.filter(each -> each.toString().endsWith(suffix)).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void journalFarAheadOfTheClockShouldBeRefusedUnlessAccepted() throws IOException {
        final Path data = tradedAndStopped(1);
        final long ahead = Instant.now().plus(Duration.ofDays(40)).getEpochSecond() * 1_000_000_000L;
        appendTick(DataDirectory.journal(data), ahead);
        final GatewayConfig config = GatewayConfig.local(data, Map.of());
        assertThatThrownBy(() -> GatewayServer.start(config, Progress.NONE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the journal's last record is of 20")
                .hasMessageContaining("39 days ahead of this machine's clock: set the clock");
        try (GatewayServer server = GatewayServer.start(
                new GatewayConfig(
                        data, null, config.address(), ThreadMode.SHARED, WaitPolicy.BLOCKING, null, 0, true, Map.of()),
                Progress.NONE)) {
            assertThat(server.failure()).isNull();
        }
    }

    private static void appendTick(Path journal, long timeNs) {
        final UnsafeBuffer record = new UnsafeBuffer(new byte[RecordDescriptor.RECORD_MAX]);
        final TickRecordEncoder tick = new TickRecordEncoder();
        tick.wrapAndApplyHeader(record, RecordDescriptor.MESSAGE_OFFSET, new MessageHeaderEncoder())
                .rejected(0)
                .expired(0)
                .overloaded(0);
        RecordDescriptor.length(record, 0, RecordDescriptor.BODY_OFFSET + tick.encodedLength());
        RecordDescriptor.journalTimeNs(record, 0, timeNs);
        try (JournalTailer tailer = JournalTailer.open(journal)) {
            while (tailer.poll((buffer, offset, length) -> {}, 10) > 0) {
                assertThat(tailer.lastPosition()).isPositive();
            }
            try (JournalAppender appender = JournalAppender.openBehind(tailer)) {
                appender.append(record, 0);
            }
        }
    }

    @Test
    void unfinishedDraftsShouldBeClearedAway() throws IOException {
        try (RunningGateway gateway = new RunningGateway(directory, ThreadMode.SHARED);
                DoorbusterClient client = gateway.connect(3)) {
            trade(client, 10);
        }
        final Path draft = DataDirectory.checkpoints(directory.resolve("data")).resolve("pages-99999.draft");
        try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1_000));
        }
        try (RunningGateway gateway = new RunningGateway(directory, ThreadMode.SHARED)) {
            assertThat(gateway.server.notes()).isEmpty();
            try (DoorbusterClient client = gateway.connect(3)) {
                trade(client, 1);
            }
            gateway.closeAndReplay();
            assertThat(draft).doesNotExist();
        }
    }
}
