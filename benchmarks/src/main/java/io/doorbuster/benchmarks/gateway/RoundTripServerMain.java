package io.doorbuster.benchmarks.gateway;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.ThreadMXBean;
import io.doorbuster.gateway.GatewayConfig;
import io.doorbuster.gateway.GatewayServer;
import io.doorbuster.gateway.Progress;
import io.doorbuster.gateway.ThreadMode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The process on the other end: a gateway on a new data directory, and an echo. Its first line says where they are; then each
 * line on its input is answered by the bytes that the gateway's threads have allocated; at the end of its input it stops and
 * deletes the directory.
 */
final class RoundTripServerMain {
    /** Begins each line of ours: a JVM that is told to log or to record writes lines of its own. */
    static final String OURS = "roundtrip ";

    /** Keys of the first line. */
    static final String GATEWAY_PORT = "gatewayPort";

    static final String ECHO_PORT = "echoPort";
    static final String DATA_DIRECTORY = "dataDirectory";
    static final String KERNELS = "kernels";

    private static final String GATEWAY_THREADS = "doorbuster-";

    private final Path data;
    private @Nullable GatewayServer gateway;
    private @Nullable EchoAgent echo;

    private RoundTripServerMain(Path data) {
        this.data = data;
    }

    /** Arguments: where to make the data directory, and the thread mode. */
    public static void main(String[] arguments) throws IOException {
        final RoundTripServerMain server =
                new RoundTripServerMain(Files.createTempDirectory(Path.of(arguments[0]), "doorbuster-roundtrip"));
        // A hook, because Ctrl-C reaches this process at the same time as the one that would close its input.
        Runtime.getRuntime().addShutdownHook(new Thread(server::stop, "stop"));
        try (BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            server.serve(ThreadMode.valueOf(arguments[1]), questions);
        }
    }

    private synchronized GatewayServer start(ThreadMode threads) throws IOException {
        final GatewayServer started =
                GatewayServer.start(GatewayConfig.local(data, Map.of()).withThreadMode(threads), Progress.NONE);
        gateway = started;
        final EchoAgent echoStarted = EchoAgent.start();
        echo = echoStarted;
        System.out.println(OURS
                + new ObjectMapper()
                        .writeValueAsString(Map.of(
                                GATEWAY_PORT,
                                started.port(),
                                ECHO_PORT,
                                echoStarted.port(),
                                DATA_DIRECTORY,
                                data.toString(),
                                KERNELS,
                                started.kernels())));
        return started;
    }

    private void serve(ThreadMode threads, BufferedReader questions) throws IOException {
        final GatewayServer server = start(threads);
        while (questions.readLine() != null) {
            System.out.println(OURS + allocatedBytes());
        }
        final Throwable failure = server.failure();
        if (failure != null) {
            throw new IllegalStateException("the gateway stopped by itself", failure);
        }
    }

    private static long allocatedBytes() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = 0;
        for (final ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().startsWith(GATEWAY_THREADS)) {
                bytes += threads.getThreadAllocatedBytes(thread.getThreadId());
            }
        }
        return bytes;
    }

    private synchronized void stop() {
        try {
            if (echo != null) {
                echo.close();
            }
            if (gateway != null) {
                gateway.close();
            }
            try (Stream<Path> files = Files.walk(data)) {
                for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tidy up " + data, e);
        }
    }
}
