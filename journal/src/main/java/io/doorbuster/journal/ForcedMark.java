package io.doorbuster.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * How far a journal is known to be on the disk, in a file of its own among the journal's: a journal that ends before that has
 * lost records, whatever its end looks like. Written behind each force and never forced itself, so that after a power cut it
 * says too little at worst, and never too much. One thread.
 *
 * <pre>
 *   forced:  position int64 | its complement int64
 * </pre>
 */
public final class ForcedMark implements AutoCloseable {
    private static final String NAME = "forced";
    private static final int BYTES = 16;

    private final Path file;
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
    private @Nullable FileChannel channel;

    ForcedMark(Path journal) {
        file = journal.resolve(NAME);
    }

    /** Everything up to a position is on the disk now. */
    void write(long position) throws IOException {
        FileChannel open = channel;
        if (open == null) {
            open = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel = open;
        }
        open.write(bytes.clear().putLong(position).putLong(~position).flip(), 0);
    }

    /** The last position that was on the disk; 0 = nothing is known. */
    public static long read(Path journal) {
        final Path file = journal.resolve(NAME);
        try {
            if (!Files.exists(file)) {
                return 0;
            }
            final ByteBuffer found = ByteBuffer.wrap(Files.readAllBytes(file));
            final boolean isWhole = found.capacity() == BYTES && found.getLong(0) == ~found.getLong(Long.BYTES);
            return isWhole ? found.getLong(0) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": check the disk", e);
        }
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
