package io.doorbuster.journal;

import io.doorbuster.codec.MessageHeaderDecoder;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.wire.DocumentContext;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a journal from its beginning, checking every record before it is delivered. One thread; any number of tailers
 * beside the appender, also in other processes.
 */
public final class JournalTailer implements AutoCloseable {
    /** How often a header that looks wrong at the end is looked at again, a millisecond apart: a live one is finished soon. */
    private static final int LOOKS = 5;

    private static final int HEADER_BYTES = 4;

    private static final String LISTING = "metadata.cq4t";

    private final Path directory;
    private final SingleChronicleQueue queue;
    private final ExcerptTailer tailer;
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(JournalAppender.BATCH_MAX);
    private final ByteBuffer checked = bytes.duplicate();
    private final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    private final CRC32C crc = new CRC32C();
    private long lastPosition;
    private long lastJournalTimeNs;
    private long firstWanted;

    /** Where the last excerpt lies: what is before it has been read, so an end is looked for from there on. */
    private @Nullable File excerptFile;

    private long excerptOffset;

    private JournalTailer(Path directory, SingleChronicleQueue queue) {
        this.directory = directory;
        this.queue = queue;
        tailer = queue.createTailer();
    }

    /**
     * Opens a journal at its first record.
     *
     * @throws JournalCorruptException when its files are none of a queue.
     */
    public static JournalTailer open(Path directory) {
        try {
            return new JournalTailer(directory, JournalQueue.openForRead(directory));
        } catch (Exception | AssertionError e) { // Chronicle throws checked ones undeclared.
            throw new JournalCorruptException(
                    String.valueOf(e.getMessage()).contains(LISTING)
                            ? LISTING
                                    + ", which only lists the files of the journal, is damaged: move it away, and it is"
                                    + " made again; otherwise a file that is no queue (" + e + ")"
                            : "a file that is no queue (" + e + ")",
                    0,
                    0);
        }
    }

    /**
     * Opens a journal so that the record of a position is the first one delivered. The records before it are not read, but for
     * a few, so damage to them is not met.
     *
     * @param position 1 or more.
     */
    public static JournalTailer openAt(Path directory, long position) {
        final JournalTailer opened = open(directory);
        opened.seek(position);
        return opened;
    }

    /** Goes to the last excerpt, of those that the queue's own index finds, that begins before a position. */
    private void seek(long position) {
        firstWanted = position;
        for (final Long cycle :
                queue.listCyclesBetween(queue.firstCycle(), queue.lastCycle()).descendingSet()) {
            final long first = queue.rollCycle().toIndex(cycle.intValue(), 0);
            if (firstPositionFrom(first) < position) {
                long low = 0; // Begins before the position; all from high on do not.
                long high = tailer.excerptsInCycle(cycle.intValue());
                while (low + 1 < high) {
                    final long middle = (low + high) >>> 1;
                    if (firstPositionFrom(first + middle) < position) {
                        low = middle;
                    } else {
                        high = middle;
                    }
                }
                lastPosition = firstPositionFrom(first + low) - 1;
                tailer.moveToIndex(first + low);
                return;
            }
        }
        tailer.toStart();
    }

    /** Position of the first record from an excerpt on that has one; a large one when none has. Checked when it is delivered. */
    private long firstPositionFrom(long index) {
        if (!tailer.moveToIndex(index)) {
            return Long.MAX_VALUE;
        }
        while (true) {
            try (DocumentContext document = readingDocument()) {
                if (!document.isPresent()) {
                    return Long.MAX_VALUE;
                }
                final Bytes<?> excerpt = Objects.requireNonNull(document.wire()).bytes();
                if (excerpt.readRemaining() >= RecordDescriptor.BODY_OFFSET) {
                    final long position = excerpt.readLong(excerpt.readPosition() + RecordDescriptor.POSITION_OFFSET);
                    if (position > 0) {
                        return position;
                    }
                }
            }
        }
    }

    /** Position of the last record delivered; 0 = none yet. */
    public long lastPosition() {
        return lastPosition;
    }

    /** Journal time of the last record delivered. */
    public long lastJournalTimeNs() {
        return lastJournalTimeNs;
    }

    /**
     * Delivers the records of the next excerpts.
     *
     * @param excerptLimit how many excerpts at most.
     * @return how many excerpts were there; 0 = nothing more has been written yet.
     * @throws JournalCorruptException when a record is not as it was written; the tailer cannot be used any further.
     * @throws IllegalStateException when a later release wrote it.
     */
    public int poll(RecordHandler handler, int excerptLimit) {
        final int count = follow(handler, excerptLimit);
        return count == 0 && pollBehindEnd(handler) ? 1 : count;
    }

    /**
     * Delivers the records of the next excerpts of a journal that another process writes. Does not look behind the end, which
     * may be in the middle of an excerpt at any time: {@link #poll} does that, once the other process is gone.
     *
     * @return how many excerpts were there; 0 = nothing more has been written yet.
     * @throws JournalCorruptException when a record is not as it was written; the tailer cannot be used any further.
     */
    public int follow(RecordHandler handler, int excerptLimit) {
        int count = 0;
        while (count < excerptLimit && pollOne(handler)) {
            count++;
        }
        return count;
    }

    /** Nothing more seems to be there; makes sure of it. True when a live appender has written meanwhile. */
    private boolean pollBehindEnd(RecordHandler handler) {
        String problem = JournalEnd.problem(directory, lastPosition, excerptFile, excerptOffset);
        for (int look = 0; problem != null && look < LOOKS; look++) {
            if (pollOne(handler)) {
                return true;
            }
            LockSupport.parkNanos(1_000_000);
            problem = JournalEnd.problem(directory, lastPosition, excerptFile, excerptOffset);
        }
        if (problem != null) {
            throw new JournalCorruptException(problem, lastPosition, tailer.index());
        }
        return false;
    }

    private boolean pollOne(RecordHandler handler) {
        final int length;
        final long index;
        try (DocumentContext document = readingDocument()) {
            if (!document.isPresent()) {
                return false;
            }
            index = document.index();
            final Bytes<?> excerpt = Objects.requireNonNull(document.wire()).bytes();
            excerptFile = tailer.currentFile();
            excerptOffset = excerpt.readPosition() - HEADER_BYTES;
            final long remaining = excerpt.readRemaining();
            if (remaining > JournalAppender.BATCH_MAX) {
                throw new JournalCorruptException("an excerpt of " + remaining + " bytes", lastPosition, index);
            }
            bytes.clear().limit((int) remaining);
            excerpt.read(
                    bytes); // Our own copy: what is checked is what is used, and no mapped page can vanish below it.
            length = (int) remaining;
        }
        deliver(handler, length, index);
        return true;
    }

    private DocumentContext readingDocument() {
        try {
            return tailer.readingDocument();
        } catch (Exception | AssertionError e) { // Chronicle throws checked ones undeclared.
            throw new JournalCorruptException("a file that is no queue (" + e + ")", lastPosition, tailer.index());
        }
    }

    private void deliver(RecordHandler handler, int excerptLength, long index) {
        int offset = 0;
        while (excerptLength - offset >= RecordDescriptor.BODY_OFFSET) {
            final int length = RecordDescriptor.length(buffer, offset);
            if (length < RecordDescriptor.BODY_OFFSET
                    || length > RecordDescriptor.RECORD_MAX
                    || length > excerptLength - offset) {
                throw new JournalCorruptException("a record of " + length + " bytes", lastPosition, index);
            }
            checkSum(offset, length, index);
            checkVersion(offset);
            checkPosition(offset, index);
            if (lastPosition >= firstWanted) {
                handler.onRecord(buffer, offset, length);
            }
            offset += RecordDescriptor.alignedLength(length);
        }
        final boolean isPadded = excerptLength - offset == RecordDescriptor.ALIGNMENT && buffer.getLong(offset) == 0;
        if (offset == 0 || excerptLength - offset >= RecordDescriptor.ALIGNMENT && !isPadded) {
            throw new JournalCorruptException("an unfinished record", lastPosition, index);
        }
    }

    /** A whole record of a later schema is no damage, and may not be read by guessing. */
    private void checkVersion(int offset) {
        final int version = RecordDescriptor.schemaVersion(buffer, offset);
        if (version > MessageHeaderDecoder.SCHEMA_VERSION) {
            throw new IllegalStateException(
                    "the journal in " + directory + " was written by a later release: behind position "
                            + lastPosition + " lies a record of schema version " + version
                            + ", and this release knows versions up to "
                            + MessageHeaderDecoder.SCHEMA_VERSION + "; use that release, or a later one");
        }
    }

    private void checkSum(int offset, int length, long index) {
        checked.limit(offset + length).position(offset + RecordDescriptor.CHECKED_OFFSET);
        crc.reset();
        crc.update(checked);
        if ((int) crc.getValue() != RecordDescriptor.crc(buffer, offset)) {
            throw new JournalCorruptException("a record whose checksum is wrong", lastPosition, index);
        }
    }

    private void checkPosition(int offset, long index) {
        final long position = RecordDescriptor.position(buffer, offset);
        if (position == 0) {
            return;
        }
        if (position != lastPosition + 1) {
            throw new JournalCorruptException("a record of position " + position, lastPosition, index);
        }
        lastPosition = position;
        lastJournalTimeNs = RecordDescriptor.journalTimeNs(buffer, offset);
    }

    Path directory() {
        return directory;
    }

    /** Blanks what a killed process left behind the last excerpt; see {@link JournalEnd#cut}. */
    JournalEnd.Cut cut() {
        return JournalEnd.cut(directory, excerptFile, excerptOffset);
    }

    @Override
    public void close() {
        queue.close();
    }
}
