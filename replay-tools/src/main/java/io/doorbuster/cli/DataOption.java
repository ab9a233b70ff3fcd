package io.doorbuster.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which data directory. */
final class DataOption {
    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "Data directory: journal, identities, token.")
    Path directory = Path.of("");
}
