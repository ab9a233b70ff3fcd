package io.doorbuster.engine.reranking;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.codec.FilterDecoder;
import io.doorbuster.codec.FilterEncoder;
import io.doorbuster.codec.Retrieved;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.Chance;
import io.doorbuster.engine.decision.RequestFilter;
import io.doorbuster.engine.decision.SlateBuffer;
import io.doorbuster.engine.store.Settings;
import io.doorbuster.engine.store.Stores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RerankingStageTest {
    private static final int ITEMS = 300;

    /** Standard deviations that a count may lie off; beyond, one in three million tables of this size does by chance. */
    private static final double DEVIATIONS_MAX = 6;

    @TempDir
    Path directory;

    private Stores stores;
    private RerankingStage stage;
    private final Candidates candidates = new Candidates(ITEMS);
    private final RequestFilter filter = new RequestFilter(ITEMS);
    private final SlateBuffer slate = new SlateBuffer();

    @BeforeEach
    void open() {
        final Settings small = Settings.DEFAULTS
                .with(Setting.ITEMS_MAX, ITEMS)
                .with(Setting.SHOPPERS_MAX, 10)
                .with(Setting.RESERVATIONS_MAX, 64)
                .with(Setting.SOURCES_MAX, 16)
                .with(Setting.SESSIONS_MAX, 64);
        stores = Stores.create(directory, small);
        final SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < ITEMS; i++) {
            final int row = stores.items().add(1_000 - i); // Rows and ids run apart, so ties show.
            stores.items().open(row);
            stores.items().category(row, random.nextInt(6));
            stores.items().close(row);
        }
        stage = new RerankingStage(stores);
    }

    @AfterEach
    void close() {
        stores.close();
    }

    /** Candidates with scores that tie now and then. */
    private void fill(SplittableRandom random, int count) {
        candidates.reset();
        while (candidates.count() < count) {
            if (candidates.add(random.nextInt(ITEMS), Retrieved.NEIGHBOUR)) {
                UnsafeApi.putFloat(candidates.scores() + 4L * (candidates.count() - 1), random.nextInt(count) - 20);
            }
        }
    }

    private void ask(int size, int categoryCap) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[64]);
        new FilterEncoder()
                .wrap(buffer, 0)
                .category(0)
                .categoryCap(categoryCap)
                .slateSize(size)
                .priceMinMinor(0)
                .priceMaxMinor(0);
        filter.wrap(new FilterDecoder().wrap(buffer, 0), SlateBuffer.SIZE_MAX);
    }

    private int category(int candidate) {
        return stores.items().category(candidates.row(candidate));
    }

    private long itemId(int candidate) {
        return stores.items().itemId(candidates.row(candidate));
    }

    /** One place after the other, over lists, from the rule. */
    private List<List<Number>> naive(int size, int categoryCap, int permille, long seed) {
        final List<Integer> left = new ArrayList<>();
        for (int i = 0; i < candidates.count(); i++) {
            left.add(i);
        }
        left.sort(Comparator.<Integer>comparingDouble(c -> -candidates.score(c)).thenComparingLong(this::itemId));
        final List<List<Number>> places = new ArrayList<>();
        final List<Integer> taken = new ArrayList<>();
        while (places.size() < size) {
            final List<Integer> pool = left.stream()
                    .filter(c -> categoryCap == 0
                            || taken.stream()
                                            .filter(other -> category(other) == category(c))
                                            .count()
                                    < categoryCap)
                    .limit(permille == 0 ? 1 : SlateBuffer.POOL_MAX)
                    .toList();
            if (pool.isEmpty()) {
                break;
            }
            final int place = places.size();
            int drawn = 0;
            if (Chance.below(1_000, seed, 2L * place) < permille) {
                drawn = Chance.below(pool.size(), seed, 2L * place + 1);
            }
            final double explored = permille / 1_000.0;
            final double propensity = explored / pool.size() + (drawn == 0 ? 1 - explored : 0);
            final List<Number> told = new ArrayList<>(List.of(pool.get(drawn), (float) propensity));
            told.addAll(pool);
            places.add(told);
            taken.add(pool.get(drawn));
            left.remove(/* element */ pool.get(drawn));
        }
        return places;
    }

    private List<List<Number>> found() {
        final List<List<Number>> places = new ArrayList<>();
        for (int place = 0; place < slate.size(); place++) {
            final List<Number> told = new ArrayList<>(List.of(slate.candidate(place), slate.propensity(place)));
            for (int i = 0; i < slate.poolSize(place); i++) {
                told.add(slate.pooled(place, i));
            }
            places.add(told);
        }
        return places;
    }

    @Test
    void slatesShouldBeThoseOfTheNaiveTwin() {
        final SplittableRandom random = new SplittableRandom(2);
        for (int round = 0; round < 1_000; round++) {
            fill(random, random.nextInt(ITEMS / 2));
            final int size = 1 + random.nextInt(40);
            final int cap = random.nextBoolean() ? 0 : 1 + random.nextInt(5);
            final int permille = List.of(0, 50, 500, 1_000).get(round % 4);
            final long seed = random.nextLong();
            ask(size, cap);
            stage.rerank(candidates, filter, permille, seed, slate);
            assertThat(found()).as("round %d", round).isEqualTo(naive(size, cap, permille, seed));
        }
    }

    @Test
    void withoutExplorationPropensitiesShouldBeOne() {
        fill(new SplittableRandom(3), 60);
        ask(30, 0);
        stage.rerank(candidates, filter, 0, 1, slate);
        for (int place = 0; place < slate.size(); place++) {
            assertThat(slate.propensity(place)).isEqualTo(1f);
            assertThat(slate.poolSize(place)).isEqualTo(1);
        }
    }

    /** Given the places before, a place takes each item of its pool as often as its propensity says. */
    @Test
    void itemsShouldComeAsOftenAsPropensitiesSay() {
        final int places = 12;
        final int requests = 20_000;
        final double permille = 300;
        fill(new SplittableRandom(4), 40);
        ask(places, 3);
        final double[][] surplus = new double[places][40];
        final double[][] variance = new double[places][40];
        final double[] inverse = new double[places];
        for (int request = 0; request < requests; request++) {
            stage.rerank(candidates, filter, (int) permille, Chance.seed(7, request), slate);
            for (int place = 0; place < slate.size(); place++) {
                final int size = slate.poolSize(place);
                for (int i = 0; i < size; i++) {
                    final int candidate = slate.pooled(place, i);
                    final double expected = permille / 1_000 / size + (i == 0 ? 1 - permille / 1_000 : 0);
                    surplus[place][candidate] += (slate.candidate(place) == candidate ? 1 : 0) - expected;
                    variance[place][candidate] += expected * (1 - expected);
                }
                inverse[place] += 1 / slate.propensity(place) / size;
            }
        }
        for (int place = 0; place < places; place++) {
            for (int candidate = 0; candidate < 40; candidate++) {
                assertThat(Math.abs(surplus[place][candidate]))
                        .as("place %d, candidate %d", place, candidate)
                        .isLessThanOrEqualTo(DEVIATIONS_MAX * Math.sqrt(variance[place][candidate]));
            }
            // The mean of 1/propensity is the pool's size where the propensity is the one that was drawn with.
            assertThat(inverse[place] / requests).isBetween(0.95, 1.05);
        }
    }
}
