package io.doorbuster.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.ring.WaitPolicy;
import io.doorbuster.gateway.GatewayConfig;
import io.doorbuster.gateway.GatewayServer;
import io.doorbuster.gateway.ThreadMode;
import io.doorbuster.replay.Hashes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
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
            "Stops in order on SIGTERM or Ctrl-C."
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

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            description = "Address to listen on (default: ${DEFAULT-VALUE}).",
            defaultValue = "127.0.0.1")
    private InetAddress bind = InetAddress.getLoopbackAddress();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "TCP port to listen on; 0 = any free one (default: ${DEFAULT-VALUE}).",
            defaultValue = "4025")
    private int port;

    @Option(
            names = "--threads",
            paramLabel = "MODE",
            description = "shared: one thread for network, journal and engine; dedicated: one for each"
                    + " (default: ${DEFAULT-VALUE}).",
            defaultValue = "SHARED")
    private ThreadMode threads = ThreadMode.SHARED;

    @Option(
            names = "--wait",
            paramLabel = "POLICY",
            description = "How dedicated threads wait: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
            defaultValue = "BLOCKING")
    private WaitPolicy wait = WaitPolicy.BLOCKING;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "File with the token of clients (default: token in the data directory, made when missing).")
    private @Nullable Path tokenFile;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Where the stores lie while the process runs (default: in memory where there is room).")
    private @Nullable Path state;

    @Option(
            names = "--checkpoint-every",
            paramLabel = "EVENTS",
            description = "Events from one checkpoint to the next; 0 = only by command and when the process stops"
                    + " (default: ${DEFAULT-VALUE}).",
            defaultValue = "" + GatewayConfig.CHECKPOINT_EVERY)
    private long checkpointEvery = GatewayConfig.CHECKPOINT_EVERY;

    @Option(
            names = "--set",
            paramLabel = "SETTING=VALUE",
            description =
                    "A setting of the engine, see Setting in the schema; it is journaled, and stays until it is set"
                            + " again. Those that the schema calls fixed can be given to a new journal only.")
    private Map<Setting, Long> settings = new LinkedHashMap<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        settings.putIfAbsent(
                Setting.ENGINE_TIME, 0L); // A shop that is served lives by the clock, whatever was imported.
        final GatewayConfig config = new GatewayConfig(
                data.directory,
                state,
                new InetSocketAddress(bind, port),
                threads,
                wait,
                tokenFile,
                checkpointEvery,
                settings);
        final ProgressLine progress = new ProgressLine(report.err());
        final GatewayServer server = GatewayServer.start(config, position -> progress.show("replayed", position));
        progress.clear();
        final CountDownLatch closed = new CountDownLatch(1);
        final Thread stop = new Thread(() -> close(server, closed), "doorbuster-stop");
        Runtime.getRuntime().addShutdownHook(stop);
        if (server.cutBytes() > 0) {
            report.err()
                    .printf(
                            "doorbuster: cut %,d bytes that a killed process had not finished; nobody had been answered"
                                    + " for them%n",
                            server.cutBytes());
            report.err().flush();
        }
        server.notes().forEach(note -> report.err().println("doorbuster: " + note));
        report.err().flush();
        report.line(
                "listening on %s:%d, threads %s, %s", bind.getHostAddress(), server.port(), threads, server.kernels());
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

    /** Runs when the JVM is told to stop. Without halt its exit code would be that of the signal, as if it had failed. */
    private void close(GatewayServer server, CountDownLatch closed) {
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
