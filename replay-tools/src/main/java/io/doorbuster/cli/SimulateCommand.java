package io.doorbuster.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.gateway.JvmFlags;
import io.doorbuster.kernels.Kernels;
import io.doorbuster.replay.Hashes;
import io.doorbuster.simulator.SimulationFailure;
import io.doorbuster.simulator.SimulationMix;
import io.doorbuster.simulator.SimulationReport;
import io.doorbuster.simulator.Simulator;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the product on a clock, a disk and a network that go wrong. */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        description = {
            "Run gateway codec, journal, engine and recovery on a simulated clock, disk and network that go wrong at seeded"
                    + " moments, and check that nothing promised is lost.",
            "The same seed and commit are the same run. Exit code 1 when something is not as it must be, with both."
        },
        footer = {"", "Example:", "  doorbuster simulate --mix ledger --seed 1 --seeds 10 --events 1000000 --json"})
final class SimulateCommand implements Callable<Integer> {
    private static final long SEEDS_MAX = 100_000;
    private static final long EVENTS_MAX = 4_000_000;

    @Option(names = "--mix", defaultValue = "ledger", description = "What clients send: ${COMPLETION-CANDIDATES}.")
    private SimulationMix mix = SimulationMix.LEDGER;

    @Option(names = "--seed", defaultValue = "1", description = "The first seed.")
    private long seed;

    @Option(names = "--seeds", defaultValue = "1", description = "How many seeds.")
    private long seeds;

    @Option(names = "--events", defaultValue = "1000000", description = "Events of each seed, at most 4,000,000.")
    private long events;

    @Option(
            names = "--threads",
            description =
                    "Seeds that run at the same time, each on one thread; changes no result (default: one for each"
                            + " processor).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Mixin
    private Report report = new Report();

    @Override
    public Integer call() throws IOException, InterruptedException {
        JvmFlags.check();
        if (seeds < 1 || seeds > SEEDS_MAX || events < 1 || events > EVENTS_MAX || threads < 1) {
            throw new IllegalArgumentException("--seeds " + seeds + " --events " + events + " --threads " + threads
                    + ": at least 1 of each, at most " + SEEDS_MAX + " seeds and " + EVENTS_MAX + " events");
        }
        if (seed > Long.MAX_VALUE - seeds) {
            throw new IllegalArgumentException("--seed " + seed + ": the last seed would be beyond " + Long.MAX_VALUE);
        }
        final String commit = commit();
        final String name = mix.name().toLowerCase(Locale.ROOT);
        report.line(
                "mix %s, seeds %d to %d, %,d events each, %d at a time, commit %s, %s",
                name, seed, seed + seeds - 1, events, Math.min(threads, seeds), commit, Kernels.description());
        final ProgressLine progress = new ProgressLine(report.err());
        final long beginNs = System.nanoTime();
        final SimulationReport found;
        try {
            found = Simulator.run(mix, seed, seeds, events, threads, so -> progress.show("simulated", so.events()));
        } catch (SimulationFailure e) {
            progress.clear();
            throw new IllegalStateException("commit " + commit + ", " + e.getMessage(), e);
        }
        progress.clear();
        final double seconds = (System.nanoTime() - beginNs) / 1e9;
        final long rate = (long) (found.events() / seconds);
        report.line(
                "%,d events in %.1f s, %,d events/s; %,d events put through an engine once more",
                found.events(), seconds, rate, found.replayed());
        report.line(
                "%,d orderly restarts, %,d kills, %,d power cuts, %,d failed forces; %,d starts from a checkpoint, %,d full replays",
                found.restarts(),
                found.kills(),
                found.powerCuts(),
                found.ioErrors(),
                found.fromCheckpoint(),
                found.fullReplays());
        report.line(
                "%,d full disks, %,d broken connections, %,d clock steps, %,d flipped bits",
                found.fullDisks(), found.reconnects(), found.clockSteps(), found.flips());
        report.line(
                "%,d duplicates answered as at first; %,d events lost that were promised to nobody; none that was promised",
                found.duplicates(), found.lostEvents());
        report.line("hash %s", Hashes.hex(found.hash()));
        report.json(json(found, name, commit, rate));
        return 0;
    }

    private ObjectNode json(SimulationReport found, String name, String commit, long rate) {
        return Report.MAPPER
                .createObjectNode()
                .put("mix", name)
                .put("commit", commit)
                .put("seed", seed)
                .put("seeds", found.seeds())
                .put("events", found.events())
                .put("eventsPerSecond", rate)
                .put("replayedEvents", found.replayed())
                .put("restarts", found.restarts())
                .put("kills", found.kills())
                .put("powerCuts", found.powerCuts())
                .put("failedForces", found.ioErrors())
                .put("startsFromCheckpoint", found.fromCheckpoint())
                .put("fullReplays", found.fullReplays())
                .put("lostEvents", found.lostEvents())
                .put("fullDisks", found.fullDisks())
                .put("brokenConnections", found.reconnects())
                .put("duplicates", found.duplicates())
                .put("clockSteps", found.clockSteps())
                .put("flippedBits", found.flips())
                .put("hash", Hashes.hex(found.hash()))
                .put("failures", 0);
    }

    /** Of the sources that this program was built in. */
    static String commit() {
        try {
            final Path classes = Path.of(SimulateCommand.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            final Process git = new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=7")
                    .directory(Objects.requireNonNull(classes.getParent()).toFile())
                    .start();
            final String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return said.isEmpty() ? "unknown" : said;
        } catch (IOException | URISyntaxException e) {
            return "unknown"; // No git here.
        }
    }
}
