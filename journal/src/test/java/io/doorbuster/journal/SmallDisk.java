package io.doorbuster.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A real file system of a few megabytes in a mount namespace of its own, which goes with the process that holds it; others
 * see it through that process's root.
 */
final class SmallDisk implements AutoCloseable {
    private final Process holder;
    private final Path root;
    private final Path ballast;

    /** Mounts a file system of the kernel's, with its options. */
    SmallDisk(Path directory, String type, String options) throws IOException {
        final String mount = "mount -t " + type + " -o " + options + " none '" + directory + "' && echo mounted && cat";
        holder = new ProcessBuilder("unshare", "-m", "sh", "-c", mount)
                .redirectErrorStream(true)
                .start();
        final BufferedReader out = holder.inputReader(StandardCharsets.UTF_8);
        final String line = out.readLine();
        assumeTrue("mounted".equals(line), "no file system can be mounted here (" + line + "): run as root");
        root = Path.of("/proc/" + holder.pid() + "/root" + directory.toAbsolutePath());
        ballast = root.resolve("ballast");
    }

    Path path() {
        return root;
    }

    /** Takes all space but so many bytes. */
    void fill(long free) throws IOException {
        try (AllocatedFile file = Objects.requireNonNull(AllocatedFile.open(ballast))) {
            final long bytes = root.toFile().getUsableSpace() - free;
            assertThat(bytes <= 0 || file.extend(bytes)).isTrue();
        }
    }

    /** Gives back what was taken. */
    void empty() throws IOException {
        Files.delete(ballast);
    }

    @Override
    public void close() {
        holder.destroyForcibly().onExit().join();
    }
}
