package io.doorbuster.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import net.openhft.chronicle.core.io.IORuntimeException;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.impl.single.TableStoreWriteLock;
import net.openhft.chronicle.threads.BusyTimedPauser;

/** Opens the queue the one way that is used here. */
final class JournalQueue {
    private static final long BLOCK_BYTES = 64L << 20;
    private static final long LOCK_TIMEOUT_MS = 1_000;
    private static final String WRITE_LOCK_KEY = "chronicle.write.lock";

    private JournalQueue() {}

    /**
     * Opens for one appender, whose caller holds a {@link JournalLock}. Chronicle's own locks, which go by pid, are let go:
     * in a container the killed process had the pid of the living one. The time never lies before the last cycle, or its
     * records would be hidden.
     *
     * @throws UncheckedIOException when the disk refuses.
     */
    static SingleChronicleQueue openForAppend(Path directory, JournalTime time) {
        try {
            return openUnlocked(directory, time);
        } catch (IORuntimeException e) {
            throw notWritable(e);
        }
    }

    private static SingleChronicleQueue openUnlocked(Path directory, JournalTime time) {
        final SingleChronicleQueue queue = builder(directory).timeProvider(time).build();
        final int lastCycle = queue.lastCycle();
        if (lastCycle > 0) {
            time.notBefore(lastCycle);
        }
        try {
            unlock(queue, TableStoreWriteLock.APPEND_LOCK_KEY);
            unlock(queue, WRITE_LOCK_KEY);
        } catch (
                UnsupportedOperationException
                        e) { // With its listing damaged, the queue takes itself for a read-only one.
            queue.close();
            throw new IllegalStateException(
                    "the journal in " + directory
                            + " cannot be written: metadata.cq4t, which only lists its files, is damaged:"
                            + " move it away, and it is made again",
                    e);
        }
        return queue;
    }

    /** What the disk has said, without what the queue was doing. */
    static RuntimeException notWritable(IORuntimeException refused) {
        Throwable cause = refused;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (!(cause instanceof IOException)) {
            return refused; // Ours to mend.
        }
        return new UncheckedIOException(
                "the journal cannot be written (" + cause.getMessage()
                        + "): what was not acknowledged by now has an unknown outcome; check the disk and its space, then start"
                        + " again",
                new IOException(refused));
    }

    private static void unlock(SingleChronicleQueue queue, String key) {
        try (TableStoreWriteLock lock =
                new TableStoreWriteLock(queue.metaStore(), BusyTimedPauser::new, LOCK_TIMEOUT_MS, key)) {
            lock.forceUnlock();
        }
    }

    static SingleChronicleQueue openForRead(Path directory) {
        return builder(directory).build();
    }

    private static SingleChronicleQueueBuilder builder(Path directory) {
        return SingleChronicleQueueBuilder.binary(directory)
                .rollCycle(RollCycles.FAST_DAILY)
                .blockSize(BLOCK_BYTES)
                .timeoutMS(LOCK_TIMEOUT_MS);
    }
}
