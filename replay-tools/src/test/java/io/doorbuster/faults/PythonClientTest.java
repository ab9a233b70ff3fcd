package io.doorbuster.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A client that shares no code with us, against a real process that is killed under it: the tests are those of {@code
 * clients/python/test_doorbuster.py}. What they find wrong is told as they print it.
 */
class PythonClientTest {
    private static final int PATIENCE_S = 60;
    private static final Path SCRIPT =
            Path.of(System.getProperty("doorbuster.root"), "clients", "python", "test_doorbuster.py");

    @TempDir
    Path directory;

    private static boolean hasPython() throws IOException, InterruptedException {
        try {
            final Process asked =
                    new ProcessBuilder("python3", "-c", "import sys; sys.exit(sys.version_info < (3, 9))").start();
            return asked.waitFor() == 0;
        } catch (IOException e) {
            return false; // No such program.
        }
    }

    @Test
    void everyTestOfThePythonClientShouldPassAcrossAKilledServer() throws IOException, InterruptedException {
        assumeTrue(hasPython(), "no python3 of 3.9 or later on the path");
        final Path data = directory.resolve("data");
        final Path err = directory.resolve("err");
        final Path said = directory.resolve("said");
        final Process script;
        try (ServedProcess server = ServedProcess.start(data, err)) {
            script = new ProcessBuilder(
                            "python3",
                            "-B", // No byte code beside the sources.
                            SCRIPT.toString(),
                            Integer.toString(server.address().getPort()),
                            data.resolve("token").toString())
                    .redirectError(said.toFile())
                    .start();
            awaitKill(script, said);
        }
        try (ServedProcess next = ServedProcess.start(data, err);
                Writer answer = script.outputWriter(StandardCharsets.UTF_8)) {
            answer.write(next.address().getPort() + "\n");
            answer.flush();
            assertThat(script.waitFor(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
            assertThat(script.exitValue()).as(Files.readString(said)).isZero();
        } finally {
            script.destroyForcibly();
        }
    }

    private static void awaitKill(Process script, Path said) throws IOException {
        final BufferedReader lines = script.inputReader(StandardCharsets.UTF_8);
        assertThat(lines.readLine()).as(Files.readString(said)).isEqualTo("kill");
    }
}
