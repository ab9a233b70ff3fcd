package io.doorbuster.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A tool of the operating system, run to its end. */
final class Command {
    private static final int NOT_FOUND = 127;

    private Command() {}

    /** Runs it; it must succeed. */
    static void run(String... command) throws IOException, InterruptedException {
        final Process process =
                new ProcessBuilder(command).redirectErrorStream(true).start();
        final String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as("%s: %s", String.join(" ", command), said)
                .isZero();
    }

    /** Skips the test, with what to do about it, unless the command works here. */
    static void assumeWorks(String otherwise, String... command) throws InterruptedException {
        assumeTrue(exitCode(command) == 0, otherwise);
    }

    private static int exitCode(String... command) throws InterruptedException {
        try {
            final Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getInputStream().readAllBytes();
            return process.waitFor();
        } catch (IOException e) {
            return NOT_FOUND;
        }
    }
}
