package io.doorbuster.replay;

import io.doorbuster.codec.HashRecordDecoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.gateway.Progress;
import io.doorbuster.journal.JournalAppender;
import io.doorbuster.journal.JournalCorruptException;
import io.doorbuster.journal.JournalFiles;
import io.doorbuster.journal.JournalForcer;
import io.doorbuster.journal.JournalTailer;
import io.doorbuster.journal.RecordDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Writes the records of a journal, and the hashes of them, into a new one, byte for byte but for the batches. One thread. */
final class JournalCopy {
    private static final int POLL_EXCERPTS = 64;

    /** What a new journal allocates beside its records. */
    private static final long BESIDE_BYTES = 256L << 20;

    private final Path source;
    private final Path target;
    private final HashRecordDecoder hashRecord = new HashRecordDecoder();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final UnsafeBuffer digests = new UnsafeBuffer(0, 0);

    JournalCopy(Path source, Path target) {
        this.source = source;
        this.target = target;
    }

    /**
     * Copies up to a position, and forces the copy to the disk.
     *
     * @param until last position; all when it is beyond the journal's end.
     * @return the last position copied.
     * @throws IOException when there is no room.
     * @throws JournalCorruptException when the journal is damaged before that.
     */
    long copy(long until, Progress progress) throws IOException {
        checkRoom(source, target);
        try (JournalTailer tailer = JournalTailer.open(source);
                JournalAppender appender = JournalAppender.open(target, 0, 0)) {
            while (appender.lastPosition() < until && copyNext(tailer, appender, until)) {
                progress.onReplayed(appender.lastPosition());
            }
            appender.flush();
            JournalForcer.start(appender, new JournalFiles(target)).close();
            return appender.lastPosition();
        }
    }

    /** Throws when there is no room for what the target has not of the source yet. */
    static void checkRoom(Path source, Path target) throws IOException {
        Files.createDirectories(target);
        final long bytes = BESIDE_BYTES + Math.max(0, bytes(source) - bytes(target));
        final long room = Files.getFileStore(target).getUsableSpace();
        if (room < bytes) {
            throw new IOException("no room for a copy of the journal at " + target + ": " + (bytes >> 20)
                    + " MB are needed, " + (room >> 20) + " MB are free");
        }
    }

    private static long bytes(Path directory) throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.list(directory)) {
            for (final Path file : files.toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }

    private boolean copyNext(JournalTailer tailer, JournalAppender appender, long until) {
        try {
            return tailer.poll((buffer, offset, length) -> copyRecord(appender, until, buffer, offset), POLL_EXCERPTS)
                    > 0;
        } catch (JournalCorruptException e) {
            if (appender.lastPosition() < until) {
                throw e;
            }
            return false;
        }
    }

    private void copyRecord(JournalAppender appender, long until, MutableDirectBuffer buffer, int offset) {
        if (RecordDescriptor.position(buffer, offset) > 0) {
            if (appender.lastPosition() < until) {
                appender.append(buffer, offset);
            }
        } else if (RecordDescriptor.templateId(buffer, offset) == HashRecordDecoder.TEMPLATE_ID) {
            hashRecord.wrapAndApplyHeader(buffer, offset + RecordDescriptor.MESSAGE_OFFSET, header);
            final long ofPosition = hashRecord.ofPosition();
            final long stateHash = hashRecord.stateHash();
            final long replyHash = hashRecord.replyHash();
            final int engineVersion = hashRecord.engineVersion();
            hashRecord.wrapDigests(digests);
            if (ofPosition <= appender.lastPosition()) {
                appender.appendHash(engineVersion, ofPosition, stateHash, replyHash, digests, 0, digests.capacity());
            }
        }
    }
}
