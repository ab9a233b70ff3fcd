package io.doorbuster.simulator;

import io.doorbuster.gateway.StateDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Runs seeds, one after the other, each a new journal. One thread. */
public final class Simulator {
    private Simulator() {}

    /**
     * Runs seeds in turn; the same arguments are the same run.
     *
     * @param firstSeed of them.
     * @param seeds how many.
     * @param eventsPerSeed events that each journals.
     * @param onSeed told the report so far behind each seed.
     * @throws SimulationFailure when something is not as it must be; the message names the seed.
     * @throws IOException when there is no room for stores.
     */
    public static SimulationReport run(
            SimulationMix mix, long firstSeed, long seeds, long eventsPerSeed, Consumer<SimulationReport> onSeed)
            throws IOException {
        final Tally tally = new Tally();
        try (StateDirectory state = StateDirectory.temporary()) {
            for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
                runOne(mix, seed, eventsPerSeed, state.path(), tally);
                onSeed.accept(tally.report());
            }
        }
        return tally.report();
    }

    private static void runOne(SimulationMix mix, long seed, long events, Path state, Tally tally) throws IOException {
        final Path directory = Files.createTempDirectory(state, "seed");
        try {
            final Simulation simulation = new Simulation(mix, seed, directory, state, tally);
            try {
                simulation.run(events);
            } catch (RuntimeException | IOException | Error e) {
                simulation.abandon(e);
                throw e;
            }
        } catch (RuntimeException | IOException | AssertionError e) {
            throw new SimulationFailure("seed " + seed + ", behind " + tally.events + " events: " + e.getMessage(), e);
        } finally {
            delete(directory);
        }
    }

    private static void delete(Path directory) throws IOException {
        final List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(directory)) {
            deepestFirst = all.sorted((one, other) -> other.compareTo(one)).toList();
        }
        for (final Path file : deepestFirst) {
            Files.delete(file);
        }
    }
}
