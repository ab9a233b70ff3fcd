package io.doorbuster.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.intake.ShopEvent.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BaselinesTest {
    private final Logs logs = new Logs();

    @Test
    void popularShouldCountEventsOfTheTargetKind() {
        logs.has(0, 1, "aaab");
        logs.has(1, 1, "cbb", Kind.PURCHASED);
        logs.ask(0, "", "c", "");
        logs.ask(0, "", "c", "b");
        assertThat(logs.slate(Popularity.ofAll(logs.task(null, 9, 1, 0, 0)), 0)).isEqualTo("abc"); // Ties: named first.
        assertThat(logs.slate(Popularity.ofAll(logs.task(Kind.PURCHASED, 9, 1, 0, 0)), 0))
                .isEqualTo("bc");
        assertThat(logs.slate(Popularity.ofAll(logs.task(Kind.PURCHASED, 9, 1, 0, 0)), 1))
                .isEqualTo("c");
    }

    @Test
    void recentPopularShouldForget() {
        logs.has(0, 1, "aaa"); // Days 1, 2, 3: at day 13 with a half-life of 10, 2^-1.2 + 2^-1.1 + 2^-1 = 1.40
        logs.has(1, 12, "bb"); // Days 12, 13: 2^-0.1 + 1 = 1.93
        logs.ask(0, "", "a", "");
        assertThat(logs.slate(Popularity.ofAll(logs.task(null, 13, 10, 0, 0)), 0))
                .isEqualTo("ab");
        assertThat(logs.slate(Popularity.ofRecent(logs.task(null, 13, 10, 0, 0)), 0))
                .isEqualTo("ba");
        assertThat(logs.slate(Popularity.ofRecent(logs.task(null, 13, 100, 0, 0)), 0))
                .isEqualTo("ab");
    }

    @Test
    void ownHistoryShouldHoldWhatTheShopperHadThenWhatIsPopular() {
        logs.has(0, 1, "aab");
        logs.has(1, 1, "cccd");
        logs.ask(0, "bac", "a", "");
        logs.ask(0, "bacb", "a", "c");
        assertThat(logs.slate(new OwnHistory(logs.task(null, 9, 1, 0, 0)), 0)).isEqualTo("cabd"); // Ties: popularity.
        assertThat(logs.slate(new OwnHistory(logs.task(null, 9, 1, 0, 0)), 1)).isEqualTo("bad");
        // By events: a on days 1 and 2, b on day 3; with a half-life of one day b is worth 1 and a 1/4 + 1/2.
        assertThat(logs.slate(new OwnHistory(logs.task(null, 3, 1, 1, 0)), 0)).isEqualTo("bacd");
        assertThat(logs.slate(new OwnHistory(logs.task(null, 3, 1, 9, 0)), 0)).isEqualTo("abcd");
    }

    @Test
    void itemNeighboursShouldGoByWhatShoppersHaveInCommon() {
        logs.has(0, 1, "ab");
        logs.has(1, 1, "abb");
        logs.has(2, 1, "ac");
        logs.has(3, 1, "ddc");
        logs.ask(0, "a", "b", "");
        logs.ask(0, "da", "b", "");
        logs.ask(0, "da", "b", "bc");
        final ItemNeighbours lastOnly = new ItemNeighbours(logs.task(null, 9, 1, 0, 0));
        assertThat(logs.slate(lastOnly, 0)).isEqualTo("bc"); // 2 / sqrt(23 * 22) and 1 / sqrt(23 * 22).
        assertThat(logs.slate(lastOnly, 1)).isEqualTo("bc");
        assertThat(logs.slate(lastOnly, 2)).isEmpty();
        // With d in full, c has 1 / sqrt(23 * 22) + 1 / sqrt(21 * 22) = 0.0910, above b's 0.0889.
        assertThat(logs.slate(new ItemNeighbours(logs.task(null, 9, 1, 0, 1)), 1))
                .isEqualTo("cb");
    }

    /** Similarities from sets of shoppers, summed over the context. */
    private List<Integer> naiveNeighbours(Map<Integer, Set<Integer>> shoppersOf, int[] context, Set<Integer> excluded) {
        final Map<Integer, Double> scores = new HashMap<>();
        double weight = 1;
        for (int i = context.length - 1; i >= 0; i--) {
            final Set<Integer> own = shoppersOf.getOrDefault(context[i], Set.of());
            for (final Map.Entry<Integer, Set<Integer>> other : shoppersOf.entrySet()) {
                final Set<Integer> common = new HashSet<>(own);
                common.retainAll(other.getValue());
                if (other.getKey() != context[i] && !common.isEmpty()) {
                    final double similarity = common.size()
                            / Math.sqrt((own.size() + 20.0) * (other.getValue().size() + 20.0));
                    scores.merge(other.getKey(), weight * similarity, Double::sum);
                }
            }
            weight *= 0.8;
        }
        return scores.keySet().stream()
                .filter(item -> !excluded.contains(item))
                .sorted(Comparator.<Integer>comparingDouble(
                                item -> -scores.getOrDefault(item, 0.0).floatValue())
                        .thenComparing(Comparator.naturalOrder()))
                .limit(Metrics.PLACES)
                .toList();
    }

    @Test
    void itemNeighboursShouldBeThoseOfTheNaiveTwin() {
        final SplittableRandom random = new SplittableRandom(5);
        final Map<Integer, Set<Integer>> shoppersOf = new HashMap<>();
        for (int event = 0; event < 600; event++) {
            final int shopper = random.nextInt(60);
            final int item = logs.item((char) ('A' + random.nextInt(1 + random.nextInt(50))));
            logs.log.add(shopper, item, event, Kind.VIEWED, 1);
            shoppersOf.computeIfAbsent(item, key -> new HashSet<>()).add(shopper);
        }
        for (int number = 0; number < 100; number++) {
            final int[] context =
                    random.ints(1 + random.nextInt(5), 0, logs.catalogue.size()).toArray();
            final int[] excluded = random.ints(3, 0, logs.catalogue.size()).toArray();
            logs.cases.add(0, 0, logs.cases.pool(context), logs.cases.pool(context), logs.cases.pool(excluded));
            final Set<Integer> out = new LinkedHashSet<>();
            for (final int item : excluded) {
                out.add(item);
            }
            final int[] slate = new int[Metrics.PLACES];
            final ItemNeighbours neighbours = new ItemNeighbours(logs.task(null, 1, 1, 0, 0.8));
            final int size = neighbours.recommend(logs.cases, number, slate);
            final List<Integer> found = new ArrayList<>();
            for (int place = 0; place < size; place++) {
                found.add(slate[place]);
            }
            assertThat(found).as("case %d", number).isEqualTo(naiveNeighbours(shoppersOf, context, out));
        }
    }
}
