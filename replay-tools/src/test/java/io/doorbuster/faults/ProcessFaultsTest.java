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
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that die: nothing acknowledged may be lost, no position may be given to two events. */
class ProcessFaultsTest {
    private static final List<String> SAME_PID =
            List.of("unshare", "--pid", "--fork", "--mount-proc", "--kill-child=SIGKILL");
    private static final int FACTS_MAX = 2_000;

    private static final int FACTS_BETWEEN_ROLLS = 500;
    private static final int ROLLS_MAX = 5;
    private static final List<String> AT_A_ROLL = List.of("openat", "ftruncate", "mmap", "fallocate");
    private static final int POINTS_MAX = 6;
    private static final int DAYS_MAX = 5;
    private static final int STEPS = 3;

    @TempDir
    Path directory;

    private SurvivingData data;
    private FactLoad load;
    private long day;

    @BeforeEach
    void begin() {
        data = new SurvivingData(directory.resolve("data"), err());
        load = data.load();
    }

    private Path err() {
        return directory.resolve("err");
    }

    /** Sends facts to a process until it is killed under them; what the earlier ones acknowledged must be there. */
    private void killUnderLoad(ServedProcess server, long facts) throws IOException, InterruptedException {
        try (server;
                PipelinedClient client = server.connect(FactLoad.SOURCE)) {
            data.check(client);
            load.send(client, facts);
            server.kill();
        }
    }

    @Test
    void killedProcessShouldLoseNothingThatItAcknowledged() throws IOException {
        Campaign.run(
                "kills",
                2,
                (index, random) ->
                        killUnderLoad(ServedProcess.start(data.path(), err()), 1 + random.nextInt(FACTS_MAX)),
                data::checkAtEnd);
    }

    /** As in a container: each process is number 1, and a lock of the killed one seems to be held by the living one. */
    @Test
    void processOfTheSamePidShouldTakeOver() throws IOException, InterruptedException {
        Command.assumeWorks("no pid namespaces here: run as root", append(SAME_PID, "true"));
        Campaign.run(
                "pids",
                1,
                (index, random) -> killUnderLoad(
                        ServedProcess.startUnder(SAME_PID, data.path(), err()), 1 + random.nextInt(FACTS_MAX)),
                data::checkAtEnd);
    }

    /** A day passes after every few facts, so that the journal rolls; killed soon after a roll. */
    @Test
    void processKilledWhileItsJournalRollsShouldLoseNothing() throws IOException, InterruptedException {
        SteppedClock.assumeWorks();
        final SteppedClock clock = new SteppedClock(directory);
        Campaign.run("rolls", 1, (index, random) -> killAmongRolls(clock, random), data::checkAtEnd);
    }

    private void killAmongRolls(SteppedClock clock, SplittableRandom random) throws IOException, InterruptedException {
        try (ServedProcess server = ServedProcess.startUnder(clock.under(), data.path(), err());
                PipelinedClient client = server.connect(FactLoad.SOURCE)) {
            data.check(client);
            roll(clock, client, 1 + random.nextInt(ROLLS_MAX), random);
            server.kill();
        }
    }

    private void roll(SteppedClock clock, PipelinedClient client, int rolls, SplittableRandom random)
            throws IOException {
        for (int roll = 0; roll < rolls; roll++) {
            load.send(client, 1 + random.nextInt(FACTS_BETWEEN_ROLLS));
            clock.step(++day);
            final Path file = fileOf(LocalDate.now(ZoneOffset.UTC).plusDays(day));
            load.send(client, () -> Files.exists(file));
        }
        load.send(client, 1 + random.nextInt(FACTS_BETWEEN_ROLLS));
    }

    /** Killed by the kernel in the very calls that make a file of the journal. */
    @Test
    void processKilledInsideARollShouldLoseNothing() throws IOException, InterruptedException {
        SteppedClock.assumeWorks();
        Strace.assumeWorks();
        final SteppedClock clock = new SteppedClock(directory);
        Campaign.run("rollpoints", 1, (index, random) -> killInsideRoll(clock, random), data::checkAtEnd);
    }

    private void killInsideRoll(SteppedClock clock, SplittableRandom random) throws IOException, InterruptedException {
        final String call = AT_A_ROLL.get(random.nextInt(AT_A_ROLL.size()));
        final List<Path> newFiles = new ArrayList<>();
        for (int ahead = 0; ahead <= ROLLS_MAX; ahead++) {
            newFiles.add(fileOf(LocalDate.now(ZoneOffset.UTC).plusDays(day + ahead)));
        }
        final List<String> under = new ArrayList<>(Strace.injecting(
                directory.resolve("trace"), call, "signal=SIGKILL:when=" + (1 + random.nextInt(POINTS_MAX)), newFiles));
        under.addAll(clock.under());
        try (ServedProcess server = ServedProcess.tryStartUnder(under, data.path(), err())) {
            if (server.isListening()) {
                rollUntilKilled(clock, server, random);
            }
        }
    }

    private void rollUntilKilled(SteppedClock clock, ServedProcess server, SplittableRandom random)
            throws IOException, InterruptedException {
        try (PipelinedClient client = server.connect(FactLoad.SOURCE)) {
            data.check(client);
            roll(clock, client, ROLLS_MAX, random);
            server.kill(); // The call has not come so often.
        } catch (IOException e) {
            assertThat(server.awaitExit()).isNotZero();
        }
    }

    private Path fileOf(LocalDate date) {
        return DataDirectory.journal(data.path()).resolve(date.format(DateTimeFormatter.BASIC_ISO_DATE) + "F.cq4");
    }

    /** Days back and forth, between the lives of a process and within them: nothing is hidden, the order is that of positions. */
    @Test
    void clockThatStepsShouldHideNothing() throws IOException, InterruptedException {
        SteppedClock.assumeWorks();
        final SteppedClock clock = new SteppedClock(directory);
        Campaign.run("clocks", 1, (index, random) -> stepUnderLoad(clock, random), data::checkAtEnd);
    }

    private void stepUnderLoad(SteppedClock clock, SplittableRandom random) throws IOException, InterruptedException {
        clock.step(random.nextInt(-DAYS_MAX, DAYS_MAX));
        try (ServedProcess server = ServedProcess.startUnder(clock.under(), data.path(), err());
                PipelinedClient client = server.connect(FactLoad.SOURCE)) {
            data.check(client);
            for (int step = 0; step < STEPS; step++) {
                load.send(client, 1 + random.nextInt(FACTS_BETWEEN_ROLLS));
                clock.step(random.nextInt(-DAYS_MAX, DAYS_MAX));
            }
            load.send(client, 1 + random.nextInt(FACTS_BETWEEN_ROLLS));
            if (random.nextBoolean()) {
                server.kill();
            } else {
                load.drain(client);
                assertThat(server.stop()).isZero();
            }
        }
    }

    private static String[] append(List<String> command, String last) {
        return Stream.concat(command.stream(), Stream.of(last)).toArray(String[]::new);
    }
}
