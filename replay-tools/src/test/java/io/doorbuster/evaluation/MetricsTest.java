package io.doorbuster.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MetricsTest {
    /** By the book, over lists and sets. */
    private static Map<String, Double> naive(List<Integer> slate, Set<Integer> targets, boolean isRecallCapped) {
        final Map<String, Double> metrics = new HashMap<>();
        metrics.put("accuracy", targets.contains(slate.getFirst()) ? 1.0 : 0.0);
        for (final int cut : new int[] {5, 10, 20}) {
            final List<Integer> top = slate.subList(0, cut);
            final long hits = top.stream().filter(targets::contains).count();
            double gain = 0;
            double ideal = 0;
            double reciprocal = 0;
            for (int place = cut - 1; place >= 0; place--) {
                final double discount = 1 / (Math.log(place + 2) / Math.log(2));
                if (targets.contains(top.get(place))) {
                    gain += discount;
                    reciprocal = 1.0 / (place + 1);
                }
                if (place < targets.size()) {
                    ideal += discount;
                }
            }
            final double precision = hits / (double) cut;
            final double recall = hits / (double) (isRecallCapped ? Math.min(cut, targets.size()) : targets.size());
            metrics.put("HR@" + cut, hits > 0 ? 1.0 : 0.0);
            metrics.put("precision@" + cut, precision);
            metrics.put("recall@" + cut, recall);
            metrics.put("F1@" + cut, hits == 0 ? 0.0 : 2 / (1 / precision + 1 / recall));
            metrics.put("MRR@" + cut, reciprocal);
            metrics.put("NDCG@" + cut, gain / ideal);
        }
        return metrics;
    }

    private static Map<String, Double> row(int hits, int targets, boolean isRecallCapped) {
        final double[] row = new double[Metrics.NAMES.size() + 1];
        Metrics.write(hits, targets, isRecallCapped, row, 1);
        final Map<String, Double> named = new HashMap<>();
        for (int metric = 0; metric < Metrics.NAMES.size(); metric++) {
            named.put(Metrics.NAMES.get(metric), row[metric + 1]);
        }
        return named;
    }

    @Test
    void metricsShouldBeThoseOfTheNaiveTwin() {
        for (long seed = 0; seed < 2_000; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final List<Integer> slate = new ArrayList<>();
            for (int place = 0; place < Metrics.PLACES; place++) {
                slate.add(place);
            }
            final Set<Integer> targets = new HashSet<>();
            final int count = 1 + random.nextInt(30);
            while (targets.size() < count) {
                targets.add(random.nextInt(60));
            }
            int hits = 0;
            for (int place = 0; place < Metrics.PLACES; place++) {
                hits |= targets.contains(slate.get(place)) ? 1 << place : 0;
            }
            for (final boolean isRecallCapped : new boolean[] {false, true}) {
                final Map<String, Double> fast = row(hits, count, isRecallCapped);
                final Map<String, Double> slow = naive(slate, targets, isRecallCapped);
                assertThat(fast.keySet()).isEqualTo(slow.keySet());
                for (final String name : fast.keySet()) {
                    assertThat(fast.get(name)).as("seed=%d %s", seed, name).isCloseTo(slow.get(name), within(1e-12));
                    assertThat(fast.get(name)).isBetween(0.0, 1.0 + 1e-12);
                }
            }
        }
    }

    @Test
    void metricsShouldBeThoseComputedByHand() {
        final Map<String, Double> metrics = row(0b1000_0000_0100, 4, false); // Places 3 and 12 of four targets.
        assertThat(metrics)
                .containsEntry("accuracy", 0.0)
                .containsEntry("HR@5", 1.0)
                .containsEntry("precision@10", 0.1)
                .containsEntry("precision@20", 0.1)
                .containsEntry("recall@10", 0.25)
                .containsEntry("recall@20", 0.5)
                .containsEntry("MRR@20", 1 / 3.0);
        assertThat(metrics.get("F1@10")).isCloseTo(2 * 0.1 * 0.25 / 0.35, within(1e-12));
        // 1/log2(4) + 1/log2(13) of 1 + 1/log2(3) + 1/log2(4) + 1/log2(5).
        assertThat(metrics.get("NDCG@20")).isCloseTo((0.5 + 0.270238) / (1 + 0.630930 + 0.5 + 0.430677), within(1e-5));
        assertThat(row(0b1, 40, true)).containsEntry("recall@20", 0.05).containsEntry("accuracy", 1.0);
    }
}
