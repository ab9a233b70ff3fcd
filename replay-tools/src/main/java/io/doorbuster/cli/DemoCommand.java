package io.doorbuster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.demo.PlayStatistics;
import io.doorbuster.demo.SaleChecker;
import io.doorbuster.demo.SalePlay;
import io.doorbuster.intake.RowFormat;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Plays a flash sale through a process of its own, then proves that it can be replayed. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Play a flash sale through real sockets, check it, and replay its journal in a second JVM with scalar kernels.",
            "Exit code 1 when a sold-out item was shown, a unit sold twice, or the replay differs."
        },
        footer = {
            "",
            "Examples:",
            "  doorbuster demo",
            "  doorbuster demo --scale 0.2 --seed 7 --json",
            "  doorbuster demo --events online_retail.csv.gz --format uci-online-retail"
        })
final class DemoCommand implements Callable<Integer> {
    private static final int PORT_ANY = 0;

    @Mixin
    private Report report = new Report();

    @Option(
            names = "--events",
            paramLabel = "FILE",
            description = "Play this log instead of a generated sale; --format is guessed from a known name.")
    private @Nullable Path events;

    @Mixin
    private FormatOption format = new FormatOption();

    @Option(
            names = "--scale",
            paramLabel = "FACTOR",
            description = "Size of the generated sale; 1 = 12,000 visits (default: ${DEFAULT-VALUE}).",
            defaultValue = "1")
    private double scale = 1;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of the generated sale (default: ${DEFAULT-VALUE}).",
            defaultValue = "1")
    private long seed = 1;

    @Option(names = "--keep", description = "Serve the shop on when the demo is over, and keep its data directory.")
    private boolean keep;

    /** The last process that was started, to be stopped when this one is. */
    private volatile @Nullable ChildProcess child;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!(scale > 0 && scale <= 100)) {
            throw new IllegalArgumentException("--scale=" + scale + " is not in 0..100");
        }
        final RowFormat rows = events == null ? null : format.formatOf(events);
        if (events != null && !Files.isRegularFile(events)) {
            throw new IOException("no file " + events + ": check the path");
        }
        final Path directory = Files.createTempDirectory("doorbuster-demo");
        final Thread clearing = new Thread(() -> clear(directory), "doorbuster-clear");
        Runtime.getRuntime().addShutdownHook(clearing); // Also when it fails, or is told to stop on the way.
        final int exitCode = demo(directory, rows);
        if (keep) {
            serveOn(directory);
            Runtime.getRuntime().removeShutdownHook(clearing);
        }
        return exitCode;
    }

    private void clear(Path directory) {
        final ChildProcess running = child;
        if (running != null) {
            running.close();
        }
        try {
            delete(directory);
        } catch (IOException e) {
            report.err().println("doorbuster: " + directory + " could not be deleted: " + e.getMessage());
            report.err().flush();
        }
    }

    private ChildProcess started(ChildProcess process) {
        child = process;
        return process;
    }

    private int demo(Path directory, @Nullable RowFormat rows) throws IOException, InterruptedException {
        final long beginNs = System.nanoTime();
        final JsonNode live;
        final SalePlay play;
        try (ChildProcess server = started(ChildProcess.start("", serveArguments(directory, rows != null)))) {
            final int port = server.awaitPort();
            play = new SalePlay(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    Files.readString(directory.resolve("token")).strip());
            report.line(
                    "process %d serves on port %d; playing %s",
                    server.pid(), port, events == null ? "a flash sale" : events.toString());
            play(play, rows);
            server.stop();
            live = server.awaitResult();
        }
        final double playSeconds = (System.nanoTime() - beginNs) / 1e9;
        final SaleChecker checker = new SaleChecker(play.replies());
        checker.check(directory);
        final JsonNode replay;
        try (ChildProcess verifier =
                started(ChildProcess.start("-Dkernels=scalar", "verify", "--json", "--data", directory.toString()))) {
            replay = verifier.awaitResult();
        }
        final double seconds = (System.nanoTime() - beginNs) / 1e9;
        return print(new Result(play, checker, live, replay, playSeconds, seconds));
    }

    private static String[] serveArguments(Path directory, boolean isLog) {
        final List<String> arguments = new ArrayList<>(
                List.of("serve", "--json", "--data", directory.toString(), "--port", String.valueOf(PORT_ANY)));
        if (isLog) {
            arguments.addAll(List.of("--set", "ENGINE_TIME=1"));
        }
        return arguments.toArray(String[]::new);
    }

    private void play(SalePlay play, @Nullable RowFormat rows) throws IOException, InterruptedException {
        final LiveTable table = new LiveTable(play, report.err());
        try {
            final Path log = events;
            if (rows == null || log == null) {
                play.generated(seed, scale);
            } else {
                play.log(log, rows);
            }
        } finally {
            table.stop();
        }
    }

    private record Result(
            SalePlay play, SaleChecker checker, JsonNode live, JsonNode replay, double playSeconds, double seconds) {
        boolean isReplayed() {
            return replay.path("identical").asBoolean()
                    && live.path("stateHash").equals(replay.path("stateHash"))
                    && live.path("replyHash").equals(replay.path("replyHash"));
        }

        boolean isGood() {
            return isReplayed() && checker.soldOutShown() == 0 && checker.oversold() == 0;
        }
    }

    private int print(Result result) {
        final PlayStatistics seen = result.play.statistics();
        final Histogram latency = seen.latencyNs();
        report.line("");
        if (events != null) {
            ImportCommand.lines(report, result.play.report());
        }
        report.line("events      %,d in %.1f s", seen.events(), result.playSeconds);
        report.line(
                "requests    %,d, answered with %,d slates of %,d items",
                seen.requests(), result.checker.slates(), result.checker.places());
        report.line(
                "round trip  p50 %,.0f us, p99 %,.0f us, p99.9 %,.0f us, max %,.0f us (clients on the same machine)",
                micros(latency, 50), micros(latency, 99), micros(latency, 99.9), latency.getMaxValue() / 1e3);
        report.line("purchases   %,d; sold-out answers %,d", seen.purchases(), seen.soldOutAnswers());
        report.line("recall@20   %.4f of bought items stood in the feed that the visit began with", seen.recallAt20());
        report.line(
                "checked     %,d places of slates: %,d sold out; %,d units promised: %,d oversold",
                result.checker.places(),
                result.checker.soldOutShown(),
                result.checker.promised(),
                result.checker.oversold());
        report.line("live        state %s  replies %s", text(result.live, "stateHash"), text(result.live, "replyHash"));
        report.line(
                "replayed    state %s  replies %s  (second JVM, %s, %,d events/s)",
                text(result.replay, "stateHash"),
                text(result.replay, "replyHash"),
                text(result.replay, "kernels"),
                result.replay.path("eventsPerSecond").asLong());
        report.line(result.isReplayed() ? "identical, bit for bit" : "THE REPLAY DIFFERS");
        report.json(json(result));
        return result.isGood() ? 0 : 1;
    }

    private static double micros(Histogram latency, double percentile) {
        return latency.getValueAtPercentile(percentile) / 1e3;
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asText();
    }

    private static ObjectNode json(Result result) {
        final PlayStatistics seen = result.play.statistics();
        final Histogram latency = seen.latencyNs();
        final ObjectNode node = Report.MAPPER.createObjectNode();
        node.put("events", seen.events());
        node.put("requests", seen.requests());
        node.put("slates", result.checker.slates());
        ImportCommand.put(node, result.play.report());
        node.put("purchases", seen.purchases());
        node.put("soldOutAnswers", seen.soldOutAnswers());
        node.put("soldOutShown", result.checker.soldOutShown());
        node.put("oversold", result.checker.oversold());
        node.put("position", result.live.path("position").asLong());
        node.put("stateHash", text(result.live, "stateHash"));
        node.put("replayStateHash", text(result.replay, "stateHash"));
        node.put("replyHash", text(result.live, "replyHash"));
        node.put("replayReplyHash", text(result.replay, "replyHash"));
        node.put("replayEventsPerSecond", result.replay.path("eventsPerSecond").asLong());
        node.put("recallAt20", seen.recallAt20());
        final ObjectNode micros = node.putObject("latencyUs");
        micros.put("p50", micros(latency, 50));
        micros.put("p99", micros(latency, 99));
        micros.put("p999", micros(latency, 99.9));
        micros.put("max", latency.getMaxValue() / 1e3);
        node.put("seconds", result.seconds);
        return node;
    }

    private void serveOn(Path directory) throws IOException {
        final Path log = directory.resolve("serve.log");
        final ChildProcess server = started(ChildProcess.startDetached(log, serveArguments(directory, events != null)));
        final int port = server.awaitPort();
        server.leave();
        report.err()
                .printf(
                        "process %d serves the shop on port %d; token in %s; stop it with: kill %d%n",
                        server.pid(), port, directory.resolve("token"), server.pid());
        report.err().flush();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
