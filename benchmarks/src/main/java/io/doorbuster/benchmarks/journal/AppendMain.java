package io.doorbuster.benchmarks.journal;

import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.StockSetRecordEncoder;
import io.doorbuster.gateway.JvmFlags;
import io.doorbuster.journal.JournalAppender;
import io.doorbuster.journal.JournalDisk;
import io.doorbuster.journal.JournalFiles;
import io.doorbuster.journal.JournalForcer;
import io.doorbuster.journal.JournalSpace;
import io.doorbuster.journal.RecordDescriptor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Appends records one by one to a journal and, of the same bytes, to a bare Chronicle Queue, in turns; then acknowledges
 * them on the disk, beside a bare fdatasync.
 *
 * <pre>
 *   AppendMain DIRECTORY APPENDS
 * </pre>
 */
public final class AppendMain {
    private static final int ROUNDS = 10;
    private static final int RECORD_BYTES = 200;
    private static final int FORCES = 400;
    private static final int ACKNOWLEDGEMENTS = 40_000;
    private static final int IN_FLIGHT = 256;
    private static final long BLOCK_BYTES = 64L << 20;

    private final Path directory;
    private final UnsafeBuffer record = new UnsafeBuffer(ByteBuffer.allocateDirect(RecordDescriptor.RECORD_MAX));
    private final Histogram bare = new Histogram(3);
    private final Histogram ours = new Histogram(3);
    private long position;

    private AppendMain(Path directory) {
        this.directory = directory;
    }

    /** Measures and prints. */
    public static void main(String[] arguments) throws IOException {
        JvmFlags.check();
        final AppendMain main = new AppendMain(Path.of(arguments[0]));
        main.append(Integer.parseInt(arguments[1]));
        main.acknowledge();
    }

    private Path journal() {
        return directory.resolve("journal");
    }

    private void encode() {
        new StockSetRecordEncoder()
                .wrapAndApplyHeader(record, RecordDescriptor.MESSAGE_OFFSET, new MessageHeaderEncoder())
                .itemId(1)
                .onHand(5);
        RecordDescriptor.length(record, 0, RECORD_BYTES);
        RecordDescriptor.journalTimeNs(record, 0, ++position);
    }

    private JournalAppender open(Path path, long last) throws IOException {
        JournalSpace.prepare(path);
        return JournalAppender.open(path, last, last);
    }

    private void append(int appends) throws IOException {
        final Path beside = Files.createDirectories(directory).resolve("beside");
        Files.writeString(beside, "");
        try (JournalAppender appender = open(journal(), 0);
                JournalSpace space = JournalSpace.start(journal(), appender, beside, () -> 0);
                SingleChronicleQueue queue = SingleChronicleQueueBuilder.binary(directory.resolve("bare"))
                        .rollCycle(RollCycles.FAST_DAILY)
                        .blockSize(BLOCK_BYTES)
                        .build()) {
            final ExcerptAppender bareAppender = queue.createAppender();
            encode();
            final Bytes<ByteBuffer> bytes = Bytes.wrapForRead(Objects.requireNonNull(record.byteBuffer()));
            for (int round = 0; round < ROUNDS; round++) {
                if (round == ROUNDS / 5) { // The first ones were for the compiler.
                    bare.reset();
                    ours.reset();
                }
                final boolean isBareFirst = round % 4 == 0 || round % 4 == 3;
                if (isBareFirst) {
                    appendBare(bareAppender, bytes, appends / ROUNDS);
                }
                appendOurs(appender, appends / ROUNDS);
                if (!isBareFirst) {
                    appendBare(bareAppender, bytes, appends / ROUNDS);
                }
            }
            if (space.room() <= 0) {
                throw new IllegalStateException("the journal outran its space");
            }
        }
        print("append of %d bytes: bare queue %s; journal %s", RECORD_BYTES, text(bare), text(ours));
        print(
                "bytes of the file for each byte of the records: %.3f",
                (double) lastByte(journal()) / ((double) position * RECORD_BYTES));
        print("ratios: p50 %.2f, p99 %.2f, p99.9 %.2f", ratio(50), ratio(99), ratio(99.9));
    }

    /** Where the one file of a journal ends that has bytes, behind what is allocated. */
    private static long lastByte(Path journal) throws IOException {
        try (Stream<Path> files = Files.list(journal)) {
            final Path file = files.filter(path -> path.toString().endsWith(".cq4"))
                    .findFirst()
                    .orElseThrow();
            try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
                long end = open.length();
                final byte[] page = new byte[4096];
                while (end > 0) {
                    open.seek(end - page.length);
                    open.readFully(page);
                    for (int i = page.length - 1; i >= 0; i--) {
                        if (page[i] != 0) {
                            return end - page.length + i + 1;
                        }
                    }
                    end -= page.length;
                }
            }
        }
        return 0;
    }

    private double ratio(double percentile) {
        return (double) ours.getValueAtPercentile(percentile) / bare.getValueAtPercentile(percentile);
    }

    private void appendBare(ExcerptAppender appender, Bytes<ByteBuffer> bytes, int count) {
        for (int i = 0; i < count; i++) {
            final long beginNs = System.nanoTime();
            try (DocumentContext document = appender.writingDocument()) {
                Objects.requireNonNull(document.wire()).bytes().write(bytes, 0L, (long) RECORD_BYTES);
            }
            bare.recordValue(System.nanoTime() - beginNs);
        }
    }

    private void appendOurs(JournalAppender appender, int count) {
        for (int i = 0; i < count; i++) {
            RecordDescriptor.journalTimeNs(record, 0, ++position);
            final long beginNs = System.nanoTime();
            appender.append(record, 0);
            appender.flush();
            ours.recordValue(System.nanoTime() - beginNs);
        }
    }

    /** Counts the forces of a journal. */
    private static final class Counted implements JournalDisk {
        private final JournalFiles files;
        private volatile int forces;
        private volatile long forcedNs;

        Counted(JournalFiles files) {
            this.files = files;
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // One thread forces.
        public void force(int cycle, long position) throws IOException {
            final long beginNs = System.nanoTime();
            files.force(cycle, position);
            forcedNs += System.nanoTime() - beginNs;
            forces++;
        }

        @Override
        public void close() throws IOException {
            files.close();
        }
    }

    private void acknowledge() throws IOException {
        final Histogram sync = syncs(RECORD_BYTES, true);
        final Path acknowledged = directory.resolve("acknowledged");
        final Counted disk = new Counted(new JournalFiles(acknowledged));
        position = 0;
        encode();
        try (JournalAppender appender = open(acknowledged, 0);
                JournalSpace space = JournalSpace.start(acknowledged, appender, directory.resolve("beside"), () -> 0);
                JournalForcer forcer = JournalForcer.start(appender, disk)) {
            final Histogram one = new Histogram(3);
            for (int i = 0; i < FORCES; i++) {
                final long beginNs = System.nanoTime();
                appendAcknowledged(appender);
                awaitForced(forcer, appender.lastPosition());
                one.recordValue(System.nanoTime() - beginNs);
            }
            final int before = disk.forces;
            final long beforeNs = disk.forcedNs;
            final long beginNs = System.nanoTime();
            for (int i = 0; i < ACKNOWLEDGEMENTS; i++) {
                appendAcknowledged(appender);
                forcer.require(appender.lastPosition());
                awaitForced(forcer, appender.lastPosition() - IN_FLIGHT);
            }
            awaitForced(forcer, appender.lastPosition());
            final double seconds = (System.nanoTime() - beginNs) / 1e9;
            final double batch = (double) ACKNOWLEDGEMENTS / (disk.forces - before);
            if (space.room() <= 0) {
                throw new IllegalStateException("the journal outran its space");
            }
            print(
                    "acknowledged on the disk: one by one p50 %.0f us, %.2f of a bare fdatasync (p50 %.0f us)",
                    one.getValueAtPercentile(50) / 1e3,
                    (double) one.getValueAtPercentile(50) / sync.getValueAtPercentile(50),
                    sync.getValueAtPercentile(50) / 1e3);
            final double forceUs = (disk.forcedNs - beforeNs) / 1e3 / (disk.forces - before);
            final int batchBytes = (int) (batch * RECORD_BYTES);
            final Histogram overwritten = syncs(batchBytes, true);
            final Histogram appended = syncs(batchBytes, false);
            print(
                    "with %d under way: %,.0f/s, %.0f with each force, which took %.0f us in the mean",
                    IN_FLIGHT, ACKNOWLEDGEMENTS / seconds, batch, forceUs);
            print(
                    "%.2f of bare fdatasync/s x that where blocks are overwritten (mean %.0f us), %.2f where they are new (mean %.0f us)",
                    ACKNOWLEDGEMENTS / seconds / (1e9 / overwritten.getMean() * batch),
                    overwritten.getMean() / 1e3,
                    ACKNOWLEDGEMENTS / seconds / (1e9 / appended.getMean() * batch),
                    appended.getMean() / 1e3);
        }
    }

    private void appendAcknowledged(JournalAppender appender) {
        RecordDescriptor.journalTimeNs(record, 0, ++position);
        appender.append(record, 0);
        appender.flush();
    }

    private static void awaitForced(JournalForcer forcer, long until) throws IOException {
        forcer.require(until);
        while (forcer.forcedPosition() < until) {
            LockSupport.parkNanos(1_000);
            final IOException failed = forcer.failure();
            if (failed != null) {
                throw failed;
            }
        }
    }

    /** So many bytes written and fdatasync, again and again: what the disk can do. */
    private Histogram syncs(int length, boolean isOverwriting) throws IOException {
        final Histogram sync = new Histogram(3);
        final Path file = directory.resolve(isOverwriting ? "overwritten" : "appended");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (isOverwriting) {
                channel.write(ByteBuffer.allocateDirect(FORCES * length), 0);
            } else {
                allocate(file, (long) FORCES * length);
            }
            channel.force(true);
            final ByteBuffer bytes = ByteBuffer.allocateDirect(length);
            for (int i = 0; i < FORCES; i++) {
                final long beginNs = System.nanoTime();
                channel.write(bytes.clear(), (long) i * length);
                channel.force(false);
                sync.recordValue(System.nanoTime() - beginNs);
            }
        }
        return sync;
    }

    private static void allocate(Path file, long bytes) throws IOException {
        final Process fallocate = new ProcessBuilder("fallocate", "-l", Long.toString(bytes), file.toString()).start();
        if (fallocate.onExit().join().exitValue() != 0) {
            throw new IOException(
                    "fallocate: " + new String(fallocate.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static String text(Histogram histogram) {
        return String.format(
                Locale.ROOT,
                "p50 %d ns, p99 %d ns, p99.9 %d ns, longest %d us",
                histogram.getValueAtPercentile(50),
                histogram.getValueAtPercentile(99),
                histogram.getValueAtPercentile(99.9),
                histogram.getMaxValue() / 1_000);
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }
}
