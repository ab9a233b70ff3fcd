package io.doorbuster.benchmarks.gate;

import io.doorbuster.benchmarks.limits.Machine;
import io.doorbuster.kernels.Kernels;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a run was measured on.
 *
 * @param memoryMib of the machine.
 * @param kernels which kernels run, and why.
 * @param commit of the sources, {@code unknown} where git does not tell.
 * @param isDirty whether the sources differed from it.
 */
record Conditions(
        String cpu,
        int cores,
        long memoryMib,
        String os,
        String jdk,
        List<String> flags,
        String kernels,
        String commit,
        boolean isDirty) {
    /** @param root of the project, whose commit is asked for. */
    static Conditions here(Path root) {
        final Machine machine = Machine.here();
        final com.sun.management.OperatingSystemMXBean system =
                (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new Conditions(
                machine.cpu(),
                machine.cores(),
                system.getTotalMemorySize() >> 20,
                machine.os(),
                machine.jdk(),
                // Paths of whoever runs it are nobody's business.
                ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                        .filter(flag -> !flag.startsWith("-Ddoorbuster.root="))
                        .toList(),
                Kernels.description(),
                git(root, "unknown", "rev-parse", "HEAD"),
                !git(root, "", "status", "--porcelain").isEmpty());
    }

    /** Another kernel or JDK is something to compare; another processor is not. */
    boolean isSameMachine(Conditions other) {
        return cpu.equals(other.cpu) && cores == other.cores && memoryMib / 1024 == other.memoryMib / 1024;
    }

    /** What else differs, for the reader to judge. */
    List<String> differences(Conditions baseline) {
        final List<String> differences = new ArrayList<>();
        differ(differences, "machine", machine(), baseline.machine());
        differ(differences, "os", os, baseline.os);
        differ(differences, "jdk", jdk, baseline.jdk);
        differ(differences, "flags", flags.toString(), baseline.flags.toString());
        differ(differences, "kernels", kernels, baseline.kernels);
        return differences;
    }

    private static void differ(List<String> differences, String what, String now, String then) {
        if (!now.equals(then)) {
            differences.add(what + ": " + now + "; the baseline's: " + then);
        }
    }

    String machine() {
        return cpu + ", " + cores + " cores, " + memoryMib / 1024 + " GiB";
    }

    String sources() {
        return commit + (isDirty ? " with changes" : "");
    }

    private static String git(Path root, String otherwise, String... arguments) {
        final List<String> command = new ArrayList<>(List.of("git", "-C", root.toString()));
        command.addAll(Arrays.asList(arguments));
        try {
            final Process git = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            final String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return said.isEmpty() ? otherwise : said;
        } catch (IOException e) {
            return otherwise; // No git here.
        }
    }
}
