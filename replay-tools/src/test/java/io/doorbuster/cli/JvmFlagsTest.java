package io.doorbuster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts real JVMs, each without one line of the file of flags. */
class JvmFlagsTest {
    @TempDir
    Path directory;

    @Test
    void eachMissingFlagShouldBeNamed() throws IOException, InterruptedException {
        final List<String> flags =
                Files.readAllLines(Path.of(System.getProperty("doorbuster.root"), ".config", "jvm.options")).stream()
                        .filter(line -> !line.startsWith("#"))
                        .toList();
        assertThat(flags).hasSizeGreaterThan(15);
        for (final String left : List.of(flags.getFirst(), flags.get(5), flags.get(12), flags.getLast())) {
            final List<String> command = new ArrayList<>();
            command.add(ProcessHandle.current().info().command().orElseThrow());
            flags.stream()
                    .filter(flag -> !flag.equals(left))
                    .forEach(flag -> command.addAll(List.of(flag.split(" ", -1))));
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), DoorbusterMain.class.getName()));
            command.addAll(List.of("serve", "--data", directory.resolve("data").toString(), "--port", "0"));
            final Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            final String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isEqualTo(1);
            assertThat(said).contains("started without " + left).contains("jvm.options");
            assertThat(directory.resolve("data")).doesNotExist();
        }
    }
}
