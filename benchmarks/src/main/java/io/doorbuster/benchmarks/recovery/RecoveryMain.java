package io.doorbuster.benchmarks.recovery;

import io.doorbuster.engine.Engine;
import io.doorbuster.engine.checkpoint.CheckpointDirectory;
import io.doorbuster.engine.checkpoint.Checkpointer;
import io.doorbuster.engine.ring.InputRing;
import io.doorbuster.engine.ring.InputSlot;
import io.doorbuster.engine.ring.SharedPipeline;
import io.doorbuster.engine.ring.WaitPolicy;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.gateway.JvmFlags;
import io.doorbuster.gateway.Recovery;
import io.doorbuster.gateway.StateDirectory;
import io.doorbuster.journal.JournalAppender;
import io.doorbuster.journal.JournalFiles;
import io.doorbuster.journal.JournalForcer;
import io.doorbuster.journal.JournalSpace;
import io.doorbuster.journal.JournalTailer;
import io.doorbuster.journal.RecordDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Plays a mix through ring, journal, engine and checkpoints, without a network; then starts again, with the whole journal
 * behind the last checkpoint and with nothing behind it.
 *
 * <pre>
 *   RecoveryMain DIRECTORY ledger|shop EVENTS [ITEMS]
 * </pre>
 *
 * Of {@code ledger} also what comes to the same mix through a gateway, and of both what the engine alone does with records
 * that lie in memory.
 */
public final class RecoveryMain {
    private static final int PHASES = 6;
    private static final int CHECKPOINT_EVERY = 50_000;
    private static final int READ_BYTES = 1 << 20;
    private static final int APPLIED_MAX = 2_000_000;
    private static final int APPLIED_BYTES = 1 << 30;

    private final Path data;
    private final Mix mix;
    private final long events;
    private final int items;
    private final Histogram[] perEvent = {new Histogram(3), new Histogram(3)};

    private RecoveryMain(Path data, Mix mix, long events, int items) {
        this.data = data;
        this.mix = mix;
        this.events = events;
        this.items = items;
    }

    /** Measures and prints. */
    public static void main(String[] arguments) throws IOException {
        JvmFlags.check();
        final RecoveryMain main = new RecoveryMain(
                Path.of(arguments[0]),
                Mix.valueOf(arguments[1].toUpperCase(Locale.ROOT)),
                Long.parseLong(arguments[2]),
                arguments.length > 3 ? Integer.parseInt(arguments[3]) : MixRecords.ITEMS);
        main.play();
        main.startWithTail();
        main.applyFromMemory();
        main.startWithCheckpoint();
        if (main.mix == Mix.LEDGER) {
            print(
                    "%s through a gateway, one client: %,.0f events/s",
                    main.mix,
                    LiveLedger.eventsPerSecond(main.data.resolveSibling("live"), Math.min(main.events, APPLIED_MAX)));
        }
    }

    private CheckpointDirectory checkpoints() {
        return new CheckpointDirectory(DataDirectory.checkpoints(data));
    }

    /** Half of the phases with one checkpoint after another, half without. */
    private void play() throws IOException {
        final Path journal = DataDirectory.journal(data);
        final UnsafeBuffer record = new UnsafeBuffer(new byte[RecordDescriptor.RECORD_MAX]);
        final MixRecords records = new MixRecords(mix, items);
        try (DataDirectory locked = DataDirectory.open(data);
                StateDirectory state = StateDirectory.temporary();
                Engine engine = new Engine(state.path())) {
            JournalSpace.prepare(DataDirectory.journal(locked.path()));
            try (JournalAppender appender = JournalAppender.open(journal, 0, 0)) {
                records.configured(record);
                appender.append(record, 0);
                appender.flush();
                engine.onRecord(record, 0, new UnsafeBuffer(new byte[Engine.REPLY_MAX]), 0);
                final JournalForcer forcer = JournalForcer.start(appender, new JournalFiles(journal));
                try (forcer;
                        Checkpointer checkpointer =
                                Checkpointer.start(checkpoints(), engine.stores(), null, 0, forcer::await);
                        InputRing ring = new InputRing(1_024, WaitPolicy.BLOCKING)) {
                    final SharedPipeline pipeline =
                            new SharedPipeline(ring, appender, engine, checkpointer, (slot, endOfBatch) -> {});
                    for (int phase = 0; phase < PHASES; phase++) {
                        playPhase(phase % 2, records, ring, pipeline, engine, checkpointer);
                    }
                    pipeline.close();
                }
            }
        }
    }

    private void playPhase(
            int isTaking,
            MixRecords records,
            InputRing ring,
            SharedPipeline pipeline,
            Engine engine,
            Checkpointer checkpointer) {
        final Histogram histogram = perEvent[isTaking];
        final long count = events / PHASES;
        final long before = checkpointer.lastPosition();
        final long beginNs = System.nanoTime();
        long lastNs = beginNs;
        for (long i = 0; i < count; i++) {
            final InputSlot slot = ring.claim();
            if (slot == null) {
                throw new IllegalStateException("the ring is full");
            }
            records.next(slot.record());
            slot.replyTo(0, 0, false);
            ring.publish();
            pipeline.poll();
            if (isTaking == 1 && i % CHECKPOINT_EVERY == 0) {
                checkpointer.begin(engine.position(), engine.recordCrc(), engine.replyHash());
            }
            final long nowNs = System.nanoTime();
            histogram.recordValue(nowNs - lastNs);
            lastNs = nowNs;
        }
        final double seconds = (lastNs - beginNs) / 1e9;
        print(
                "%s phase %s checkpoints: %,.0f events/s; of one event p50 %.1f us, p99.9 %.0f us, longest %,.0f us; given up %d, last at %,d",
                mix,
                isTaking == 1 ? "with" : "without",
                count / seconds,
                histogram.getValueAtPercentile(50) / 1e3,
                histogram.getValueAtPercentile(99.9) / 1e3,
                histogram.getMaxValue() / 1e3,
                checkpointer.abandoned(),
                checkpointer.lastPosition() - before);
        histogram.reset();
    }

    private void startWithTail() throws IOException {
        try (Stream<Path> files = Files.list(DataDirectory.checkpoints(data))) {
            for (final Path file : files.toList()) {
                Files.delete(file);
            }
        }
        final List<Path> files = files(DataDirectory.journal(data), ".cq4");
        final double readSeconds = readPlainly(files);
        long beginNs = System.nanoTime();
        try (JournalTailer tailer = JournalTailer.open(DataDirectory.journal(data))) {
            drain(() -> tailer.poll((buffer, offset, length) -> {}, 256));
        }
        final double tailSeconds = (System.nanoTime() - beginNs) / 1e9;
        beginNs = System.nanoTime();
        try (StateDirectory state = StateDirectory.temporary();
                Engine engine = new Engine(state.path());
                Recovery recovery = new Recovery(data, engine)) {
            drain(() -> recovery.poll());
            final double seconds = (System.nanoTime() - beginNs) / 1e9;
            print(
                    "%s start with a tail of %,d events: %.2f s, %,.0f events/s, %,d compared; reading and checking alone %.2f s;"
                            + " plain read of %,d MB %.2f s",
                    mix,
                    engine.position(),
                    seconds,
                    engine.position() / seconds,
                    recovery.compared(),
                    tailSeconds,
                    bytes(files) >> 20,
                    readSeconds);
            beginNs = System.nanoTime();
            try (Checkpointer checkpointer =
                    Checkpointer.start(checkpoints(), engine.stores(), null, 0, position -> {})) {
                checkpointer.finish(engine.position(), engine.recordCrc(), engine.replyHash());
            }
            print("%s checkpoint of all pages: %.3f s", mix, (System.nanoTime() - beginNs) / 1e9);
        }
    }

    /** The first records of the journal, which have been read before, through an engine and nothing else. */
    private void applyFromMemory() throws IOException {
        final UnsafeBuffer records = new UnsafeBuffer(ByteBuffer.allocateDirect(APPLIED_BYTES));
        final int[] offsets = new int[APPLIED_MAX + 1];
        final int[] counts = new int[1];
        try (JournalTailer tailer = JournalTailer.open(DataDirectory.journal(data))) {
            drain(() -> tailer.poll(
                    (buffer, offset, length) -> {
                        final int at = counts[0];
                        if (at < APPLIED_MAX
                                && offsets[at] + length <= APPLIED_BYTES
                                && RecordDescriptor.position(buffer, offset) > 0) {
                            records.putBytes(offsets[at], buffer, offset, length);
                            offsets[at + 1] = offsets[at] + RecordDescriptor.alignedLength(length);
                            counts[0] = at + 1;
                        }
                    },
                    256));
        }
        final int count = counts[0];
        final UnsafeBuffer reply = new UnsafeBuffer(new byte[Engine.REPLY_MAX]);
        try (StateDirectory state = StateDirectory.temporary();
                Engine engine = new Engine(state.path())) {
            final long beginNs = System.nanoTime();
            for (int i = 0; i < count; i++) {
                engine.onRecord(records, offsets[i], reply, 0);
            }
            print("%s from memory: %,.0f events/s", mix, count / ((System.nanoTime() - beginNs) / 1e9));
        }
    }

    private void startWithCheckpoint() throws IOException {
        final List<Path> files = files(DataDirectory.checkpoints(data), "");
        for (int i = 0; i < 5; i++) {
            final double readSeconds = readPlainly(files);
            final long beginNs = System.nanoTime();
            try (StateDirectory state = StateDirectory.temporary();
                    Engine engine = new Engine(state.path())) {
                final long madeNs = System.nanoTime();
                try (Recovery recovery = new Recovery(data, engine)) {
                    final long restoredNs = System.nanoTime();
                    drain(() -> recovery.poll());
                    print(
                            "%s start with a checkpoint of %,d MB and no tail: %.3f s (restored after %.3f s); plain read %.3f s",
                            mix,
                            bytes(files) >> 20,
                            (System.nanoTime() - beginNs) / 1e9,
                            (restoredNs - madeNs) / 1e9,
                            readSeconds);
                }
            }
        }
    }

    /** Something that is polled until it has no more. */
    private interface Source {
        int poll() throws IOException;
    }

    private static void drain(Source source) throws IOException {
        int count = 1;
        while (count > 0) {
            count = source.poll();
        }
    }

    private static List<Path> files(Path directory, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(suffix)).toList();
        }
    }

    private static long bytes(List<Path> files) throws IOException {
        long sum = 0;
        for (final Path file : files) {
            sum += Files.size(file);
        }
        return sum;
    }

    private static double readPlainly(List<Path> files) throws IOException {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);
        final long beginNs = System.nanoTime();
        for (final Path file : files) {
            try (FileChannel channel = FileChannel.open(file)) {
                int read = 0;
                while (read >= 0) {
                    read = channel.read(buffer.clear());
                }
            }
        }
        return (System.nanoTime() - beginNs) / 1e9;
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }
}
