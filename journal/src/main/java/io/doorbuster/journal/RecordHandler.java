package io.doorbuster.journal;

import org.agrona.MutableDirectBuffer;

/** Takes the records of a journal in order. */
public interface RecordHandler {
    /**
     * Called for each record, its checksum good.
     *
     * @param buffer the tailer's own, valid until the call returns.
     * @param offset where the record header begins, a multiple of 8.
     * @param length bytes of header and message.
     */
    void onRecord(MutableDirectBuffer buffer, int offset, int length);
}
