package io.doorbuster.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where a command's results go: lines for people, and one JSON object at the end for programs that asked for it. */
final class Report {
    static final ObjectMapper MAPPER = new ObjectMapper();

    @Option(names = "--json", description = "Print the result as one JSON object in the last line.")
    boolean isJson;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    void line(String format, Object... values) {
        final PrintWriter out = spec.commandLine().getOut();
        out.printf(format + "%n", values);
        out.flush();
    }

    void json(ObjectNode result) {
        if (isJson) {
            final PrintWriter out = spec.commandLine().getOut();
            try {
                out.println(MAPPER.writeValueAsString(result));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("the result is no JSON", e);
            }
            out.flush();
        }
    }

    /** Refuses a {@code --report} that is a file, before the work; the directory is made when there is something to write. */
    static void checkDirectory(@Nullable Path directory) {
        if (directory != null && Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new IllegalArgumentException(
                    "--report " + directory + " is a file: give a directory, which is made when it is missing");
        }
    }

    PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
