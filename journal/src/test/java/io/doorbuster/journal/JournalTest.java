package io.doorbuster.journal;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.doorbuster.codec.HashRecordDecoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.PriceChangedRecordDecoder;
import io.doorbuster.codec.PriceChangedRecordEncoder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import net.openhft.chronicle.queue.ExcerptAppender;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    @TempDir
    Path directory;

    private final UnsafeBuffer record = new UnsafeBuffer(new byte[RecordDescriptor.RECORD_MAX]);
    private final PriceChangedRecordEncoder price = new PriceChangedRecordEncoder();
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();

    private void encode(long itemId) {
        price.wrapAndApplyHeader(record, RecordDescriptor.MESSAGE_OFFSET, header)
                .itemId(itemId)
                .priceMinor(itemId * 3);
        RecordDescriptor.length(record, 0, RecordDescriptor.BODY_OFFSET + price.encodedLength());
        RecordDescriptor.journalTimeNs(record, 0, 1_000 + itemId);
        RecordDescriptor.source(record, 0, 7);
        RecordDescriptor.sourceSequence(record, 0, itemId);
    }

    private List<Long> readItemIds() {
        final List<Long> ids = new ArrayList<>();
        final PriceChangedRecordDecoder decoder = new PriceChangedRecordDecoder();
        final MessageHeaderDecoder messageHeader = new MessageHeaderDecoder();
        try (JournalTailer tailer = JournalTailer.open(directory)) {
            final RecordHandler handler = (buffer, offset, length) -> {
                if (RecordDescriptor.position(buffer, offset) > 0) {
                    decoder.wrapAndApplyHeader(buffer, offset + RecordDescriptor.MESSAGE_OFFSET, messageHeader);
                    assertThat(decoder.priceMinor()).isEqualTo(3 * decoder.itemId());
                    ids.add(decoder.itemId());
                }
            };
            while (tailer.poll(handler, 10) > 0) {
                assertThat(tailer.lastPosition()).isPositive();
            }
        }
        return ids;
    }

    @Test
    void shouldGiveBackWhatWasAppendedInBatchesAndAcrossReopening() {
        final SplittableRandom random = new SplittableRandom(1);
        long last = 0;
        for (int session = 0; session < 3; session++) {
            try (JournalAppender appender = JournalAppender.open(directory, last, 1_000 + last)) {
                for (int i = 0; i < 5_000; i++) {
                    encode(last + 1);
                    assertThat(appender.append(record, 0)).isEqualTo(last + 1);
                    last++;
                    if (random.nextInt(20) == 0) {
                        appender.flush();
                    }
                }
                assertThat(appender.lastJournalTimeNs()).isEqualTo(1_000 + last);
            }
        }
        assertThat(readItemIds()).hasSize(15_000).isSorted().first().isEqualTo(1L);
    }

    @Test
    void recordOfALaterSchemaShouldBeRefusedAndNotTakenForDamage() {
        append(1, 5);
        try (JournalAppender appender = JournalAppender.open(directory, 5, 1_005)) {
            encode(6);
            record.putShort(
                    RecordDescriptor.MESSAGE_OFFSET + 6,
                    (short) (MessageHeaderDecoder.SCHEMA_VERSION + 1),
                    ByteOrder.LITTLE_ENDIAN);
            appender.append(record, 0);
        }
        assertThatThrownBy(this::readItemIds)
                .isInstanceOf(IllegalStateException.class)
                .isNotInstanceOf(JournalCorruptException.class)
                .hasMessageContaining("written by a later release")
                .hasMessageContaining("behind position 5");
    }

    @Test
    void hashRecordShouldLieBetweenEventsWithoutTakingAPosition() {
        final UnsafeBuffer digests = new UnsafeBuffer(new byte[] {1, 2, 3, 4});
        try (JournalAppender appender = JournalAppender.open(directory, 0, 0)) {
            encode(1);
            appender.append(record, 0);
            appender.appendHash(9, 1, 11, 22, digests, 0, 4);
            encode(2);
            assertThat(appender.append(record, 0)).isEqualTo(2);
        }
        final List<String> seen = new ArrayList<>();
        try (JournalTailer tailer = JournalTailer.open(directory)) {
            tailer.poll(
                    (buffer, offset, length) -> {
                        if (RecordDescriptor.templateId(buffer, offset) == HashRecordDecoder.TEMPLATE_ID) {
                            final HashRecordDecoder hash = new HashRecordDecoder();
                            hash.wrapAndApplyHeader(
                                    buffer, offset + RecordDescriptor.MESSAGE_OFFSET, new MessageHeaderDecoder());
                            seen.add(hash.ofPosition() + "/" + hash.stateHash() + "/" + hash.replyHash() + "/"
                                    + hash.digestsLength());
                        } else {
                            seen.add("event " + RecordDescriptor.position(buffer, offset));
                        }
                    },
                    100);
        }
        assertThat(seen).containsExactly("event 1", "1/11/22/4", "event 2");
    }

    @Test
    void flippedBitShouldNeverBeDelivered() throws IOException {
        try (JournalAppender appender = JournalAppender.open(directory, 0, 0)) {
            for (int i = 1; i <= 100; i++) {
                encode(i);
                appender.append(record, 0);
                appender.flush();
            }
        }
        final Path file;
        try (Stream<Path> files = Files.list(directory)) {
            file = files.filter(path -> path.toString().endsWith(".cq4"))
                    .findFirst()
                    .orElseThrow();
        }
        final byte[] bytes = Files.readAllBytes(file);
        final byte[] needle = {(byte) 150, 0, 0, 0, 0, 0, 0, 0}; // The price of item 50.
        int at = 0;
        while (!java.util.Arrays.equals(bytes, at, at + 8, needle, 0, 8)) {
            at++;
        }
        bytes[at] ^= 4;
        Files.write(file, bytes);
        final List<Long> positions = new ArrayList<>();
        try (JournalTailer tailer = JournalTailer.open(directory)) {
            assertThatThrownBy(() -> tailer.poll(
                            (buffer, offset, length) -> positions.add(RecordDescriptor.position(buffer, offset)), 1000))
                    .isInstanceOf(JournalCorruptException.class)
                    .hasMessageContaining("checksum")
                    .hasMessageContaining("position 49");
        }
        assertThat(positions).hasSize(49).last().isEqualTo(49L);
    }

    private static Path queueFile(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(path -> path.toString().endsWith(".cq4"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Where the headers of all data excerpts lie, and behind them where the queue ends. */
    private static List<Integer> headers(ByteBuffer file) {
        final List<Integer> headers = new ArrayList<>();
        int at = 0;
        for (int header = file.getInt(at); header > 0; header = file.getInt(at)) {
            if (header < 1 << 30) {
                headers.add(at);
            }
            at = at + 4 + (header & (1 << 30) - 1) + 3 & -4;
        }
        headers.add(at);
        return headers;
    }

    private void append(int from, int to) {
        try (JournalAppender appender = JournalAppender.open(directory, from - 1L, 1_000 + from)) {
            for (int i = from; i <= to; i++) {
                encode(i);
                appender.append(record, 0);
                if (i % 3 != 0) {
                    appender.flush();
                }
            }
        }
    }

    /** Chronicle's own header is covered by no checksum: a flip there must not pass for the end of the journal. */
    @Test
    void damagedExcerptHeaderShouldNeverHideARecord() throws IOException {
        append(1, 60);
        final Path file = queueFile(directory);
        final byte[] good = Files.readAllBytes(file);
        final List<Integer> headers = headers(ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN));
        final int excerpts = headers.size() - 1;
        final List<Integer> whole = readItemIds().stream().map(Long::intValue).toList();
        assertThat(whole).hasSize(60);
        for (int excerpt : new int[] {0, 1, excerpts / 2, excerpts - 2, excerpts - 1}) {
            for (int bit = 0; bit <= 32; bit++) {
                if (bit == 32 && excerpt == excerpts - 1) {
                    continue; // The last one with a blank header is what a killed process leaves; nobody can tell.
                }
                final byte[] header = Arrays.copyOfRange(good, headers.get(excerpt), headers.get(excerpt) + 4);
                damage(header, bit);
                write(file, headers.get(excerpt), header);
                try {
                    assertThat(readItemIds())
                            .as("excerpt %d bit %d", excerpt, bit)
                            .hasSize(60);
                } catch (JournalCorruptException e) {
                    assertThat(e).hasMessageContaining("then restore a backup");
                }
                write(
                        file,
                        headers.get(excerpt),
                        Arrays.copyOfRange(good, headers.get(excerpt), headers.get(excerpt) + 4));
            }
        }
    }

    /** The queue's own words, which no checksum covers: headers of what is no data, and where it appends. */
    @Test
    void damagedBookkeepingOfTheQueueShouldNeverPassForANewOrShorterJournal() throws IOException {
        append(1, 60);
        final Path file = queueFile(directory);
        final byte[] good = Files.readAllBytes(file);
        final ByteBuffer words = ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN);
        final List<Integer> data = headers(words);
        assertThat(words.getLong(0x40)).isEqualTo((long) data.get(data.size() - 2)); // Where Chronicle appends.
        final List<Integer> damaged = new ArrayList<>(List.of(0x40, 0x44));
        for (int at = 0; at < data.getFirst(); at = at + 4 + (words.getInt(at) & (1 << 30) - 1) + 3 & -4) {
            damaged.add(at);
        }
        assertThat(damaged).hasSizeGreaterThan(4);
        for (final int at : damaged) {
            for (final int bit : new int[] {2, 16, 19, 31}) {
                write(file, at + bit / 8, (byte) (good[at + bit / 8] ^ 1 << bit % 8));
                try {
                    assertThat(readItemIds()).as("byte %d bit %d", at, bit).hasSize(60);
                    assertThat(at).as("of the write position").isNotIn(0x40, 0x44);
                } catch (JournalCorruptException e) {
                    assertThat(e).hasMessageContaining("then restore a backup");
                }
                write(file, at + bit / 8, good[at + bit / 8]);
            }
        }
    }

    /** A header whose length has one bit would be that of the end with one flip. */
    @Test
    void noExcerptShouldHaveALengthOfOneBit() throws IOException {
        try (JournalAppender appender = JournalAppender.open(directory, 0, 0)) {
            for (int i = 1; i <= 64; i++) {
                encode(i);
                RecordDescriptor.length(record, 0, RecordDescriptor.BODY_OFFSET + 16 + i);
                appender.append(record, 0);
                appender.flush();
            }
        }
        final ByteBuffer words =
                ByteBuffer.wrap(Files.readAllBytes(queueFile(directory))).order(ByteOrder.LITTLE_ENDIAN);
        final List<Integer> headers = headers(words);
        for (final int at : headers.subList(0, 64)) {
            assertThat(Integer.bitCount(words.getInt(at))).isGreaterThan(1);
        }
        assertThat(readItemIds()).hasSize(64);
    }

    /** The fullest batch has a length of one bit, and must still be padded. */
    @Test
    void batchesThatAreQuiteFullShouldBeWrittenAndRead() {
        final int count = 3 * JournalAppender.BATCH_MAX / 1_024;
        try (JournalAppender appender = JournalAppender.open(directory, 0, 0)) {
            for (int i = 1; i <= count; i++) {
                encode(i);
                RecordDescriptor.length(record, 0, 1_024);
                appender.append(record, 0);
            }
        }
        assertThat(readItemIds()).hasSize(count);
    }

    /** A process was killed while it made its first file, or that of a new day. */
    @Test
    void fileThatWasNotFinishedShouldCountForNothing() throws IOException {
        append(1, 20);
        final Path later = directory.resolve("20991231F.cq4");
        final byte[] claimed = new byte[1 << 16];
        claimed[3] = (byte) 0x80;
        claimed[0x40] = 1; // Where Chronicle keeps its write position.
        Files.write(later, claimed);
        assertThat(readItemIds()).hasSize(20);
        JournalAppender.open(directory, 20, 2_000).close(); // A start that writes nothing.
        assertThat(readItemIds()).hasSize(20);
        try (JournalAppender appender = JournalAppender.open(directory, 20, 2_000)) {
            encode(21);
            appender.append(record, 0);
        }
        assertThat(readItemIds()).hasSize(21);
        Files.delete(directory.resolve("metadata.cq4t")); // Only lists the files; made again.
        assertThat(readItemIds()).hasSize(21);
    }

    /** What fails half-way must not be published: its place is taken by the next append, and no reader sees it. */
    @Test
    void appendThatFailsShouldPublishNothing() {
        append(1, 20);
        final ByteBuffer batch = ByteBuffer.allocateDirect(64);
        try (ChronicleLog log =
                new ChronicleLog(JournalQueue.openForAppend(directory, new JournalTime(() -> 0)), batch)) {
            assertThatThrownBy(() -> log.append(batch, 1 << 30)).isInstanceOf(RuntimeException.class);
            assertThat(readItemIds()).hasSize(20);
        }
        append(21, 40);
        assertThat(readItemIds()).hasSize(40);
    }

    /** What is missing was on the disk, so no power cut has unwritten it: a shorter journal is not begun. */
    @Test
    void endBeforeWhatWasOnTheDiskShouldBeDamage() throws IOException {
        append(1, 20);
        try (JournalFiles files = new JournalFiles(directory)) {
            files.force(1, 20);
        }
        assertThat(readItemIds()).hasSize(20);
        final Path file = queueFile(directory);
        final byte[] whole = Files.readAllBytes(file);
        final List<Integer> headers = headers(ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN));
        final byte[] cut = whole.clone();
        Arrays.fill(cut, headers.get(headers.size() - 2), cut.length, (byte) 0);
        Files.write(file, cut);
        assertThatThrownBy(this::readItemIds).isInstanceOf(JournalCorruptException.class);
        Files.delete(file);
        assertThatThrownBy(this::readItemIds)
                .isInstanceOf(JournalCorruptException.class)
                .hasMessageContaining("though events up to position 20 were on the disk, behind journal position 0");
        Files.write(file, whole);
        assertThat(readItemIds()).hasSize(20);
        Files.write(directory.resolve("forced"), new byte[16]); // As a power cut may leave it: nothing is known then.
        assertThat(readItemIds()).hasSize(20);
    }

    /** A process was killed while it rolled, and the next one begins on the day that has been ended. */
    @Test
    void dayThatWasEndedShouldBeFollowedByTheNextWhateverTheClockSays() throws IOException {
        append(1, 20);
        final Path file = queueFile(directory);
        final ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        write(file, headers(bytes).getLast(), (byte) 0, (byte) 0, (byte) 0, (byte) 0xc0);
        append(21, 40);
        append(41, 60);
        assertThat(readItemIds()).hasSize(60);
    }

    /** A process was killed while it made the list of the journal's files, or added to it. */
    @Test
    void listOfFilesThatWasNotFinishedShouldBeMadeAgain() throws IOException {
        append(1, 20);
        final Path list = directory.resolve("metadata.cq4t");
        final byte[] whole = Files.readAllBytes(list);
        JournalSpace.prepare(directory);
        assertThat(Files.readAllBytes(list)).startsWith(Arrays.copyOf(whole, 1 << 12));
        final int end =
                headers(ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN)).getLast();
        for (final int at : new int[] {0, end}) {
            write(list, at, (byte) 0, (byte) 0, (byte) 0, (byte) 0x80);
            JournalSpace.prepare(directory);
            assertThat(readItemIds()).hasSize(20);
        }
        append(21, 40);
        assertThat(readItemIds()).hasSize(40);
    }

    /** Bit 32 stands for the whole word blanked. */
    private static void damage(byte[] header, int bit) {
        if (bit == 32) {
            Arrays.fill(header, (byte) 0);
        } else {
            header[bit / 8] ^= (byte) (1 << bit % 8);
        }
    }

    private static void write(Path file, int at, byte... bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), at);
        }
    }

    @Test
    void whatAKilledProcessLeftShouldBeCutAndNotComeBack() throws IOException {
        append(1, 20);
        final Path file = queueFile(directory);
        final byte[] bytes = Files.readAllBytes(file);
        final List<Integer> headers = headers(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
        final int end = headers.getLast();
        for (int i = 0; i < 3; i++) { // Three records behind a header that was never written.
            encode(21 + i);
            RecordDescriptor.position(record, 0, 21 + i);
            final int length = RecordDescriptor.length(record, 0);
            final CRC32C crc = new CRC32C();
            crc.update(record.byteArray(), 8, length - 8);
            RecordDescriptor.crc(record, 0, (int) crc.getValue());
            record.getBytes(0, bytes, end + 4 + i * RecordDescriptor.alignedLength(length), length);
        }
        Files.write(file, bytes);
        assertThat(readItemIds()).hasSize(20);
        try (JournalAppender appender = JournalAppender.open(directory, 20, 2_000)) {
            assertThat(appender.cutBytes()).isGreaterThan(100);
            encode(21);
            appender.append(record, 0);
        }
        assertThat(readItemIds()).hasSize(21);
        try (JournalAppender appender = JournalAppender.open(directory, 21, 3_000)) {
            assertThat(appender.cutBytes()).isZero();
        }
    }

    @Test
    void fileThatIsNoQueueShouldBeExplained() throws IOException {
        append(1, 20);
        final Path file = queueFile(directory);
        final byte[] good = Files.readAllBytes(file);
        for (int at = 0; at < 64; at++) {
            write(file, at, (byte) (good[at] ^ 1));
            try {
                assertThat(readItemIds()).as("byte %d", at).hasSize(20);
            } catch (JournalCorruptException e) {
                assertThat(e).hasMessageContaining("then restore a backup");
            }
            write(file, at, good[at]);
        }
    }

    @Test
    void secondOwnerOfADirectoryShouldBeRefused() throws IOException {
        final Path file = directory.resolve("lock");
        final JournalLock first = JournalLock.acquire(file);
        assertThatThrownBy(() -> JournalLock.acquire(file)).hasMessageContaining("another doorbuster process");
        first.close();
        JournalLock.acquire(file).close();
    }

    @Test
    void clockShouldNeverStepBackAndSlewTowardsTheWall() {
        final long[] wall = {1_000_000_000_000L};
        final long[] monotonic = {5};
        final JournalClock clock = new JournalClock(() -> wall[0], () -> monotonic[0], 0);
        final SplittableRandom random = new SplittableRandom(3);
        long before = clock.nowNs();
        for (int i = 0; i < 10_000; i++) {
            final long elapsed = random.nextInt(2_000_000);
            monotonic[0] += elapsed;
            wall[0] += random.nextInt(100) == 0 ? random.nextLong(-3_600_000_000_000L, 3_600_000_000_000L) : elapsed;
            final long now = clock.nowNs();
            assertThat(now - before).isBetween(elapsed - elapsed / 2_000, elapsed + elapsed / 2_000);
            before = now;
        }
        final JournalClock floored = new JournalClock(() -> 10L, () -> 0L, 99);
        assertThat(floored.nowNs()).isEqualTo(99);
    }

    @Test
    void appendShouldAllocateNothingAfterWarmUp() {
        final com.sun.management.ThreadMXBean threads =
                (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (JournalAppender appender = JournalAppender.open(directory, 0, 0)) {
            long before = 0;
            final int events = 200_000;
            for (int i = 1; i <= 2 * events; i++) {
                if (i == events) {
                    before = threads.getCurrentThreadAllocatedBytes();
                }
                encode(i);
                appender.append(record, 0);
                if (i % 8 == 0) {
                    appender.flush();
                }
            }
            final long bytes = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(bytes / (double) events)
                    .isLessThan(1.0); // What is left is Chronicle's own, an index page in 4,096 excerpts.
        }
    }

    @Test
    void analyticsShouldBeAbsent() {
        assertThatThrownBy(() -> Class.forName("net.openhft.chronicle.analytics.Analytics"))
                .isInstanceOf(ClassNotFoundException.class);
    }

    /** A power cut: the end of the last excerpt has not reached the disk, or only the file's header has reached it. */
    @Test
    void unwrittenEndShouldBeCutAndNothingElse() throws IOException {
        append(1, 200);
        final Path file = queueFile(directory);
        final int begin = writtenLength(file);
        try (JournalAppender appender = JournalAppender.open(directory, 200, 2_000)) {
            for (int i = 201; i <= 220; i++) {
                encode(i);
                appender.append(record, 0);
            }
        }
        final int end = writtenLength(file);
        final byte[] whole = Arrays.copyOf(Files.readAllBytes(file), end);
        assertThat(JournalEnd.cutUnwritten(directory)).isZero();
        for (int unwritten = begin; unwritten < end - 100; unwritten += 60) {
            final byte[] torn = whole.clone();
            Arrays.fill(torn, unwritten, end, (byte) 0);
            overwrite(file, torn);
            assertThat(JournalEnd.cutUnwritten(directory))
                    .as("unwritten from %d, excerpt %d to %d", unwritten, begin, end)
                    .isPositive();
            assertThat(readItemIds()).hasSize(200);
        }
        append(201, 203);
        assertThat(readItemIds()).hasSize(203);
        whole[begin + 300] ^= 1;
        overwrite(file, whole);
        assertThat(JournalEnd.cutUnwritten(directory)).isZero();
        assertThatThrownBy(this::readItemIds).isInstanceOf(JournalCorruptException.class);
    }

    private static void overwrite(Path file, byte[] beginning) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(beginning), 0);
        }
    }

    private static int writtenLength(Path file) throws IOException {
        final byte[] bytes = Files.readAllBytes(file);
        int end = bytes.length;
        while (bytes[end - 1] == 0) {
            end--;
        }
        return end;
    }

    /** As in a container: the killed process, which was inside an excerpt, had the pid of the living one. */
    @Test
    void lockOfAKilledProcessOfTheSamePidShouldNotHoldTheAppender() {
        append(1, 10);
        final ExcerptAppender killed =
                JournalQueue.openForAppend(directory, new JournalTime(() -> 1L)).createAppender();
        requireNonNull(killed.writingDocument().wire()).bytes().writeLong(1);
        append(11, 20);
        assertThat(readItemIds()).hasSize(20);
    }
}
