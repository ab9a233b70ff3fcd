package io.doorbuster.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * One hash from JVMs that compile differently and see different vector units: 14 of them, or with
 * {@code -Ddoorbuster.matrix=long} every combination of unit, fused instruction, compiler and kernels.
 */
class KernelHashTest {
    private static final boolean IS_LONG = "long".equals(System.getProperty("doorbuster.matrix"));
    private static final boolean IS_X86 = System.getProperty("os.arch").equals("amd64");
    private static final int ROUNDS = IS_LONG ? 200 : 12;

    @Test
    void shouldNotDependOnKernelsCompilerOrVectorUnit() throws IOException, InterruptedException {
        final String expected = hashOf(run(ROUNDS));
        for (final List<String> flags : IS_LONG ? everyCombination() : chosen()) {
            final boolean isInterpreted = flags.contains("-Xint");
            final String output = run(isInterpreted ? 1 : ROUNDS, flags.toArray(String[]::new));
            assertThat(hashOf(output)).as("%s", flags).isEqualTo(expected);
            assertThat(output).contains(flags.contains("-Dkernels=scalar") ? "scalar kernels" : "kernels");
        }
    }

    private static List<List<String>> chosen() {
        final List<List<String>> all = new ArrayList<>(List.of(
                List.of("-Dkernels=scalar"),
                List.of("-Dkernels=scalar", "-XX:TieredStopAtLevel=1"),
                List.of("-Dkernels=scalar", "-Xint"),
                List.of("-XX:TieredStopAtLevel=1"),
                List.of("-XX:-TieredCompilation"),
                List.of("-Xint")));
        if (IS_X86) {
            for (int avx = 0; avx <= 3; avx++) {
                all.add(List.of("-XX:UseAVX=" + avx));
            }
            all.add(List.of("-XX:-UseFMA"));
            all.add(List.of("-XX:UseAVX=2", "-XX:-UseFMA"));
            all.add(List.of("-XX:UseAVX=2", "-XX:TieredStopAtLevel=1"));
            all.add(List.of("-XX:UseAVX=2", "-Dkernels=scalar"));
        }
        return all;
    }

    private static List<List<String>> everyCombination() {
        final List<List<String>> all = new ArrayList<>();
        final List<List<String>> units = IS_X86
                ? Stream.of("0", "1", "2", "3")
                        .map(avx -> List.of("-XX:UseAVX=" + avx))
                        .toList()
                : List.of(List.of());
        final List<List<String>> compilers = List.of(
                List.of(), List.of("-XX:-TieredCompilation"), List.of("-XX:TieredStopAtLevel=1"), List.of("-Xint"));
        final List<List<String>> fusions = IS_X86 ? List.of(List.of(), List.of("-XX:-UseFMA")) : List.of(List.of());
        for (final List<String> unit : units) {
            for (final List<String> fused : fusions) {
                for (final List<String> compiler : compilers) {
                    for (final List<String> kernels : List.of(List.of("-Dkernels=simd"), List.of("-Dkernels=scalar"))) {
                        all.add(Stream.of(unit, fused, compiler, kernels)
                                .flatMap(List::stream)
                                .toList());
                    }
                }
            }
        }
        return all;
    }

    @Test
    void shouldRefuseToStartWithoutTheVectorModuleUnlessAskedForScalar() throws IOException, InterruptedException {
        final String memoryFlag = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED";
        assertThat(launch(List.of("--enable-native-access=ALL-UNNAMED", memoryFlag), 1))
                .contains("--add-modules jdk.incubator.vector")
                .contains("-Dkernels=scalar");
        assertThat(hashOf(launch(List.of("--enable-native-access=ALL-UNNAMED", memoryFlag, "-Dkernels=scalar"), 1)))
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
