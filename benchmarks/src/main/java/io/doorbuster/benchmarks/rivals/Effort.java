package io.doorbuster.benchmarks.rivals;

import picocli.CommandLine.Option;

/** How long is measured, for all comparisons. */
final class Effort {
    @Option(
            names = "--forks",
            paramLabel = "COUNT",
            description = "JVMs for each case of each kind (default: ${DEFAULT-VALUE}).",
            defaultValue = "5")
    int forks;

    enum Jvm {
        CLEAN,
        POLLUTED,
        BOTH
    }

    @Option(
            names = "--jvm",
            paramLabel = "WHICH",
            description = "CLEAN: nothing but the case has run; POLLUTED: every kernel and rival has; BOTH"
                    + " (default: ${DEFAULT-VALUE}).",
            defaultValue = "BOTH")
    Jvm jvm = Jvm.BOTH;

    @Option(
            names = "--rounds",
            paramLabel = "COUNT",
            description = "Rounds of ours, theirs, theirs, ours in each JVM (default: ${DEFAULT-VALUE}).",
            defaultValue = "10")
    int rounds;

    @Option(
            names = "--block-millis",
            paramLabel = "MS",
            description = "Length of one block of a round (default: ${DEFAULT-VALUE}).",
            defaultValue = "40")
    int blockMillis;

    @Option(
            names = "--warm-up-millis",
            paramLabel = "MS",
            description = "Warm-up of each contender (default: ${DEFAULT-VALUE}).",
            defaultValue = "500")
    int warmUpMillis;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            description = "Of all data (default: ${DEFAULT-VALUE}).",
            defaultValue = "1")
    long seed;

    @Option(names = "--json", description = "Print the result as one JSON object in the last line.")
    boolean isJson;

    /** The indexes of TOPK share a JVM, which is never clean. */
    boolean wants(Case measured, boolean isPolluted) {
        return measured.kind() == Case.Kind.TOPK ? isPolluted : jvm == Jvm.BOTH || (jvm == Jvm.POLLUTED) == isPolluted;
    }
}
