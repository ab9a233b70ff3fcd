package io.doorbuster.journal;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Where the excerpts of a journal are read from, in their order; a port, the other side of {@link ExcerptLog}. One thread. */
public interface ExcerptSource extends AutoCloseable {
    /**
     * Copies the next excerpt out.
     *
     * @param target receives it from 0 on; its limit is then the excerpt's length.
     * @param reached last position read, for messages.
     * @return false when nothing more has been written yet.
     * @throws JournalCorruptException when what comes next is no excerpt.
     */
    boolean read(ByteBuffer target, long reached);

    /** Number of the excerpt read last, for messages. */
    long index();

    /**
     * Goes to an excerpt, not far before, that begins before a position.
     *
     * @return position of the record before that excerpt's first; 0 when it is the first one.
     */
    long seek(long position);

    /**
     * Looks behind the end, where {@link #read} has found nothing.
     *
     * @param reached last position read.
     * @return what is there though nothing should be; null = nothing.
     */
    @Nullable
    String problemBehindEnd(long reached);

    @Override
    void close();
}
