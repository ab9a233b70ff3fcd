package io.doorbuster.journal;

import java.io.IOException;

/** What makes a journal's files durable; a port, so that a disk that is slow or fails can be tried. One thread. */
public interface JournalDisk extends AutoCloseable {
    /**
     * Makes sure that all that was written before this call is on the disk.
     *
     * @param cycle of Chronicle that was written last; files are made with a new one.
     * @param position of the last record that was written before.
     * @throws IOException when that is not sure. Trying again proves nothing: the kernel may have dropped the pages.
     */
    void force(int cycle, long position) throws IOException;

    @Override
    void close() throws IOException;
}
