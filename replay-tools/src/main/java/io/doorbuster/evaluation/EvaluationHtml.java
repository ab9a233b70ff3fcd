package io.doorbuster.evaluation;

import io.doorbuster.evaluation.EvaluationRun.Segment;
import io.doorbuster.evaluation.HtmlPage.Bar;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A run as one page: tables, and plots of metrics, segments and sources. */
public final class EvaluationHtml {
    private final EvaluationRun run;
    private final HtmlPage page;

    private EvaluationHtml(EvaluationRun run) {
        this.run = run;
        page = new HtmlPage(
                "Doorbuster evaluation",
                "Doorbuster evaluation: " + run.protocol() + (run.validation() ? ", validation" : "") + ", "
                        + run.train());
    }

    /** The page. */
    public static String of(EvaluationRun run) {
        return new EvaluationHtml(run).page();
    }

    private String page() {
        conditions();
        metrics();
        run.shown().forEach(this::plot);
        differences();
        segments();
        sources();
        return page.end();
    }

    private void conditions() {
        page.note(String.format(
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
                run.machine()));
        final List<String> lines = new ArrayList<>(run.notes());
        run.lines().forEach(of -> {
            final StringBuilder line = new StringBuilder(String.format(
                    Locale.ROOT, "%s: %,d lines read, %,d accepted", of.file(), of.read(), of.accepted()));
            of.rejected()
                    .forEach((reason, rejected) -> line.append(String.format(
                            Locale.ROOT, "; %,d: %s (first: %,d)", rejected.lines(), reason, rejected.firstLine())));
            lines.add(line.toString());
        });
        page.list(lines);
    }

    /** Every metric of everyone, one recommender a column. */
    private void metrics() {
        page.heading("Metrics, %");
        final List<String> head = new ArrayList<>(List.of("metric"));
        head.addAll(recommenders().keySet());
        final List<List<String>> rows = new ArrayList<>();
        for (final String metric : run.metrics().keySet()) {
            final List<String> row = new ArrayList<>(List.of(metric));
            recommenders().values().forEach(of -> row.add(HtmlPage.percent(of.getOrDefault(metric, Double.NaN))));
            rows.add(row);
        }
        page.table(1, head, rows);
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
        page.heading(metric);
        page.bars(metric, bars);
    }

    private void differences() {
        page.heading("Engine minus baseline, points, 95 %");
        final List<String> head = new ArrayList<>(List.of("baseline"));
        head.addAll(run.shown());
        final List<List<String>> rows = new ArrayList<>();
        run.differences().forEach((baseline, of) -> {
            final List<String> row = new ArrayList<>(List.of(baseline));
            of.values()
                    .forEach(interval -> row.add(
                            String.format(Locale.ROOT, "%+.2f .. %+.2f", 100 * interval.low(), 100 * interval.high())));
            rows.add(row);
        });
        page.table(1, head, rows);
        page.note("Paired: groups of cases are drawn with replacement " + Bootstrap.RESAMPLES
                + " times, the same for everyone.");
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
            page.heading(title);
            page.bars(title, bars);
            bars.clear();
        }
    }

    private void sources() {
        page.heading("Where the slates' items came from");
        final List<List<String>> rows = new ArrayList<>();
        run.sources()
                .forEach((name, source) -> rows.add(List.of(
                        name,
                        String.format(Locale.ROOT, "%,d", source.places()),
                        String.format(Locale.ROOT, "%,d", source.hits()),
                        HtmlPage.percent((double) source.hits() / source.places()))));
        page.table(1, List.of("source", "places", "hits", "hits, % of places"), rows);
        page.heading("Settings");
        final List<String> settings = new ArrayList<>();
        run.settings().forEach((name, value) -> settings.add(name + "=" + value));
        page.note(String.join(", ", settings));
    }
}
