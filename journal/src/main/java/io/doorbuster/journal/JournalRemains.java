package io.doorbuster.journal;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What can still be read behind damage to a journal: whole records, by their own checksums.
 *
 * @param count of records.
 * @param first lowest position; 0 = none.
 * @param last highest position; 0 = none.
 */
public record JournalRemains(long count, long first, long last) {
    static final JournalRemains NONE = new JournalRemains(0, 0, 0);

    /** Looks through all bytes of a journal for whole records of positions beyond one. */
    public static JournalRemains behind(Path directory, long position) throws IOException {
        return JournalEnd.remains(directory, position);
    }

    JournalRemains with(long position, long reached) {
        return position <= reached
                ? this
                : new JournalRemains(
                        count + 1, count == 0 ? position : Math.min(first, position), Math.max(last, position));
    }
}
