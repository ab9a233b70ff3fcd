package io.doorbuster.benchmarks.gate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that one run measured: what a baseline's file holds.
 *
 * @param schemaVersion {@link #SCHEMA_VERSION}.
 * @param startedAt UTC, ISO 8601.
 * @param wanted the presets and names that were asked for.
 */
record BenchRun(
        int schemaVersion,
        String startedAt,
        List<String> wanted,
        Conditions conditions,
        List<Series> series,
        List<ExactCount> exact) {
    /** Grows when a field is added, goes or means something else, or when forks are measured otherwise. */
    static final int SCHEMA_VERSION = 1;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    Optional<Series> find(String label) {
        return series.stream().filter(one -> one.label().equals(label)).findFirst();
    }

    void write(Path file) throws IOException {
        MAPPER.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), this);
    }

    /** @throws IllegalArgumentException saying what to do, when there is no run in the file that can be read. */
    static BenchRun read(Path file) {
        final JsonNode tree;
        try {
            tree = MAPPER.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw unreadable(file, e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw unreadable(file, e.toString(), e);
        }
        final JsonNode version = tree.path("schemaVersion");
        if (!version.isInt()) {
            throw unreadable(file, "it holds no schemaVersion", null);
        }
        if (version.intValue() != SCHEMA_VERSION) {
            throw new IllegalArgumentException(file + " is of schema version " + version.intValue()
                    + ", and this build reads " + SCHEMA_VERSION + "; save the baseline anew with this build");
        }
        try {
            return MAPPER.treeToValue(tree, BenchRun.class);
        } catch (JsonProcessingException e) {
            throw unreadable(file, e.getOriginalMessage(), e);
        }
    }

    private static IllegalArgumentException unreadable(Path file, String why, @Nullable Exception e) {
        return new IllegalArgumentException(file + " cannot be read as a run (" + why + "); save the baseline anew", e);
    }
}
