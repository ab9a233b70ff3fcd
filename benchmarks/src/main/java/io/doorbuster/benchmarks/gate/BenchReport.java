package io.doorbuster.benchmarks.gate;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The tables that a person reads in a terminal. */
final class BenchReport {
    private static final String SERIES = "%-52s %12s %8s %11s %-8s %10s%n";
    private static final String VERDICT = "%-52s %-12s %-24s %-24s %-24s %s%n";
    private static final String EXACT = "%-20s %-20s %14s %10s %s%n";

    private final PrintWriter out;

    BenchReport(PrintWriter out) {
        this.out = out;
    }

    void conditions(Conditions conditions) {
        out.printf("%s; %s; %s%n", conditions.machine(), conditions.os(), conditions.jdk());
        out.printf("%s; commit %s%n%n", conditions.kernels(), conditions.sources());
    }

    void series(List<Series> all) {
        out.printf(SERIES, "benchmark", "time/op", "spread", "/ reference", "", "bytes/op");
        for (final Series series : all) {
            out.printf(
                    SERIES,
                    series.label(),
                    time(Math.exp(Interval.trimmedMean(series.logNs()))),
                    String.format(Locale.ROOT, "±%.1f %%", 100 * spread(series.logNs())),
                    String.format(Locale.ROOT, "%.3f", Math.exp(Interval.trimmedMean(series.logRatios()))),
                    series.reference(),
                    String.format(Locale.ROOT, "%.2f", series.bytes()));
        }
        out.printf("%nTime: trimmed mean over forks. Spread: half of where eight of ten forks lie. Reference:");
        for (final ReferenceKernel kernel : ReferenceKernel.values()) {
            out.printf(" %s %s;", kernel, kernel.unit());
        }
        out.printf(" measured in the same JVM around each iteration.%n%n");
        for (final Series series : all) {
            final String noise = Comparison.noise(series);
            if (!noise.isEmpty()) {
                out.printf("Too noisy to compare: %s: %s%n", series.label(), noise);
            }
        }
    }

    void verdicts(List<Comparison> comparisons) {
        out.printf(VERDICT, "benchmark", "verdict", "beside reference", "time", "A/A twin", "");
        for (final Comparison one : comparisons) {
            out.printf(
                    VERDICT,
                    one.label(),
                    one.verdict(),
                    text(one.ratio()),
                    text(one.absolute()),
                    text(one.twin()),
                    one.reason());
        }
        out.printf(
                "%nChange against the baseline and its 99 %% interval; + is slower. The column beside the reference decides: beyond"
                        + " %.0f %% is slower or faster, within %.0f %% the same.%n%n",
                100 * Math.expm1(Comparison.THRESHOLD), 100 * Math.expm1(Comparison.SAME_WITHIN));
    }

    /** Only what is over its limit, and a line that sums up. */
    void exact(List<ExactCount> counts) {
        final List<ExactCount> over = counts.stream().filter(ExactCount::isOver).toList();
        if (!over.isEmpty()) {
            out.printf(EXACT, "exact gate", "counter", "counted", "limit", "");
            for (final ExactCount count : over) {
                out.printf(
                        EXACT,
                        count.operation(),
                        count.counter(),
                        String.format(Locale.ROOT, "%.4f", count.value()),
                        String.format(Locale.ROOT, "%.4f", count.limit()),
                        "OVER");
            }
        }
        final long unread =
                counts.stream().filter(count -> Double.isNaN(count.value())).count();
        out.printf(
                "Exact gates: %d of %d counts over their limit%s. Bytes per operation, the rest per 10^6 operations.%n%n",
                over.size(), counts.size(), unread == 0 ? "" : ", " + unread + " not readable on this system");
    }

    static String time(double ns) {
        if (ns < 1e3) {
            return String.format(Locale.ROOT, "%.2f ns", ns);
        }
        return ns < 1e6
                ? String.format(Locale.ROOT, "%.2f us", ns / 1e3)
                : String.format(Locale.ROOT, "%.2f ms", ns / 1e6);
    }

    /** Half the distance between the tenth and the ninetieth of a hundred. */
    static double spread(double[] logs) {
        Arrays.sort(logs);
        final int last = logs.length - 1;
        return (logs[(int) Math.round(0.9 * last)] - logs[(int) Math.round(0.1 * last)]) / 2;
    }

    private static String text(@Nullable Interval interval) {
        return interval == null ? "-" : interval.toString();
    }
}
