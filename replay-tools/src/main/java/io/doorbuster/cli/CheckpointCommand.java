package io.doorbuster.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.engine.Engine;
import io.doorbuster.engine.checkpoint.CheckpointDirectory;
import io.doorbuster.engine.checkpoint.Checkpointer;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.gateway.JvmFlags;
import io.doorbuster.gateway.Recovery;
import io.doorbuster.gateway.StateDirectory;
import io.doorbuster.journal.JournalFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Takes a checkpoint. */
@Command(
        name = "checkpoint",
        mixinStandardHelpOptions = true,
        description = {
            "Write an image of the state, so that the next start need not replay the journal up to there. Of a data directory",
            "that nobody serves, or, with --port, by the process that serves it, which goes on meanwhile."
        },
        footer = {
            "",
            "Examples:",
            "  doorbuster checkpoint --data /var/lib/shop",
            "  doorbuster checkpoint --data /var/lib/shop --port 4025"
        })
final class CheckpointCommand implements Callable<Integer> {
    /** "door-cli": one source for all, since none is ever forgotten. */
    static final long SOURCE = 0x64_6F_6F_72_2D_63_6C_69L;

    private static final long LOOK_NS = 10_000_000;
    private static final long ASK_AGAIN_NS = 100 * LOOK_NS;
    private static final long PATIENCE_NS = 60 * ASK_AGAIN_NS;

    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private Report report = new Report();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Port of the process that serves the data directory on this machine.")
    private @Nullable Integer port;

    @Override
    public Integer call() throws IOException {
        JvmFlags.check();
        DataDirectory.check(data.directory);
        final long position = port == null ? take() : ask(port);
        report.line("checkpoint of position %,d", position);
        final ObjectNode node = Report.MAPPER.createObjectNode();
        node.put("position", position);
        report.json(node);
        return 0;
    }

    private long take() throws IOException {
        final ProgressLine progress = new ProgressLine(report.err());
        try (DataDirectory locked = DataDirectory.open(data.directory);
                StateDirectory state = StateDirectory.temporary();
                Engine engine = new Engine(state.path(), new ModelShelf(DataDirectory.models(locked.path())));
                Recovery recovery = new Recovery(locked.path(), engine);
                JournalFiles files = new JournalFiles(DataDirectory.journal(locked.path()))) {
            while (recovery.poll() > 0) {
                progress.show("replayed", recovery.position());
            }
            progress.clear();
            if (engine.position() == 0) {
                throw new IOException("the journal is empty: there is nothing to take a checkpoint of");
            }
            files.forceAll(); // Whoever wrote it may have been killed before it did.
            try (Checkpointer checkpointer =
                    Checkpointer.start(directory(), engine.stores(), recovery.restored(), 0, position -> {})) {
                if (!checkpointer.finish(engine.position(), engine.recordCrc(), engine.replyHash())) {
                    throw new IOException("no checkpoint was taken: " + checkpointer.problem());
                }
            }
            return engine.position();
        }
    }

    private CheckpointDirectory directory() {
        return new CheckpointDirectory(DataDirectory.checkpoints(data.directory));
    }

    /**
     * Sends the command, then waits for a checkpoint of its position or a later one. Asks again meanwhile: while one is being
     * written, the next begins behind an event.
     */
    private long ask(int servedPort) throws IOException {
        final InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), servedPort);
        final String token = Files.readString(data.directory.resolve("token")).strip();
        try (DoorbusterClient client = DoorbusterClient.connect(address, token, SOURCE)) {
            final long position = client.checkpoint().position();
            for (long waitedNs = 0; waitedNs < PATIENCE_NS; waitedNs += LOOK_NS) {
                final List<Long> positions = directory().positions();
                if (!positions.isEmpty() && positions.getFirst() >= position) {
                    return positions.getFirst();
                }
                if (waitedNs % ASK_AGAIN_NS == ASK_AGAIN_NS - LOOK_NS) {
                    client.checkpoint();
                }
                LockSupport.parkNanos(LOOK_NS);
            }
            throw new IOException("asked for at position " + position + ", but there is none yet: see what the process"
                    + " that serves " + data.directory + " says");
        }
    }
}
