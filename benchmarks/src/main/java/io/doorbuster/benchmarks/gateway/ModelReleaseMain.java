package io.doorbuster.benchmarks.gateway;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.benchmarks.limits.Machine;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.client.PipelinedClient;
import io.doorbuster.codec.ModelRole;
import io.doorbuster.codec.Outcome;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.model.ModelKind;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.engine.model.Tensor;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.gateway.ThreadMode;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * What shoppers wait before, during and after a model is released, under load. Exit codes: 0 = done, 1 = failed, 2 = the command
 * line is wrong.
 */
@Command(
        name = "ModelReleaseMain",
        mixinStandardHelpOptions = true,
        version = "doorbuster 0.1.0-SNAPSHOT",
        usageHelpWidth = 120,
        description = {
            "Ask a real gateway in a second JVM for slates at a steady rate, and release a model meanwhile, then roll it back.",
            "Latencies count from when a request was due, so that one that had to wait for others is not measured shorter."
        },
        footer = {
            "",
            "After mvn -q package -Dmaven.test.skip, from the root of the project:",
            "  java @.config/jvm.options -cp 'benchmarks/target/classes:benchmarks/target/lib/*' \\",
            "      io.doorbuster.benchmarks.gateway.ModelReleaseMain --rate 2000 --seconds 10"
        })
public final class ModelReleaseMain implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final long FILLING_SOURCE = 1;
    private static final long ASKING_SOURCE = 2;
    private static final long RELEASING_SOURCE = 3;
    private static final int SECONDS_MAX = 600;
    private static final int RATE_MAX = 1_000_000;
    private static final int ROWS_MAX = 1_000_000;
    private static final int ROUNDS_MAX = 1_000;
    private static final int CATALOGUE = 4_000;
    private static final int SHOPPERS = 256;
    private static final int DIMS = 128;
    private static final int SHOPPER_DIMS = 64;
    private static final int HIDDEN = 64;
    private static final int SLATE = 20;
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final double NS_PER_MICRO = 1e3;

    @Option(
            names = "--threads",
            paramLabel = "MODE",
            description = "Threads of the gateway: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
            defaultValue = "SHARED")
    private ThreadMode threads = ThreadMode.SHARED;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Requests a second (default: ${DEFAULT-VALUE}).",
            defaultValue = "2000")
    private int rate;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description =
                    "Length of each window but that of the release, and of the warm-up (default: ${DEFAULT-VALUE}).",
            defaultValue = "10")
    private int seconds;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Releases, each taken back (default: ${DEFAULT-VALUE}).",
            defaultValue = "3")
    private int rounds;

    @Option(
            names = "--rows",
            paramLabel = "N",
            description = "Items in the model's table, 512 bytes each (default: ${DEFAULT-VALUE}).",
            defaultValue = "100000")
    private int rows;

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

    private final Shop shop = new Shop(CATALOGUE, SHOPPERS, 1);
    private final SplittableRandom random = new SplittableRandom(7);
    private final ObjectNode result = new ObjectMapper().createObjectNode();

    private ModelReleaseMain() {}

    /** Measures once and exits with the code. */
    public static void main(String[] arguments) {
        final PrintWriter out = new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true);
        final PrintWriter err = new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8), true);
        System.exit(run(out, err, arguments));
    }

    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return new CommandLine(new ModelReleaseMain())
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((exception, command, parsed) -> {
                    if (exception instanceof IOException) {
                        command.getErr().println("ModelReleaseMain: " + exception.getMessage());
                    } else {
                        exception.printStackTrace(command.getErr());
                    }
                    return FAILED;
                })
                .execute(arguments);
    }

    @Override
    public Integer call() throws IOException {
        requireRange("--rate", rate, RATE_MAX);
        requireRange("--seconds", seconds, SECONDS_MAX);
        requireRange("--rounds", rounds, ROUNDS_MAX);
        requireRange("--rows", rows, ROWS_MAX);
        final PrintWriter out = spec.commandLine().getOut();
        try (ServerProcess server = ServerProcess.start(directory, threads);
                ExecutorService releasing = Executors.newSingleThreadExecutor()) {
            final InetSocketAddress address =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), server.gatewayPort());
            try (PipelinedClient client = PipelinedClient.connect(address, server.token(), FILLING_SOURCE)) {
                shop.fill(client);
            }
            final ModelFile model = publish(server.dataDirectory());
            out.printf(
                    "%s, %s, threads %s; %,d requests/s, a model of %,d MB%n",
                    Machine.here(), server.kernels(), threads, rate, (4L * DIMS * rows) >> 20);
            out.printf(
                    "%-34s%10s%10s%10s%10s%10s%10s%n", "latency, us", "requests", "p50", "p99", "p99.9", "max", "ms");
            try (SlateLoad load = SlateLoad.connect(address, server.token(), ASKING_SOURCE, shop, rate, SLATE);
                    DoorbusterClient releases = DoorbusterClient.connect(address, server.token(), RELEASING_SOURCE)) {
                measure(out, load, releases, releasing, HexFormat.of().parseHex(model.hash()));
            }
        }
        if (isJson) {
            out.println(new ObjectMapper().writeValueAsString(result));
        }
        return 0;
    }

    private void requireRange(String option, long value, long max) {
        if (value < 1 || value > max) {
            throw new ParameterException(spec.commandLine(), option + "=" + value + " is not within 1 to " + max);
        }
    }

    private float[] values(int count) {
        final float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (random.nextGaussian() / 8);
        }
        return values;
    }

    /** The article's network over a large table. */
    private ModelFile publish(Path data) throws IOException {
        final long[] items = new long[rows];
        for (int row = 0; row < rows; row++) {
            items[row] = 1_000_000 + row;
        }
        final ModelFile model = ModelFile.of(
                ModelKind.INTERACTION,
                "large",
                Map.of(),
                List.of(
                        Tensor.ids("item.ids", items),
                        Tensor.floats("item.vectors", values(rows * DIMS), rows, DIMS),
                        Tensor.ids("shopper.ids", new long[] {1}),
                        Tensor.floats("shopper.vectors", values(SHOPPER_DIMS), 1, SHOPPER_DIMS),
                        Tensor.floats("projection", values(DIMS * SHOPPER_DIMS), DIMS, SHOPPER_DIMS),
                        Tensor.floats("hidden.weight", values(HIDDEN * DIMS), HIDDEN, DIMS),
                        Tensor.floats("hidden.bias", values(HIDDEN), HIDDEN),
                        Tensor.floats("output.weight", values(HIDDEN), HIDDEN),
                        Tensor.floats("output.bias", values(1), 1)));
        final Path models = Files.createDirectories(DataDirectory.models(data));
        model.write(ModelShelf.file(models, model.hash()));
        return model;
    }

    private void measure(
            PrintWriter out, SlateLoad load, DoorbusterClient releases, ExecutorService releasing, byte[] model)
            throws IOException {
        final long windowNs = seconds * NS_PER_SECOND;
        load.run(windowNs, () -> false); // Warm-up.
        for (int round = 1; round <= rounds; round++) {
            print(out, round, "before, live ranker", load.run(windowNs, () -> false), windowNs);
            window(out, round, "release", load, releasing.submit(() -> release(releases, ModelRole.ACTIVE, model)));
            print(out, round, "after, released model", load.run(windowNs, () -> false), windowNs);
            window(out, round, "rollback", load, releasing.submit(() -> release(releases, ModelRole.ROLLBACK, model)));
        }
    }

    private static long release(DoorbusterClient releases, ModelRole role, byte[] model) throws IOException {
        final Outcome outcome = releases.modelReleased(role, 1, model, "large").outcome();
        if (outcome != Outcome.ACCEPTED) {
            throw new IOException("the release was answered " + outcome);
        }
        return System.nanoTime();
    }

    /** From when the release is sent to a second behind its answer, or less when windows are shorter. */
    private void window(PrintWriter out, int round, String what, SlateLoad load, Future<Long> release)
            throws IOException {
        final long beginNs = System.nanoTime();
        final Histogram during = load.run(SECONDS_MAX * NS_PER_SECOND, release::isDone);
        try {
            final long tookNs = release.get() - beginNs;
            during.add(load.run(NS_PER_SECOND, () -> false));
            print(out, round, what + " and the second behind it", during, tookNs);
        } catch (InterruptedException | ExecutionException e) {
            throw new IOException("the release failed: " + e.getMessage(), e);
        }
    }

    private void print(PrintWriter out, int round, String what, Histogram latencies, long tookNs) {
        out.printf(
                "%-34s%,10d%10.1f%10.1f%10.1f%10.1f%10.1f%n",
                round + " " + what,
                latencies.getTotalCount(),
                latencies.getValueAtPercentile(50) / NS_PER_MICRO,
                latencies.getValueAtPercentile(99) / NS_PER_MICRO,
                latencies.getValueAtPercentile(99.9) / NS_PER_MICRO,
                latencies.getMaxValue() / NS_PER_MICRO,
                tookNs / 1e6);
        final ArrayNode windows = result.withArrayProperty("windows");
        windows.addObject()
                .put("round", round)
                .put("window", what)
                .put("requests", latencies.getTotalCount())
                .put("p50Micros", latencies.getValueAtPercentile(50) / NS_PER_MICRO)
                .put("p99Micros", latencies.getValueAtPercentile(99) / NS_PER_MICRO)
                .put("p999Micros", latencies.getValueAtPercentile(99.9) / NS_PER_MICRO)
                .put("maxMicros", latencies.getMaxValue() / NS_PER_MICRO)
                .put("millis", tookNs / 1e6);
    }
}
