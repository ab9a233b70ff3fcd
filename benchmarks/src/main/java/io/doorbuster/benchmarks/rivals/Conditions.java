package io.doorbuster.benchmarks.rivals;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the figures hold for. */
final class Conditions {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final Path CPU_TIMES = Path.of("/proc/stat");
    private static final int STEAL_FIELD = 8;

    private Conditions() {}

    static ObjectNode here() throws IOException {
        return JsonNodeFactory.instance
                .objectNode()
                .put("cpu", firstValue(CPU_INFO, "model name", System.getProperty("os.arch")))
                .put("cores", Runtime.getRuntime().availableProcessors())
                .put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"))
                .put("jdk", System.getProperty("java.vm.name") + " " + Runtime.version())
                .put("commit", commit())
                .put("loadBefore", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    /** Time that the hypervisor gave to others since the machine started, in hundredths of a second; 0 where unknown. */
    static long stolen() throws IOException {
        if (!Files.isReadable(CPU_TIMES)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(CPU_TIMES)) {
            return Long.parseLong(lines.findFirst().orElseThrow().split(" +")[STEAL_FIELD]);
        }
    }

    private static String firstValue(Path file, String name, String otherwise) throws IOException {
        if (!Files.isReadable(file)) {
            return otherwise;
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(otherwise);
        }
    }

    /** Of the working directory, where git can tell. */
    private static String commit() {
        try {
            final Process git = new ProcessBuilder("git", "describe", "--always", "--dirty")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            final String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return said.isEmpty() ? "unknown" : said;
        } catch (IOException e) {
            return "unknown: " + e.getMessage();
        }
    }
}
