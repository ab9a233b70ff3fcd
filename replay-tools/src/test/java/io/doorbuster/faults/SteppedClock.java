package io.doorbuster.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** The wall clock of a process that is run {@link #under} it: whole days beside the real one, stepped while it runs. */
final class SteppedClock {
    private final Path file;
    private final Path draft;

    SteppedClock(Path directory) throws IOException {
        file = directory.resolve("clock");
        draft = directory.resolve("clock.draft");
        step(0);
    }

    /** Skips the test where processes cannot be given another clock. */
    static void assumeWorks() throws InterruptedException {
        Command.assumeWorks(
                "no faketime here: apt-get install faketime", "faketime", "--exclude-monotonic", "-f", "+1d", "true");
    }

    /** How to run a process under this clock. */
    List<String> under() {
        return List.of(
                "faketime",
                "--exclude-monotonic",
                "-f",
                "+0",
                "env",
                "-u",
                "FAKETIME", // Else the file is not read.
                "FAKETIME_TIMESTAMP_FILE=" + file,
                "FAKETIME_CACHE_DURATION=1");
    }

    /** Steps to so many days from the real time; seen by the process within a second. */
    void step(long days) throws IOException {
        Files.writeString(draft, (days < 0 ? "" : "+") + days + "d\n");
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
