package io.doorbuster.simulator;

import io.doorbuster.journal.ExcerptSource;
import io.doorbuster.journal.JournalTailer;
import io.doorbuster.journal.RecordDescriptor;
import org.agrona.MutableDirectBuffer;

/** Sums up what a reader gets of a few excerpts. */
final class JournalDigest {
    private static final int EXCERPTS = 3;
    private static final long PRIME = 0x9E3779B97F4A7C15L;

    private long value;

    private JournalDigest() {}

    /** What is delivered from a position on. */
    static long of(ExcerptSource source, long position) {
        final JournalDigest digest = new JournalDigest();
        try (JournalTailer tailer = JournalTailer.overAt(source, position)) {
            tailer.follow(digest::add, EXCERPTS);
        }
        return digest.value;
    }

    private void add(MutableDirectBuffer buffer, int offset, int length) {
        for (int i = 0; i < length; i++) {
            value = (value ^ buffer.getByte(offset + i)) * PRIME;
        }
        value += RecordDescriptor.position(buffer, offset);
    }
}
