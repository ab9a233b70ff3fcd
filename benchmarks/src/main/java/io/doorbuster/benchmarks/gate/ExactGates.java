package io.doorbuster.benchmarks.gate;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordingFile;

/**
 * Counts what hot operations must not do after warm-up: allocate, be deoptimised, fault, wait. Counters, no clock: the same on
 * a busy machine. All operations run in one JVM, mixed with each other and with other uses of the Vector API.
 *
 * <p>A round is measured again while it is over a limit, since compilers and kernel finish when they like: what an operation
 * does every time is in the best round too.
 */
final class ExactGates {
    private static final int ROUNDS_MAX = 12;
    private static final int MIXES = 4;
    private static final String OURS = "io.doorbuster.";
    private static final String DEOPTIMISATION = "jdk.Deoptimization";

    private final Properties limits = new Properties();

    ExactGates() throws IOException {
        try (InputStream file = ExactGates.class.getResourceAsStream("exact-gates.properties")) {
            if (file == null) {
                throw new IllegalStateException("exact-gates.properties is not on the class path; build again");
            }
            limits.load(file);
        }
    }

    /** Of all kernels and the engine's event path; in the calling thread. */
    List<ExactCount> run() throws IOException {
        final Path directory = Files.createTempDirectory("doorbuster-exact-gates");
        try (EngineOperations engine = new EngineOperations(directory)) {
            final List<HotOperation> operations = new ArrayList<>(new KernelOperations().all());
            operations.addAll(engine.all());
            return run(operations);
        } finally {
            delete(directory);
        }
    }

    List<ExactCount> run(List<HotOperation> operations) throws IOException {
        SpeciesPollution.run();
        for (int mix = 0; mix < MIXES; mix++) {
            operations.forEach(operation -> operation.run().accept(operation.perRound() / MIXES));
        }
        final List<ExactCount> counts = new ArrayList<>();
        for (final HotOperation operation : operations) {
            counts.addAll(settled(operation));
        }
        counts.add(deoptimisations(operations));
        return counts;
    }

    private List<ExactCount> settled(HotOperation operation) {
        List<ExactCount> best = measured(operation);
        for (int round = 1; round < ROUNDS_MAX && best.stream().anyMatch(ExactCount::isOver); round++) {
            final List<ExactCount> next = measured(operation);
            final List<ExactCount> least = new ArrayList<>();
            for (int i = 0; i < next.size(); i++) {
                least.add(next.get(i).value() < best.get(i).value() ? next.get(i) : best.get(i));
            }
            best = least;
        }
        return best;
    }

    private List<ExactCount> measured(HotOperation operation) {
        final int operations = operation.perRound();
        final ThreadCounters before = ThreadCounters.now();
        final long bytesBefore = ThreadCounters.allocatedBytes();
        operation.run().accept(operations);
        final double bytes = ThreadCounters.allocatedBytes() - bytesBefore;
        final ThreadCounters after = ThreadCounters.now();
        final double million = operations / 1e6;
        return List.of(
                count(operation, "bytes", bytes / operations),
                count(operation, "minorFaults", (after.minorFaults() - before.minorFaults()) / million),
                count(operation, "majorFaults", (after.majorFaults() - before.majorFaults()) / million),
                count(
                        operation,
                        "voluntarySwitches",
                        (after.voluntarySwitches() - before.voluntarySwitches()) / million),
                count(
                        operation,
                        "involuntarySwitches",
                        (after.involuntarySwitches() - before.involuntarySwitches()) / million));
    }

    private ExactCount count(HotOperation operation, String counter, double value) {
        return new ExactCount(operation.name(), counter, value, limit(counter));
    }

    private double limit(String counter) {
        final String limit = limits.getProperty(counter);
        return limit == null ? Double.NaN : Double.parseDouble(limit);
    }

    /** Of our methods in the calling thread, over a round of everything. */
    private ExactCount deoptimisations(List<HotOperation> operations) throws IOException {
        final double all = operations.stream().mapToInt(HotOperation::perRound).sum();
        ExactCount best =
                new ExactCount("all of them", "deoptimisations", Double.POSITIVE_INFINITY, limit("deoptimisations"));
        for (int round = 0; round < ROUNDS_MAX && best.isOver(); round++) {
            final long found = deoptimisationsOnce(operations);
            best = new ExactCount(
                    best.operation(), best.counter(), Math.min(best.value(), found / all * 1e6), best.limit());
        }
        return best;
    }

    private static long deoptimisationsOnce(List<HotOperation> operations) throws IOException {
        final Path file = Files.createTempFile("doorbuster-deoptimisations", ".jfr");
        try (Recording recording = new Recording()) {
            recording.enable(DEOPTIMISATION).withoutThreshold();
            recording.start();
            operations.forEach(operation -> operation.run().accept(operation.perRound()));
            recording.stop();
            recording.dump(file);
            return RecordingFile.readAllEvents(file).stream()
                    .filter(ExactGates::isOurs)
                    .count();
        } finally {
            Files.delete(file);
        }
    }

    private static boolean isOurs(RecordedEvent event) {
        final RecordedMethod method = event.getValue("method");
        return method.getType().getName().startsWith(OURS)
                && event.getThread().getJavaThreadId() == Thread.currentThread().threadId();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
