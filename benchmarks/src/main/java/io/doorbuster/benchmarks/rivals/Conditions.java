package io.doorbuster.benchmarks.rivals;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.benchmarks.limits.Machine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the figures hold for. */
final class Conditions {
    private static final Path CPU_TIMES = Path.of("/proc/stat");
    private static final int STEAL_FIELD = 8;

    private Conditions() {}

    static ObjectNode here() {
        final Machine machine = Machine.here();
        return JsonNodeFactory.instance
                .objectNode()
                .put("cpu", machine.cpu())
                .put("cores", machine.cores())
                .put("os", machine.os())
                .put("jdk", machine.jdk())
                .put("commit", commit())
                .put("loadBefore", machine.loadBefore());
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
