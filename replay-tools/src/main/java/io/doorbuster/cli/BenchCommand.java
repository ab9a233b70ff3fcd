package io.doorbuster.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/**
 * Stands in the help for the benchmarks, which are a program of their own: the product does not depend on what it is compared
 * with. The launcher never comes here.
 */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Run the benchmarks, keep baselines, tell what became slower, and count what hot operations allocate and fault.",
            "Runs through the launcher only; ./doorbuster bench --help tells everything."
        },
        footer = {"", "Example:", "  ./doorbuster bench quick --against before"})
final class BenchCommand implements Callable<Integer> {
    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() {
        throw new IllegalArgumentException("bench is started by the launcher: ./doorbuster bench "
                + String.join(" ", arguments.isEmpty() ? List.of("--help") : arguments));
    }
}
