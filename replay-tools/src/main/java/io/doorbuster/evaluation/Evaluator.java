package io.doorbuster.evaluation;

import io.doorbuster.codec.Rung;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.model.Model;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.evaluation.EvaluationRun.Lines;
import io.doorbuster.evaluation.EvaluationRun.Micros;
import io.doorbuster.evaluation.EvaluationRun.Prequential;
import io.doorbuster.evaluation.EvaluationRun.Rejected;
import io.doorbuster.evaluation.EvaluationRun.Segment;
import io.doorbuster.evaluation.EvaluationRun.Source;
import io.doorbuster.evaluation.Slates.Rows;
import io.doorbuster.evaluation.Slates.TargetFilter;
import io.doorbuster.kernels.Kernels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.ObjLongConsumer;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Evaluates the engine beside the baselines on one log. One thread. */
public final class Evaluator {
    private static final double NS_PER_MICRO = 1_000.0;
    private static final List<Rung> LOWER_RUNGS = List.of(Rung.LOG_LINEAR, Rung.NEIGHBOURS, Rung.POPULARITY);

    private final EvaluationInput input;
    private final Task task;
    private final Cases cases;
    private final ObjLongConsumer<String> progress;
    private final Map<String, Source> sources = new TreeMap<>();
    private final Probabilities probabilities = new Probabilities();
    private final List<Slates> slates = new ArrayList<>();
    private final List<Segment> segments = new ArrayList<>();
    private final List<String> notes;

    private Evaluator(EvaluationInput input, Task task, long casesMax, ObjLongConsumer<String> progress) {
        this.input = input;
        this.task = task;
        this.progress = progress;
        cases = task.cases().limited(casesMax);
        notes = new ArrayList<>(task.notes());
        noteLongBlocklists();
    }

    private void noteLongBlocklists() {
        int count = 0;
        for (int number = 0; number < cases.size(); number++) {
            count += cases.excluded(number).length() > EngineModel.BLOCKLIST_MAX ? 1 : 0;
        }
        if (count > 0) {
            notes.add(String.format(
                    "%,d cases leave out more than the %d items of a blocklist: the engine is asked for %d places there, and"
                            + " what is left out is taken from them",
                    count, EngineModel.BLOCKLIST_MAX, EngineModel.SLATE_MAX));
        }
    }

    /**
     * Reads the log, trains and asks.
     *
     * @param settings of the engine, where they are not to be the defaults.
     * @param models that order the same candidates beside the live ranker, a line of the table each.
     * @param asksLadder whether the lower rungs of the engine's fallback ladder are asked too, a line of the table each.
     * @param asksEvents whether the span of {@link Protocol#EVENTS} is gone through event by event too, learning and not.
     * @param casesMax at most so many cases, at equal distances.
     * @param progress told what is going on and how far it is.
     * @throws IOException when a file cannot be read, or leaves nothing to train on or to ask.
     */
    public static EvaluationRun run(
            EvaluationInput input,
            Map<Setting, Long> settings,
            List<ModelFile> models,
            boolean asksLadder,
            boolean asksEvents,
            long casesMax,
            ObjLongConsumer<String> progress)
            throws IOException {
        final long beginNs = System.nanoTime();
        final Task task = input.read();
        final ModelShelf shelf =
                new ModelShelf(Path.of("none"), models.size()); // All at hand: no file is read meanwhile.
        for (final ModelFile model : models) {
            shelf.put(Model.of(model));
        }
        final Prequential prequential =
                asksEvents ? new LiveSpan(task, settings, casesMax, input.seed(), progress).run() : null;
        try (EngineModel engine = new EngineModel(task, settings, shelf)) {
            engine.train(event -> progress.accept("trained", event));
            return new Evaluator(input, task, casesMax, progress)
                    .evaluate(engine, models, asksLadder, prequential, beginNs);
        }
    }

    private EvaluationRun evaluate(
            EngineModel engine,
            List<ModelFile> models,
            boolean asksLadder,
            @Nullable Prequential prequential,
            long beginNs) {
        final List<Recommender> baselines = new ArrayList<>();
        if (asksLadder) {
            LOWER_RUNGS.forEach(rung -> baselines.add(new LowerRung(engine, rung)));
        }
        models.forEach(model -> baselines.add(new ReleasedModel(engine, model)));
        baselines.addAll(baselines());
        slates.add(askEngine(engine, cases));
        baselines.forEach(baseline -> slates.add(ask(baseline, cases)));
        final List<Rows> rows =
                slates.stream().map(of -> rows(of, TargetFilter.ALL)).toList();
        final SlateQualities qualities = new SlateQualities(task, engine.itemsThere());
        final List<Map<String, Double>> metrics = new ArrayList<>();
        for (int i = 0; i < slates.size(); i++) {
            final Map<String, Double> all = named(rows.get(i).means());
            all.putAll(qualities.of(slates.get(i), cases.size()));
            metrics.add(all);
        }
        metrics.getFirst().putAll(probabilities.metrics());
        addSegments();
        addNewCases(engine, baselines);
        final Bootstrap bootstrap = bootstrap(rows);
        final Map<String, Interval> intervals = new LinkedHashMap<>();
        final Map<String, Map<String, Interval>> differences = new LinkedHashMap<>();
        for (final String metric : task.protocol().shown()) {
            intervals.put(metric, bootstrap.of(column(0, metric)));
        }
        for (int i = 1; i < slates.size(); i++) {
            final Map<String, Interval> against = new LinkedHashMap<>();
            for (final String metric : task.protocol().shown()) {
                against.put(metric, bootstrap.ofDifference(column(0, metric), column(i, metric)));
            }
            differences.put(slates.get(i).name(), against);
        }
        return run(engine, metrics, intervals, differences, prequential, beginNs);
    }

    private List<Recommender> baselines() {
        final List<Recommender> baselines = new ArrayList<>();
        baselines.add(Popularity.ofAll(task));
        if (task.recentHalfLifeNs() > 0) {
            baselines.add(Popularity.ofRecent(task));
        } else {
            notes.add("no recent popularity: lines of shoppers say nothing about time between shoppers");
        }
        baselines.add(new OwnHistory(task));
        baselines.add(new ItemNeighbours(task));
        return baselines;
    }

    private Slates askEngine(EngineModel engine, Cases asked) {
        return Slates.of(
                engine,
                asked,
                (number, slate, size) -> {
                    int hits = 0;
                    int hit = 0;
                    for (int place = 0; place < size; place++) {
                        final boolean isHit = asked.contains(asked.targets(number), slate[place]);
                        sources.merge(
                                engine.source(place),
                                new Source(1, isHit ? 1 : 0),
                                (a, b) -> new Source(a.places() + b.places(), a.hits() + b.hits()));
                        hits += isHit ? 1 : 0;
                        hit = isHit ? place : hit;
                    }
                    if (hits == 1) {
                        probabilities.add(engine.scores(), size, hit);
                    }
                },
                number -> progress.accept("asked the engine", number));
    }

    private Slates ask(Recommender recommender, Cases asked) {
        return Slates.of(
                recommender,
                asked,
                (number, slate, size) -> {},
                number -> progress.accept("asked " + recommender.name(), number));
    }

    private Rows rows(Slates of, TargetFilter filter) {
        return of.rows(filter, task.protocol().isRecallCapped());
    }

    private Map<String, Double> named(double[] means) {
        final Map<String, Double> named = new LinkedHashMap<>();
        for (int metric = 0; metric < means.length; metric++) {
            named.put(Metrics.NAMES.get(metric), means[metric]);
        }
        if (task.protocol() == Protocol.SESSIONS) {
            named.put("P@20", means[metric("P@20")]);
            named.put("P@10", means[metric("P@10")]);
        }
        return named;
    }

    /** Session papers call P@K what is HR@K. */
    private static int metric(String name) {
        return Metrics.NAMES.indexOf(name.startsWith("P@") ? "HR" + name.substring(1) : name);
    }

    private Map<String, Double> shown(double[] means) {
        final Map<String, Double> shown = new LinkedHashMap<>();
        for (final String metric : task.protocol().shown()) {
            shown.put(metric, means[metric(metric)]);
        }
        return shown;
    }

    private void addSegments() {
        for (final Segments.Part part : new Segments(task, cases).parts()) {
            addSegment(part.by(), part.name(), slates, part.filter());
        }
    }

    /** Asked apart: slates without what the shopper had, of which only new items count. */
    private void addNewCases(EngineModel engine, List<Recommender> baselines) {
        final @Nullable Cases newCases = task.newCases();
        if (newCases == null || newCases.size() == 0) {
            return;
        }
        final Cases asked = newCases.limited(cases.size());
        final List<Slates> apart = new ArrayList<>();
        apart.add(ask(engine, asked));
        baselines.forEach(baseline -> apart.add(ask(baseline, asked)));
        addSegment("slates without what the shopper had", "new items", apart, TargetFilter.ALL);
    }

    private void addSegment(String by, String name, List<Slates> of, TargetFilter filter) {
        final List<Rows> rows = of.stream().map(one -> rows(one, filter)).toList();
        if (rows.getFirst().counted() == 0) {
            return;
        }
        final Map<String, Map<String, Double>> baselines = new LinkedHashMap<>();
        for (int i = 1; i < of.size(); i++) {
            baselines.put(of.get(i).name(), shown(rows.get(i).means()));
        }
        segments.add(new Segment(
                by, name, rows.getFirst().counted(), shown(rows.getFirst().means()), baselines));
    }

    /** Columns: all metrics of the engine, then of each baseline. */
    private Bootstrap bootstrap(List<Rows> rows) {
        progress.accept("drew intervals", 0);
        final int width = Metrics.NAMES.size();
        final double[][] columns = new double[cases.size()][rows.size() * width];
        for (int number = 0; number < cases.size(); number++) {
            for (int i = 0; i < rows.size(); i++) {
                rows.get(i).copy(number, columns[number], i * width);
            }
        }
        return new Bootstrap(columns, groupOfCase(), input.seed());
    }

    private static int column(int recommender, String metric) {
        return recommender * Metrics.NAMES.size() + metric(metric);
    }

    private int[] groupOfCase() {
        final int[] groups = new int[cases.size()];
        Arrays.setAll(groups, cases::group);
        return groups;
    }

    private EvaluationRun run(
            EngineModel engine,
            List<Map<String, Double>> metrics,
            Map<String, Interval> intervals,
            Map<String, Map<String, Interval>> differences,
            @Nullable Prequential prequential,
            long beginNs) {
        final Map<String, Map<String, Double>> baselines = new LinkedHashMap<>();
        for (int i = 1; i < slates.size(); i++) {
            baselines.put(slates.get(i).name(), metrics.get(i));
        }
        long targets = 0;
        long unknown = 0;
        for (int number = 0; number < cases.size(); number++) {
            final Cases.Span span = cases.targets(number);
            targets += span.length();
            for (int place = span.from(); place < span.to(); place++) {
                unknown += engine.isThere(cases.item(place)) ? 0 : 1;
            }
        }
        final Map<String, Micros> rungMicros = new LinkedHashMap<>();
        engine.latencyNs().forEach((rung, latency) -> rungMicros.put(LowerRung.name(rung), micros(latency)));
        return new EvaluationRun(
                EvaluationRun.SCHEMA_VERSION,
                task.protocol().name().toLowerCase(Locale.ROOT),
                input.isValidation(),
                String.valueOf(input.train().getFileName()),
                input.test() == null ? null : String.valueOf(input.test().getFileName()),
                cases.size(),
                task.cases().size(),
                task.groups(),
                Arrays.stream(groupOfCase()).distinct().count(),
                task.log().size(),
                engine.itemsThere(),
                targets,
                unknown,
                task.protocol().shown(),
                metrics.getFirst(),
                baselines,
                intervals,
                differences,
                segments,
                sources,
                engine.settings(),
                input.seed(),
                task.inputs().stream().map(Evaluator::lines).toList(),
                notes,
                Kernels.description(),
                engine.eventsPerSecond(),
                Objects.requireNonNull(rungMicros.remove(LowerRung.name(Rung.NETWORK))),
                rungMicros,
                prequential,
                (System.nanoTime() - beginNs) / 1e9);
    }

    static Micros micros(Histogram latencyNs) {
        return new Micros(micros(latencyNs, 50), micros(latencyNs, 99), micros(latencyNs, 99.9));
    }

    private static double micros(Histogram latencyNs, double percentile) {
        return latencyNs.getValueAtPercentile(percentile) / NS_PER_MICRO;
    }

    private static Lines lines(Task.Input of) {
        final Map<String, Rejected> rejected = new LinkedHashMap<>();
        of.lines()
                .rejectedByReason()
                .forEach((reason, lines) -> rejected.put(reason, new Rejected(lines.count(), lines.firstRow())));
        return new Lines(
                String.valueOf(of.file().getFileName()),
                of.lines().read(),
                of.lines().accepted(),
                rejected);
    }
}
