package io.doorbuster.gateway;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Where an engine's stores lie while it runs: memory-backed where there is room. They are derived from the journal, so they
 * are deleted on close.
 */
public final class StateDirectory implements AutoCloseable {
    private static final long ROOM_BYTES = 4L << 30;
    private static final int NAME_BYTES = 16;
    private static final Path MEMORY = Path.of("/dev/shm");

    private final Path path;

    private StateDirectory(Path path) {
        this.path = path;
    }

    /** The one of the process that serves a data directory; what a killed process left there is replaced. */
    public static StateDirectory of(Path dataDirectory) throws IOException {
        if (hasMemory()) {
            return new StateDirectory(MEMORY.resolve("doorbuster-" + nameOf(dataDirectory)));
        }
        return new StateDirectory(dataDirectory.resolve("state"));
    }

    /** A name that no other data directory of this machine has: two processes must never share their stores. */
    private static String nameOf(Path dataDirectory) throws IOException {
        final byte[] path = dataDirectory.toRealPath().toString().getBytes(StandardCharsets.UTF_8);
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(path), 0, NAME_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256; use a full JDK", e);
        }
    }

    /** A given one. */
    public static StateDirectory at(Path path) {
        return new StateDirectory(path);
    }

    /** A new one of its own, for a replay. */
    public static StateDirectory temporary() throws IOException {
        final StateDirectory made = new StateDirectory(
                hasMemory()
                        ? Files.createTempDirectory(MEMORY, "doorbuster-replay")
                        : Files.createTempDirectory("doorbuster-replay"));
        Runtime.getRuntime().addShutdownHook(new Thread(made::closeQuietly, "doorbuster-clear"));
        return made;
    }

    private void closeQuietly() {
        try {
            close();
        } catch (IOException e) {
            System.err.println("doorbuster: " + path + " could not be deleted: " + e.getMessage());
        }
    }

    private static boolean hasMemory() throws IOException {
        return Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() > ROOM_BYTES;
    }

    public Path path() {
        return path;
    }

    /** Deletes the stores' files, and the directory if nothing else is in it. The engine is closed before. */
    @Override
    public void close() throws IOException {
        if (!Files.isDirectory(path)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path, "*.pages")) {
            for (final Path file : files) {
                Files.delete(file);
            }
        }
        try (DirectoryStream<Path> rest = Files.newDirectoryStream(path)) {
            if (rest.iterator().hasNext()) {
                return;
            }
        }
        Files.delete(path);
    }
}
