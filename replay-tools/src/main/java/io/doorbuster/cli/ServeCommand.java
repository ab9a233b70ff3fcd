package io.doorbuster.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.engine.model.ShadowCounts;
import io.doorbuster.gateway.GatewayConfig;
import io.doorbuster.gateway.GatewayServer;
import io.doorbuster.replay.Hashes;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the gateway process until it is told to stop. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = {
            "Serve a shop: replay the journal of the data directory, then take facts, commands and requests over TCP.",
            "Stops in order on SIGTERM or Ctrl-C. A line on stderr says when learning freezes, because what shoppers do is far",
            "from what they did, and when it goes on: look at what the sources send then; rewind leaves out a bad one."
        },
        footer = {
            "",
            "Examples:",
            "  doorbuster serve --data /var/lib/shop",
            "  doorbuster serve --data /var/lib/shop --port 4025 --threads dedicated --set ITEMS_MAX=200000"
        })
final class ServeCommand implements Callable<Integer> {
    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private Report report = new Report();

    @Mixin
    private ServeOptions serving = new ServeOptions();

    @Option(
            names = "--checkpoint-every",
            paramLabel = "EVENTS",
            description = "Events from one checkpoint to the next; 0 = only by command and when the process stops"
                    + " (default: ${DEFAULT-VALUE}).",
            defaultValue = "" + GatewayConfig.CHECKPOINT_EVERY)
    private long checkpointEvery = GatewayConfig.CHECKPOINT_EVERY;

    @Override
    public Integer call() throws IOException, InterruptedException {
        final ProgressLine progress = new ProgressLine(report.err());
        final GatewayServer server = GatewayServer.start(
                serving.config(data.directory, checkpointEvery), position -> progress.show("replayed", position));
        progress.clear();
        return serve(server, report, serving);
    }

    /** Serves until the process is told to stop, or fails. */
    static int serve(GatewayServer server, Report report, ServeOptions serving) throws InterruptedException {
        final CountDownLatch closed = new CountDownLatch(1);
        final Thread stop = new Thread(() -> close(server, report, closed), "doorbuster-stop");
        Runtime.getRuntime().addShutdownHook(stop);
        if (server.cutBytes() > 0) {
            report.err()
                    .printf(
                            "doorbuster: cut %,d bytes that a kill or a power cut had left unfinished at"
                                    + " the end of the journal%n",
                            server.cutBytes());
            report.err().flush();
        }
        server.notes().forEach(note -> report.err().println("doorbuster: " + note));
        report.err().flush();
        report.line(
                "listening on %s:%d, threads %s, %s",
                serving.bind.getHostAddress(), server.port(), serving.threads, server.kernels());
        new FreezeAlarm(server, report.err()).watch();
        final @Nullable Throwable failure = server.awaitTermination();
        if (failure == null) {
            closed.await();
            return 0; // Not reached after a signal: the process ends in close.
        }
        report.err().println("doorbuster: stopped: " + failure.getMessage());
        if (!(failure instanceof IOException)) { // A disk's failure is said in that line; ours needs its trace.
            failure.printStackTrace(report.err());
        }
        report.err().flush();
        return 1;
    }

    /** How a shadow model differed, if one scored. */
    static void shadowLine(Report report, ObjectNode node, ShadowCounts shadow) {
        if (shadow.compared() > 0) {
            report.line(
                    "shadow model: %,d requests compared, %.1f %% of the first %d in common, another item first in %.1f %%",
                    shadow.compared(),
                    100 * shadow.overlap(),
                    ShadowCounts.TOP,
                    100.0 * shadow.firstDiffers() / shadow.compared());
            node.putObject("shadow")
                    .put("compared", shadow.compared())
                    .put("overlap", shadow.overlap())
                    .put("firstDiffers", shadow.firstDiffers());
        }
    }

    /** Runs when the JVM is told to stop. Without halt its exit code would be that of the signal, as if it had failed. */
    private static void close(GatewayServer server, Report report, CountDownLatch closed) {
        int exitCode = 1;
        try {
            server.close();
            exitCode = server.failure() == null ? 0 : 1;
            final ObjectNode node = Report.MAPPER.createObjectNode();
            node.put("position", server.position());
            node.put("stateHash", Hashes.hex(server.stateHash()));
            node.put("replyHash", Hashes.hex(server.replyHash()));
            if (server.failure() == null && server.checkpointPosition() != server.position()) {
                report.err()
                        .println("doorbuster: no checkpoint of the end (" + server.checkpointProblem()
                                + "): the next start takes longer, and loses nothing");
            }
            shadowLine(report, node, server.shadowCounts());
            report.line(
                    "stopped at position %,d, state hash %s, reply hash %s",
                    server.position(), Hashes.hex(server.stateHash()), Hashes.hex(server.replyHash()));
            report.json(node);
        } catch (IOException e) {
            report.err().println("doorbuster: cannot close: " + e.getMessage());
        } finally {
            closed.countDown();
            report.err().flush();
            Runtime.getRuntime().halt(exitCode);
        }
    }
}
