package io.doorbuster.journal;

import io.doorbuster.codec.HashRecordDecoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Looks behind the place where a journal seems to end. Chronicle Queue takes a blank or unfinished excerpt header for the end,
 * and no checksum covers that header: one flipped bit would hide all that follows. One thread.
 *
 * <pre>
 *   file:     excerpts, each at a multiple of 4:   header uint32 LE | payload
 *   header:   0 = the end | bit 31 = being written | bit 30 = not data | bits 0..29 = length        bits 31 and 30 alone = end of file
 * </pre>
 *
 * Our one appender writes a payload first and its header last. So whole records right behind a blank header are an excerpt
 * that a killed process did not finish and nobody was answered for; a record behind those was published, and is hidden.
 */
public final class JournalEnd implements AutoCloseable {
    private static final int BEING_WRITTEN = 1 << 31;
    private static final int NOT_DATA = 1 << 30;
    private static final int LENGTH_MASK = NOT_DATA - 1;
    private static final int END_OF_FILE = BEING_WRITTEN | NOT_DATA;
    private static final int HEADER_BYTES = 4;

    /** Of the pinned version of Chronicle Queue; a test sees it follow the last excerpt. */
    private static final long WRITE_POSITION_OFFSET = 0x40;

    private static final int WINDOW_BYTES = 1 << 20;

    /** So many zero bytes at the end of the last excerpt were never written: no flip makes them. */
    private static final int UNWRITTEN_BYTES = 64;

    /** Fewer will do where a page of the file begins: disks get whole pages. */
    private static final int UNWRITTEN_IN_PAGE_BYTES = 16;

    private static final int PAGE_BYTES = 4096;

    /** What is written while the disk is busy with one force; more than that has not gone missing by a power cut. */
    private static final int UNFORCED_MAX = 1 << 20;

    private final FileChannel channel;
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(WINDOW_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer checked = bytes.duplicate();
    private final ByteBuffer scanned = bytes.duplicate();
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(WINDOW_BYTES);
    private final UnsafeBuffer window = new UnsafeBuffer(bytes);
    private final CRC32C crc = new CRC32C();
    private final Path path;
    private final long begin;
    private long windowOffset;
    private int windowLength;
    private long end;
    private int endHeader;
    private long lastPosition;
    private boolean holdsRecordAsNotData;
    private long lastHeader;
    private int lastHeaderLength;
    private boolean lastIsData;
    private long headerBefore;

    private JournalEnd(Path file, boolean isWritable, long begin) throws IOException {
        this.begin = begin;
        path = file;
        channel = isWritable
                ? FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)
                : FileChannel.open(file, StandardOpenOption.READ);
    }

    /**
     * What was cut.
     *
     * @param bytes from the first to the last that were blanked.
     * @param end where the next excerpt of the newest file will begin.
     * @param isClosed whether that file has been ended, and the next excerpt belongs in a newer one.
     */
    record Cut(long bytes, long end, boolean isClosed) {}

    /**
     * What is wrong at the end of a journal, or null when it really ends where the reader stopped.
     *
     * @param reached position of the last record that the reader was given.
     * @param file that it lies in; null = the reader was given none.
     * @param offset where its excerpt begins.
     */
    static @Nullable String problem(Path directory, long reached, @Nullable File file, long offset) {
        try {
            return findProblem(directory, reached, file, offset);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot read the end of the journal in " + directory + ": check the disk", e);
        }
    }

    private static @Nullable String findProblem(
            Path directory, long reached, @Nullable File reachedFile, long reachedOffset) throws IOException {
        for (final Path file : newestFirst(directory)) {
            final boolean isReached = isSame(file, reachedFile);
            try (JournalEnd journal = new JournalEnd(file, false, isReached ? reachedOffset : 0)) {
                final long writePosition = journal.writePosition();
                journal.walk();
                final long hidden = journal.lastHiddenPosition();
                if (journal.isUnfinishedFile()) {
                    continue;
                }
                if (!journal.isOnWay(writePosition)) {
                    return "a write position that is none, in " + file.getFileName();
                }
                if (journal.endHeader < 0 && journal.endHeader != END_OF_FILE) {
                    return "an excerpt header that says it is still being written, in " + file.getFileName();
                }
                if (journal.holdsRecordAsNotData) {
                    return "an excerpt header that says its record is no data, in " + file.getFileName();
                }
                if (hidden > reached) {
                    return "a blank or damaged excerpt header that hides records up to position " + hidden + ", in "
                            + file.getFileName();
                }
                if (hidden > 0 || isReached) {
                    return null; // Older files lie before what the reader was given.
                }
            }
        }
        return null;
    }

    /** Whether a process was killed while it wrote a part of a file of the queue, any. */
    static boolean isUnfinished(Path file) throws IOException {
        try (JournalEnd journal = new JournalEnd(file, false, 0)) {
            journal.walk();
            return journal.endHeader < 0 && journal.endHeader != END_OF_FILE;
        }
    }

    private static boolean isSame(Path file, @Nullable File reached) {
        return reached != null && file.getFileName().toString().equals(reached.getName());
    }

    /**
     * Whole records of positions beyond one, wherever they lie, whatever the queue says of them.
     *
     * @param reached position that a reader came to.
     */
    static JournalRemains remains(Path directory, long reached) throws IOException {
        JournalRemains sum = JournalRemains.NONE;
        for (final Path file : newestFirst(directory)) {
            try (JournalEnd journal = new JournalEnd(file, false, 0)) {
                for (long at = journal.nextNonZero(0); at >= 0; at = journal.nextNonZero(at)) {
                    if (journal.isRecord(at)) {
                        sum = sum.with(RecordDescriptor.position(journal.window, journal.local(at)), reached);
                        at += RecordDescriptor.alignedLength(
                                RecordDescriptor.length(journal.window, journal.local(at)));
                    } else {
                        at += HEADER_BYTES;
                    }
                }
            }
        }
        return sum;
    }

    /**
     * Blanks what a killed process left of an excerpt, so that the next one does not end in its remains. The caller has the
     * journal's lock, and has found no {@link #problem}.
     *
     * @param file that the reader's last excerpt lies in; null = it was given none.
     * @param offset where that excerpt begins.
     * @return what was blanked, and where the newest file ends now.
     */
    static Cut cut(Path directory, @Nullable File file, long offset) {
        try {
            return cutNewest(directory, file, offset);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot cut the end of the journal in " + directory + ": check the disk", e);
        }
    }

    private static Cut cutNewest(Path directory, @Nullable File reachedFile, long reachedOffset) throws IOException {
        final List<Path> files = newestFirst(directory);
        if (files.isEmpty()) {
            return new Cut(0, 0, false);
        }
        final Path newest = files.getFirst();
        try (JournalEnd journal = new JournalEnd(newest, true, isSame(newest, reachedFile) ? reachedOffset : 0)) {
            journal.walk();
            final long bytes = journal.lastHiddenPosition() == 0 && journal.isUnfinishedFile()
                    ? journal.blankBeginning()
                    : journal.blankRest();
            return new Cut(bytes, journal.end, journal.endHeader == END_OF_FILE);
        }
    }

    /**
     * Cuts what a power cut has left unfinished: the last excerpt if the disk has not got its end and nothing behind it. What
     * was forced to the disk is never cut. To be called with the journal's lock, when a reader has found it damaged, who has
     * to begin again behind it.
     *
     * @return bytes that were cut; 0 = the journal ends whole, or is damaged in another way, which a reader will find.
     */
    public static long cutUnwritten(Path directory) {
        try {
            final List<Path> files = newestFirst(directory);
            if (files.isEmpty()) {
                return 0;
            }
            try (JournalEnd journal = new JournalEnd(files.getFirst(), true, 0)) {
                journal.walk();
                return journal.cutUnwritten();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot cut the end of the journal in " + directory + ": check the disk", e);
        }
    }

    private long cutUnwritten() throws IOException {
        final long written = lastNonZero() + 1;
        final long excerptEnd = lastHeader + HEADER_BYTES + lastHeaderLength;
        long cut = 0;
        if (lastIsData && isUnwritten(written, excerptEnd)) {
            cut = written - lastHeader;
            keep(lastHeader, (int) cut);
            blank(lastHeader, written);
            end = lastHeader;
            lastHeader = headerBefore;
        }
        final long ahead = writePosition() - lastHeader;
        if (endHeader == 0 && ahead > 0 && ahead < UNFORCED_MAX && (cut > 0 || written <= end)) {
            // The header of the file, which is written first, has reached the disk without the excerpts that it tells
            // of.
            channel.write(
                    ByteBuffer.allocate(Long.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(0, lastHeader),
                    WRITE_POSITION_OFFSET);
            cut = Math.max(cut, ahead); // What is missing, and what is there of it.
        }
        if (cut > 0) {
            channel.force(false);
        }
        return cut;
    }

    /** Keeps what is cut in a file beside, in case it was damage and no power cut. */
    private void keep(long from, int length) throws IOException {
        final ByteBuffer kept = ByteBuffer.allocate(length);
        int read = 0;
        while (read >= 0 && kept.hasRemaining()) {
            read = channel.read(kept, from + kept.position());
        }
        Files.write(
                path.resolveSibling(path.getFileName() + ".cut-" + from), Arrays.copyOf(kept.array(), kept.position()));
    }

    /** Whether the disk has not got the last excerpt from some byte on: not whole, and nothing but zeros from there on. */
    private boolean isUnwritten(long written, long excerptEnd) throws IOException {
        final long published = lastPosition;
        final long whole = notePositions(lastHeader + HEADER_BYTES, excerptEnd);
        lastPosition = published;
        if (whole > excerptEnd - RecordDescriptor.ALIGNMENT - 1) { // Padding may follow.
            return false;
        }
        final long page = written + PAGE_BYTES - 1 & -PAGE_BYTES;
        return written <= excerptEnd - UNWRITTEN_BYTES || page <= excerptEnd - UNWRITTEN_IN_PAGE_BYTES;
    }

    private static List<Path> newestFirst(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".cq4"))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    /** Follows the headers from where the reader is to the end, and notes the last position on the way. */
    private void walk() throws IOException {
        long at = begin;
        long lastExcerpt = -1;
        int lastLength = 0;
        while (has(at, HEADER_BYTES)) {
            endHeader = window.getInt(local(at), ByteOrder.LITTLE_ENDIAN);
            if (endHeader <= 0) {
                break;
            }
            final int length = endHeader & LENGTH_MASK;
            if ((endHeader & NOT_DATA) != 0) {
                holdsRecordAsNotData |= isRecord(at + HEADER_BYTES);
            } else if (has(at + HEADER_BYTES, RecordDescriptor.BODY_OFFSET)
                    && RecordDescriptor.position(window, local(at + HEADER_BYTES)) > 0) {
                lastExcerpt = at + HEADER_BYTES;
                lastLength = length;
            }
            headerBefore = lastHeader;
            lastHeader = at;
            lastIsData = (endHeader & NOT_DATA) == 0;
            lastHeaderLength = length;
            at = next(at, endHeader);
        }
        end = at;
        if (lastExcerpt >= 0) {
            notePositions(lastExcerpt, lastExcerpt + lastLength);
        }
    }

    /** Follows whole records from an offset; gives where they end. */
    private long notePositions(long from, long to) throws IOException {
        long at = from;
        while (at < to && isRecord(at)) {
            lastPosition = Math.max(lastPosition, RecordDescriptor.position(window, local(at)));
            at += RecordDescriptor.alignedLength(RecordDescriptor.length(window, local(at)));
        }
        return at;
    }

    /**
     * The highest position of a whole record anywhere in the file, whatever the headers say, but for the unfinished excerpt
     * right behind their end; 0 = none.
     */
    private long lastHiddenPosition() throws IOException {
        final long published = lastPosition;
        final long unfinished = end + HEADER_BYTES;
        final long finished = notePositions(unfinished, Long.MAX_VALUE);
        lastPosition = published;
        long hidden = 0;
        long at = nextNonZero(begin);
        while (at >= 0) {
            if (at >= unfinished && at < finished) {
                at = finished;
            } else if (isRecord(at)) {
                hidden = Math.max(hidden, RecordDescriptor.position(window, local(at)));
                at += RecordDescriptor.alignedLength(RecordDescriptor.length(window, local(at)));
            } else {
                at += HEADER_BYTES;
            }
            at = nextNonZero(at);
        }
        return hidden;
    }

    /** Where Chronicle believes the last excerpt to begin; it appends from there on. */
    private long writePosition() throws IOException {
        return has(WRITE_POSITION_OFFSET, Long.BYTES)
                ? window.getLong(local(WRITE_POSITION_OFFSET), ByteOrder.LITTLE_ENDIAN)
                : 0;
    }

    /** Whether a header begins there; a killed process may have left the position of an earlier one. */
    private boolean isOnWay(long position) throws IOException {
        long at = position < begin ? 0 : begin;
        while (at < position && at < end) {
            has(at, HEADER_BYTES);
            at = next(at, window.getInt(local(at), ByteOrder.LITTLE_ENDIAN));
        }
        return at == position;
    }

    /** Whether a process was killed while it made this file: Chronicle claims the first word, then fills in the rest. */
    private boolean isUnfinishedFile() {
        return end == 0 && endHeader == BEING_WRITTEN;
    }

    private static long next(long at, int header) {
        return at + HEADER_BYTES + (header & LENGTH_MASK) + 3 & -4L;
    }

    private boolean isRecord(long at) throws IOException {
        if (!has(at, RecordDescriptor.BODY_OFFSET)) {
            return false;
        }
        final int length = RecordDescriptor.length(window, local(at));
        final boolean isPlausible = length >= RecordDescriptor.BODY_OFFSET
                && length <= RecordDescriptor.RECORD_MAX
                && RecordDescriptor.schemaId(window, local(at)) == MessageHeaderDecoder.SCHEMA_ID
                && (RecordDescriptor.position(window, local(at)) > 0
                        || RecordDescriptor.templateId(window, local(at)) == HashRecordDecoder.TEMPLATE_ID);
        if (!isPlausible || !has(at, length)) {
            return false;
        }
        checked.limit(local(at) + length).position(local(at) + RecordDescriptor.CHECKED_OFFSET);
        crc.reset();
        crc.update(checked);
        return (int) crc.getValue() == RecordDescriptor.crc(window, local(at));
    }

    /** The first multiple of 4 from an offset on whose four bytes are not all zero; -1 = none. */
    private long nextNonZero(long from) throws IOException {
        long at = from + 3 & -4L;
        while (has(at, HEADER_BYTES)) {
            scanned.limit(windowLength).position(local(at));
            zeros.limit(scanned.remaining());
            final int first = scanned.mismatch(zeros);
            if (first >= 0) {
                return at + first & -4L;
            }
            at += scanned.remaining();
        }
        return -1;
    }

    /**
     * Makes a file that was not finished one that was not begun: all of it, or a reader would take the rest for damage; the
     * first word last, so that a start that is killed in here is followed by another.
     */
    private long blankBeginning() throws IOException {
        final long written = lastNonZero() + 1;
        blank(HEADER_BYTES, written);
        blank(0, HEADER_BYTES);
        return written;
    }

    private long blankRest() throws IOException {
        final long first = nextNonZero(end + HEADER_BYTES);
        if (first < 0 || endHeader != 0) {
            return 0;
        }
        final long written = lastNonZero() + 1;
        blank(first, written);
        return written - first;
    }

    private void blank(long from, long to) throws IOException {
        for (long at = from; at < to; at += zeros.position()) {
            zeros.limit((int) Math.min(zeros.capacity(), to - at)).position(0);
            channel.write(zeros, at);
        }
        zeros.position(0);
    }

    /** The last byte of the last four that are not all zero; -1 = none. */
    private long lastNonZero() throws IOException {
        long last = -1;
        for (long at = nextNonZero(0); at >= 0; at = nextNonZero(at + HEADER_BYTES)) {
            last = at + HEADER_BYTES - 1;
        }
        return last;
    }

    /** Makes so many bytes of the file lie in the window; false when the file ends before. */
    private boolean has(long offset, int length) throws IOException {
        if (offset >= windowOffset && offset + length <= windowOffset + windowLength) {
            return true;
        }
        bytes.clear();
        int read = 0;
        while (read >= 0 && bytes.hasRemaining()) {
            read = channel.read(bytes, offset + bytes.position());
        }
        windowOffset = offset;
        windowLength = bytes.position();
        return length <= windowLength;
    }

    private int local(long offset) {
        return (int) (offset - windowOffset);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
