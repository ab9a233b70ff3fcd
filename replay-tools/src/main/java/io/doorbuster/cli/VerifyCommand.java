package io.doorbuster.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.engine.RecordedHashes.Difference;
import io.doorbuster.gateway.JvmFlags;
import io.doorbuster.kernels.Kernels;
import io.doorbuster.replay.Hashes;
import io.doorbuster.replay.ReplayReport;
import io.doorbuster.replay.Replayer;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Replays a journal and compares each event with what was recorded. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = {
            "Replay a journal and compare state and replies after each event with what was recorded.",
            "Exit code 1 when an event differs, which is named, or when no hash is on record to compare with."
        },
        footer = {"", "Example:", "  doorbuster verify --data /var/lib/shop --json"})
final class VerifyCommand implements Callable<Integer> {
    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private Report report = new Report();

    @Override
    public Integer call() throws IOException {
        JvmFlags.check();
        final ProgressLine progress = new ProgressLine(report.err());
        try (Replayer replayer = new Replayer(data.directory)) {
            final ReplayReport found = replayer.replay(Long.MAX_VALUE, position -> progress.show("verified", position));
            progress.clear();
            final Difference first = found.firstDifference();
            report.line(
                    "%,d events, %,d of them compared with %,d hash records, %,d events/s, %s",
                    found.position(),
                    found.comparedEvents(),
                    found.hashRecords(),
                    found.eventsPerSecond(),
                    Kernels.description());
            report.line("state hash %s", Hashes.hex(found.stateHash()));
            report.line("reply hash %s", Hashes.hex(found.replyHash()));
            report.line("ledger hash %s", Hashes.hex(found.ledgerHash()));
            if (found.checkpointProblem() != null) {
                report.line("DIFFERS: %s", found.checkpointProblem());
            } else if (found.checkpoints() > 0) {
                report.line("%d checkpoints are what the journal comes to", found.checkpoints());
            }
            if (found.otherVersions() > 0) {
                report.line(
                        "%,d hash records were computed by another version of the engine, and are not compared; the ledger"
                                + " hash is the same for all",
                        found.otherVersions());
            }
            if (first != null) {
                report.line(
                        "DIFFERS first at position %d: %s; look at it with: doorbuster inspect --data %s --position %d",
                        first.position(), first.what(), data.directory, first.position());
            } else if (found.stateHash() != found.recomputedStateHash()) {
                report.line(
                        "DIFFERS: the state hash recomputed from all bytes is %s",
                        Hashes.hex(found.recomputedStateHash()));
            } else if (found.comparedEvents() == 0) {
                report.line("nothing to compare with: the journal holds no hash record of these events; was its process"
                        + " killed early? Serve it once and stop it in order");
            } else {
                final long without = found.position() - found.comparedEvents();
                report.line(
                        found.checkpointProblem() != null
                                ? "the events that there are came out as recorded"
                                : without == 0
                                        ? "identical"
                                        : "identical; %,d events have no hash of their own on record (set by the start itself, or"
                                                + " their process was killed)",
                        without);
            }
            final ObjectNode node = ReplayCommand.json(found);
            node.put("identical", found.isIdentical());
            node.put("checkpoints", found.checkpoints());
            node.put("comparedEvents", found.comparedEvents());
            if (first != null) {
                node.put("firstDifference", first.position());
            }
            report.json(node);
            return found.isIdentical() ? 0 : 1;
        }
    }
}
