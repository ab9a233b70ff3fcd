package io.doorbuster.journal;

import java.nio.ByteBuffer;
import java.util.Objects;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.core.io.IORuntimeException;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.wire.DocumentContext;
import org.jspecify.annotations.Nullable;

/** Appends to a Chronicle Queue. Journal thread only, which may be another one than the opener's. */
final class ChronicleLog implements ExcerptLog {
    private final SingleChronicleQueue queue;
    private final Bytes<ByteBuffer> source;
    private @Nullable ExcerptAppender appender;

    /**
     * Takes over a queue.
     *
     * @param batch the one buffer that is appended from.
     */
    ChronicleLog(SingleChronicleQueue queue, ByteBuffer batch) {
        this.queue = queue;
        source = Bytes.wrapForRead(batch);
    }

    @Override
    public long append(ByteBuffer batch, int length) {
        try {
            return write(length);
        } catch (IORuntimeException e) {
            throw JournalQueue.notWritable(e);
        }
    }

    private long write(int length) {
        final ExcerptAppender target = appender();
        final long end;
        try (DocumentContext document = target.writingDocument()) {
            try {
                final Bytes<?> file = Objects.requireNonNull(document.wire()).bytes();
                file.write(source, 0L, (long) length);
                end = file.writePosition();
            } catch (Throwable e) { // A half-written excerpt must never be published, whatever went wrong.
                document.rollbackOnClose();
                throw e;
            }
        }
        return JournalAppender.end(target.cycle(), end);
    }

    /** Chronicle's appender belongs to the thread that creates it. */
    private ExcerptAppender appender() {
        ExcerptAppender target = appender;
        if (target == null) {
            target = queue.createAppender();
            target.singleThreadedCheckDisabled(true); // The last flush may come from the thread that closes.
            appender = target;
        }
        return target;
    }

    @Override
    public void close() {
        queue.close();
    }
}
