package io.doorbuster.evaluation;

import io.doorbuster.codec.Setting;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.evaluation.Cases.Span;
import io.doorbuster.evaluation.EvaluationRun.Day;
import io.doorbuster.evaluation.EvaluationRun.Prequential;
import io.doorbuster.evaluation.EvaluationRun.Way;
import io.doorbuster.evaluation.Slates.Rows;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ObjLongConsumer;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.agrona.collections.IntArrayList;

/**
 * Goes through the span behind a log event by event, as the shop would live it: the slate for the shopper is asked for just
 * before the event, which is its right answer, and then the event is applied (prequential, after Dawid 1984). Once for each
 * {@link Treatment}, each in an engine of its own that was trained on the same log. One thread.
 */
final class LiveSpan {
    private static final long DAY_NS = 86_400_000_000_000L;
    private static final List<String> SHOWN = List.of("HR@20", "MRR@20", "NDCG@20");

    /** Settings that, at 0, stop all that is fitted. */
    private static final List<Setting> LEARNING =
            List.of(Setting.RANKER_INTERVAL, Setting.EMBEDDING_NEGATIVES, Setting.LEARNING_RATE_MICRO);

    private final Task task;
    private final Map<Setting, Long> settings;
    private final long seed;
    private final ObjLongConsumer<String> progress;
    private final EventLog span;
    private final Cases cases = new Cases();
    private final IntArrayList events = new IntArrayList();
    private final long casesOfAll;

    /** What becomes of the events of the span. */
    enum Treatment {
        LEARNING_ON("learning on", "every event is applied and learned from"),
        LEARNING_STOPPED(
                "learning stopped",
                "every event is applied, but ranker, item embedding with its neighbour lists, and vectors of shoppers and"
                        + " items stay as the log left them; histories, sessions, counts, popularity, stock and what was"
                        + " bought together go on"),
        NOTHING_APPLIED("nothing applied", "the engine stays as the log left it, and only time goes on");

        final String text;
        final String what;

        Treatment(String text, String what) {
            this.text = text;
            this.what = what;
        }
    }

    /** An engine that has lived up to the event that it is asked for, and then on through it. */
    private final class LiveEngine implements Recommender {
        private final EngineModel engine;
        private final Treatment treatment;
        private final Histogram before = EngineModel.latencies();
        private final Histogram behind = EngineModel.latencies();
        private final int[] after = new int[Metrics.PLACES];
        private int applied;
        private long appliedNs;
        private long changedSlates;
        private long changedPlaces;
        private long places;

        LiveEngine(EngineModel engine, Treatment treatment) {
            this.engine = engine;
            this.treatment = treatment;
        }

        @Override
        public String name() {
            return treatment.text;
        }

        @Override
        public int recommend(Cases asked, int number, int[] slate) {
            final int event = events.getInt(number);
            liveUntil(event);
            final int size = engine.askAt(span.timeNs(event), asked, number, slate, before);
            liveUntil(event + 1);
            final int afterSize = engine.askAt(span.timeNs(event), asked, number, after, behind);
            compare(slate, size, afterSize);
            return size;
        }

        private void liveUntil(int event) {
            while (treatment != Treatment.NOTHING_APPLIED && applied < event) {
                appliedNs += engine.feed(span, applied);
                applied++;
            }
        }

        private void compare(int[] slate, int size, int afterSize) {
            boolean isSame = size == afterSize;
            for (int place = 0; place < afterSize; place++) {
                final int item = after[place];
                isSame &= place < size && slate[place] == item;
                changedPlaces += IntStream.range(0, size).noneMatch(other -> slate[other] == item) ? 1 : 0;
            }
            changedSlates += isSame ? 0 : 1;
            places += afterSize;
        }

        Way way(Map<String, Double> metrics) {
            return new Way(
                    treatment.what,
                    metrics,
                    changedSlates / (double) cases.size(),
                    changedPlaces / (double) Math.max(1, places),
                    appliedNs == 0 ? 0 : Math.round(applied * 1e9 / appliedNs),
                    Evaluator.micros(behind));
        }
    }

    LiveSpan(Task task, Map<Setting, Long> settings, long casesMax, long seed, ObjLongConsumer<String> progress) {
        this.task = task;
        this.settings = settings;
        this.seed = seed;
        this.progress = progress;
        span = task.next();
        final int[] counting = IntStream.range(0, span.size())
                .filter(event -> task.target() == null || span.kind(event) == task.target())
                .toArray();
        casesOfAll = counting.length;
        final long count = Math.min(casesMax, casesOfAll);
        for (long i = 0; i < count; i++) {
            final int event = counting[(int) (i * casesOfAll / count)];
            final int at = cases.pool(span.item(event));
            cases.add(span.shopper(event), span.shopper(event), Span.EMPTY, new Span(at, at + 1), Span.EMPTY);
            events.addInt(event);
        }
    }

    Prequential run() throws IOException {
        final Map<String, Way> ways = new LinkedHashMap<>();
        final List<Slates> slates = new ArrayList<>();
        for (final Treatment treatment : Treatment.values()) {
            try (EngineModel engine = new EngineModel(task, settings, new ModelShelf(Path.of("none")))) {
                engine.train(event -> progress.accept("trained for " + treatment.text, event));
                final LiveEngine live = new LiveEngine(engine, treatment);
                begin(engine, treatment);
                final Slates made = Slates.of(
                        live,
                        cases,
                        (number, slate, size) -> {},
                        number -> progress.accept(treatment.text + ", asked", number));
                slates.add(made);
                ways.put(treatment.text, live.way(shown(made.rows(Slates.TargetFilter.ALL, false))));
            }
        }
        return new Prequential(cases.size(), casesOfAll, span.size(), SHOWN, ways, days(slates), differences(slates));
    }

    /** The same record for everyone, so that an engine that did not learn before goes on alike. */
    private void begin(EngineModel engine, Treatment treatment) {
        final Map<Setting, Long> from = new EnumMap<>(Setting.class);
        LEARNING.forEach(
                setting -> from.put(setting, treatment == Treatment.LEARNING_STOPPED ? 0L : engine.setting(setting)));
        engine.configure(from, task.timeNs());
    }

    private static Map<String, Double> shown(Rows rows) {
        final double[] means = rows.means();
        final Map<String, Double> shown = new LinkedHashMap<>();
        SHOWN.forEach(metric -> shown.put(metric, means[Metrics.NAMES.indexOf(metric)]));
        return shown;
    }

    private long dayOf(int number) {
        return Math.floorDiv(span.timeNs(events.getInt(number)), DAY_NS);
    }

    private List<Day> days(List<Slates> slates) {
        final List<Day> days = new ArrayList<>();
        IntStream.range(0, cases.size()).mapToLong(this::dayOf).distinct().forEach(day -> {
            final Map<String, Map<String, Double>> ways = new LinkedHashMap<>();
            int count = 0;
            for (final Slates of : slates) {
                final Rows rows = of.rows((number, item) -> dayOf(number) == day, false);
                count = rows.counted();
                ways.put(of.name(), shown(rows));
            }
            days.add(new Day(LocalDate.ofEpochDay(day).toString(), count, ways));
        });
        return days;
    }

    private Map<String, Map<String, Interval>> differences(List<Slates> slates) {
        final int width = Metrics.NAMES.size();
        final double[][] columns = new double[cases.size()][slates.size() * width];
        final int[] groups = new int[cases.size()];
        for (int i = 0; i < slates.size(); i++) {
            final Rows rows = slates.get(i).rows(Slates.TargetFilter.ALL, false);
            for (int number = 0; number < cases.size(); number++) {
                rows.copy(number, columns[number], i * width);
                groups[number] = cases.group(number);
            }
        }
        final Bootstrap bootstrap = new Bootstrap(columns, groups, seed);
        final Map<String, Map<String, Interval>> differences = new LinkedHashMap<>();
        for (int i = 1; i < slates.size(); i++) {
            final Map<String, Interval> against = new LinkedHashMap<>();
            for (final String metric : SHOWN) {
                final int column = Metrics.NAMES.indexOf(metric);
                against.put(metric, bootstrap.ofDifference(column, i * width + column));
            }
            differences.put(slates.get(i).name(), against);
        }
        return differences;
    }
}
