package io.doorbuster.journal;

import java.nio.ByteBuffer;

/**
 * Where the one writer of a journal puts its excerpts; a port, so that a disk that loses, tears and fills can be tried. Journal
 * thread only.
 */
public interface ExcerptLog extends AutoCloseable {
    /**
     * Appends one excerpt, all of it or none: afterwards it survives the death of this process.
     *
     * @param batch holds the excerpt from 0 on; position and limit are left alone.
     * @param length bytes.
     * @return cycle and offset where it ends, see {@link JournalAppender#end}.
     */
    long append(ByteBuffer batch, int length);

    @Override
    void close();
}
