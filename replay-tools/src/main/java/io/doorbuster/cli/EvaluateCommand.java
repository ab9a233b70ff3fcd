package io.doorbuster.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.store.Settings;
import io.doorbuster.evaluation.EvaluationHtml;
import io.doorbuster.evaluation.EvaluationInput;
import io.doorbuster.evaluation.EvaluationRun;
import io.doorbuster.evaluation.EvaluationRun.Day;
import io.doorbuster.evaluation.EvaluationRun.Micros;
import io.doorbuster.evaluation.EvaluationRun.Prequential;
import io.doorbuster.evaluation.EvaluationRun.Segment;
import io.doorbuster.evaluation.Evaluator;
import io.doorbuster.evaluation.Interval;
import io.doorbuster.evaluation.Protocol;
import io.doorbuster.gateway.JvmFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells how good slates are on a log, beside baselines. */
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        description = {
            "Put a log through an engine of its own and tell how good its slates are for what came next, beside baselines.",
            "The protocol goes by the format of the file. Files may be gzip or plain.",
            "  sessions   a session of item ids a line, in time order; --test: the same, or prefix items TAB target",
            "  sequences  a shopper id and item ids a line, in time order; the last item is asked for",
            "  ratings    tab-separated with a header user_id, item_id, rating, timestamp; a random tenth is asked for,",
            "             the rest is fed in random order too",
            "  events     rows of a --format; what shoppers buy in the last --days, or from --split on"
        },
        footer = {
            "",
            "Examples:",
            "  doorbuster evaluate --protocol sessions --train train_sessions.txt.gz --test test_prefix_target.tsv.gz",
            "  doorbuster evaluate --protocol sessions --train train_sessions.txt.gz --validate --limit 5000 --json",
            "  doorbuster evaluate --protocol sequences --train Beauty.txt.gz --attributes Beauty_item2attributes.json.gz",
            "  doorbuster evaluate --protocol ratings --train ml-100k.inter --seed 2020 --report out",
            "  doorbuster evaluate --protocol events --format uci-online-retail --train online_retail.csv.gz",
            "  doorbuster evaluate --protocol events --format uci-online-retail --train online_retail.csv.gz --prequential",
            "  doorbuster evaluate --protocol sequences --train Beauty.txt.gz --model towers.safetensors",
            "  doorbuster evaluate --protocol sequences --train Beauty.txt.gz --ladder",
            "  doorbuster evaluate --compare before/evaluation.json after/evaluation.json"
        })
final class EvaluateCommand implements Callable<Integer> {
    private static final int DAYS_MAX = 3_650;

    @Option(names = "--protocol", description = "${COMPLETION-CANDIDATES}.")
    private @Nullable Protocol protocol;

    @Option(names = "--train", paramLabel = "FILE", description = "The log, or the part of it to train on.")
    private @Nullable Path train;

    @Option(names = "--test", paramLabel = "FILE", description = "sessions: what to ask.")
    private @Nullable Path test;

    @Option(
            names = "--attributes",
            paramLabel = "FILE",
            description = "sequences: JSON {item: [attribute ids]}; the first is the category, the second the brand.")
    private @Nullable Path attributes;

    @Mixin
    private FormatOption format = new FormatOption();

    @Option(
            names = "--split",
            paramLabel = "TIME",
            description = "events: where the test span begins, a date or an ISO 8601 time (UTC).")
    private String split = "";

    @Option(
            names = "--days",
            paramLabel = "N",
            description = "events: days of the span asked about (default: ${DEFAULT-VALUE}).",
            defaultValue = "30")
    private int days = 30;

    @Option(
            names = "--validate",
            description =
                    "Train and ask within the training part alone, so that nothing is chosen by a look at the test.")
    private boolean isValidation;

    @Option(
            names = {"--seed", "--random-split"},
            paramLabel = "N",
            description = "Seed of the intervals, and of the split of ratings (default: ${DEFAULT-VALUE}).",
            defaultValue = "1")
    private long seed = 1;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Ask at most so many cases, at equal distances, for a quick look.")
    private long limit = Long.MAX_VALUE;

    @Mixin
    private SettingsOption settings = new SettingsOption();

    @Option(
            names = "--model",
            paramLabel = "FILE",
            description =
                    "A model file that orders the same candidates, beside the live ranker; may be given again. Tables of"
                            + " shoppers go by the surrogates of a journal, so they say nothing of a log.")
    private List<Path> models = new ArrayList<>();

    @Option(
            names = "--ladder",
            description =
                    "Ask the lower rungs of the fallback ladder too, which make slates when time presses: what each is"
                            + " worth, and what a request on it costs.")
    private boolean asksLadder;

    @Option(
            names = "--prequential",
            description =
                    "events: go through the span event by event too, each asked for before it is applied: with learning on,"
                            + " with learning stopped where the span begins, and with nothing applied any more.")
    private boolean asksEvents;

    @Option(names = "--report", paramLabel = "DIR", description = "Write evaluation.json and evaluation.html there.")
    private @Nullable Path directory;

    @Option(
            names = "--compare",
            paramLabel = "FILE",
            arity = "1..*",
            description = "Instead: a table of saved runs, evaluation.json of each.")
    private List<Path> saved = new ArrayList<>();

    @Mixin
    private Report report = new Report();

    @Override
    public Integer call() throws IOException {
        if (!saved.isEmpty()) {
            compare();
            return 0;
        }
        JvmFlags.check();
        final EvaluationInput input = input();
        if (limit < 1) {
            throw new IllegalArgumentException("--limit " + limit + ": at least 1");
        }
        final Path to = directory;
        Report.checkDirectory(to);
        final ProgressLine progress = new ProgressLine(report.err());
        final EvaluationRun run =
                Evaluator.run(input, settings.settings(), models(), asksLadder, asksEvents, limit, progress::show);
        progress.clear();
        print(run);
        if (to != null) {
            Files.createDirectories(to);
            run.write(to.resolve("evaluation.json"));
            Files.writeString(to.resolve("evaluation.html"), EvaluationHtml.of(run));
            report.line("written: %s and evaluation.html", to.resolve("evaluation.json"));
        }
        report.json((ObjectNode) run.json());
        return 0;
    }

    private List<ModelFile> models() throws IOException {
        final List<ModelFile> read = new ArrayList<>();
        for (final Path file : models) {
            if (!Files.isRegularFile(file)) {
                throw new IOException("no file " + file + ": check the path");
            }
            final ModelFile model = ModelFile.read(file);
            if (read.stream().anyMatch(other -> other.name().equals(model.name()))) {
                throw new IllegalArgumentException(
                        "--model: two of them are named " + model.name() + ", and the table could not tell them apart");
            }
            read.add(model);
        }
        return read;
    }

    private EvaluationInput input() {
        final Protocol of = protocol;
        final Path log = train;
        if (of == null || log == null) {
            throw new IllegalArgumentException(
                    "say what to evaluate on: --protocol NAME --train FILE (or --compare FILES)");
        }
        belongs("--test", test != null, of, Protocol.SESSIONS);
        belongs("--attributes", attributes != null, of, Protocol.SEQUENCES);
        belongs("--prequential", asksEvents, of, Protocol.EVENTS);
        belongs("--split", !split.isEmpty(), of, Protocol.EVENTS);
        if (days < 1 || days > DAYS_MAX) {
            throw new IllegalArgumentException("--days " + days + " is not in 1.." + DAYS_MAX);
        }
        return new EvaluationInput(
                of,
                log,
                test,
                attributes,
                of == Protocol.EVENTS ? format.formatOf(log) : null,
                isValidation,
                days,
                split.isEmpty() ? null : instant(split),
                seed);
    }

    private static void belongs(String option, boolean isGiven, Protocol protocol, Protocol owner) {
        if (isGiven && protocol != owner) {
            throw new IllegalArgumentException(option + " belongs to --protocol " + owner + ": leave it out here");
        }
    }

    private static Instant instant(String text) {
        try {
            if (!text.contains("T")) {
                return LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC);
            }
            return text.endsWith("Z")
                    ? Instant.parse(text)
                    : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "--split " + text + " is no time: give 2011-10-09 or 2011-10-09T12:00:00", e);
        }
    }

    private void print(EvaluationRun run) {
        for (final EvaluationRun.Lines lines : run.lines()) {
            report.line(
                    "%s: %,d lines read = %,d accepted + %,d rejected",
                    lines.file(), lines.read(), lines.accepted(), lines.read() - lines.accepted());
            lines.rejected()
                    .forEach((reason, rejected) -> report.line(
                            "  %,d rejected: %s (first: %,d)", rejected.lines(), reason, rejected.firstLine()));
        }
        run.notes().forEach(note -> report.line("%s", note));
        report.line(
                "%s%s: %,d cases%s of %,d %s, trained on %,d events of %,d items; %,d of %,d targets are not in the"
                        + " catalogue",
                run.protocol(),
                run.validation() ? ", validation" : "",
                run.cases(),
                run.cases() < run.casesOfAll() ? String.format(" (of %,d, by --limit)", run.casesOfAll()) : "",
                run.groupCount(),
                run.groups(),
                run.trainingEvents(),
                run.items(),
                run.targetsUnknown(),
                run.targets());
        table(run);
        segments(run);
        if (run.prequential() != null) {
            prequential(run.prequential());
        }
        run.sources()
                .forEach((name, source) -> report.line(
                        "  %-14s %,12d places %,10d hits",
                        name.toLowerCase(Locale.ROOT), source.places(), source.hits()));
        report.line("settings other than the defaults: %s", String.join(", ", changed(run.settings())));
        report.line(
                "%,d events/s in training; a request %.1f / %.1f / %.1f us inside the engine (p50 / p99 / p99.9); %.1f s, %s",
                run.eventsPerSecond(),
                run.engineMicros().p50(),
                run.engineMicros().p99(),
                run.engineMicros().p999(),
                run.seconds(),
                run.machine());
        final Map<String, Micros> rungs = run.rungMicros() == null ? Map.of() : run.rungMicros();
        rungs.forEach((rung, micros) ->
                report.line("  %-20s %.1f / %.1f / %.1f us", rung, micros.p50(), micros.p99(), micros.p999()));
    }

    private void table(EvaluationRun run) {
        final List<String> columns = new ArrayList<>(run.shown());
        run.metrics().keySet().stream()
                .filter(name ->
                        name.startsWith("coverage") || name.startsWith("novelty") || name.startsWith("diversity"))
                .forEach(columns::add);
        final StringBuilder head = new StringBuilder(String.format("%n%-22s", "in %"));
        columns.forEach(column -> head.append(String.format("%14s", column)));
        report.line("%s", head);
        line("engine", columns, run.metrics());
        final StringBuilder intervals = new StringBuilder(String.format("%-22s", "  95 %"));
        run.shown()
                .forEach(column -> intervals.append(
                        String.format("%14s", text(run.intervals().get(column)))));
        report.line("%s", intervals);
        run.baselines().forEach((name, metrics) -> line(name, columns, metrics));
        if (run.metrics().containsKey("AUC")) {
            final StringBuilder worth = new StringBuilder("scores as probabilities, where one target is in the slate:");
            for (final String name : List.of("AUC", "logLoss", "calibrationError")) {
                worth.append(String.format(" %s %.4f", name, run.metrics().get(name)));
            }
            report.line("%s", worth);
        }
        report.line("");
    }

    private static String text(@Nullable Interval interval) {
        return interval == null ? "" : String.format("%.2f..%.2f", 100 * interval.low(), 100 * interval.high());
    }

    private void line(String name, List<String> columns, Map<String, Double> metrics) {
        final StringBuilder line = new StringBuilder(String.format("%-22s", name));
        for (final String column : columns) {
            final Double value = metrics.get(column);
            line.append(value == null ? String.format("%14s", "-") : String.format("%14.2f", 100 * value));
        }
        report.line("%s", line);
    }

    /** Beside the engine the baseline that is best there in the first metric. */
    private void segments(EvaluationRun run) {
        final String first = run.shown().getFirst();
        String by = "";
        for (final Segment segment : run.segments()) {
            if (!segment.by().equals(by)) {
                by = segment.by();
                report.line("by %s (cases), and the best baseline's %s:", by, first);
            }
            final StringBuilder line = new StringBuilder(
                    String.format("%-32s", String.format("  %s (%,d)", segment.name(), segment.cases())));
            segment.metrics().values().forEach(value -> line.append(String.format("%10.2f", 100 * value)));
            String best = "";
            double highest = -1;
            for (final Map.Entry<String, Map<String, Double>> baseline :
                    segment.baselines().entrySet()) {
                final double value = baseline.getValue().getOrDefault(first, 0.0);
                if (value > highest) {
                    highest = value;
                    best = baseline.getKey();
                }
            }
            report.line("%s   %s %.2f", line, best, 100 * highest);
        }
        report.line("");
    }

    private void prequential(Prequential live) {
        report.line(
                "event by event: %,d of %,d events asked for, each before it was applied; %,d events in the span",
                live.cases(), live.casesOfAll(), live.events());
        live.ways().forEach((name, way) -> report.line("  %-18s%s", name, way.what()));
        final StringBuilder head = new StringBuilder(String.format("%-22s", "in %"));
        live.shown().forEach(metric -> head.append(String.format("%10s", metric)));
        report.line(
                "%s%16s%16s%12s%28s", head, "slates changed", "places changed", "facts/s", "next request p50/p99, us");
        live.ways().forEach((name, way) -> {
            final StringBuilder line = new StringBuilder(String.format("%-22s", name));
            way.metrics().values().forEach(value -> line.append(String.format("%10.2f", 100 * value)));
            report.line(
                    "%s%16.1f%16.1f%,12d%20.1f / %.1f",
                    line,
                    100 * way.slatesChanged(),
                    100 * way.placesChanged(),
                    way.factsPerSecond(),
                    way.nextRequest().p50(),
                    way.nextRequest().p99());
        });
        live.differences().forEach((name, of) -> {
            final StringBuilder line = new StringBuilder();
            of.forEach((metric, interval) -> line.append(
                    String.format("  %s %+.2f..%+.2f", metric, 100 * interval.low(), 100 * interval.high())));
            report.line("learning on minus %s, points, 95 %%:%s", name, line);
        });
        final StringBuilder columns = new StringBuilder(String.format("%-22s", "by day (cases)"));
        live.ways().keySet().forEach(name -> columns.append(String.format("%32s", name)));
        report.line("%s   (%s)", columns, String.join(", ", live.shown()));
        for (final Day day : live.days()) {
            final StringBuilder line =
                    new StringBuilder(String.format("%-22s", String.format("  %s (%,d)", day.date(), day.cases())));
            day.ways().values().forEach(metrics -> {
                final StringBuilder values = new StringBuilder();
                metrics.values().forEach(value -> values.append(String.format("%8.2f", 100 * value)));
                line.append(String.format("%32s", values));
            });
            report.line("%s", line);
        }
        report.line("");
    }

    private static List<String> changed(Map<String, Long> settings) {
        final List<String> changed = new ArrayList<>();
        settings.forEach((name, value) -> {
            if (Settings.DEFAULTS.value(Setting.valueOf(name)) != value) {
                changed.add(name + "=" + value);
            }
        });
        return changed;
    }

    private void compare() throws IOException {
        final List<EvaluationRun> runs = new ArrayList<>();
        for (final Path file : saved) {
            runs.add(EvaluationRun.read(file));
        }
        final EvaluationRun first = runs.getFirst();
        for (int i = 0; i < runs.size(); i++) {
            final EvaluationRun run = runs.get(i);
            if (!run.protocol().equals(first.protocol())
                    || !run.train().equals(first.train())
                    || run.validation() != first.validation()
                    || run.cases() != first.cases()) {
                report.line(
                        "%s is about other cases than %s: their figures cannot be compared",
                        saved.get(i), saved.getFirst());
            }
        }
        report.line(
                "%s%s, %s, %,d cases",
                first.protocol(), first.validation() ? ", validation" : "", first.train(), first.cases());
        final StringBuilder head = new StringBuilder(String.format("%-30s", "in %, with 95 %"));
        first.shown().forEach(column -> head.append(String.format("%24s", column)));
        report.line("%s%12s%12s", head, "p99, us", "events/s");
        final ArrayNode array = Report.MAPPER.createArrayNode();
        for (int i = 0; i < runs.size(); i++) {
            final EvaluationRun run = runs.get(i);
            final StringBuilder line = new StringBuilder(String.format("%-30s", saved.get(i)));
            for (final String column : first.shown()) {
                final Double value = run.metrics().get(column);
                line.append(String.format(
                        "%24s",
                        value == null
                                ? "-"
                                : String.format(
                                        "%.2f [%s]",
                                        100 * value, text(run.intervals().get(column)))));
            }
            report.line("%s%12.1f%,12d", line, run.engineMicros().p99(), run.eventsPerSecond());
            array.add(((ObjectNode) run.json()).put("file", saved.get(i).toString()));
        }
        settingsThatDiffer(runs);
        report.json(Report.MAPPER.createObjectNode().set("runs", array));
    }

    private void settingsThatDiffer(List<EvaluationRun> runs) {
        for (final String name : runs.getFirst().settings().keySet()) {
            final List<String> values = new ArrayList<>();
            runs.forEach(run -> values.add(String.valueOf(run.settings().get(name))));
            if (values.stream().distinct().count() > 1) {
                report.line("  %s: %s", name, String.join(", ", values));
            }
        }
    }
}
