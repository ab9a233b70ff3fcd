package io.doorbuster.benchmarks.gate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.gateway.JvmFlags;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./doorbuster bench}: measures, keeps baselines, compares. */
@Command(
        name = "doorbuster bench",
        mixinStandardHelpOptions = true,
        version = "doorbuster 0.1.0-SNAPSHOT",
        usageHelpWidth = 120,
        description = {
            "Run benchmarks in many short JVMs, each beside a reference kernel in the same JVM, and count what hot operations"
                    + " allocate, fault and wait.",
            "",
            "Exit codes: 0 nothing is slower; 1 a benchmark is slower than the baseline, an exact gate is over its limit, or a"
                    + " benchmark failed; 2 the command line, a baseline or a directory cannot be used."
        },
        footer = {
            "",
            "Each run leaves its results as JSON and an HTML report with plots in --reports.",
            "A baseline of another machine is compared by the ratio to the reference kernels only, and the output says so.",
            "",
            "Examples:",
            "  doorbuster bench quick --save before",
            "  doorbuster bench quick --against before",
            "  doorbuster bench RowsBenchmark.dot --forks 20 --against before",
            "  doorbuster bench exact",
            "  doorbuster bench --power"
        })
public final class BenchMain implements Callable<Integer> {
    private static final int FOUND = 1;
    private static final int WRONG_USAGE = 2;
    private static final String EXACT = "exact";
    private static final int QUICK_FORKS = 10;
    private static final int FULL_FORKS = 20;
    private static final int POWER_FORKS = 60;
    private static final int FORKS_MAX = 1_000;
    private static final DateTimeFormatter FILE_TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

    @Parameters(
            paramLabel = "PRESET|NAME",
            arity = "0..*",
            description = {
                "quick: ours with the first value of each parameter, 10 forks each (the default).",
                "full: ours with all values, 20 forks each.",
                "exact: no times, only what is counted.",
                "NAME: a class, or class.method, in any case, with all values."
            })
    private List<String> wanted = new ArrayList<>();

    @Option(names = "--list", description = "Print the benchmarks, and which preset runs them, and end.")
    private boolean isList;

    @Option(names = "--forks", paramLabel = "COUNT", description = "Forks of each benchmark instead of the preset's.")
    private int forks;

    @Option(names = "--save", paramLabel = "NAME", description = "Keep this run as a baseline of that name.")
    private @Nullable String save;

    @Option(
            names = "--against",
            paramLabel = "NAME",
            description = "Compare with that baseline: faster, same, slower or inconclusive for each benchmark.")
    private @Nullable String against;

    @Option(
            names = "--baselines",
            paramLabel = "DIR",
            description = "Where baselines lie (default: ${DEFAULT-VALUE}).",
            defaultValue = ".bench/baselines")
    private Path baselineDirectory = Path.of("");

    @Option(
            names = "--reports",
            paramLabel = "DIR",
            description = "Where JSON, report and JMH's log of the last fork are written (default: ${DEFAULT-VALUE}).",
            defaultValue = ".bench/runs")
    private Path reports = Path.of("");

    @Option(
            names = "--power",
            description = {
                "Measure the gate itself: slow a kernel down by 2, 5 and 10 %%, and tell how often that is found, how often"
                        + " nothing is taken for something, and what a verdict costs. --forks: of each variant (60)."
            })
    private boolean isPower;

    @Option(names = "--json", description = "Print verdicts and the files' names as one JSON object in the last line.")
    private boolean isJson;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private BenchMain() {}

    /** Runs and exits with the code. */
    public static void main(String[] arguments) {
        Locale.setDefault(Locale.ROOT);
        final PrintWriter out = new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true);
        final PrintWriter err = new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8), true);
        System.exit(run(out, err, arguments));
    }

    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return new CommandLine(new BenchMain())
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((exception, command, parsed) -> {
                    if (exception instanceof IllegalArgumentException
                            || exception instanceof IllegalStateException
                            || exception instanceof IOException) {
                        err.println("doorbuster bench: " + exception.getMessage());
                    } else {
                        exception.printStackTrace(err);
                    }
                    return exception instanceof IllegalArgumentException ? WRONG_USAGE : FOUND;
                })
                .execute(arguments);
    }

    @Override
    public Integer call() throws IOException {
        final PrintWriter out = spec.commandLine().getOut();
        final Suite suite = Suite.all();
        if (isList) {
            list(out, suite);
            return 0;
        }
        checkJvm();
        if (forks < 0 || forks > FORKS_MAX) {
            throw new IllegalArgumentException("--forks " + forks + " is not within 1 to " + FORKS_MAX);
        }
        Baselines.checkDirectory(reports);
        final Conditions conditions = Conditions.here(Path.of(System.getProperty("doorbuster.root", "")));
        final ZonedDateTime start = ZonedDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.SECONDS);
        final BenchReport report = new BenchReport(out);
        report.conditions(conditions);
        final Sweep sweep = new Sweep(
                new ForkRunner(reports.resolve("jmh.log")), spec.commandLine().getErr());
        if (isPower) {
            final List<Series> series = sweep.run(PowerStudy.CASES, forks == 0 ? POWER_FORKS : forks);
            final Path file = reports.resolve(FILE_TIME.format(start) + "-power.json");
            new BenchRun(BenchRun.SCHEMA_VERSION, start.toString(), List.of("power"), conditions, series, List.of())
                    .write(file);
            new PowerStudy(series, PowerStudy.DRAWS).print(out);
            out.println("All forks: " + file);
            return 0;
        }
        return measure(out, report, suite, sweep, conditions, start);
    }

    private int measure(
            PrintWriter out, BenchReport report, Suite suite, Sweep sweep, Conditions conditions, ZonedDateTime start)
            throws IOException {
        final List<String> names = wanted.isEmpty() ? List.of(Suite.QUICK) : wanted;
        final List<BenchCase> cases = suite.chosen(
                names.stream().filter(name -> !name.equalsIgnoreCase(EXACT)).toList());
        final Baselines baselines = new Baselines(baselineDirectory);
        final @Nullable BenchRun baseline = against == null ? null : baselines.read(against);
        if (save != null) {
            baselines.checkWritable(save);
        }
        final List<ExactCount> exact = new ExactGates().run();
        report.exact(exact);
        final boolean isFull = names.stream().anyMatch(name -> name.equalsIgnoreCase(Suite.FULL));
        final int rounds = forks > 0 ? forks : isFull ? FULL_FORKS : QUICK_FORKS;
        final BenchRun run = new BenchRun(
                BenchRun.SCHEMA_VERSION, start.toString(), names, conditions, sweep.run(cases, rounds), exact);
        if (!cases.isEmpty()) {
            report.series(run.series());
        }
        final List<Comparison> comparisons = baseline == null ? List.of() : compare(out, baseline, run);
        if (baseline != null) {
            report.verdicts(comparisons);
        }
        final Path json = reports.resolve(FILE_TIME.format(start) + ".json");
        final Path html = reports.resolve(FILE_TIME.format(start) + ".html");
        run.write(json);
        Files.writeString(html, new HtmlReport(run, baseline, comparisons).html());
        out.println("Results: " + json + "; report: " + html);
        if (save != null) {
            run.write(baselines.file(save));
            out.println("Saved as baseline " + save + ": " + baselines.file(save));
        }
        final long slower = comparisons.stream()
                .filter(one -> one.verdict() == Verdict.SLOWER)
                .count();
        final long over = exact.stream().filter(ExactCount::isOver).count();
        if (isJson) {
            final ObjectNode result = new ObjectMapper()
                    .createObjectNode()
                    .put("slower", slower)
                    .put("exactOver", over)
                    .put("results", json.toString())
                    .put("report", html.toString());
            final ObjectNode verdicts = result.putObject("verdicts");
            comparisons.forEach(one -> verdicts.put(one.label(), one.verdict().toString()));
            out.println(result);
        }
        return slower + over > 0 ? FOUND : 0;
    }

    private static List<Comparison> compare(PrintWriter out, BenchRun baseline, BenchRun run) {
        final boolean sameMachine = run.conditions().isSameMachine(baseline.conditions());
        out.println("Baseline of " + baseline.startedAt() + ", commit "
                + baseline.conditions().sources() + ".");
        run.conditions()
                .differences(baseline.conditions())
                .forEach(difference -> out.println("Not the same " + difference));
        out.println(
                sameMachine
                        ? "Same machine: the ratio to the reference kernel decides, and the time must not contradict it.\n"
                        : "Another machine: compared by the ratio to the reference kernels only, not by time.\n");
        return run.series().stream()
                .map(series -> baseline.find(series.label())
                        .map(then -> Comparison.of(then, series, sameMachine))
                        .orElseGet(() -> Comparison.withoutBaseline(series.label())))
                .toList();
    }

    /** The forks get the flags of this JVM. */
    private static void checkJvm() {
        try {
            JvmFlags.check();
        } catch (IllegalStateException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static void list(PrintWriter out, Suite suite) {
        final List<BenchCase> quick = suite.chosen(List.of(Suite.QUICK));
        for (final BenchCase one : suite.cases()) {
            final String preset = !one.isGated() ? "by name" : quick.contains(one) ? "quick, full" : "full";
            out.printf("%-60s %-12s %s%n", one.label(), preset, one.reference());
        }
        out.flush();
    }
}
