package io.doorbuster.benchmarks.rivals;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.doorbuster.kernels.Kernels;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How do our kernels compare with those of others? See the package's description for the method. */
@Command(
        name = "RivalsMain",
        mixinStandardHelpOptions = true,
        description = "Measures our kernels beside those of others, in one run.")
public final class RivalsMain {
    private static final int FAILED = 1;
    private static final int COUNT_MAX = 1_000;
    private static final int MILLIS_MAX = 600_000;
    private static final int ROWS_MAX = 10_000_000;
    private static final int CANDIDATES_MAX = 4_096;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private RivalsMain() {}

    /** Measures once and exits with the code. */
    public static void main(String[] arguments) {
        final PrintWriter out = new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true);
        final PrintWriter err = new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8), true);
        System.exit(run(out, err, arguments));
    }

    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return new CommandLine(new RivalsMain())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((exception, command, parsed) -> {
                    if (exception instanceof IOException) {
                        command.getErr().println("RivalsMain: " + exception.getMessage());
                    } else {
                        exception.printStackTrace(command.getErr());
                    }
                    return FAILED;
                })
                .execute(arguments);
    }

    @Command(
            name = "dot",
            mixinStandardHelpOptions = true,
            description = "Time of a scored row: Lucene, jvector, scalar Java and the limits of the machine.")
    int dot(
            @Mixin Effort effort,
            @Option(
                            names = "--dims",
                            split = ",",
                            paramLabel = "DIMS",
                            description = "Dimensions (default: ${DEFAULT-VALUE}).",
                            defaultValue = "64,128")
                    List<Integer> dims,
            @Option(
                            names = "--table-kb",
                            split = ",",
                            paramLabel = "KB",
                            description = "Sizes of the table: second-level cache, memory (default: ${DEFAULT-VALUE}).",
                            defaultValue = "512,262144")
                    List<Integer> tableKilobytes)
            throws IOException {
        final List<Case> cases = new ArrayList<>();
        for (final int d : dims) {
            requireDims(d);
            for (final int kilobytes : tableKilobytes) {
                final long rows = 1024L * kilobytes / (4L * d);
                requireRange("rows of --table-kb=" + kilobytes + ": ", rows, OurDots.TOP, ROWS_MAX);
                cases.add(new Case(Case.Kind.DOT, "scan", d, (int) rows));
                cases.add(new Case(Case.Kind.DOT, "gather", d, (int) rows));
            }
        }
        return measure(cases, effort, List.of(), CANDIDATES_MAX);
    }

    @Command(
            name = "rank",
            mixinStandardHelpOptions = true,
            description = "Time to rank candidates with a network: ONNX Runtime with the same weights.")
    int rank(
            @Mixin Effort effort,
            @Option(
                            names = "--rows",
                            paramLabel = "COUNT",
                            description = "Items in the table (default: ${DEFAULT-VALUE}).",
                            defaultValue = "1000000")
                    int rows,
            @Option(
                            names = "--candidates",
                            paramLabel = "COUNT",
                            description = "Candidates of a request (default: ${DEFAULT-VALUE}).",
                            defaultValue = "500")
                    int candidates)
            throws IOException {
        requireRange("--rows=", rows, 1, ROWS_MAX / 4); // A table of 128 dimensions lies in one buffer of 2 GB.
        requireRange("--candidates=", candidates, 1, CANDIDATES_MAX);
        final List<Case> cases = new ArrayList<>();
        for (final String shape :
                List.of("two-tower/uniform", "two-tower/zipf", "interaction/uniform", "interaction/zipf")) {
            cases.add(new Case(Case.Kind.RANK, shape, RankModel.USER_DIMS, rows));
        }
        return measure(cases, effort, List.of(), candidates);
    }

    @Command(
            name = "topk",
            mixinStandardHelpOptions = true,
            description = "Best K at recall 0.99: graphs of jvector, Lucene and hnswlib; filters and churn.")
    int topk(
            @Mixin Effort effort,
            @Option(
                            names = "--rows",
                            split = ",",
                            paramLabel = "COUNT",
                            description = "Rows; graphs of 1000000 take long to build (default: ${DEFAULT-VALUE}).",
                            defaultValue = "10000,100000")
                    List<Integer> rows,
            @Option(
                            names = "--top",
                            split = ",",
                            paramLabel = "K",
                            description = "How many are asked for (default: ${DEFAULT-VALUE}).",
                            defaultValue = "10,100,500")
                    List<Integer> tops,
            @Option(
                            names = "--dims",
                            paramLabel = "DIMS",
                            description = "Dimensions (default: ${DEFAULT-VALUE}).",
                            defaultValue = "64")
                    int dims)
            throws IOException {
        requireDims(dims);
        final List<Case> cases = new ArrayList<>();
        for (final int count : rows) {
            requireRange("--rows=", count, 1_000, ROWS_MAX);
            cases.add(new Case(Case.Kind.TOPK, "random", dims, count));
            cases.add(new Case(Case.Kind.TOPK, "clustered", dims, count));
        }
        for (final int top : tops) {
            requireRange("--top=", top, 1, Math.min(Kernels.TOP_MAX, rows.getFirst()));
        }
        return measure(cases, effort, tops, CANDIDATES_MAX);
    }

    private void requireDims(int dims) {
        try {
            Kernels.checkDims(dims);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--dims: " + e.getMessage(), e);
        }
    }

    private void requireRange(String what, long value, long min, long max) {
        if (value < min || value > max) {
            throw new ParameterException(spec.commandLine(), what + value + " is not within " + min + " to " + max);
        }
    }

    /** Each case in JVMs of its own, clean and polluted in turn, so that what drifts meets all cases. */
    private int measure(List<Case> cases, Effort effort, List<Integer> tops, int candidates) throws IOException {
        requireRange("--forks=", effort.forks, 1, COUNT_MAX);
        requireRange("--rounds=", effort.rounds, 1, COUNT_MAX);
        requireRange("--block-millis=", effort.blockMillis, 1, MILLIS_MAX);
        requireRange("--warm-up-millis=", effort.warmUpMillis, 0, MILLIS_MAX);
        final PrintWriter out = spec.commandLine().getOut();
        final PrintWriter err = spec.commandLine().getErr();
        final Report report = new Report(effort.seed);
        for (int fork = 0; fork < effort.forks; fork++) {
            for (final boolean isPolluted : new boolean[] {false, true}) {
                for (final Case measured : cases) {
                    if (effort.wants(measured, isPolluted)) {
                        err.printf("JVM %d of %d: %s%n", fork + 1, effort.forks, measured.label());
                        final Plan plan = new Plan(
                                measured,
                                isPolluted,
                                effort.rounds,
                                effort.blockMillis,
                                effort.warmUpMillis,
                                tops,
                                candidates,
                                effort.seed);
                        report.add(plan, MeasuringJvm.run(plan));
                    }
                }
            }
        }
        report.print(out, effort);
        if (effort.isJson) {
            out.println(new ObjectMapper().writeValueAsString(report.json(effort)));
        }
        return 0;
    }
}
