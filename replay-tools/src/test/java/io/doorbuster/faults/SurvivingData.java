package io.doorbuster.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.client.PipelinedClient;
import java.io.IOException;
import java.nio.file.Path;

/** A data directory over the lives of the processes that serve it: nothing that one of them acknowledged may be lost. */
final class SurvivingData {
    private final Path path;
    private final Path err;
    private final FactLoad load = new FactLoad();
    private JournalHistory history = JournalHistory.empty();

    SurvivingData(Path path, Path err) {
        this.path = path;
        this.err = err;
    }

    Path path() {
        return path;
    }

    FactLoad load() {
        return load;
    }

    /** Beside a process that has just begun to serve: all is there that the earlier ones acknowledged, in its place. */
    void check(PipelinedClient client) {
        assertThat(client.nextSequence()).isGreaterThan(load.lastAcknowledged());
        final JournalHistory now = JournalHistory.read(path);
        now.assertContinues(history);
        now.assertHolds(load, load.lastAcknowledged());
        history = now;
    }

    /** The same by one more process, which stops in order; then state and replies must come out as recorded. */
    void checkAtEnd() throws IOException, InterruptedException {
        try (ServedProcess server = ServedProcess.start(path, err)) {
            try (PipelinedClient client = server.connect(FactLoad.SOURCE)) {
                check(client);
                load.send(client, 1); // So that the last process has something to record a hash of.
                load.drain(client);
            }
            load.checkUnits(server);
            assertThat(server.stop()).isZero();
        }
        JournalHistory.assertReplaysIdentically(path);
        assertThat(err.resolveSibling("crash")).doesNotExist();
    }
}
