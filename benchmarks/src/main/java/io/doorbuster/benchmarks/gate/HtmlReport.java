package io.doorbuster.benchmarks.gate;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One file that needs nothing else: tables, every fork as a point, every verdict as an interval. Well-formed XML too. */
final class HtmlReport {
    private static final int WIDTH = 720;
    private static final int LEFT = 300;
    private static final int ROW = 26;
    private static final double SHOWN_MIN = Math.log1p(0.06);
    private static final String STYLE = """
            body{font:15px/1.45 system-ui,sans-serif;max-width:1080px;margin:2rem auto;padding:0 1rem;color:#1c2330;background:#fff}
            h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
            table{border-collapse:collapse;width:100%;font-size:.87rem}
            td,th{padding:.3rem .6rem;border-bottom:1px solid #dde2ea;text-align:left}
            td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
            svg{width:100%;height:auto;font:12px system-ui,sans-serif}
            .scroll{overflow-x:auto}.slower,.over{color:#b3261e;font-weight:600}.faster{color:#14693a;font-weight:600}
            .inconclusive,.new{color:#7a5b00}p.note{color:#566072;font-size:.87rem}
            """;

    private final BenchRun run;
    private final @Nullable BenchRun baseline;
    private final List<Comparison> comparisons;
    private final StringBuilder html = new StringBuilder();

    HtmlReport(BenchRun run, @Nullable BenchRun baseline, List<Comparison> comparisons) {
        this.run = run;
        this.baseline = baseline;
        this.comparisons = comparisons;
    }

    String html() {
        html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>")
                .append("<title>Doorbuster benchmarks</title><style>")
                .append(STYLE)
                .append("</style></head><body><h1>Doorbuster benchmarks, ")
                .append(escaped(run.startedAt()))
                .append("</h1>");
        conditions("This run", run);
        if (baseline != null) {
            conditions("Baseline of " + baseline.startedAt(), baseline);
            verdicts(baseline);
        }
        times();
        forks();
        exact();
        return html.append("</body></html>\n").toString();
    }

    private void conditions(String title, BenchRun of) {
        final Conditions c = of.conditions();
        html.append("<p class=\"note\"><b>").append(escaped(title)).append(".</b> ");
        html.append(escaped(String.join("; ", c.machine(), c.os(), c.jdk(), c.kernels(), "commit " + c.sources())));
        html.append("</p>");
    }

    private void verdicts(BenchRun against) {
        final boolean sameMachine = run.conditions().isSameMachine(against.conditions());
        html.append("<h2>Verdicts</h2><p class=\"note\">")
                .append(
                        sameMachine
                                ? "Same machine: the ratio to the reference kernel decides, and the time must not contradict it."
                                : "Another machine: compared by the ratio to the reference kernels only, not by time.")
                .append(
                        " Change and its 99 % interval; + is slower.</p><div class=\"scroll\"><table><tr><th>benchmark</th>")
                .append("<th>verdict</th><th class=\"n\">beside reference</th><th class=\"n\">time</th>")
                .append("<th class=\"n\">A/A twin</th><th>why</th></tr>");
        for (final Comparison one : comparisons) {
            html.append("<tr><td>").append(escaped(one.label())).append("</td>");
            html.append(String.format("<td class=\"%s\">%s</td>", one.verdict(), one.verdict()));
            number(text(one.ratio()));
            number(text(one.absolute()));
            number(text(one.twin()));
            html.append("<td>").append(escaped(one.reason())).append("</td></tr>");
        }
        html.append("</table></div>");
        intervals();
    }

    /** Bars of the intervals, the twin thin below it; the band is what counts as neither. */
    private void intervals() {
        double shown = SHOWN_MIN;
        for (final Comparison one : comparisons) {
            if (one.ratio() != null) {
                shown = Math.max(shown, Math.max(-one.ratio().low(), one.ratio().high()));
            }
        }
        final Axis axis = new Axis(-shown, shown);
        svg(comparisons.size(), "Intervals of the change beside the reference");
        html.append(String.format(
                Locale.ROOT,
                "<rect x=\"%.1f\" y=\"0\" width=\"%.1f\" height=\"%d\" fill=\"#eef1f6\"/>",
                axis.x(-Comparison.THRESHOLD),
                axis.x(Comparison.THRESHOLD) - axis.x(-Comparison.THRESHOLD),
                comparisons.size() * ROW));
        for (int i = 0; i < comparisons.size(); i++) {
            final Comparison one = comparisons.get(i);
            label(i, one.label());
            if (one.ratio() != null && one.twin() != null) {
                bar(axis, one.ratio(), i * ROW + 10, 5, colour(one.verdict()));
                bar(axis, one.twin(), i * ROW + 19, 2, "#9aa4b5");
            }
        }
        axis(axis, comparisons.size());
    }

    private void bar(Axis axis, Interval interval, int y, int height, String colour) {
        html.append(String.format(
                Locale.ROOT,
                "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"><title>%s</title></rect>",
                axis.x(interval.low()),
                y - height / 2,
                Math.max(1, axis.x(interval.high()) - axis.x(interval.low())),
                height,
                colour,
                interval));
        html.append(String.format(
                Locale.ROOT,
                "<circle cx=\"%.1f\" cy=\"%d\" r=\"%d\" fill=\"%s\"/>",
                axis.x(interval.estimate()),
                y,
                height,
                colour));
    }

    private void times() {
        html.append("<h2>Times</h2><div class=\"scroll\"><table><tr><th>benchmark</th><th class=\"n\">time/op</th>")
                .append("<th class=\"n\">spread</th><th class=\"n\">/ reference</th><th>reference</th>")
                .append("<th class=\"n\">bytes/op</th><th class=\"n\">forks</th><th class=\"n\">stolen</th>")
                .append("<th class=\"n\">waited for</th></tr>");
        for (final Series series : run.series()) {
            html.append("<tr><td>").append(escaped(series.label())).append("</td>");
            number(BenchReport.time(Math.exp(Interval.trimmedMean(series.logNs()))));
            number(String.format(Locale.ROOT, "±%.1f %%", 100 * BenchReport.spread(series.logNs())));
            number(String.format(Locale.ROOT, "%.3f", Math.exp(Interval.trimmedMean(series.logRatios()))));
            html.append("<td>")
                    .append(series.reference())
                    .append(", ")
                    .append(series.reference().unit());
            html.append("</td>");
            number(String.format(Locale.ROOT, "%.2f", series.bytes()));
            number(Integer.toString(series.forks().size()));
            number(known("%.1f %%", 100 * series.steal()));
            number(known("%.1f %%", 100 * series.pressure()));
            html.append("</tr>");
        }
        html.append(
                        "</table></div><p class=\"note\">Spread: half of where eight of ten forks lie. Stolen: share of the")
                .append(" processors' time; waited for: share of the time in which some thread waited for one.</p>");
    }

    /** Every fork as a point about its benchmark's middle; the baseline's above, hollow. */
    private void forks() {
        html.append(
                        "<h2>Forks</h2><p class=\"note\">Each fork's time beside the reference, about the run's middle; hollow:")
                .append(" the baseline's. What lies outside is drawn at the edge.</p>");
        final Axis axis = new Axis(-Math.log(1.25), Math.log(1.25));
        svg(run.series().size(), "Forks");
        for (int i = 0; i < run.series().size(); i++) {
            final Series series = run.series().get(i);
            final double middle = Interval.trimmedMean(series.logRatios());
            label(i, series.label());
            if (baseline != null) {
                final int y = i * ROW + 8;
                baseline.find(series.label())
                        .ifPresent(then -> points(axis, then, middle, y, "fill=\"none\" stroke=\"#566072\""));
            }
            points(axis, series, middle, i * ROW + 17, "fill=\"#2457c5\" fill-opacity=\".6\"");
        }
        axis(axis, run.series().size());
    }

    private void points(Axis axis, Series series, double middle, int y, String paint) {
        for (final double log : series.logRatios()) {
            html.append(String.format(
                    Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%d\" r=\"3\" %s/>", axis.x(log - middle), y, paint));
        }
    }

    private void exact() {
        html.append("<h2>Exact gates</h2><div class=\"scroll\"><table><tr><th>operation</th><th>counter</th>")
                .append("<th class=\"n\">counted</th><th class=\"n\">limit</th></tr>");
        for (final ExactCount count : run.exact()) {
            html.append(String.format("<tr class=\"%s\"><td>", count.isOver() ? "over" : ""))
                    .append(escaped(count.operation()))
                    .append("</td><td>")
                    .append(count.counter())
                    .append("</td>");
            number(known("%.3f", count.value()));
            number(Double.isNaN(count.limit()) ? "none" : String.format(Locale.ROOT, "%.3f", count.limit()));
            html.append("</tr>");
        }
        html.append("</table></div><p class=\"note\">Bytes for each operation, the rest for 10^6 operations.</p>");
    }

    /** Linear in logarithms, over the plot's width; clamps. */
    private record Axis(double low, double high) {
        double x(double log) {
            final double within = Math.max(low, Math.min(high, log));
            return LEFT + (within - low) / (high - low) * (WIDTH - LEFT - 20);
        }
    }

    private void svg(int rows, String title) {
        html.append(String.format(
                "<div class=\"scroll\"><svg viewBox=\"0 0 %d %d\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\">"
                        + "<title>%s</title>",
                WIDTH, rows * ROW + 26, title));
    }

    private void label(int row, String text) {
        html.append(String.format(
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"#1c2330\">%s</text>",
                LEFT - 10, row * ROW + 17, escaped(text)));
    }

    private void axis(Axis axis, int rows) {
        for (final double share : new double[] {0, 0.25, 0.5, 0.75, 1}) {
            final double log = axis.low() + share * (axis.high() - axis.low());
            html.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"0\" y2=\"%2$d\" stroke=\"#c5ccd8\" stroke-width=\"%3$s\"/>"
                            + "<text x=\"%1$.1f\" y=\"%4$d\" text-anchor=\"middle\" fill=\"#566072\">%5$s</text>",
                    axis.x(log),
                    rows * ROW,
                    share == 0.5 ? "1.5" : ".5",
                    rows * ROW + 18,
                    String.format(Locale.ROOT, "%+.0f %%", 100 * Math.expm1(log))));
        }
        html.append("</svg></div>");
    }

    private static String colour(Verdict verdict) {
        return switch (verdict) {
            case SLOWER -> "#b3261e";
            case FASTER -> "#14693a";
            case SAME -> "#2457c5";
            case INCONCLUSIVE, NEW -> "#c79a1b";
        };
    }

    private void number(String text) {
        html.append("<td class=\"n\">").append(escaped(text)).append("</td>");
    }

    private static String known(String format, double value) {
        return Double.isNaN(value) ? "not readable" : String.format(Locale.ROOT, format, value);
    }

    private static String text(@Nullable Interval interval) {
        return interval == null ? "-" : interval.toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
