package io.doorbuster.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that one evaluation found: what its JSON holds. Metrics are in [0, 1], see {@link Metrics} and {@link SlateQualities}.
 *
 * @param schemaVersion {@link #SCHEMA_VERSION}.
 * @param validation whether the cases were taken from the training part.
 * @param casesOfAll how many cases there were before a limit.
 * @param groups what cases are grouped by for intervals, and how many groups.
 * @param items in the catalogue.
 * @param targetsUnknown targets that are not in the catalogue: misses, whoever is asked.
 * @param intervals of the engine's metrics, 95 %.
 * @param differences engine minus baseline, 95 %, paired.
 * @param sources how many places of the engine's slates a retrieval source filled, and how many of them were hits.
 * @param settings of the engine, all of them.
 * @param eventsPerSecond of training.
 * @param engineMicros time of one request inside the engine, microseconds.
 * @param rungMicros the same for each lower rung that was asked; runs saved by earlier releases have none.
 * @param prequential the span event by event; null when that was not asked for.
 */
public record EvaluationRun(
        int schemaVersion,
        String protocol,
        boolean validation,
        String train,
        @Nullable String test,
        long cases,
        long casesOfAll,
        String groups,
        long groupCount,
        long trainingEvents,
        long items,
        long targets,
        long targetsUnknown,
        List<String> shown,
        Map<String, Double> metrics,
        Map<String, Map<String, Double>> baselines,
        Map<String, Interval> intervals,
        Map<String, Map<String, Interval>> differences,
        List<Segment> segments,
        Map<String, Source> sources,
        Map<String, Long> settings,
        long seed,
        List<Lines> lines,
        List<String> notes,
        String machine,
        long eventsPerSecond,
        Micros engineMicros,
        @Nullable Map<String, Micros> rungMicros,
        @Nullable Prequential prequential,
        double seconds) {
    /** Grows when a field goes or means something else. */
    public static final int SCHEMA_VERSION = 1;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** A part of the cases, by the metrics shown. */
    public record Segment(
            String by,
            String name,
            long cases,
            Map<String, Double> metrics,
            Map<String, Map<String, Double>> baselines) {}

    /** Places and hits of a retrieval source. */
    public record Source(long places, long hits) {}

    /** Percentiles. */
    public record Micros(double p50, double p99, double p999) {}

    /**
     * Each event that counts was asked for just before it was applied, in one engine for each way.
     *
     * @param cases events asked for, of so many in the span that count.
     * @param ways by name: what it does with events of the span, and how good it was.
     * @param days of the span with a case, in order.
     * @param differences learning on minus the other ways, 95 %, paired, shoppers drawn.
     */
    public record Prequential(
            long cases,
            long casesOfAll,
            long events,
            List<String> shown,
            Map<String, Way> ways,
            List<Day> days,
            Map<String, Map<String, Interval>> differences) {}

    /**
     * One way to treat what happens.
     *
     * @param slatesChanged share of the slates that the shopper's own event changed at once.
     * @param placesChanged mean share of such a slate's items that were not in it before.
     * @param factsPerSecond in the span, requests not counted; 0 where none is applied.
     * @param nextRequest time inside the engine of the request right behind an event.
     */
    public record Way(
            String what,
            Map<String, Double> metrics,
            double slatesChanged,
            double placesChanged,
            long factsPerSecond,
            Micros nextRequest) {}

    /** A day (UTC) and each way's metrics, by the metrics shown. */
    public record Day(String date, long cases, Map<String, Map<String, Double>> ways) {}

    /** A file's lines: read = accepted + rejected. */
    public record Lines(String file, long read, long accepted, Map<String, Rejected> rejected) {}

    /** Lines refused for one reason. */
    public record Rejected(long lines, long firstLine) {}

    /** The same as JSON. */
    public JsonNode json() {
        return MAPPER.valueToTree(this);
    }

    /** Writes the JSON. */
    public void write(Path file) throws IOException {
        MAPPER.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), this);
    }

    /** @throws IOException saying what to do, when there is no run in the file that can be read. */
    public static EvaluationRun read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("no file " + file + ": check the path");
        }
        try {
            final JsonNode tree = MAPPER.readTree(Files.readAllBytes(file));
            final JsonNode version = tree.path("schemaVersion");
            if (version.intValue() != SCHEMA_VERSION) {
                throw new IOException(file + " holds no evaluation of schema version " + SCHEMA_VERSION
                        + "; make one with --report DIR");
            }
            return MAPPER.treeToValue(tree, EvaluationRun.class);
        } catch (JsonProcessingException e) {
            throw new IOException(
                    file + " is no saved evaluation (" + e.getOriginalMessage() + "); make one with --report DIR", e);
        }
    }
}
