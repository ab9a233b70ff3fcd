package io.doorbuster.simulator;

import io.doorbuster.gateway.StateDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Runs seeds, each a new journal and on one thread. */
public final class Simulator {
    private Simulator() {}

    /**
     * Runs seeds; the same arguments are the same run, on however many threads.
     *
     * @param firstSeed of them.
     * @param seeds how many.
     * @param eventsPerSeed events that each journals.
     * @param threads seeds that run at the same time.
     * @param onSeed told the report so far behind each seed, in their order, on the caller's thread.
     * @throws SimulationFailure when something is not as it must be; the message names the seed.
     * @throws IOException when there is no room for stores.
     */
    public static SimulationReport run(
            SimulationMix mix,
            long firstSeed,
            long seeds,
            long eventsPerSeed,
            int threads,
            Consumer<SimulationReport> onSeed)
            throws IOException, InterruptedException {
        final Tally tally = new Tally();
        try (StateDirectory state = StateDirectory.temporary();
                ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            final List<Future<Tally>> runs = new ArrayList<>();
            for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
                final long next = seed;
                runs.add(pool.submit(() -> runOne(mix, next, eventsPerSeed, state.path())));
            }
            try {
                for (final Future<Tally> run : runs) {
                    tally.add(run.get());
                    onSeed.accept(tally.report());
                }
            } catch (ExecutionException e) {
                if (e.getCause() instanceof SimulationFailure failure) {
                    throw failure;
                }
                throw new IOException(e.getCause());
            } finally {
                runs.forEach(run -> run.cancel(false)); // Those that have begun come to their end.
            }
        }
        return tally.report();
    }

    private static Tally runOne(SimulationMix mix, long seed, long events, Path state) throws IOException {
        final Tally tally = new Tally();
        final Path directory = Files.createTempDirectory(state, "seed");
        try {
            final Simulation simulation = new Simulation(mix, seed, directory, tally);
            try {
                simulation.run(events);
            } catch (RuntimeException | IOException | Error e) {
                simulation.abandon(e);
                throw e;
            }
            return tally;
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
