package io.doorbuster.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SlateQualitiesTest {
    private final Logs logs = new Logs();

    private Slates slates(String... slates) {
        return Slates.of(
                new Recommender() {
                    @Override
                    public String name() {
                        return "given";
                    }

                    @Override
                    public int recommend(Cases cases, int number, int[] slate) {
                        final int[] items = logs.items(slates[number]);
                        System.arraycopy(items, 0, slate, 0, items.length);
                        return items.length;
                    }
                },
                logs.cases,
                (number, slate, size) -> {},
                number -> {});
    }

    @Test
    void qualitiesShouldBeThoseComputedByHand() {
        logs.has(0, 1, "aaaabbcd"); // 8 events: of a 4, of b 2, of c and d 1 each; e is there without any.
        logs.item('e');
        logs.ask(0, "", "a", "");
        logs.ask(0, "", "a", "");
        logs.ask(0, "", "a", "");
        logs.catalogue.describe(logs.item('a'), 1, 0, 0);
        logs.catalogue.describe(logs.item('b'), 1, 0, 0);
        logs.catalogue.describe(logs.item('c'), 2, 0, 0);
        final Slates slates = slates("abc", "ae", "");
        final Map<String, Double> found = new SlateQualities(logs.task(null, 9, 1, 0, 0), 5).of(slates, 3);
        assertThat(found.get("coverage@20")).isCloseTo(4 / 5.0, within(1e-12));
        // log2(8 / 4), log2(8 / 2), log2(8 / 1) of log2(8): 1/3, 2/3, 1; then 1/3 and 1.
        assertThat(found.get("novelty@20")).isCloseTo((1 / 3.0 + 2 / 3.0 + 1 + 1 / 3.0 + 1) / 5, within(1e-12));
        assertThat(found.get("diversity@20")).isCloseTo(2 / 3.0, within(1e-12)); // The second has one known category.
    }

    @Test
    void rowsShouldCountEachTargetOnceAndOnlyWhatTheFilterLetsThrough() {
        logs.ask(0, "a", "ab", "");
        logs.ask(0, "a", "c", "");
        final Slates slates = slates("bxax", "xxc");
        final Slates.Rows all = slates.rows(Slates.TargetFilter.ALL, false);
        assertThat(all.counted()).isEqualTo(2);
        assertThat(mean(all, "precision@5")).isCloseTo((2 / 5.0 + 1 / 5.0) / 2, within(1e-12));
        assertThat(mean(all, "MRR@5")).isCloseTo((1 + 1 / 3.0) / 2, within(1e-12));
        final Slates.Rows repeats =
                slates.rows((number, item) -> logs.cases.contains(logs.cases.context(number), item), false);
        assertThat(repeats.counted()).isEqualTo(1);
        assertThat(mean(repeats, "MRR@5")).isCloseTo(1 / 3.0, within(1e-12));
        assertThat(mean(repeats, "recall@5")).isEqualTo(1);
    }

    private static double mean(Slates.Rows rows, String metric) {
        return rows.means()[Metrics.NAMES.indexOf(metric)];
    }
}
