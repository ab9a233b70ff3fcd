package io.doorbuster.evaluation;

import io.doorbuster.evaluation.EvaluationRun.Segment;
import io.doorbuster.evaluation.EvaluationRun.Source;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A run as one file that needs nothing else: tables, and plots of metrics, segments and sources. Well-formed XML too. */
public final class EvaluationHtml {
    private static final int WIDTH = 760;
    private static final int LEFT = 250;
    private static final int ROW = 24;
    private static final String ENGINE = "#2457c5";
    private static final String BASELINE = "#9aa4b5";
    private static final String STYLE = """
            body{font:15px/1.45 system-ui,sans-serif;max-width:1080px;margin:2rem auto;padding:0 1rem;color:#1c2330;background:#fff}
            h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
            table{border-collapse:collapse;width:100%;font-size:.87rem}
            td,th{padding:.3rem .6rem;border-bottom:1px solid #dde2ea;text-align:left}
            td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
            svg{width:100%;height:auto;font:12px system-ui,sans-serif}
            .scroll{overflow-x:auto}p.note,li{color:#566072;font-size:.87rem}
            """;

    private final EvaluationRun run;
    private final StringBuilder html = new StringBuilder();

    private EvaluationHtml(EvaluationRun run) {
        this.run = run;
    }

    /** The page. */
    public static String of(EvaluationRun run) {
        return new EvaluationHtml(run).page();
    }

    /** A bar, and the whisker of its interval where one is known. */
    private record Bar(String label, double value, Interval interval, boolean isEngine) {}

    private String page() {
        html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>")
                .append("<title>Doorbuster evaluation</title><style>")
                .append(STYLE)
                .append("</style></head><body><h1>Doorbuster evaluation: ")
                .append(escaped(run.protocol() + (run.validation() ? ", validation" : "") + ", " + run.train()))
                .append("</h1>");
        conditions();
        metrics();
        run.shown().forEach(this::plot);
        differences();
        segments();
        sources();
        return html.append("</body></html>\n").toString();
    }

    private void conditions() {
        html.append("<p class=\"note\">")
                .append(escaped(String.format(
                        Locale.ROOT,
                        "%,d of %,d cases in %,d %s; trained on %,d events of %,d items, %,d events/s; %,d of %,d targets"
                                + " are not in the catalogue. A request took %.1f / %.1f / %.1f us inside the engine"
                                + " (p50 / p99 / p99.9). %s",
                        run.cases(),
                        run.casesOfAll(),
                        run.groupCount(),
                        run.groups(),
                        run.trainingEvents(),
                        run.items(),
                        run.eventsPerSecond(),
                        run.targetsUnknown(),
                        run.targets(),
                        run.engineMicros().p50(),
                        run.engineMicros().p99(),
                        run.engineMicros().p999(),
                        run.machine())))
                .append("</p><ul>");
        run.notes().forEach(note -> html.append("<li>").append(escaped(note)).append("</li>"));
        run.lines().forEach(lines -> {
            html.append("<li>")
                    .append(escaped(String.format(
                            Locale.ROOT,
                            "%s: %,d lines read, %,d accepted",
                            lines.file(),
                            lines.read(),
                            lines.accepted())));
            lines.rejected()
                    .forEach((reason, rejected) -> html.append(escaped(String.format(
                            Locale.ROOT, "; %,d: %s (first: %,d)", rejected.lines(), reason, rejected.firstLine()))));
            html.append("</li>");
        });
        html.append("</ul>");
    }

    /** Every metric of everyone, one recommender a column. */
    private void metrics() {
        html.append("<h2>Metrics, %</h2><div class=\"scroll\"><table><tr><th>metric</th>");
        recommenders()
                .keySet()
                .forEach(name ->
                        html.append("<th class=\"n\">").append(escaped(name)).append("</th>"));
        html.append("</tr>");
        for (final String metric : run.metrics().keySet()) {
            html.append("<tr><td>").append(escaped(metric)).append("</td>");
            recommenders().values().forEach(of -> number(percent(of.getOrDefault(metric, Double.NaN))));
            html.append("</tr>");
        }
        html.append("</table></div>");
    }

    private Map<String, Map<String, Double>> recommenders() {
        final Map<String, Map<String, Double>> all = new LinkedHashMap<>();
        all.put(EngineModel.NAME, run.metrics());
        all.putAll(run.baselines());
        return all;
    }

    private void plot(String metric) {
        final List<Bar> bars = new ArrayList<>();
        recommenders().forEach((name, of) -> {
            final double value = of.getOrDefault(metric, 0.0);
            final boolean isEngine = name.equals(EngineModel.NAME);
            final Interval none = new Interval(value, value);
            bars.add(new Bar(name, value, isEngine ? run.intervals().getOrDefault(metric, none) : none, isEngine));
        });
        html.append("<h2>").append(escaped(metric)).append("</h2>");
        bars(metric, bars);
    }

    private void bars(String title, List<Bar> bars) {
        final double top =
                bars.stream().mapToDouble(bar -> bar.interval().high()).max().orElse(0);
        final double scale = (WIDTH - LEFT - 90) / Math.max(1e-9, top);
        html.append(String.format(
                Locale.ROOT,
                "<div class=\"scroll\"><svg viewBox=\"0 0 %d %d\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\">"
                        + "<title>%s</title>",
                WIDTH,
                bars.size() * ROW + 4,
                escaped(title)));
        for (int i = 0; i < bars.size(); i++) {
            final Bar bar = bars.get(i);
            final int y = i * ROW;
            html.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"#1c2330\">%s</text>"
                            + "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"14\" fill=\"%s\"/>"
                            + "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#1c2330\" stroke-width=\"2\"/>"
                            + "<text x=\"%.1f\" y=\"%d\" fill=\"#566072\">%s</text>",
                    LEFT - 10,
                    y + 16,
                    escaped(bar.label()),
                    LEFT,
                    y + 5,
                    bar.value() * scale,
                    bar.isEngine() ? ENGINE : BASELINE,
                    LEFT + bar.interval().low() * scale,
                    LEFT + bar.interval().high() * scale,
                    y + 12,
                    y + 12,
                    LEFT + bar.interval().high() * scale + 8,
                    y + 16,
                    escaped(percent(bar.value()) + " %")));
        }
        html.append("</svg></div>");
    }

    private void differences() {
        html.append("<h2>Engine minus baseline, points, 95 %</h2><div class=\"scroll\"><table><tr><th>baseline</th>");
        run.shown()
                .forEach(metric ->
                        html.append("<th class=\"n\">").append(escaped(metric)).append("</th>"));
        html.append("</tr>");
        run.differences().forEach((baseline, of) -> {
            html.append("<tr><td>").append(escaped(baseline)).append("</td>");
            of.values()
                    .forEach(interval -> number(
                            String.format(Locale.ROOT, "%+.2f .. %+.2f", 100 * interval.low(), 100 * interval.high())));
            html.append("</tr>");
        });
        html.append("</table></div><p class=\"note\">Paired: groups of cases are drawn with replacement ")
                .append(Bootstrap.RESAMPLES)
                .append(" times, the same for everyone.</p>");
    }

    /** Per segment the first metric shown, of the engine and of the baseline that is best there. */
    private void segments() {
        final String metric = run.shown().getFirst();
        String by = "";
        final List<Bar> bars = new ArrayList<>();
        for (final Segment segment : run.segments()) {
            if (!segment.by().equals(by)) {
                flush(by, metric, bars);
                by = segment.by();
            }
            final double engine = segment.metrics().getOrDefault(metric, 0.0);
            bars.add(new Bar(
                    String.format(Locale.ROOT, "%s (%,d)", segment.name(), segment.cases()),
                    engine,
                    new Interval(engine, engine),
                    true));
            segment.baselines().entrySet().stream()
                    .max(Map.Entry.comparingByValue(
                            (a, b) -> Double.compare(a.getOrDefault(metric, 0.0), b.getOrDefault(metric, 0.0))))
                    .ifPresent(best -> {
                        final double value = best.getValue().getOrDefault(metric, 0.0);
                        bars.add(new Bar(best.getKey(), value, new Interval(value, value), false));
                    });
        }
        flush(by, metric, bars);
    }

    private void flush(String by, String metric, List<Bar> bars) {
        if (!bars.isEmpty()) {
            final String title = metric + " by " + by + ": engine (cases), and the best baseline there";
            html.append("<h2>").append(escaped(title)).append("</h2>");
            bars(title, bars);
            bars.clear();
        }
    }

    private void sources() {
        html.append("<h2>Where the slates' items came from</h2><table><tr><th>source</th><th class=\"n\">places</th>")
                .append("<th class=\"n\">hits</th><th class=\"n\">hits, % of places</th></tr>");
        run.sources().forEach((name, source) -> row(name, source));
        html.append("</table><h2>Settings</h2><p class=\"note\">");
        final List<String> settings = new ArrayList<>();
        run.settings().forEach((name, value) -> settings.add(name + "=" + value));
        html.append(escaped(String.join(", ", settings))).append("</p>");
    }

    private void row(String name, Source source) {
        html.append("<tr><td>").append(escaped(name)).append("</td>");
        number(String.format(Locale.ROOT, "%,d", source.places()));
        number(String.format(Locale.ROOT, "%,d", source.hits()));
        number(percent((double) source.hits() / source.places()));
        html.append("</tr>");
    }

    private void number(String text) {
        html.append("<td class=\"n\">").append(escaped(text)).append("</td>");
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.2f", 100 * share);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
