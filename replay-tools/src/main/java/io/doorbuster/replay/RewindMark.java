package io.doorbuster.replay;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * How far a rewind has come, kept in the directory that it makes, so that the next one can go on.
 *
 * @param choice what it left out, as text.
 * @param position last position of both journals.
 * @param sourceCrc checksum of the record there, in the journal that it reads.
 * @param crc the same in the journal that it makes.
 */
record RewindMark(String choice, long position, int sourceCrc, int crc) {
    private static final String FILE = "rewound";

    /** The one of a directory; null = no rewind made it, or that one did not end. */
    static @Nullable RewindMark read(Path directory) throws IOException {
        final Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return null;
        }
        try {
            final Properties read = new Properties();
            read.load(new StringReader(Files.readString(file)));
            return new RewindMark(
                    read.getProperty("choice", ""),
                    Long.parseLong(read.getProperty("position", "")),
                    Integer.parseInt(read.getProperty("sourceCrc", "")),
                    Integer.parseInt(read.getProperty("crc", "")));
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw new IOException(file + " is not as it was written: rewind into a new directory", e);
        }
    }

    /** The last step: without it the directory cannot be gone on with. */
    void write(Path directory) throws IOException {
        final Path draft = directory.resolve(FILE + ".draft");
        Files.writeString(
                draft,
                "choice=%s%nposition=%d%nsourceCrc=%d%ncrc=%d%n".formatted(choice, position, sourceCrc, crc),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE,
                StandardOpenOption.SYNC);
        Files.move(draft, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
        }
    }
}
