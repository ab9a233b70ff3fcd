package io.doorbuster.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Exclusive ownership of a directory, held by the operating system and gone with the process, whatever its pid. */
public final class JournalLock implements AutoCloseable {
    /** Locks of this process: closing any other channel on a locked file would lose the lock. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private JournalLock(Path file, FileChannel channel) {
        this.file = file;
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
        final Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent());
        final Path real = directory.toRealPath().resolve(Objects.requireNonNull(file.getFileName()));
        if (!HELD.add(real)) {
            return null;
        }
        JournalLock taken = null;
        try {
            final FileChannel channel = FileChannel.open(real, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                channel.close();
            } else {
                taken = new JournalLock(real, channel);
            }
            return taken;
        } finally {
            if (taken == null) {
                HELD.remove(real);
            }
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            HELD.remove(file);
        }
    }
}
