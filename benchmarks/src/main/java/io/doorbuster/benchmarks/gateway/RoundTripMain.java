package io.doorbuster.benchmarks.gateway;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.doorbuster.benchmarks.limits.Machine;
import io.doorbuster.client.PipelinedClient;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.store.Settings;
import io.doorbuster.gateway.ThreadMode;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * How much longer than a bare echo of the same bytes does a round trip through the gateway take? Exit codes: 0 = done, 1 =
 * failed, 2 = the command line is wrong.
 */
@Command(
        name = "RoundTripMain",
        mixinStandardHelpOptions = true,
        version = "doorbuster 0.1.0-SNAPSHOT",
        usageHelpWidth = 120,
        description = {
            "Measure round trips through a real gateway in a second JVM, beside an echo of equal sizes in the same JVM.",
            "Closed loop, one request in flight: it tells what a round trip costs, not what a shopper waits under load."
        },
        footer = {
            "",
            "After mvn -q package -Dmaven.test.skip, from the root of the project:",
            "  java @.config/jvm.options -cp 'benchmarks/target/classes:benchmarks/target/lib/*' \\",
            "      io.doorbuster.benchmarks.gateway.RoundTripMain"
        })
public final class RoundTripMain implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final long FILLING_SOURCE = 1;
    private static final long MEASURING_SOURCE = 2;
    private static final int CATALOGUE_MIN = 100;
    private static final int SHOPPERS_MAX = 10_000;
    private static final int SECONDS_MAX = 600;
    private static final int ROUNDS_MAX = 10_000;
    private static final long NS_PER_MILLI = 1_000_000;
    private static final int SETTLING_SHARE = 5;

    @Option(
            names = "--threads",
            paramLabel = "MODE",
            description = "Threads of the gateway: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
            defaultValue = "SHARED")
    private ThreadMode threads = ThreadMode.SHARED;

    @Option(
            names = "--only",
            paramLabel = "REQUEST",
            split = ",",
            description = "Only these of ${COMPLETION-CANDIDATES} (default: all).")
    private Set<ComparedRequest> only = EnumSet.noneOf(ComparedRequest.class);

    @Option(
            names = "--catalogue",
            paramLabel = "ITEMS",
            description = "Items of the shop (default: ${DEFAULT-VALUE}).",
            defaultValue = "4000")
    private int catalogue;

    @Option(
            names = "--shoppers",
            paramLabel = "COUNT",
            description = "Shoppers who have viewed items (default: ${DEFAULT-VALUE}).",
            defaultValue = "256")
    private int shoppers;

    @Option(
            names = "--rounds",
            paramLabel = "COUNT",
            description = "Rounds of echo, engine, engine, echo for each request (default: ${DEFAULT-VALUE}).",
            defaultValue = "12")
    private int rounds;

    @Option(
            names = "--slice-millis",
            paramLabel = "MS",
            description =
                    "Length of a slice; a fifth more before it settles, not measured (default: ${DEFAULT-VALUE}).",
            defaultValue = "300")
    private int sliceMillis;

    @Option(
            names = "--warm-up-millis",
            paramLabel = "MS",
            description = "Warm-up for each request and side, not measured (default: ${DEFAULT-VALUE}).",
            defaultValue = "2000")
    private int warmUpMillis;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            description = "Of catalogue, views and requests (default: ${DEFAULT-VALUE}).",
            defaultValue = "1")
    private long seed;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "Where the journal is made and deleted (default: ${DEFAULT-VALUE}).",
            defaultValue = "${sys:java.io.tmpdir}")
    private Path directory = Path.of("");

    @Option(names = "--json", description = "Print the result as one JSON object in the last line.")
    private boolean isJson;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private RoundTripMain() {}

    /** Measures once and exits with the code. */
    public static void main(String[] arguments) {
        final PrintWriter out = new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true);
        final PrintWriter err = new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8), true);
        System.exit(run(out, err, arguments));
    }

    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return new CommandLine(new RoundTripMain())
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((exception, command, parsed) -> {
                    if (exception instanceof IOException) {
                        command.getErr().println("RoundTripMain: " + exception.getMessage());
                    } else {
                        exception.printStackTrace(command.getErr());
                    }
                    return FAILED;
                })
                .execute(arguments);
    }

    @Override
    public Integer call() throws IOException {
        check();
        final Shop shop = new Shop(catalogue, shoppers, seed);
        try (ServerProcess server = ServerProcess.start(directory, threads)) {
            final RoundTripReport report = new RoundTripReport(
                    Machine.here(), server.kernels(), threads, server.fileSystem(), shop, rounds, sliceMillis);
            final PrintWriter out = spec.commandLine().getOut();
            report.printConditions(out);
            final List<RoundTripComparison> comparisons = measure(server, shop);
            report.printTable(out, comparisons);
            if (isJson) {
                out.println(new ObjectMapper().writeValueAsString(report.json(comparisons)));
            }
        }
        return 0;
    }

    private void check() {
        requireRange("--catalogue", catalogue, CATALOGUE_MIN, Settings.DEFAULTS.value(Setting.ITEMS_MAX));
        requireRange("--shoppers", shoppers, 1, SHOPPERS_MAX);
        requireRange("--rounds", rounds, 1, ROUNDS_MAX);
        requireRange("--slice-millis", sliceMillis, 1, SECONDS_MAX * 1_000L);
        requireRange("--warm-up-millis", warmUpMillis, 0, SECONDS_MAX * 1_000L);
        if (!Files.isDirectory(directory)) {
            throw new ParameterException(spec.commandLine(), "--directory=" + directory + " is no directory");
        }
    }

    private void requireRange(String option, long value, long min, long max) {
        if (value < min || value > max) {
            throw new ParameterException(
                    spec.commandLine(), option + "=" + value + " is not within " + min + " to " + max);
        }
    }

    private List<RoundTripComparison> measure(ServerProcess server, Shop shop) throws IOException {
        final InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.gatewayPort());
        try (PipelinedClient client = PipelinedClient.connect(address, server.token(), FILLING_SOURCE)) {
            shop.fill(client);
        }
        final List<RoundTripComparison> comparisons = new ArrayList<>();
        try (TimedConnection echo = TimedConnection.connect(server.echoPort());
                TimedConnection engine = TimedConnection.connect(server.gatewayPort())) {
            engine.hello(server.token(), MEASURING_SOURCE);
            for (final ComparedRequest request : only.isEmpty() ? EnumSet.allOf(ComparedRequest.class) : only) {
                comparisons.add(RoundTripComparison.of(request, shop, echo, engine));
            }
            // All kinds before the first is measured, so that each meets the code as compiled for all.
            for (final RoundTripComparison comparison : comparisons) {
                comparison.warmUp(warmUpMillis * NS_PER_MILLI);
            }
            final long sliceNs = sliceMillis * NS_PER_MILLI;
            for (int round = 0; round < rounds; round++) {
                for (final RoundTripComparison comparison : comparisons) {
                    comparison.round(server, sliceNs / SETTLING_SHARE, sliceNs);
                }
            }
        }
        return comparisons;
    }
}
