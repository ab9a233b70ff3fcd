package io.doorbuster.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Exclusive ownership of a directory, held by the operating system and gone with the process, whatever its pid. */
public final class JournalLock implements AutoCloseable {
    private final FileChannel channel;

    private JournalLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock or fails at once.
     *
     * @throws IOException when another process holds it, or the file cannot be written.
     */
    public static JournalLock acquire(Path file) throws IOException {
        final JournalLock taken = tryAcquire(file);
        if (taken == null) {
            throw new IOException(
                    file + " is locked: another doorbuster process uses this directory; stop it, or use another one");
        }
        return taken;
    }

    /**
     * Takes the lock if nobody has it.
     *
     * @return null when somebody has.
     * @throws IOException when the file cannot be written.
     */
    public static @Nullable JournalLock tryAcquire(Path file) throws IOException {
        final FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null; // This very process holds it.
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        if (lock == null) {
            channel.close();
            return null;
        }
        return new JournalLock(channel);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
