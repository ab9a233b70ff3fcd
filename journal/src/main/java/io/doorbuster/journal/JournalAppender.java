package io.doorbuster.journal;

import io.doorbuster.codec.HashRecordEncoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import java.util.zip.CRC32C;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The one writer of a journal. Journal thread only, which may be another one than the opener's.
 *
 * <p>Records gather in a batch of our own, checksummed there, and go out as one excerpt; allocates nothing.
 */
public final class JournalAppender implements AutoCloseable {
    static final int BATCH_MAX = 1 << 16;

    /** A file's cycle and offset in one word, so that they are seen together. */
    private static final int OFFSET_BITS = 40;

    private final ExcerptLog log;
    private final JournalTime time;
    private final ByteBuffer batchBytes;
    private final UnsafeBuffer batch;
    private final ByteBuffer checked;
    private final CRC32C crc = new CRC32C();
    private final MessageHeaderEncoder messageHeader = new MessageHeaderEncoder();
    private final HashRecordEncoder hashRecord = new HashRecordEncoder();
    private final long cutBytes;
    private volatile long written;
    private volatile long flushedPosition;
    private int batchLength;
    private long lastPosition;
    private long lastJournalTimeNs;

    private JournalAppender(
            ExcerptLog log,
            JournalTime time,
            ByteBuffer batchBytes,
            long lastPosition,
            long lastJournalTimeNs,
            long cutBytes,
            long written) {
        this.log = log;
        this.time = time;
        this.batchBytes = batchBytes;
        batch = new UnsafeBuffer(batchBytes);
        checked = batchBytes.duplicate();
        this.lastPosition = lastPosition;
        flushedPosition = lastPosition;
        this.lastJournalTimeNs = lastJournalTimeNs;
        this.cutBytes = cutBytes;
        this.written = written;
    }

    /**
     * Goes on with a journal that lies elsewhere than in a directory; the appender closes the log.
     *
     * @param lastPosition of the last record there, as a tailer found it; 0 for a new journal.
     * @param lastJournalTimeNs of that record.
     */
    public static JournalAppender over(ExcerptLog log, long lastPosition, long lastJournalTimeNs) {
        final ByteBuffer batch = ByteBuffer.allocateDirect(BATCH_MAX);
        return new JournalAppender(log, new JournalTime(() -> 0), batch, lastPosition, lastJournalTimeNs, 0, 0);
    }

    /**
     * Opens a journal at its end. The caller holds a {@link JournalLock} on the directory.
     *
     * @param directory of the journal; created when missing.
     * @param lastPosition of the last record there, as a tailer found it; 0 for a new journal.
     * @param lastJournalTimeNs of that record.
     */
    public static JournalAppender open(Path directory, long lastPosition, long lastJournalTimeNs) {
        return open(directory, lastPosition, lastJournalTimeNs, System::currentTimeMillis);
    }

    /** Opens a journal where a tailer has come to its end. The caller holds a {@link JournalLock} on the directory. */
    public static JournalAppender openBehind(JournalTailer tailer) {
        if (!(tailer.source() instanceof ChronicleSource source)) {
            throw new IllegalArgumentException("the tailer's journal lies in no directory");
        }
        return open(
                source.directory(),
                tailer.lastPosition(),
                tailer.lastJournalTimeNs(),
                System::currentTimeMillis,
                source.cut());
    }

    /** The same with a wall clock that is given, which chooses the file. */
    static JournalAppender open(Path directory, long lastPosition, long lastJournalTimeNs, LongSupplier wallMillis) {
        return open(directory, lastPosition, lastJournalTimeNs, wallMillis, JournalEnd.cut(directory, null, 0));
    }

    private static JournalAppender open(
            Path directory, long lastPosition, long lastJournalTimeNs, LongSupplier wallMillis, JournalEnd.Cut cut) {
        final JournalTime time = new JournalTime(wallMillis);
        final SingleChronicleQueue queue = JournalQueue.openForAppend(directory, time);
        if (cut.isClosed()) { // Killed while it rolled, and the clock has been set back: that day takes nothing more.
            time.notBefore(queue.lastCycle() + 1);
        }
        final ByteBuffer batch = ByteBuffer.allocateDirect(BATCH_MAX);
        return new JournalAppender(
                new ChronicleLog(queue, batch),
                time,
                batch,
                lastPosition,
                lastJournalTimeNs,
                cut.bytes(),
                end(Math.max(0, queue.lastCycle()), cut.end()));
    }

    /** Bytes of an excerpt that a kill or a power cut had left unfinished, and that were cut. */
    public long cutBytes() {
        return cutBytes;
    }

    /** Position of the last record appended; 0 = none. */
    public long lastPosition() {
        return lastPosition;
    }

    /** Journal time of the last record. */
    public long lastJournalTimeNs() {
        return lastJournalTimeNs;
    }

    /**
     * Adds a record to the batch. The header holds everything but position and checksum, which are filled in here, in
     * place; a full batch is flushed first.
     *
     * @return the record's position.
     */
    public long append(MutableDirectBuffer buffer, int offset) {
        final int length = RecordDescriptor.length(buffer, offset);
        checkLength(length);
        final int aligned = RecordDescriptor.alignedLength(length);
        if (batchLength + aligned > BATCH_MAX - RecordDescriptor.ALIGNMENT) { // Room for the padding of a flush.
            flush();
        }
        RecordDescriptor.position(buffer, offset, lastPosition + 1);
        batch.putBytes(batchLength, buffer, offset, length);
        seal(length);
        RecordDescriptor.crc(buffer, offset, RecordDescriptor.crc(batch, batchLength));
        batchLength += aligned;
        lastJournalTimeNs = RecordDescriptor.journalTimeNs(buffer, offset);
        return ++lastPosition;
    }

    private static void checkLength(int length) {
        if (length < RecordDescriptor.BODY_OFFSET || length > RecordDescriptor.RECORD_MAX) {
            throw new IllegalArgumentException("length=" + length + " is not in " + RecordDescriptor.BODY_OFFSET + ".."
                    + RecordDescriptor.RECORD_MAX);
        }
    }

    /** Zeroes the padding and writes the checksum of the record at the end of the batch. */
    private void seal(int length) {
        final int end = batchLength + length;
        batch.setMemory(end, RecordDescriptor.alignedLength(length) - length, (byte) 0);
        checked.limit(end).position(batchLength + RecordDescriptor.CHECKED_OFFSET);
        crc.reset();
        crc.update(checked);
        RecordDescriptor.crc(batch, batchLength, (int) crc.getValue());
    }

    /** Writes the batch as one excerpt: afterwards it survives the death of this process. */
    public void flush() {
        if (batchLength == 0) {
            return;
        }
        if (Integer.bitCount(batchLength)
                == 1) { // Else one flipped bit could make the excerpt's header that of the end.
            batch.setMemory(batchLength, RecordDescriptor.ALIGNMENT, (byte) 0);
            batchLength += RecordDescriptor.ALIGNMENT;
        }
        written = log.append(batchBytes, batchLength);
        batchLength = 0;
        flushedPosition = lastPosition;
    }

    /** Last position that survives the death of this process. Any thread. */
    public long flushedPosition() {
        return flushedPosition;
    }

    /** Chronicle's cycle that {@link #flushedPosition()} lies in, or a later one. Any thread, read after the position. */
    int flushedCycle() {
        return cycle(written);
    }

    /** Cycle and offset up to which the journal is written, but for what Chronicle adds. Any thread. */
    long written() {
        return written;
    }

    static int cycle(long written) {
        return (int) (written >>> OFFSET_BITS);
    }

    static long offset(long written) {
        return written & (1L << OFFSET_BITS) - 1;
    }

    /** Where an excerpt ends: Chronicle's cycle, and the offset in its file. */
    public static long end(int cycle, long offset) {
        return (long) cycle << OFFSET_BITS | offset;
    }

    JournalTime time() {
        return time;
    }

    /**
     * Writes a hash record, which takes no position, behind what has been appended.
     *
     * @param engineVersion of the engine that computed the hashes.
     */
    public void appendHash(
            int engineVersion,
            long ofPosition,
            long stateHash,
            long replyHash,
            DirectBuffer digests,
            int offset,
            int length) {
        flush();
        batch.setMemory(0, RecordDescriptor.HEADER_LENGTH, (byte) 0);
        hashRecord
                .wrapAndApplyHeader(batch, RecordDescriptor.MESSAGE_OFFSET, messageHeader)
                .ofPosition(ofPosition)
                .stateHash(stateHash)
                .replyHash(replyHash)
                .engineVersion(engineVersion)
                .putDigests(digests, offset, length);
        final int recordLength = RecordDescriptor.BODY_OFFSET + hashRecord.encodedLength();
        checkLength(recordLength);
        RecordDescriptor.length(batch, 0, recordLength);
        RecordDescriptor.journalTimeNs(batch, 0, lastJournalTimeNs);
        seal(recordLength);
        batchLength = RecordDescriptor.alignedLength(recordLength);
        flush();
    }

    /** Flushes and closes. */
    @Override
    public void close() {
        try {
            flush();
        } finally {
            log.close();
        }
    }
}
