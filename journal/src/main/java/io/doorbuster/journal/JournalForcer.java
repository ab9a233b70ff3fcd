package io.doorbuster.journal;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Group commit: a thread that forces the journal to the disk, again and again while somebody waits for it, and about once a
 * second otherwise. What was flushed while the disk was busy goes with the next force, so the disk's speed bounds how long an
 * acknowledgement takes and not how many there are.
 *
 * <p>Stops at the first error and never tries again: after a failed force nobody knows what is on the disk.
 */
public final class JournalForcer implements AutoCloseable {
    private static final long IDLE_NS = 1_000_000_000;
    private static final long AWAIT_NS = 500_000;

    private final JournalAppender appender;
    private final JournalDisk disk;
    private final Thread thread;
    private volatile Runnable onForced = () -> {};
    private final AtomicLong requiredPosition = new AtomicLong();
    private volatile long forcedPosition;
    private volatile @Nullable IOException failure;
    private volatile boolean running = true;

    private JournalForcer(JournalAppender appender, JournalDisk disk) {
        this.appender = appender;
        this.disk = disk;
        thread = new Thread(this::run, "doorbuster-disk");
        thread.setDaemon(true);
    }

    /**
     * Forces what an earlier process has left in the page cache, then begins.
     *
     * @throws IOException when the disk does not take it.
     */
    public static JournalForcer start(JournalAppender appender, JournalDisk disk) throws IOException {
        final JournalForcer forcer = withoutThread(appender, disk);
        forcer.thread.start();
        return forcer;
    }

    /** The same for one thread that does everything: it calls {@link #work}. */
    public static JournalForcer withoutThread(JournalAppender appender, JournalDisk disk) throws IOException {
        final JournalForcer forcer = new JournalForcer(appender, disk);
        forcer.force();
        return forcer;
    }

    /** Whom to tell of each advance and of a failure; called on the forcer's thread. */
    public void onForced(Runnable listener) {
        onForced = listener;
    }

    /** Asks for a position, which has been flushed, to be forced. Any thread. */
    public void require(long position) {
        if (position > requiredPosition.get()) {
            requiredPosition.accumulateAndGet(position, Math::max);
            LockSupport.unpark(thread);
        }
    }

    /**
     * Waits until a position, which has been flushed, is on the disk. Any thread that may wait.
     *
     * @throws IOException when the disk does not take it.
     */
    public void await(long position) throws IOException {
        while (forcedPosition < position) {
            final IOException failed = failure;
            if (failed != null) {
                throw failed;
            }
            require(position);
            LockSupport.parkNanos(this, AWAIT_NS);
        }
    }

    /** Last position that is on the disk. Any thread. */
    public long forcedPosition() {
        return forcedPosition;
    }

    /** Why the disk does not take the journal any more, or null. Any thread. */
    public @Nullable IOException failure() {
        return failure;
    }

    private void run() {
        while (running && failure == null) {
            if (requiredPosition.get() <= forcedPosition) {
                LockSupport.parkNanos(this, IDLE_NS);
            }
            if (running) {
                forceOrFail();
            }
        }
    }

    /** Forces what has been flushed, unless a force has failed. Only where there is no thread for it. */
    public void work() {
        if (failure == null) {
            forceOrFail();
        }
    }

    private void forceOrFail() {
        try {
            force();
        } catch (IOException | RuntimeException e) {
            failure = new IOException(
                    "the journal cannot be forced to the disk (" + e.getMessage()
                            + "): what was not acknowledged by now"
                            + " has an unknown outcome; check the disk, then start again",
                    e);
        }
        onForced.run();
    }

    private void force() throws IOException {
        final long position = appender.flushedPosition();
        if (position > forcedPosition) {
            disk.force(appender.flushedCycle(), position);
            forcedPosition = position;
        }
    }

    /** Forces the rest; nobody appends any more. After a failure nothing is forced. */
    @Override
    public void close() throws IOException {
        running = false;
        LockSupport.unpark(thread);
        ThreadEnd.await(thread);
        if (failure == null) {
            forceOrFail();
        }
        disk.close();
    }
}
