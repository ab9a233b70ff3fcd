package io.doorbuster.benchmarks.rivals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/** Folds the results of all JVMs: the conditions, then a table for each case, clean and polluted. */
final class Report {
    private static final String ROW = "%-42s  %10s  %9s  %9s  %9s  %9s  %-20s  %-8s  %s%n";
    private static final double NS_PER_MICRO = 1_000;

    private final long seed;
    private final ObjectNode conditions = Conditions.here();
    private final long stolenBefore = Conditions.stolen();
    private final Map<String, List<JsonNode>> results = new LinkedHashMap<>();

    Report(long seed) throws IOException {
        this.seed = seed;
    }

    /** Adds what one JVM has found. */
    void add(Plan plan, JsonNode result) {
        final String key = plan.measured().label() + (plan.isPolluted() ? ", polluted JVM" : ", clean JVM");
        results.computeIfAbsent(key, absent -> new ArrayList<>()).add(result);
    }

    void print(PrintWriter out, Effort effort) throws IOException {
        final ObjectNode json = json(effort);
        line(out, "Our kernels beside those of others, in one run");
        json.get("conditions")
                .properties()
                .forEach(field ->
                        line(out, "%-12s %s", field.getKey(), field.getValue().asText()));
        json.get("log").forEach(entry -> line(out, "log          %s", entry.asText()));
        line(
                out,
                "method       %d JVMs a case, %d rounds of ours, theirs, theirs, ours, %d ms each; x ours = their time",
                effort.forks,
                effort.rounds,
                effort.blockMillis);
        line(out, "             to ours in a round (medians of calls; of a LIMIT: our share of it), mean and 95 %% of");
        line(out, "             bootstrap resamples over JVMs; times are medians over JVMs");
        for (final JsonNode group : json.get("cases")) {
            out.println();
            line(out, "%s", group.get("case").asText());
            out.printf(
                    Locale.ROOT,
                    ROW,
                    "",
                    "ns an item",
                    "calls/s",
                    "p50 us",
                    "p99 us",
                    "p99.9 us",
                    "x ours",
                    "we are",
                    "");
            group.get("results").forEach(result -> row(out, result));
        }
        out.flush();
    }

    private static void line(PrintWriter out, String format, Object... values) {
        out.printf(Locale.ROOT, format + "%n", values);
    }

    private static void row(PrintWriter out, JsonNode result) {
        out.printf(
                Locale.ROOT,
                ROW,
                result.get("rival").asText(),
                number(result.get("nsPerItem").asDouble()),
                number(result.get("callsPerSecond").asDouble()),
                number(result.get("p50Ns").asDouble() / NS_PER_MICRO),
                number(result.get("p99Ns").asDouble() / NS_PER_MICRO),
                number(result.get("p999Ns").asDouble() / NS_PER_MICRO),
                String.format(
                        Locale.ROOT,
                        "%.2f [%.2f..%.2f]",
                        result.get("ratio").asDouble(),
                        result.get("low").asDouble(),
                        result.get("high").asDouble()),
                result.get("verdict").asText(),
                result.get("note").asText());
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%,.2f" : "%,.0f", value);
    }

    /** The same for programs. */
    ObjectNode json(Effort effort) throws IOException {
        final ObjectNode node = conditions.objectNode();
        final JsonNode any = results.values().iterator().next().getFirst();
        node.set("conditions", conditions);
        conditions.put("stolenHundredths", Conditions.stolen() - stolenBefore);
        conditions
                .put("kernels", any.get("kernels").asText())
                .put("flags", any.get("flags").asText());
        conditions.put("seed", seed);
        node.put("forks", effort.forks).put("rounds", effort.rounds).put("blockMillis", effort.blockMillis);
        final TreeSet<String> log = new TreeSet<>();
        results.values().forEach(forks -> forks.forEach(fork -> fork.get("log").forEach(l -> log.add(l.asText()))));
        final ArrayNode lines = node.putArray("log");
        log.forEach(lines::add);
        final ArrayNode cases = node.putArray("cases");
        results.forEach((name, forks) -> {
            final ArrayNode rows = cases.addObject().put("case", name).putArray("results");
            final int duels = forks.getFirst().get("duels").size();
            for (int i = 0; i < duels; i++) {
                final int at = i;
                rows.add(fold(
                        forks.stream().map(fork -> fork.get("duels").get(at)).toList(), forks.getFirst()));
            }
        });
        return node;
    }

    /** One contender over all JVMs of a case; they hold the same contenders in the same order. */
    private ObjectNode fold(List<JsonNode> duels, JsonNode anyFork) {
        final String rival = duels.getFirst().get("rival").asText();
        final Interval interval = Interval.of(duels.stream().map(Report::ratios).toList(), seed);
        final JsonNode facts = duels.getFirst().has("facts")
                ? duels.getFirst().get("facts")
                : anyFork.path("facts").path(rival);
        final ObjectNode row = conditions
                .objectNode()
                .put("rival", rival)
                .put("ratio", interval.mean())
                .put("low", interval.low())
                .put("high", interval.high())
                .put(
                        "nsPerItem",
                        median(duels, duel -> duel.at("/theirs/ns").asDouble())
                                / anyFork.path("items").asDouble(1))
                .put(
                        "callsPerSecond",
                        1e9 / median(duels, duel -> duel.at("/theirs/ns").asDouble()))
                .put("verdict", rival.startsWith(LimitDots.PREFIX) ? "" : interval.verdict())
                .put("note", duels.getFirst().path("note").asText(note(facts)));
        for (final String percentile : List.of("p50Ns", "p99Ns", "p999Ns")) {
            row.put(
                    percentile,
                    median(duels, duel -> duel.at("/theirs/" + percentile).asDouble()));
        }
        row.set("facts", facts);
        return row;
    }

    private static String note(JsonNode facts) {
        final StringJoiner note = new StringJoiner(", ");
        facts.properties()
                .forEach(fact -> note.add(fact.getKey() + " "
                        + (fact.getValue().isIntegralNumber()
                                ? fact.getValue().asText()
                                : String.format(
                                        Locale.ROOT, "%.1e", fact.getValue().asDouble()))));
        return note.toString();
    }

    private static double[] ratios(JsonNode duel) {
        final double[] ratios = new double[duel.get("ratios").size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = duel.get("ratios").get(i).asDouble();
        }
        return ratios;
    }

    private static double median(List<JsonNode> duels, ToDoubleFunction<JsonNode> value) {
        final double[] sorted = duels.stream().mapToDouble(value).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
