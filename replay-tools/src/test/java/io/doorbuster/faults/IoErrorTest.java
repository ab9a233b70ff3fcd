package io.doorbuster.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.client.PipelinedClient;
import io.doorbuster.gateway.DataDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kernel answers calls of the running process with errors: it stops before it acknowledges what is not on the disk. */
class IoErrorTest {
    private static final List<String> FORCES = List.of("fdatasync", "fsync");
    private static final List<String> OTHERS = List.of("msync", "pwrite64", "openat", "ftruncate", "fallocate");
    private static final List<String> ERRORS = List.of("EIO", "ENOSPC");
    private static final int FORCES_MAX = 20;
    private static final int OTHERS_MAX = 8;
    private static final int FACTS = 5_000;
    private static final int FACTS_IN_FLIGHT = 1_000;
    private static final int NEW_DIRECTORY_EACH = 5;

    @TempDir
    Path directory;

    private FactLoad load = new FactLoad();
    private JournalHistory history = JournalHistory.empty();
    private int lives;

    private Path data() {
        return directory.resolve("data" + lives);
    }

    private Path err() {
        return directory.resolve("err");
    }

    private Path trace() {
        return directory.resolve("trace");
    }

    @Test
    void diskThatFailsShouldStopTheProcessBeforeItAcknowledgesMore() throws IOException, InterruptedException {
        Strace.assumeWorks();
        final List<String> under = Strace.injecting(trace(), "fdatasync", "error=EIO:when=4+", List.of());
        try (ServedProcess server = ServedProcess.startUnder(under, data(), err())) {
            assertThat(sendUntilItEnds(server, Integer.MAX_VALUE)).isTrue();
            assertThat(server.awaitExit()).isEqualTo(1);
        }
        assertThat(load.lastOnDisk()).isPositive();
        assertStoppedByForce();
        assertThat(load.lastAcknowledged()).isLessThan(FACTS_IN_FLIGHT);
        restartCleanly();
    }

    /** Campaign of errors, seed 301, run 15: a stack trace of the queue. */
    @Test
    void diskThatTakesNoFirstFileShouldBeSaidInALine() throws IOException, InterruptedException {
        Strace.assumeWorks();
        final List<String> under = Strace.injecting(trace(), "ftruncate", "error=ENOSPC:when=2", List.of());
        try (ServedProcess server = ServedProcess.tryStartUnder(under, data(), err())) {
            assertThat(server.isListening()).isFalse();
            assertThat(server.awaitExit()).isEqualTo(1);
        }
        assertThat(Files.readString(err()))
                .contains("doorbuster: the journal cannot be written (No space left on device)")
                .doesNotContain("\tat ");
        restartCleanly();
    }

    @Test
    void anyErrorShouldLoseNothingThatWasAcknowledged() throws IOException, InterruptedException {
        Strace.assumeWorks();
        Campaign.run("errors", 3, this::runSchedule, () -> {});
    }

    private void runSchedule(int index, SplittableRandom random) throws IOException, InterruptedException {
        if (index % NEW_DIRECTORY_EACH == 0) {
            lives++;
            load = new FactLoad();
            history = JournalHistory.empty();
        }
        final boolean isForce = random.nextBoolean();
        final List<String> calls = isForce ? FORCES : OTHERS;
        final String call = calls.get(random.nextInt(calls.size()));
        final String error = ERRORS.get(random.nextInt(ERRORS.size()));
        final int first = 1 + random.nextInt(isForce ? FORCES_MAX : OTHERS_MAX);
        final String fault = "error=" + error + ":when=" + first + (random.nextBoolean() ? "+" : "");
        final List<String> under = Strace.injecting(trace(), call, fault, isForce ? List.of() : journalFiles());
        try {
            serveUnder(under);
            restartCleanly();
        } catch (AssertionError e) {
            throw new AssertionError(call + " " + fault + ": " + e.getMessage() + "\n" + Files.readString(err()), e);
        }
    }

    private void serveUnder(List<String> under) throws IOException, InterruptedException {
        final int exitCode;
        try (ServedProcess server = ServedProcess.tryStartUnder(under, data(), err())) {
            final boolean hasEnded = !server.isListening() || sendUntilItEnds(server, FACTS);
            exitCode = hasEnded ? server.awaitExit() : server.stop();
            assertThat(exitCode).isIn(0, 1);
            assertThat(hasEnded && exitCode == 0)
                    .as("ended by itself, as if all were well")
                    .isFalse();
        }
        if (exitCode == 1) {
            assertThat(Files.readString(err())).contains("doorbuster: ");
        }
        if (Files.readString(trace()).lines().anyMatch(IoErrorTest::isFailedForceOfJournal)) {
            assertThat(exitCode).as("a force of the journal has failed").isEqualTo(1);
            assertStoppedByForce();
        }
    }

    private static boolean isFailedForceOfJournal(String call) {
        return call.contains("INJECTED") && call.contains("sync(") && call.contains("/journal");
    }

    /** One clear line, and no stack trace. */
    private void assertStoppedByForce() throws IOException {
        assertThat(Files.readString(trace())).contains("INJECTED");
        assertThat(Files.readString(err())).contains("doorbuster: ").doesNotContain("\tat ");
    }

    /** Whether the connection has ended before so many facts were acknowledged. */
    private boolean sendUntilItEnds(ServedProcess server, int facts) throws IOException {
        try (PipelinedClient client = server.connect(FactLoad.SOURCE)) {
            load.send(client, facts);
            load.drain(client);
            return false;
        } catch (IOException e) { // As it must when a force fails.
            return true;
        }
    }

    private void restartCleanly() throws IOException, InterruptedException {
        try (ServedProcess server = ServedProcess.start(data(), err())) {
            try (PipelinedClient client = server.connect(FactLoad.SOURCE)) {
                assertThat(client.nextSequence()).isGreaterThan(load.lastAcknowledged());
                final JournalHistory now = JournalHistory.read(data());
                now.assertContinues(history);
                now.assertHolds(load, load.lastAcknowledged());
                history = now;
                load.send(client, 1); // So that there is something to record a hash of.
                load.drain(client);
            }
            assertThat(server.stop()).isZero();
        }
        JournalHistory.assertReplaysIdentically(data());
        assertThat(directory.resolve("crash")).doesNotExist();
    }

    /** Of a new journal, those that it will have: an error in what the JVM unpacks elsewhere is none of ours. */
    private List<Path> journalFiles() throws IOException {
        final Path journal = DataDirectory.journal(data());
        if (!Files.isDirectory(journal)) {
            final String today = LocalDate.now(ZoneOffset.UTC).format(DateTimeFormatter.BASIC_ISO_DATE);
            return List.of(journal, journal.resolve("metadata.cq4t"), journal.resolve(today + "F.cq4"));
        }
        try (Stream<Path> files = Files.list(journal)) {
            return Stream.concat(Stream.of(journal), files.sorted()).toList();
        }
    }
}
