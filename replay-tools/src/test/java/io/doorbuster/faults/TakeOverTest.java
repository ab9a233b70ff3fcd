package io.doorbuster.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.client.PipelinedClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A standby that takes the place of a process killed under load, and is followed and killed itself the next time. */
class TakeOverTest {
    private static final int FACTS_MAX = 20_000;

    private final FactLoad load = new FactLoad();
    private long slowestMs;

    @TempDir
    Path directory;

    private Path data() {
        return directory.resolve("data");
    }

    @Test
    void standbyShouldGoOnWhereTheKilledProcessStopped() throws IOException, InterruptedException {
        ServedProcess serving = ServedProcess.start(data(), directory.resolve("err"));
        try {
            final ServedProcess first = serving;
            try (PipelinedClient client = first.connect(FactLoad.SOURCE)) {
                load.send(client, 10);
                load.drain(client);
            }
            final ServedProcess[] now = {first};
            Campaign.run("takeovers", 2, (index, random) -> now[0] = takeOver(index, now[0], random), () -> {});
            serving = now[0];
            System.out.printf("slowest first answer behind a kill: %d ms%n", slowestMs);
            load.checkUnits(serving);
            assertThat(serving.stop()).isZero();
        } finally {
            serving.close();
        }
        JournalHistory.assertReplaysIdentically(data());
        assertThat(directory.resolve("crash")).doesNotExist();
    }

    private ServedProcess takeOver(int index, ServedProcess serving, SplittableRandom random) throws IOException {
        final Path err = directory.resolve("err" + index);
        final ServedProcess standby = ServedProcess.follow(data(), err);
        final long beganNs;
        try (PipelinedClient client = serving.connect(FactLoad.SOURCE)) {
            load.send(client, 1 + random.nextInt(FACTS_MAX));
            beganNs = System.nanoTime();
            serving.close(); // kill -9, with replies under way
        }
        assertThat(standby.awaitTakeOver()).as(Files.readString(err)).isNotEmpty();
        try (PipelinedClient client = standby.connect(FactLoad.SOURCE)) {
            assertThat(client.nextSequence()).isGreaterThan(load.lastAcknowledged());
            load.send(client, 1);
            slowestMs = Math.max(slowestMs, (System.nanoTime() - beganNs) / 1_000_000);
            load.drain(client);
        }
        return standby;
    }
}
