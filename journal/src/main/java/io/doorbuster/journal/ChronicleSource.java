package io.doorbuster.journal;

import java.io.File;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.wire.DocumentContext;
import org.jspecify.annotations.Nullable;

/** Reads a Chronicle Queue. One thread. */
final class ChronicleSource implements ExcerptSource {
    private static final int HEADER_BYTES = 4;

    private static final String LISTING = "metadata.cq4t";

    private final Path directory;
    private final SingleChronicleQueue queue;
    private final ExcerptTailer tailer;
    private long index;

    /** Where the last excerpt lies: what is before it has been read, so an end is looked for from there on. */
    private @Nullable File excerptFile;

    private long excerptOffset;

    private ChronicleSource(Path directory, SingleChronicleQueue queue) {
        this.directory = directory;
        this.queue = queue;
        tailer = queue.createTailer();
    }

    /**
     * Opens a queue at its first excerpt.
     *
     * @throws JournalCorruptException when its files are none of a queue.
     */
    static ChronicleSource open(Path directory) {
        try {
            return new ChronicleSource(directory, JournalQueue.openForRead(directory));
        } catch (Exception | AssertionError e) { // Chronicle throws checked ones undeclared.
            throw new JournalCorruptException(
                    String.valueOf(e.getMessage()).contains(LISTING)
                            ? LISTING
                                    + ", which only lists the files of the journal, is damaged: move it away, and it is"
                                    + " made again; otherwise a file that is no queue (" + e + ")"
                            : "a file that is no queue (" + e + ")",
                    0,
                    0);
        }
    }

    @Override
    public boolean read(ByteBuffer target, long reached) {
        try (DocumentContext document = readingDocument(reached)) {
            if (!document.isPresent()) {
                return false;
            }
            index = document.index();
            final Bytes<?> excerpt = Objects.requireNonNull(document.wire()).bytes();
            excerptFile = tailer.currentFile();
            excerptOffset = excerpt.readPosition() - HEADER_BYTES;
            final long remaining = excerpt.readRemaining();
            if (remaining > target.capacity()) {
                throw new JournalCorruptException("an excerpt of " + remaining + " bytes", reached, index);
            }
            target.clear().limit((int) remaining);
            excerpt.read(
                    target); // Our own copy: what is checked is what is used, and no mapped page can vanish below it.
        }
        return true;
    }

    private DocumentContext readingDocument(long reached) {
        try {
            return tailer.readingDocument();
        } catch (Exception | AssertionError e) { // Chronicle throws checked ones undeclared.
            throw new JournalCorruptException("a file that is no queue (" + e + ")", reached, tailer.index());
        }
    }

    @Override
    public long index() {
        return index;
    }

    /**
     * Goes to the last excerpt, of those that the queue's own index finds, that begins before a position; to the first one
     * when that index is damaged, since it is only a short cut.
     */
    @Override
    public long seek(long position) {
        if (position > 1 && queue.firstCycle() <= queue.lastCycle()) {
            try {
                final long before = seekByIndex(position);
                if (before < position) {
                    return before;
                }
            } catch (RuntimeException | AssertionError e) { // Whatever the queue makes of its damaged index.
                tailer.toStart();
                return 0;
            }
        }
        tailer.toStart();
        return 0;
    }

    /** Position before the excerpt that the tailer stands at; beyond the one looked for when none was found. */
    private long seekByIndex(long position) {
        for (final Long cycle :
                queue.listCyclesBetween(queue.firstCycle(), queue.lastCycle()).descendingSet()) {
            final long first = queue.rollCycle().toIndex(cycle.intValue(), 0);
            if (firstPositionFrom(first) < position) {
                long low = 0; // Begins before the position; all from high on do not.
                long high = tailer.excerptsInCycle(cycle.intValue());
                while (low + 1 < high) {
                    final long middle = (low + high) >>> 1;
                    if (firstPositionFrom(first + middle) < position) {
                        low = middle;
                    } else {
                        high = middle;
                    }
                }
                final long before = firstPositionFrom(first + low) - 1;
                return tailer.moveToIndex(first + low) ? before : Long.MAX_VALUE;
            }
        }
        return Long.MAX_VALUE;
    }

    /** Position of the first record from an excerpt on that has one; a large one when none has. Checked when it is delivered. */
    private long firstPositionFrom(long from) {
        if (!tailer.moveToIndex(from)) {
            return Long.MAX_VALUE;
        }
        while (true) {
            try (DocumentContext document = readingDocument(0)) {
                if (!document.isPresent()) {
                    return Long.MAX_VALUE;
                }
                final Bytes<?> excerpt = Objects.requireNonNull(document.wire()).bytes();
                if (excerpt.readRemaining() >= RecordDescriptor.BODY_OFFSET) {
                    final long position = excerpt.readLong(excerpt.readPosition() + RecordDescriptor.POSITION_OFFSET);
                    if (position > 0) {
                        return position;
                    }
                }
            }
        }
    }

    @Override
    public @Nullable String problemBehindEnd(long reached) {
        final String problem = JournalEnd.problem(directory, reached, excerptFile, excerptOffset);
        final long forced = ForcedMark.read(directory);
        return problem == null && reached < forced
                ? "the journal's end, though events up to position " + forced + " were on the disk,"
                : problem;
    }

    Path directory() {
        return directory;
    }

    /** Blanks what a killed process left behind the last excerpt; see {@link JournalEnd#cut}. */
    JournalEnd.Cut cut() {
        return JournalEnd.cut(directory, excerptFile, excerptOffset);
    }

    @Override
    public String toString() {
        return directory.toString();
    }

    @Override
    public void close() {
        queue.close();
    }
}
