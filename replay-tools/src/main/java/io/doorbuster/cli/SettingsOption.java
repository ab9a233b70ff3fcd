package io.doorbuster.cli;

import io.doorbuster.codec.Setting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the engine is told to live by. */
final class SettingsOption {
    @Option(
            names = "--set",
            paramLabel = "SETTING=VALUE",
            description =
                    "A setting of the engine, see Setting in the schema; may be given again. It is journaled and stays until it"
                            + " is set anew; what the schema calls fixed holds from a journal's first record on.")
    private Map<Setting, Long> settings = new LinkedHashMap<>();

    @Option(
            names = "--features",
            paramLabel = "FILE",
            description = "What the ranker sees and how it is cleaned, see ./doorbuster features; --set goes over it.")
    private @Nullable Path features;

    /** Both, in a map of the caller's own. */
    Map<Setting, Long> settings() throws IOException {
        final Map<Setting, Long> all = new LinkedHashMap<>();
        if (features != null) {
            all.putAll(FeatureFile.read(features));
        }
        all.putAll(settings);
        return all;
    }
}
