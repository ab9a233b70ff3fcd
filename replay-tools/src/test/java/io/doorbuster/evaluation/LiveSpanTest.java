package io.doorbuster.evaluation;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.doorbuster.codec.Setting;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.evaluation.EvaluationRun.Prequential;
import io.doorbuster.evaluation.EvaluationRun.Way;
import io.doorbuster.intake.ShopEvent.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LiveSpanTest {
    private static final int BEGIN = 24;
    private static final String ON = LiveSpan.Treatment.LEARNING_ON.text;
    private static final String STOPPED = LiveSpan.Treatment.LEARNING_STOPPED.text;
    private static final String NOTHING = LiveSpan.Treatment.NOTHING_APPLIED.text;

    private static final Map<Setting, Long> SMALL = Map.of(Setting.SESSIONS_MAX, 1_000L, Setting.DIMENSIONS, 16L);

    private final Logs logs = new Logs();

    /** Weeks of walks along forty items; behind, the same shoppers go the other way, and all come to an item that is new. */
    @BeforeEach
    void fill() {
        for (int day = 1; day < BEGIN; day++) {
            walk(logs.log, day, 1);
        }
        for (int day = BEGIN; day < BEGIN + 4; day++) {
            walk(logs.next, day, -1);
        }
    }

    private void walk(EventLog log, int day, int step) {
        for (int shopper = 0; shopper < 8; shopper++) {
            for (int i = 0; i < 5; i++) {
                final char name = (char) (0x4E00 + Math.floorMod(shopper * 7 + day * 3 + step * i, 40));
                add(log, shopper, name, day, shopper * 10 + i);
            }
            if (step < 0) {
                add(log, shopper, 'n', day, shopper * 10 + 9);
            }
        }
    }

    private void add(EventLog log, int shopper, char name, int day, int second) {
        final boolean isBuying = second % 10 != 0;
        final long timeNs = day * Logs.DAY_NS + second * 1_000_000_000L;
        log.add(shopper, logs.item(name), timeNs, isBuying ? Kind.PURCHASED : Kind.VIEWED, 1);
    }

    private Prequential run(Map<Setting, Long> settings, long casesMax) throws IOException {
        return new LiveSpan(logs.task(Kind.PURCHASED, BEGIN, 0, 0, 0), settings, casesMax, 1, (what, count) -> {})
                .run();
    }

    private static Way way(Prequential found, String name) {
        return requireNonNull(found.ways().get(name));
    }

    private static double metric(Map<String, Double> metrics, String name) {
        return requireNonNull(metrics.get(name));
    }

    @Test
    void eventsShouldBeAskedForBeforeTheyAreApplied() throws IOException {
        final Prequential found = run(SMALL, Long.MAX_VALUE);
        assertThat(found.events()).isEqualTo(4 * 8 * 6);
        assertThat(found.cases()).isEqualTo(4 * 8 * 5).isEqualTo(found.casesOfAll()); // What is bought counts.
        assertThat(found.days())
                .extracting(EvaluationRun.Day::date)
                .containsExactly("1970-01-25", "1970-01-26", "1970-01-27", "1970-01-28");
        assertThat(found.ways().keySet()).containsExactly(ON, STOPPED, NOTHING);
        assertThat(way(found, NOTHING).slatesChanged()).isZero();
        assertThat(way(found, NOTHING).factsPerSecond()).isZero();
        assertThat(way(found, ON).slatesChanged()).isGreaterThan(0.5);
        assertThat(way(found, STOPPED).slatesChanged()).isGreaterThan(0.5);
        assertThat(way(found, ON).metrics()).isNotEqualTo(way(found, STOPPED).metrics());
        assertThat(found.differences().keySet()).containsExactly(STOPPED, NOTHING);
        final double mean = found.days().stream()
                        .mapToDouble(day ->
                                day.cases() * metric(requireNonNull(day.ways().get(ON)), "MRR@20"))
                        .sum()
                / found.cases();
        assertThat(metric(way(found, ON).metrics(), "MRR@20")).isCloseTo(mean, within(1e-12));
    }

    @Test
    void theSpanShouldBeLivedAsALongerLogIs() throws IOException {
        final Prequential found = run(SMALL, Long.MAX_VALUE);
        int hits = 0;
        try (EngineModel naive =
                new EngineModel(logs.task(Kind.PURCHASED, BEGIN, 0, 0, 0), SMALL, new ModelShelf(Path.of("none")))) {
            naive.train(event -> {});
            naive.configure(Map.of(Setting.SLATE_MAX, naive.setting(Setting.SLATE_MAX)), BEGIN * Logs.DAY_NS);
            for (int event = 0; event < logs.next.size(); event++) {
                final int target = logs.next.item(event);
                if (logs.next.kind(event) == Kind.PURCHASED) {
                    hits += slate(naive, event).anyMatch(item -> item == target) ? 1 : 0;
                }
                naive.feed(logs.next, event);
                if (logs.next.kind(event) == Kind.PURCHASED) {
                    slate(naive, event);
                }
            }
        }
        assertThat(metric(way(found, ON).metrics(), "HR@20")).isEqualTo((double) hits / found.cases());
    }

    private IntStream slate(EngineModel engine, int event) {
        final Cases one = new Cases();
        one.add(logs.next.shopper(event), 0, Cases.Span.EMPTY, Cases.Span.EMPTY, Cases.Span.EMPTY);
        final int[] slate = new int[Metrics.PLACES];
        final int size = engine.askAt(logs.next.timeNs(event), one, 0, slate, EngineModel.latencies());
        return IntStream.range(0, size).map(place -> slate[place]);
    }

    @Test
    void anEngineThatNeverLearnedShouldNotMissIt() throws IOException {
        final Prequential found = run(
                Map.of(
                        Setting.SESSIONS_MAX,
                        1_000L,
                        Setting.RANKER_INTERVAL,
                        0L,
                        Setting.EMBEDDING_NEGATIVES,
                        0L,
                        Setting.LEARNING_RATE_MICRO,
                        0L),
                Long.MAX_VALUE);
        assertThat(way(found, ON).metrics()).isEqualTo(way(found, STOPPED).metrics());
        for (final EvaluationRun.Day day : found.days()) {
            assertThat(day.ways().get(ON)).isEqualTo(day.ways().get(STOPPED));
        }
        assertThat(way(found, ON).slatesChanged()).isEqualTo(way(found, STOPPED).slatesChanged());
    }

    @Test
    void aLimitShouldAskFewerButApplyAll() throws IOException {
        final Prequential found = run(SMALL, 16);
        assertThat(found.cases()).isEqualTo(16);
        assertThat(found.casesOfAll()).isEqualTo(160);
        assertThat(found.days()).hasSize(4);
        assertThat(metric(way(found, ON).metrics(), "HR@20")).isPositive();
    }
}
