package io.doorbuster.journal;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.PrecreatedFiles;
import org.jspecify.annotations.Nullable;

/**
 * A thread that keeps space on the disk ahead of the appender, in its file and in that of the next day: pages that are
 * mapped always have blocks, and a full disk is an answer of {@code fallocate} here, never a fault there. While the disk is
 * full it tries again and again, and goes on when there is space.
 *
 * <pre>
 *   20260101F.cq4 | written | room: 64 to 80 MB |        20260102F.precreated | room: 64 MB |
 * </pre>
 *
 * Chronicle takes a {@code .precreated} file for the cycle's when the first record of the cycle comes.
 */
public final class JournalSpace implements AutoCloseable {
    private static final long AHEAD = 64L << 20;
    private static final long STEP = 16L << 20;
    private static final long LOW_WATER = 32L << 20;
    private static final long BESIDE_AHEAD = 1L << 20;
    private static final long BESIDE_LOW_WATER = 1L << 12;
    private static final long METADATA_BYTES = 128L << 10;
    private static final long POLL_NS = 50_000_000;
    private static final String METADATA = "metadata.cq4t";
    private static final String PREPARED = ".precreated";
    private static final DateTimeFormatter CYCLE_NAME =
            DateTimeFormatter.ofPattern(RollCycles.FAST_DAILY.format(), Locale.ROOT);

    /** For one record beyond its own bytes: an excerpt of its own, with header and padding. */
    private static final int RECORD_OVERHEAD = 32;

    /** A batch, hash records and Chronicle's index blocks. */
    private static final long RESERVE_FIXED = 1L << 20;

    /** Where the space of a cycle and of the one that follows ends. */
    private record Allocated(int cycle, long end, int nextCycle, long nextEnd) {}

    private final Path directory;
    private final JournalAppender appender;
    private final JournalTime time;
    private final LongSupplier besideWritten;
    private final long ahead;
    private final long step;
    private final Thread thread;
    private int cycle;
    private AllocatedFile current;
    private int nextCycle;
    private @Nullable AllocatedFile next;
    private final AllocatedFile beside;
    private volatile long besideEnd;
    private volatile Allocated allocated;
    private volatile boolean full;
    private volatile @Nullable IOException failure;
    private volatile boolean running = true;

    private JournalSpace(
            Path directory, JournalAppender appender, Path beside, LongSupplier besideWritten, long ahead, long step)
            throws IOException {
        this.directory = directory;
        this.appender = appender;
        time = appender.time();
        this.besideWritten = besideWritten;
        this.ahead = ahead;
        this.step = step;
        cycle = time.cycle();
        nextCycle = cycle + 1;
        deletePrepared(cycle);
        current = open(file(cycle), ahead);
        this.beside = open(beside, ahead);
        allocated = new Allocated(cycle, 0, Integer.MAX_VALUE, 0);
        thread = new Thread(this::run, "doorbuster-space");
        thread.setDaemon(true);
    }

    /**
     * Makes the journal's directory, with space for the queue's own metadata, which a killed process may have left half
     * written. Before anything opens the journal.
     *
     * @throws IOException when the disk is full, or cannot allocate.
     */
    public static void prepare(Path directory) throws IOException {
        Files.createDirectories(directory);
        final Path path = directory.resolve(METADATA);
        if (Files.exists(path) && JournalEnd.isUnfinished(path)) { // It only lists the files, and is made again.
            Files.delete(path);
        }
        try (AllocatedFile metadata = open(path, AHEAD)) {
            if (!metadata.extend(METADATA_BYTES)) {
                throw noRoom(directory, AHEAD);
            }
        }
    }

    /**
     * Allocates, then begins. Before the appender writes anything.
     *
     * @param beside another file that grows with the journal, and is kept allocated too.
     * @param besideWritten its length; called on the space thread.
     * @throws IOException when there is no room for that.
     */
    public static JournalSpace start(Path directory, JournalAppender appender, Path beside, LongSupplier besideWritten)
            throws IOException {
        return start(directory, appender, beside, besideWritten, AHEAD, STEP);
    }

    /** The same with so many bytes ahead, in such steps. */
    static JournalSpace start(
            Path directory, JournalAppender appender, Path beside, LongSupplier besideWritten, long ahead, long step)
            throws IOException {
        final JournalSpace space = new JournalSpace(directory, appender, beside, besideWritten, ahead, step);
        try {
            if (!space.advance()) {
                throw noRoom(directory, ahead);
            }
        } catch (IOException e) {
            space.closeFiles();
            space.deletePrepared(space.nextCycle + 1); // The disk's last bytes are not ours then.
            throw e;
        }
        space.thread.start();
        return space;
    }

    private static AllocatedFile open(Path path, long ahead) throws IOException {
        final AllocatedFile file = AllocatedFile.open(path);
        if (file == null) {
            throw noRoom(Objects.requireNonNull(path.getParent()), ahead);
        }
        return file;
    }

    private static IOException noRoom(Path directory, long ahead) {
        return new IOException("no room for the journal in " + directory + ": a start needs "
                + (2 * (ahead >> 20) + 2) + " MB, and "
                + (directory.toFile().getUsableSpace() >> 20)
                + " MB are free; free some space, or put the data directory on another disk");
    }

    private void run() {
        while (running && failure == null) {
            try {
                full = !advance();
            } catch (IOException | RuntimeException e) {
                failure = new IOException("no space can be allocated for the journal: " + e.getMessage(), e);
            }
            LockSupport.parkNanos(this, POLL_NS);
        }
    }

    /** Brings the space to where it should be; false when the disk is too full. */
    private boolean advance() throws IOException {
        follow();
        final long written = appender.written();
        final long offset = JournalAppender.cycle(written) == cycle ? JournalAppender.offset(written) : 0;
        return extendBeside() && extend(current, offset + ahead) && prepareNext();
    }

    /** The next file becomes the current one as soon as the time, or the appender, is there. */
    private void follow() {
        final AllocatedFile prepared = next;
        if (prepared != null && Math.max(appender.flushedCycle(), time.cycle()) >= nextCycle) {
            current.close();
            current = prepared;
            cycle = nextCycle;
            next = null;
            time.allow(cycle, Integer.MAX_VALUE);
            publish();
        }
    }

    private boolean extend(AllocatedFile file, long to) throws IOException {
        while (file.end() < to) {
            if (!file.extend(file.end() == 0 ? to : file.end() + step)) { // Steps: a disk that is short may have one.
                return false;
            }
            publish();
        }
        return true;
    }

    private boolean extendBeside() throws IOException {
        final long written = besideWritten.getAsLong();
        if (beside.end() - written < BESIDE_AHEAD && !beside.extend(written + 2 * BESIDE_AHEAD)) {
            return false;
        }
        besideEnd = beside.end();
        return true;
    }

    private boolean prepareNext() throws IOException {
        if (next != null) {
            return true;
        }
        deletePrepared(appender.flushedCycle()); // Of days on which nothing happened; the time has passed them.
        nextCycle = Math.max(cycle + 1, time.wantedCycle());
        time.allow(cycle, Integer.MAX_VALUE);
        final @Nullable AllocatedFile file = AllocatedFile.open(file(nextCycle));
        if (file == null) {
            return false;
        }
        if (!file.extend(ahead)) {
            file.close();
            return false;
        }
        next = file;
        publish(); // First: who appends to the cycle must find it.
        time.allow(cycle, nextCycle);
        return true;
    }

    private void publish() {
        final AllocatedFile prepared = next;
        allocated = new Allocated(
                cycle,
                current.end(),
                prepared == null ? Integer.MAX_VALUE : nextCycle,
                prepared == null ? 0 : prepared.end());
    }

    private static String name(int ofCycle) {
        return CYCLE_NAME.format(LocalDate.ofEpochDay(ofCycle));
    }

    /** A cycle's file, or that which will become it. */
    private Path file(int ofCycle) {
        final File file = directory.resolve(name(ofCycle) + ".cq4").toFile();
        return file.exists()
                ? file.toPath()
                : PrecreatedFiles.preCreatedFile(file).toPath();
    }

    /** Deletes what was prepared for cycles before one, and never used. */
    private void deletePrepared(int before) throws IOException {
        final String limit = name(before);
        final List<Path> unused;
        try (Stream<Path> all = Files.list(directory)) {
            unused = all.filter(path -> path.toString().endsWith(PREPARED)
                            && path.getFileName().toString().compareTo(limit) < 0)
                    .toList();
        }
        for (final Path path : unused) {
            Files.deleteIfExists(path);
        }
    }

    /** Bytes that can be written before the allocated space ends. Any thread. */
    public long room() {
        final Allocated space =
                allocated; // Before the appender's: an old end and a new offset give too little, not too much.
        final long written = appender.written();
        final int writtenCycle = JournalAppender.cycle(written);
        if (writtenCycle < space.cycle) {
            return space.end;
        }
        if (writtenCycle == space.cycle) {
            return space.end - JournalAppender.offset(written);
        }
        return writtenCycle == space.nextCycle ? space.nextEnd - JournalAppender.offset(written) : 0;
    }

    /** Whether facts and commands may still come; what is left below that is for requests. Any thread. */
    public boolean hasRoomForFacts() {
        return room() >= LOW_WATER && besideEnd - besideWritten.getAsLong() >= BESIDE_LOW_WATER;
    }

    /** What so many records of the largest size take, and what goes with them: below that nothing may be appended any more. */
    public static long reserve(int records) {
        return records * (long) (RecordDescriptor.RECORD_MAX + RECORD_OVERHEAD) + RESERVE_FIXED;
    }

    /** Whether the disk had no space when it was last asked; otherwise missing room is about to come. Any thread. */
    public boolean isFull() {
        return full;
    }

    /** Why no space can be allocated any more, however much there is; or null. Any thread. */
    public @Nullable IOException failure() {
        return failure;
    }

    private void closeFiles() {
        current.close();
        final AllocatedFile prepared = next;
        if (prepared != null) {
            prepared.close();
        }
        beside.close();
    }

    /** Stops the thread. Nobody appends any more. */
    @Override
    public void close() {
        running = false;
        LockSupport.unpark(thread);
        ThreadEnd.await(thread);
        closeFiles();
    }
}
