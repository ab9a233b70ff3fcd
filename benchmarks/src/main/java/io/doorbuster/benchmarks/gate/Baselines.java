package io.doorbuster.benchmarks.gate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The directory of named baselines. */
record Baselines(Path directory) {
    private static final String JSON = ".json";

    /** @throws IllegalArgumentException when there is no such baseline, or none that can be read. */
    BenchRun read(String name) {
        final Path file = file(name);
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("no baseline " + name + " in " + directory + "; there are: "
                    + String.join(", ", names()) + ". Save one with bench --save " + name);
        }
        return BenchRun.read(file);
    }

    /** Makes sure before a long run that its result can be kept. */
    void checkWritable(String name) {
        checkDirectory(directory);
        if (Files.exists(file(name)) && !Files.isWritable(file(name))) {
            throw new IllegalArgumentException(file(name) + " cannot be written");
        }
    }

    Path file(String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            throw new IllegalArgumentException(
                    "baseline name '" + name + "': letters, digits, dots, hyphens and underscores only");
        }
        return directory.resolve(name + JSON);
    }

    /** Makes a directory if it is missing. */
    static void checkDirectory(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new IllegalArgumentException(directory + " cannot be made a directory: " + e, e);
        }
        if (!Files.isWritable(directory)) {
            throw new IllegalArgumentException(directory + " cannot be written to; choose another");
        }
    }

    private List<String> names() {
        try (Stream<Path> files = Files.list(directory)) {
            final List<String> names = files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(JSON))
                    .map(file -> file.substring(0, file.length() - JSON.length()))
                    .sorted()
                    .toList();
            return names.isEmpty() ? List.of("none") : names;
        } catch (IOException e) {
            return List.of("none"); // The directory is not there yet.
        }
    }
}
