package io.doorbuster.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.PriceChangedRecordEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalSpaceTest {
    private static final long AHEAD = 1 << 20;
    private static final long STEP = 1 << 18;
    private static final long DAY = 86_400_000;
    private static final String DISK = "size=16m";

    /** 2026-01-01. */
    private static final long FIRST_DAY = 20_454;

    @TempDir
    Path directory;

    private final AtomicLong wallMillis = new AtomicLong(FIRST_DAY * DAY + 5);
    private final UnsafeBuffer record = new UnsafeBuffer(new byte[RecordDescriptor.RECORD_MAX]);
    private final PriceChangedRecordEncoder price = new PriceChangedRecordEncoder();

    private JournalAppender open(Path journal, long lastPosition) throws IOException {
        JournalSpace.prepare(journal);
        return JournalAppender.open(journal, lastPosition, 0, wallMillis::get);
    }

    private JournalSpace start(Path journal, JournalAppender appender) throws IOException {
        return JournalSpace.start(journal, appender, journal.resolveSibling("beside"), () -> 0, AHEAD, STEP);
    }

    /** Appends records of the largest size. */
    private void append(JournalAppender appender, int count) {
        for (int i = 0; i < count; i++) {
            price.wrapAndApplyHeader(record, RecordDescriptor.MESSAGE_OFFSET, new MessageHeaderEncoder())
                    .itemId(i);
            RecordDescriptor.length(record, 0, RecordDescriptor.RECORD_MAX);
            appender.append(record, 0);
            appender.flush();
        }
    }

    private static void await(BooleanSupplier condition) {
        final long deadlineNs = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadlineNs);
            Thread.onSpinWait();
        }
    }

    private static List<String> names(Path journal) throws IOException {
        try (Stream<Path> files = Files.list(journal)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static long lastPosition(Path journal) {
        try (JournalTailer tailer = JournalTailer.open(journal)) {
            while (tailer.poll((buffer, offset, length) -> {}, 10) > 0) {
                assertThat(tailer.lastPosition()).isPositive();
            }
            return tailer.lastPosition();
        }
    }

    /** Blocks of a file, as the kernel counts them. */
    private static long allocatedBytes(Path file) throws IOException {
        final Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
        return 512 * Long.parseLong(stat.inputReader(StandardCharsets.UTF_8).readLine());
    }

    @Test
    void firstRecordOfJournalAndOfEachDayShouldFindItsFileAllocated() throws IOException {
        final Path journal = directory.resolve("journal");
        try (JournalAppender appender = open(journal, 0);
                JournalSpace space = start(journal, appender)) {
            assertThat(names(journal)).containsExactly("20260101F.precreated", "20260102F.precreated", "metadata.cq4t");
            assertThat(space.room()).isEqualTo(AHEAD);
            assertThat(lastPosition(journal)).isZero();
            append(appender, 1);
            assertThat(names(journal)).containsExactly("20260101F.cq4", "20260102F.precreated", "metadata.cq4t");
            assertThat(allocatedBytes(journal.resolve("20260101F.cq4"))).isGreaterThanOrEqualTo(AHEAD);
            wallMillis.addAndGet(DAY);
            append(appender, 1);
            assertThat(allocatedBytes(journal.resolve("20260102F.cq4"))).isGreaterThanOrEqualTo(AHEAD);
            await(() -> Files.exists(journal.resolve("20260103F.precreated")));
            assertThat(lastPosition(journal)).isEqualTo(2);
        }
    }

    @Test
    void roomShouldFollowTheAppenderAndComeBackAfterReopening() throws IOException {
        final Path journal = directory.resolve("journal");
        final SplittableRandom random = new SplittableRandom(1);
        long position = 0;
        for (int session = 0; session < 3; session++) {
            try (JournalAppender appender = open(journal, position);
                    JournalSpace space = start(journal, appender)) {
                for (int i = 0; i < 20; i++) {
                    final int count = random.nextInt(60);
                    append(appender, count);
                    position += count;
                    await(() -> space.room() >= AHEAD);
                    assertThat(space.room()).isLessThan(AHEAD + 2 * STEP);
                    final long end = space.room() + JournalAppender.offset(appender.written());
                    assertThat(allocatedBytes(journal.resolve("20260101F.cq4"))).isGreaterThanOrEqualTo(end);
                }
            }
            assertThat(lastPosition(journal)).isEqualTo(position);
        }
    }

    /** Days on which nothing happened, and a clock that stands still, leave no day unallocated and no file behind. */
    @Test
    void idleDaysShouldLeaveNothingBehind() throws IOException {
        final Path journal = directory.resolve("journal");
        try (JournalAppender appender = open(journal, 0);
                JournalSpace space = start(journal, appender)) {
            append(appender, 1);
            wallMillis.addAndGet(5 * DAY);
            await(() -> Files.exists(journal.resolve("20260107F.precreated")));
            append(appender, 1);
            assertThat(allocatedBytes(journal.resolve("20260106F.cq4"))).isGreaterThanOrEqualTo(AHEAD);
            wallMillis.addAndGet(-3 * DAY);
            append(appender, 1);
            wallMillis.addAndGet(4 * DAY);
            append(appender, 1);
            await(() -> Files.exists(journal.resolve("20260108F.precreated")));
            assertThat(space.room()).isGreaterThan(0);
            assertThat(names(journal))
                    .containsExactly(
                            "20260101F.cq4", "20260106F.cq4", "20260107F.cq4", "20260108F.precreated", "metadata.cq4t");
        }
        assertThat(lastPosition(journal)).isEqualTo(4);
    }

    @Test
    void startWithoutRoomShouldSayHowMuchItNeedsAndLeaveTheDiskAsItWas() throws IOException {
        try (SmallDisk disk = new SmallDisk(directory, "tmpfs", DISK)) {
            final Path journal = disk.path().resolve("journal");
            disk.fill(AHEAD + AHEAD / 2);
            try (JournalAppender appender = open(journal, 0)) {
                assertThatThrownBy(() -> start(journal, appender))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("a start needs 4 MB")
                        .hasMessageContaining("MB are free; free some space");
                assertThat(names(journal)).containsExactly("metadata.cq4t");
                disk.empty();
                try (JournalSpace space = start(journal, appender)) {
                    assertThat(space.room()).isEqualTo(AHEAD);
                }
            }
            disk.fill(0);
            assertThatThrownBy(() -> JournalSpace.prepare(disk.path().resolve("other")))
                    .hasMessageContaining("no room for the journal");
        }
    }

    /** Up to the last allocated byte on a disk that is full, then on when there is space, with a day that ends meanwhile. */
    @Test
    void fullDiskShouldEndRoomAndHoldTheDayUntilSpaceReturns() throws IOException {
        try (SmallDisk disk = new SmallDisk(directory, "tmpfs", DISK)) {
            final Path journal = disk.path().resolve("journal");
            long position;
            try (JournalAppender appender = open(journal, 0);
                    JournalSpace space = start(journal, appender)) {
                disk.fill(0);
                wallMillis.addAndGet(DAY); // The next file is there; the one behind it cannot be.
                append(appender, 1);
                await(space::isFull);
                wallMillis.addAndGet(DAY);
                while (space.room() > 1 << 17) {
                    append(appender, 1);
                }
                position = appender.lastPosition();
                assertThat(names(journal)).contains("20260102F.cq4").doesNotContain("20260103F.cq4");
                assertThat(space.hasRoomForFacts()).isFalse();
                assertThat(lastPosition(journal)).isEqualTo(position);
                disk.empty();
                await(() -> !space.isFull());
                append(appender, 3);
                assertThat(names(journal)).contains("20260103F.cq4");
                position += 3;
            }
            assertThat(lastPosition(journal)).isEqualTo(position);
        }
    }

    @Test
    void fileSystemThatCannotAllocateShouldBeRefused() throws IOException {
        try (SmallDisk disk = new SmallDisk(directory, "ramfs", "mode=755")) {
            assertThatThrownBy(() -> JournalSpace.prepare(disk.path()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("put the data directory on ext4, xfs, btrfs or tmpfs");
        }
    }

    /** A file system may have no room for the file itself. */
    @Test
    void fileThatCannotBeMadeOnFullDiskShouldBeNone() throws IOException {
        try (SmallDisk disk = new SmallDisk(directory, "tmpfs", "size=16m,nr_inodes=3")) {
            assertThat(AllocatedFile.open(
                            Files.createDirectory(disk.path().resolve("a")).resolve("b")))
                    .isNotNull()
                    .satisfies(AllocatedFile::close);
            assertThat(AllocatedFile.open(disk.path().resolve("c"))).isNull();
        }
    }
}
