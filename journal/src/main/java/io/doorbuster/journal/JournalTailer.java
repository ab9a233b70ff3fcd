package io.doorbuster.journal;

import io.doorbuster.codec.MessageHeaderDecoder;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads a journal from its beginning, checking every record before it is delivered. One thread; any number of tailers
 * beside the appender, also in other processes.
 */
public final class JournalTailer implements AutoCloseable {
    /** How often a header that looks wrong at the end is looked at again, a millisecond apart: a live one is finished soon. */
    private static final int LOOKS = 5;

    private final ExcerptSource source;
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(JournalAppender.BATCH_MAX);
    private final ByteBuffer checked = bytes.duplicate();
    private final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    private final CRC32C crc = new CRC32C();
    private long lastPosition;
    private long lastJournalTimeNs;
    private long firstWanted;

    private JournalTailer(ExcerptSource source) {
        this.source = source;
    }

    /**
     * Opens a journal at its first record.
     *
     * @throws JournalCorruptException when its files are none of a queue.
     */
    public static JournalTailer open(Path directory) {
        return over(ChronicleSource.open(directory));
    }

    /** A journal that lies elsewhere, at its first record; the tailer closes the source. */
    public static JournalTailer over(ExcerptSource source) {
        return new JournalTailer(source);
    }

    /**
     * Opens a journal so that the record of a position is the first one delivered. The records before it are not read, but for
     * a few, so damage to them is not met.
     *
     * @param position 1 or more.
     */
    public static JournalTailer openAt(Path directory, long position) {
        return overAt(ChronicleSource.open(directory), position);
    }

    /** The same of a journal that lies elsewhere. */
    public static JournalTailer overAt(ExcerptSource source, long position) {
        final JournalTailer opened = over(source);
        opened.firstWanted = position;
        opened.lastPosition = source.seek(position);
        return opened;
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
        String problem = source.problemBehindEnd(lastPosition);
        for (int look = 0; problem != null && look < LOOKS; look++) {
            if (pollOne(handler)) {
                return true;
            }
            LockSupport.parkNanos(1_000_000);
            problem = source.problemBehindEnd(lastPosition);
        }
        if (problem != null) {
            throw new JournalCorruptException(problem, lastPosition, source.index());
        }
        return false;
    }

    private boolean pollOne(RecordHandler handler) {
        if (!source.read(bytes, lastPosition)) {
            return false;
        }
        deliver(handler, bytes.limit(), source.index());
        return true;
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
                    "the journal in " + source + " was written by a later release: behind position "
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

    /** What it reads from. */
    ExcerptSource source() {
        return source;
    }

    @Override
    public void close() {
        source.close();
    }
}
