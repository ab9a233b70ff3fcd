package io.doorbuster.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.client.PipelinedClient;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.journal.JournalAppender;
import io.doorbuster.journal.JournalCorruptException;
import io.doorbuster.journal.JournalEnd;
import io.doorbuster.journal.JournalTailer;
import io.doorbuster.journal.RecordDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bits that flip, files that are cut off and pages that turn to zeros in the journal of a real process: the reader reports
 * it, or gives back exactly what was written, and then a writer goes on behind it.
 */
class DamagedFileTest {
    private static final int FACTS = 8_000;
    private static final int PAGE_BYTES = 4096;
    private static final int BEHIND_END_BYTES = 8192;
    private static final int POLL_EXCERPTS = 64;
    private static final int CONTINUED_EACH = 4;
    private static final Path MEMORY = Path.of("/dev/shm");

    @TempDir
    Path directory;

    private final List<Original> originals = new ArrayList<>();
    private Path copy = MEMORY;
    private int damages;
    private int reported;
    private int continued;

    /** A file as it was written, up to its last byte that is not zero. */
    private static final class Original {
        final String name;
        final byte[] written;
        final long length;

        Original(String name, byte[] written, long length) {
            this.name = name;
            this.written = written;
            this.length = length;
        }
    }

    /** What a reader was given. */
    private static final class Delivered {
        final CRC32C crc = new CRC32C();
        long records;
        long lastPosition;
        long lastJournalTimeNs;

        static Delivered read(Path journal) {
            final Delivered delivered = new Delivered();
            final byte[] record = new byte[RecordDescriptor.RECORD_MAX];
            try (JournalTailer tailer = JournalTailer.open(journal)) {
                int excerpts = 1;
                while (excerpts > 0) {
                    excerpts = tailer.poll(
                            (buffer, offset, length) -> {
                                buffer.getBytes(offset, record, 0, length);
                                delivered.crc.update(record, 0, length);
                                delivered.records++;
                            },
                            POLL_EXCERPTS);
                }
                delivered.lastPosition = tailer.lastPosition();
                delivered.lastJournalTimeNs = tailer.lastJournalTimeNs();
            }
            return delivered;
        }

        String what() {
            return records + " records, checksum " + crc.getValue();
        }
    }

    @Test
    void damageShouldBeReportedOrHarmless() throws IOException, InterruptedException {
        serve();
        final Path journal = DataDirectory.journal(directory.resolve("data"));
        final String written = Delivered.read(journal).what();
        load(journal);
        final long beginNs = System.nanoTime();
        Campaign.run("flips", 100, (index, random) -> damage(written, random), () -> {});
        System.out.printf(
                "%d damages, %d of them reported, %d of the harmless ones written behind; %d a second%n",
                damages, reported, continued, damages * 1_000_000_000L / (System.nanoTime() - beginNs));
        assertThat(reported).isPositive();
    }

    private void serve() throws IOException, InterruptedException {
        final FactLoad load = new FactLoad();
        try (ServedProcess server = ServedProcess.start(directory.resolve("data"), directory.resolve("err"))) {
            try (PipelinedClient client = server.connect(FactLoad.SOURCE)) {
                load.send(client, FACTS);
                load.drain(client);
            }
            assertThat(server.stop()).isZero();
        }
    }

    private void load(Path journal) throws IOException {
        copy = Files.createTempDirectory(Files.isWritable(MEMORY) ? MEMORY : directory, "doorbuster-damage");
        try (Stream<Path> files = Files.list(journal)) {
            for (final Path file : files.sorted().toList()) {
                final byte[] all = Files.readAllBytes(file);
                int end = all.length;
                while (end > 0 && all[end - 1] == 0) {
                    end--;
                }
                if (end == 0) {
                    continue; // Allocated for the next day.
                }
                originals.add(new Original(file.getFileName().toString(), Arrays.copyOf(all, end), all.length));
            }
        }
    }

    private void damage(String written, SplittableRandom random) throws IOException {
        final Path journal = Files.createTempDirectory(copy, "j");
        for (final Original original : originals) {
            try (FileChannel file = open(journal, original)) {
                file.write(ByteBuffer.wrap(original.written), 0);
                file.write(ByteBuffer.allocate(1), original.length - 1);
            }
        }
        final String what = damageOne(journal, random);
        damages++;
        try {
            checkIsHarmless(journal, written, random);
        } catch (JournalCorruptException e) {
            reported++;
        } catch (AssertionError e) {
            throw new AssertionError(what + ": " + e.getMessage(), e);
        }
        delete(journal);
    }

    private static FileChannel open(Path journal, Original original) throws IOException {
        return FileChannel.open(
                journal.resolve(original.name),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
    }

    private String damageOne(Path journal, SplittableRandom random) throws IOException {
        final Original original = originals.get(random.nextInt(32) == 0 ? originals.size() - 1 : 0);
        final int kind = random.nextInt(20);
        try (FileChannel file = open(journal, original)) {
            if (kind == 0) {
                final int length = random.nextInt(original.written.length);
                file.truncate(length);
                return original.name + " cut off at " + length;
            }
            if (kind == 1) {
                final long page = random.nextInt(original.written.length) / PAGE_BYTES * (long) PAGE_BYTES;
                file.write(ByteBuffer.allocate(PAGE_BYTES), page);
                return original.name + " zeroed from " + page;
            }
            final int end = (int) Math.min(original.length, original.written.length + BEHIND_END_BYTES);
            final int at = random.nextInt(end);
            final int bit = random.nextInt(Byte.SIZE);
            final byte before = at < original.written.length ? original.written[at] : 0;
            file.write(ByteBuffer.wrap(new byte[] {(byte) (before ^ 1 << bit)}), at);
            return original.name + " with bit " + bit + " of byte " + at + " flipped";
        }
    }

    private void checkIsHarmless(Path journal, String written, SplittableRandom random) {
        final Delivered delivered = Delivered.read(journal);
        assertThat(delivered.what()).isEqualTo(written);
        if (random.nextInt(CONTINUED_EACH) == 0) {
            continued++;
            final long cut = JournalEnd.cutUnwritten(journal);
            assertThat(cut).isZero();
            try {
                append(journal, delivered);
            } catch (IllegalStateException e) { // The queue refuses to be written.
                reported++;
                return;
            }
            final Delivered more = Delivered.read(journal);
            assertThat(more.records).isEqualTo(delivered.records + 1);
            assertThat(more.lastPosition).isEqualTo(delivered.lastPosition + 1);
        }
    }

    private static void append(Path journal, Delivered delivered) {
        final UnsafeBuffer record = new UnsafeBuffer(new byte[RecordDescriptor.BODY_OFFSET]);
        RecordDescriptor.length(record, 0, RecordDescriptor.BODY_OFFSET);
        RecordDescriptor.journalTimeNs(record, 0, delivered.lastJournalTimeNs);
        try (JournalAppender appender =
                JournalAppender.open(journal, delivered.lastPosition, delivered.lastJournalTimeNs)) {
            appender.append(record, 0);
        }
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    @AfterEach
    void deleteCopies() throws IOException {
        if (!copy.equals(MEMORY)) {
            delete(copy);
        }
    }
}
