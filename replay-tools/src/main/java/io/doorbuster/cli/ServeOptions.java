package io.doorbuster.cli;

import io.doorbuster.codec.Setting;
import io.doorbuster.engine.ring.WaitPolicy;
import io.doorbuster.gateway.GatewayConfig;
import io.doorbuster.gateway.ThreadMode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a data directory is served. */
final class ServeOptions {
    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            description = "Address to listen on (default: ${DEFAULT-VALUE}).",
            defaultValue = "127.0.0.1")
    InetAddress bind = InetAddress.getLoopbackAddress();

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
    ThreadMode threads = ThreadMode.SHARED;

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
    @Nullable
    Path state;

    @Option(
            names = "--journal-ahead",
            description =
                    "Go on with a journal whose last record is more than 30 days ahead of this machine's clock: it was"
                            + " the writer's clock that was wrong. Time goes on from that record.")
    private boolean journalAhead;

    @Mixin
    private SettingsOption settingsOption = new SettingsOption();

    /** What the gateway is told. */
    GatewayConfig config(Path dataDirectory, long checkpointEvery) throws IOException {
        final Map<Setting, Long> settings = settingsOption.settings();
        settings.putIfAbsent(
                Setting.ENGINE_TIME, 0L); // A shop that is served lives by the clock, whatever was imported.
        return new GatewayConfig(
                dataDirectory,
                state,
                new InetSocketAddress(bind, port),
                threads,
                wait,
                tokenFile,
                checkpointEvery,
                journalAhead,
                settings);
    }
}
