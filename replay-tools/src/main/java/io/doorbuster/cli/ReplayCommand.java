package io.doorbuster.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.gateway.JvmFlags;
import io.doorbuster.kernels.Kernels;
import io.doorbuster.replay.Hashes;
import io.doorbuster.replay.ReplayReport;
import io.doorbuster.replay.Replayer;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Puts a journal through the engine once more. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = "Put a journal through the engine once more and print the hashes of state and replies.",
        footer = {"", "Example:", "  doorbuster replay --data /var/lib/shop --until 20000"})
final class ReplayCommand implements Callable<Integer> {
    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private Report report = new Report();

    @Option(names = "--until", paramLabel = "POSITION", description = "Last position to apply (default: the last one).")
    private long until = Long.MAX_VALUE;

    @Override
    public Integer call() throws IOException {
        JvmFlags.check();
        final ProgressLine progress = new ProgressLine(report.err());
        try (Replayer replayer = new Replayer(data.directory)) {
            final ReplayReport found = replayer.replay(until, position -> progress.show("replayed", position));
            progress.clear();
            report.line(
                    "%,d events in %.2f s, %,d events/s, %s",
                    found.position(), found.nanos() / 1e9, found.eventsPerSecond(), Kernels.description());
            report.line("state hash %s", Hashes.hex(found.stateHash()));
            report.line("reply hash %s", Hashes.hex(found.replyHash()));
            report.line("ledger hash %s", Hashes.hex(found.ledgerHash()));
            final ObjectNode node = json(found);
            if (found.position() > 0) {
                ServeCommand.shadowLine(report, node, replayer.engine().models().shadowCounts());
            }
            report.json(node);
            return 0;
        }
    }

    static ObjectNode json(ReplayReport found) {
        final ObjectNode node = Report.MAPPER.createObjectNode();
        node.put("events", found.position());
        node.put("stateHash", Hashes.hex(found.stateHash()));
        node.put("replyHash", Hashes.hex(found.replyHash()));
        node.put("ledgerHash", Hashes.hex(found.ledgerHash()));
        node.put("kernels", Kernels.description());
        node.put("eventsPerSecond", found.eventsPerSecond());
        node.put("seconds", found.nanos() / 1e9);
        return node;
    }
}
