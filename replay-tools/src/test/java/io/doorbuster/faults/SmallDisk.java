package io.doorbuster.faults;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A real file system that can be filled, in a mount namespace of its own. It goes with the process that holds it; others see
 * it through that process's root.
 */
final class SmallDisk implements AutoCloseable {
    private final Process holder;
    private final Path root;
    private final Path ballast;

    private SmallDisk(Path directory, String mount) throws IOException {
        Files.createDirectories(directory);
        holder = new ProcessBuilder("unshare", "-m", "sh", "-c", mount + " '" + directory + "' && echo mounted && cat")
                .redirectErrorStream(true)
                .start();
        final BufferedReader out = holder.inputReader(StandardCharsets.UTF_8);
        final String line = out.readLine();
        assumeTrue("mounted".equals(line), "no file system can be mounted here (" + line + "): run as root");
        root = Path.of("/proc/" + holder.pid() + "/root" + directory.toAbsolutePath());
        ballast = root.resolve("ballast");
    }

    /** In memory. */
    static SmallDisk tmpfs(Path directory, int megabytes) throws IOException {
        return new SmallDisk(directory, "mount -t tmpfs -o size=" + megabytes + "m none");
    }

    /** In an image beside the directory. */
    static SmallDisk ext4(Path directory, int megabytes) throws IOException {
        final String image = directory + ".img";
        return new SmallDisk(
                directory,
                "truncate -s " + megabytes + "M '" + image + "' && mkfs.ext4 -q -F -m 0 '" + image
                        + "' && mount -o loop '" + image + "'");
    }

    Path path() {
        return root;
    }

    /** What a process is run under that is to see the file system where it is mounted. */
    List<String> entrance() {
        return List.of("nsenter", "-t", Long.toString(holder.pid()), "-m");
    }

    /** Takes all space but so many bytes; again when somebody took some of it meanwhile. */
    void fill(long free) throws IOException, InterruptedException {
        int exitCode = 1;
        while (exitCode != 0) {
            empty();
            final long bytes = Math.max(1, root.toFile().getUsableSpace() - free);
            exitCode = new ProcessBuilder("fallocate", "-l", Long.toString(bytes), ballast.toString())
                    .start()
                    .waitFor();
        }
    }

    /** Gives back what was taken. */
    void empty() throws IOException {
        Files.deleteIfExists(ballast);
    }

    @Override
    public void close() {
        holder.destroyForcibly().onExit().join();
    }
}
