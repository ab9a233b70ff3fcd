package io.doorbuster.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.gateway.GatewayConfig;
import io.doorbuster.gateway.GatewayServer;
import io.doorbuster.gateway.Standby;
import io.doorbuster.replay.Hashes;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs a standby. */
@Command(
        name = "follow",
        mixinStandardHelpOptions = true,
        description = {
            "Run a standby on the journal of a process that serves, with state of its own: compare every event with what the",
            "other one recorded, say once a second how far it is, and with --take-over serve when the other one is gone.",
            "With --json, one object each second. Exit code 1 when an event does not come out as recorded."
        },
        footer = {
            "",
            "Examples:",
            "  doorbuster follow --data /var/lib/shop",
            "  doorbuster follow --data /var/lib/shop --take-over --port 4025",
            "  doorbuster follow --data /var/lib/shop --checkpoint-every 100000     (and serve with --checkpoint-every 0)"
        })
final class FollowCommand implements Callable<Integer> {
    private static final long IDLE_NS = 100_000;
    private static final long REPORT_NS = 1_000_000_000;
    private static final long LOOK_NS = 20_000_000;

    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private Report report = new Report();

    @Mixin
    private ServeOptions serving = new ServeOptions();

    @Option(names = "--take-over", description = "Serve, as the other options say, when the other process is gone.")
    private boolean takesOver;

    @Option(
            names = "--checkpoint-every",
            paramLabel = "EVENTS",
            description = "Events from one checkpoint of the standby to the next; 0 = it takes none (default:"
                    + " ${DEFAULT-VALUE}).",
            defaultValue = "0")
    private long checkpointEvery;

    private long reportedPosition;
    private long reportedNs;
    private long lagMaxNs;

    @Override
    public Integer call() throws IOException, InterruptedException {
        final GatewayServer server;
        try (Standby standby = Standby.open(data.directory, serving.state, checkpointEvery)) {
            server = follow(standby);
        }
        report.line("took over at position %,d", server.startPosition());
        return ServeCommand.serve(server, report, serving);
    }

    /** Until the other process is gone. */
    private GatewayServer follow(Standby standby) throws IOException {
        final GatewayConfig config =
                serving.config(data.directory, checkpointEvery == 0 ? GatewayConfig.CHECKPOINT_EVERY : checkpointEvery);
        standby.check(config);
        report.line("following %s", data.directory);
        long lookedNs = System.nanoTime();
        reportedNs = lookedNs;
        while (true) {
            if (standby.poll() == 0) {
                LockSupport.parkNanos(IDLE_NS);
            } else {
                lagMaxNs = Math.max(lagMaxNs, nowNs() - standby.journalTimeNs());
            }
            final long monotonicNs = System.nanoTime();
            if (monotonicNs - reportedNs >= REPORT_NS) {
                report(standby, monotonicNs);
            }
            if (takesOver && monotonicNs - lookedNs >= LOOK_NS) {
                lookedNs = monotonicNs;
                final @Nullable GatewayServer server = standby.takeOver(config, position -> {});
                if (server != null) {
                    return server;
                }
            }
        }
    }

    private static long nowNs() {
        final Duration since1970 = Duration.between(Instant.EPOCH, Instant.now());
        return since1970.toNanos();
    }

    private void report(Standby standby, long monotonicNs) {
        final long events = standby.position() - reportedPosition;
        report.line(
                "position %,d, %,d events/s, %.1f ms behind at most, %,d events compared, state hash %s",
                standby.position(),
                Math.round(events * 1e9 / (monotonicNs - reportedNs)),
                lagMaxNs / 1e6,
                standby.compared(),
                Hashes.hex(standby.stateHash()));
        final ObjectNode node = Report.MAPPER.createObjectNode();
        node.put("position", standby.position());
        node.put("lagNanosMax", lagMaxNs);
        node.put("comparedEvents", standby.compared());
        node.put("checkpoint", standby.checkpointPosition());
        node.put("stateHash", Hashes.hex(standby.stateHash()));
        report.json(node);
        reportedPosition = standby.position();
        reportedNs = monotonicNs;
        lagMaxNs = 0;
    }
}
