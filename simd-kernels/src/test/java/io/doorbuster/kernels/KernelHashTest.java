package io.doorbuster.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The same hash from JVMs that compile differently. */
class KernelHashTest {
    private static final int ROUNDS = 60;

    @Test
    void shouldNotDependOnTheKernelsOrTheCompiler() throws IOException, InterruptedException {
        final String expected = run(ROUNDS);
        final String scalar = run(ROUNDS, "-Dkernels=scalar");
        assertThat(scalar).contains("scalar kernels");
        assertThat(hashOf(scalar)).isEqualTo(hashOf(expected));
        assertThat(hashOf(run(ROUNDS, "-XX:TieredStopAtLevel=1"))).isEqualTo(hashOf(expected));
        assertThat(hashOf(run(1, "-Xint"))).isEqualTo(hashOf(expected));
    }

    @Test
    void shouldNotDependOnTheWidthOfTheVectorUnit() throws IOException, InterruptedException {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "UseAVX is a flag of x86");
        final String expected = run(ROUNDS);
        for (final int avx : new int[] {0, 1, 2}) {
            assertThat(hashOf(run(ROUNDS, "-XX:UseAVX=" + avx)))
                    .as("avx=%d", avx)
                    .isEqualTo(hashOf(expected));
        }
    }

    @Test
    void shouldRefuseToStartWithoutTheVectorModuleUnlessAskedForScalar() throws IOException, InterruptedException {
        assertThat(launch(List.of("--enable-native-access=ALL-UNNAMED"), 1))
                .contains("--add-modules jdk.incubator.vector")
                .contains("-Dkernels=scalar");
        assertThat(hashOf(launch(List.of("--enable-native-access=ALL-UNNAMED", "-Dkernels=scalar"), 1)))
                .isEqualTo(hashOf(run(1)));
    }

    private static String hashOf(String output) {
        final String line =
                output.lines().filter(l -> l.contains("kernels:")).findFirst().orElse("no result: " + output);
        assertThat(line).matches("[0-9a-f]+ (scalar|simd) kernels: .*");
        return line.substring(0, line.indexOf(' '));
    }

    private static String run(int rounds, String... flags) throws IOException, InterruptedException {
        final List<String> all = new ArrayList<>();
        all.add("@" + Path.of(System.getProperty("doorbuster.root"), ".config", "jvm.options"));
        all.addAll(List.of(flags));
        return launch(all, rounds);
    }

    private static String launch(List<String> flags, int rounds) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-Xmx64m", "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(KernelHash.class.getName(), Integer.toString(rounds)));
        final Process process =
                new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var output = process.getInputStream()) {
            final String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return text;
        }
    }
}
