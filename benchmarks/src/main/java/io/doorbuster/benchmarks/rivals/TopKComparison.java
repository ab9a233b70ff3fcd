package io.doorbuster.benchmarks.rivals;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.logging.Logger;

/**
 * The exact scan against graphs at equal recall. Each graph's effort is raised until its recall reaches {@link #RECALL}; its
 * time there is interpolated between the last two efforts. All indexes lie in memory at the same time and are searched in
 * turn, so this JVM is a polluted one.
 */
final class TopKComparison {
    static final double RECALL = 0.99;

    private static final double EFFORT_STEP = 1.4;
    private static final long NS_PER_MILLI = 1_000_000;
    private static final int CHURN_BLOCKS = 5;

    private final Plan plan;
    private final TopKData data;
    private final List<TopKIndex> indexes = new ArrayList<>();

    /** An effort, and what was found with it. */
    private record Point(int effort, double recall) {}

    /** The last point below the wanted recall, and the first at it; the same where the first effort is enough. */
    private record Bracket(Point below, Point above) {
        /** How far from below to above the wanted recall lies. */
        double share() {
            return above.recall <= below.recall
                    ? 1
                    : Math.min(1, (RECALL - below.recall) / (above.recall - below.recall));
        }
    }

    TopKComparison(Plan plan) throws IOException {
        this.plan = plan;
        data = new TopKData(plan.measured(), plan.seed());
        final int topMax =
                plan.tops().stream().mapToInt(Integer::intValue).max().orElseThrow();
        build("ours, exact scan", false, () -> new ScanEngine(data, topMax));
        build("jvector graph", true, () -> new JvectorEngine(data));
        build("Lucene HNSW", true, () -> new LuceneEngine(data));
        final String reason = HnswlibIndex.reasonAgainst();
        if (reason.isEmpty()) {
            indexes.add(new HnswlibIndex(data));
        } else {
            Logger.getLogger("hnswlib").info("skipped: " + reason);
        }
    }

    private interface Builder {
        LocalIndex.Engine build() throws IOException;
    }

    private void build(String name, boolean isApproximate, Builder builder) throws IOException {
        final long start = System.nanoTime();
        final LocalIndex.Engine engine = builder.build();
        indexes.add(new LocalIndex(name, data, engine, isApproximate, (System.nanoTime() - start) / 1e9));
    }

    /** Adds all duels: each k and filter, then churn, which changes the indexes. */
    void measure(ObjectNode result) throws IOException {
        final ArrayNode duels = result.putArray("duels");
        for (final int k : plan.tops()) {
            for (int filter = 0; filter < TopKData.FILTERS.length; filter++) {
                if (data.allowed(filter) >= k) {
                    for (final TopKIndex index : indexes) {
                        duels.add(search(index, k, filter));
                    }
                }
            }
        }
        for (final int k : plan.tops()) {
            for (final TopKIndex index : indexes) {
                duels.add(churn(index, k));
            }
        }
        for (final TopKIndex index : indexes) {
            index.close();
        }
    }

    private ObjectNode search(TopKIndex index, int k, int filter) throws IOException {
        final Bracket bracket = tune(index, k, filter);
        final Contender ours = indexes.getFirst().searches(k, k, filter);
        final ObjectNode above = duel(ours, index.searches(k, bracket.above.effort, filter), 1);
        if (bracket.share() < 1) {
            final ObjectNode below = duel(ours, index.searches(k, bracket.below.effort, filter), 1);
            interpolate(above, below, bracket.share());
        }
        final String rows = String.format(Locale.ROOT, "K=%d of %.0f %% of rows", k, 100 * TopKData.FILTERS[filter]);
        return label(above, index, rows, bracket.above.effort, bracket.above.recall, bracket.share() < 1);
    }

    /** Ratios and times at the wanted recall, on a line through both points in the logarithm. */
    private static void interpolate(ObjectNode above, ObjectNode below, double share) {
        final ArrayNode ratios = (ArrayNode) above.get("ratios");
        for (int i = 0; i < ratios.size(); i++) {
            ratios.set(
                    i,
                    between(below.get("ratios").get(i).asDouble(), ratios.get(i).asDouble(), share));
        }
        final ObjectNode theirs = (ObjectNode) above.get("theirs");
        for (final String field : List.of("ns", "p50Ns", "p99Ns", "p999Ns")) {
            theirs.put(
                    field,
                    between(
                            below.get("theirs").get(field).asDouble(),
                            theirs.get(field).asDouble(),
                            share));
        }
    }

    private static double between(double low, double high, double share) {
        return Math.exp(Math.log(low) * (1 - share) + Math.log(high) * share);
    }

    private Bracket tune(TopKIndex index, int k, int filter) throws IOException {
        final int[][] truth = data.truth(k, filter, index.changes());
        Point below = new Point(k, TopKData.recall(truth, index.found(k, k, filter)));
        Point above = below;
        while (index.isApproximate() && above.recall < RECALL && above.effort < data.rows) {
            below = above;
            final int effort = Math.min(data.rows, (int) Math.ceil(above.effort * EFFORT_STEP));
            above = new Point(effort, TopKData.recall(truth, index.found(k, effort, filter)));
        }
        return new Bracket(below, above);
    }

    private ObjectNode churn(TopKIndex index, int k) throws IOException {
        final int effort = tune(index, k, 0).above.effort;
        final ObjectNode duel = duel(indexes.getFirst().churning(k, k), index.churning(k, effort), CHURN_BLOCKS);
        final double recall = TopKData.recall(data.truth(k, 0, index.changes()), index.found(k, effort, 0));
        return label(duel, index, "K=" + k + ", 1 %/s change", effort, recall, false);
    }

    private ObjectNode duel(Contender ours, Contender theirs, int blocks) {
        final Duel duel = new Duel(ours, theirs, TopKData.QUERIES, plan.seed());
        Duel.warmUp(ours, TopKData.QUERIES, plan.warmUpMillis() * NS_PER_MILLI, plan.seed());
        Duel.warmUp(theirs, TopKData.QUERIES, plan.warmUpMillis() * NS_PER_MILLI, plan.seed());
        for (int round = 0; round < plan.rounds(); round++) {
            duel.round(NS_PER_MILLI * plan.blockMillis() * blocks);
        }
        return duel.json();
    }

    private static ObjectNode label(
            ObjectNode duel, TopKIndex index, String what, int effort, double recall, boolean isInterpolated) {
        duel.putObject("facts")
                .put("effort", effort)
                .put("recall", recall)
                .put("changes", index.changes())
                .put("buildSeconds", index.buildSeconds())
                .put("megabytes", index.bytes() >> 20);
        return duel.put("rival", what + ", " + index.name())
                .put(
                        "note",
                        String.format(
                                Locale.ROOT,
                                "recall %.4f at effort %d%s; built in %.1f s, %,d MB",
                                recall,
                                effort,
                                isInterpolated ? " (time: of " + RECALL + ")" : "",
                                index.buildSeconds(),
                                index.bytes() >> 20));
    }
}
