package io.doorbuster.benchmarks.rivals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.kernels.Kernels;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** The JVM that measures one {@link Plan}, seen from both sides. Its result is one line of JSON. */
public final class MeasuringJvm {
    private static final String RESULT = "result ";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long NS_PER_MILLI = 1_000_000;

    private MeasuringJvm() {}

    /** Starts a JVM with the flags of this one, waits for it, and returns what it found. */
    static JsonNode run(Plan plan) throws IOException {
        final List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-da", "-Xmx" + heapMegabytes(plan.measured()) + "m", "-XX:+UseTransparentHugePages"));
        command.addAll(List.of(MeasuringJvm.class.getName(), JSON.writeValueAsString(plan)));
        final ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // Not by -cp: ONNX Runtime 1.29 crashes in a process whose command line is longer than 4 KB.
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        final Process process = builder.start();
        final List<String> said = new ArrayList<>();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith(RESULT)) {
                    return JSON.readTree(line.substring(RESULT.length()));
                }
                said.add(line);
            }
        } finally {
            process.destroy();
        }
        throw new IOException(
                "the JVM that measures " + plan.measured().label() + " failed:\n" + String.join("\n", said));
    }

    /** Heap for the tables of the rivals that keep theirs there, three copies and graphs, and the rest. */
    private static long heapMegabytes(Case measured) {
        final long table = 4L * measured.dims() * measured.rows() >> 20;
        return 512 + 4 * table + (measured.kind() == Case.Kind.TOPK ? measured.rows() * 2_000L >> 20 : 0);
    }

    /** Measures the plan of the one argument. */
    public static void main(String[] arguments) throws IOException {
        final RivalLog log = new RivalLog();
        Logger.getLogger("").addHandler(log);
        try {
            final ObjectNode result = measure(JSON.readValue(arguments[0], Plan.class));
            final ArrayNode lines = result.putArray("log");
            log.lines.forEach(lines::add);
            System.out.println(RESULT + JSON.writeValueAsString(result));
        } catch (IOException | RuntimeException | Error e) {
            e.printStackTrace();
            System.exit(1);
        }
        System.exit(0); // Whatever threads a rival keeps.
    }

    private static ObjectNode measure(Plan plan) throws IOException {
        final ObjectNode result = JSON.createObjectNode();
        result.put("kernels", Kernels.description());
        result.put(
                "flags", String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
        if (plan.isPolluted()) {
            Pollution.run(plan);
        }
        if (plan.measured().kind() == Case.Kind.TOPK) {
            new TopKComparison(plan).measure(result);
            return result;
        }
        try (Contest contest = contest(plan.measured(), plan)) {
            contest.check(result.putObject("facts"));
            result.put("items", contest.items());
            final ArrayNode duels = result.putArray("duels");
            duel(contest, plan).forEach(duel -> duels.add(duel.json()));
        }
        return result;
    }

    static Contest contest(Case measured, Plan plan) throws IOException {
        return switch (measured.kind()) {
            case DOT -> new DotContest(measured, plan.seed());
            case RANK -> new RankContest(measured, plan.candidates(), plan.seed());
            case TOPK -> throw new IllegalArgumentException("TOPK tunes its contenders, see TopKComparison");
        };
    }

    /** Ours against itself, which shows the noise, then against each other contender. */
    private static List<Duel> duel(Contest contest, Plan plan) {
        final Contender ours = contest.contenders().getFirst();
        final List<Duel> duels = new ArrayList<>();
        for (final Contender theirs : contest.contenders()) {
            Duel.warmUp(theirs, contest.queries(), plan.warmUpMillis() * NS_PER_MILLI, plan.seed());
            duels.add(new Duel(ours, theirs, contest.queries(), plan.seed()));
        }
        for (int round = 0; round < plan.rounds(); round++) {
            duels.forEach(duel -> duel.round(plan.blockMillis() * NS_PER_MILLI));
        }
        return duels;
    }

    /** What the rivals say about themselves: which vector unit they use, and how wide. */
    private static final class RivalLog extends Handler {
        private final ConcurrentSkipListSet<String> lines = new ConcurrentSkipListSet<>();

        @Override
        public void publish(LogRecord record) {
            if (record.getLoggerName() != null) {
                lines.add(record.getLoggerName() + ": " + new SimpleFormatter().formatMessage(record));
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
