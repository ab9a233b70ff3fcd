package io.doorbuster.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.doorbuster.codec.Setting;
import io.doorbuster.engine.checkpoint.CheckpointDamagedException;
import io.doorbuster.engine.checkpoint.CheckpointDirectory;
import io.doorbuster.engine.checkpoint.Checkpointer;
import io.doorbuster.engine.checkpoint.Restored;
import io.doorbuster.journal.RecordDescriptor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints taken while the engine goes on, beside the engine that applies every event. */
class CheckpointerTest {
    private static final int ITEMS = 400;
    private static final int SHOPPERS = 700;

    private final SplittableRandom random = new SplittableRandom(11);
    private final List<byte[]> records = new ArrayList<>();

    @TempDir
    Path directory;

    private CheckpointDirectory checkpoints() {
        return new CheckpointDirectory(directory.resolve("checkpoints"));
    }

    private Engine engine(String name) {
        return new Engine(directory.resolve(name));
    }

    private static void configure(Script script) {
        script.configure(
                Setting.ITEMS_MAX,
                512,
                Setting.SHOPPERS_MAX,
                512,
                Setting.RESERVATIONS_MAX,
                64,
                Setting.SOURCES_MAX,
                16);
    }

    /** The record just applied, as a journal would keep it. */
    private void keep(Script script) {
        final byte[] bytes = new byte[RecordDescriptor.length(script.record, 0)];
        script.record.getBytes(0, bytes);
        records.add(bytes);
    }

    /** Applies so many events; takes checkpoints as the engine's handler does. */
    private void play(Engine engine, Script script, Checkpointer checkpointer, int events) {
        for (int i = 0; i < events; i++) {
            final long before = engine.position();
            script.anything(random, ITEMS, SHOPPERS);
            if (engine.position() > before) {
                keep(script);
                if (checkpointer.isDue(engine.position(), RecordDescriptor.templateId(script.record, 0))) {
                    checkpointer.begin(engine.position(), engine.recordCrc(), engine.replyHash());
                }
            }
        }
    }

    private void applyFrom(Engine engine, long position) {
        final UnsafeBuffer reply = new UnsafeBuffer(new byte[Engine.REPLY_MAX]);
        for (final byte[] record : records.subList((int) position, records.size())) {
            engine.onRecord(new UnsafeBuffer(record), 0, reply, 0);
        }
    }

    private Checkpointer start(Engine engine, @Nullable Restored restored, long interval) throws IOException {
        return Checkpointer.start(checkpoints(), engine.stores(), restored, interval, position -> {});
    }

    @Test
    void checkpointAndTheRestShouldComeToWhatAllEventsComeTo() throws IOException {
        try (Engine live = engine("live")) {
            final Script script = new Script(live);
            configure(script);
            keep(script);
            long taken = 0;
            try (Checkpointer checkpointer = start(live, null, 1)) { // The next begins as soon as the last is written.
                for (int round = 0; round < 40; round++) {
                    play(live, script, checkpointer, 1_000);
                    taken += checkpointer.lastPosition() > 0 ? 1 : 0;
                }
                assertThat(checkpointer.failure()).isNull();
                assertThat(checkpointer.problem()).isNull();
            }
            assertThat(taken).isPositive();
            assertThat(checkpoints().positions()).hasSize(2);
            for (final long position : checkpoints().positions()) {
                try (Engine restored = engine("restored")) {
                    restored.restore(checkpoints(), checkpoints().read(position));
                    assertThat(restored.position()).isEqualTo(position);
                    assertThat(restored.recomputeStateHash()).isEqualTo(restored.stateHash());
                    applyFrom(restored, position);
                    assertThat(restored.stateHash()).isEqualTo(live.stateHash());
                    assertThat(restored.replyHash()).isEqualTo(live.replyHash());
                    assertThat(restored.recomputeStateHash()).isEqualTo(live.stateHash());
                }
            }
        }
    }

    @Test
    void engineThatBeganWithACheckpointShouldGoOnFromItsFiles() throws IOException {
        long first;
        try (Engine live = engine("live")) {
            final Script script = new Script(live);
            configure(script);
            keep(script);
            try (Checkpointer checkpointer = start(live, null, 0)) {
                play(live, script, checkpointer, 5_000);
                assertThat(checkpointer.finish(live.position(), live.recordCrc(), live.replyHash()))
                        .isTrue();
                first = live.position();
                play(live, script, checkpointer, 20);
            }
            try (Engine restored = engine("restored")) {
                final Restored from =
                        restored.restore(checkpoints(), checkpoints().read(first));
                try (Checkpointer checkpointer = start(restored, from, 0)) {
                    applyFrom(restored, first);
                    assertThat(checkpointer.finish(restored.position(), restored.recordCrc(), restored.replyHash()))
                            .isTrue();
                }
                assertThat(checkpoints().read(restored.position()).files())
                        .as("the pages of 20 events beside those of 5,000")
                        .hasSize(2)
                        .satisfies(files -> assertThat(files.getLast().pages())
                                .isLessThan(files.getFirst().pages() / 2));
            }
            try (Engine again = engine("again")) {
                again.restore(checkpoints(), checkpoints().read(live.position()));
                assertThat(again.stateHash()).isEqualTo(live.stateHash());
                assertThat(again.replyHash()).isEqualTo(live.replyHash());
            }
        }
    }

    @Test
    void everyDamageShouldBeFound() throws IOException {
        final long position;
        try (Engine live = engine("live")) {
            final Script script = new Script(live);
            configure(script);
            try (Checkpointer checkpointer = start(live, null, 0)) {
                play(live, script, checkpointer, 3_000);
                assertThat(checkpointer.finish(live.position(), live.recordCrc(), live.replyHash()))
                        .isTrue();
            }
            position = live.position();
        }
        for (final String name : List.of("checkpoint-" + position, "pages-" + position)) {
            final Path file = directory.resolve("checkpoints").resolve(name);
            final byte[] whole = Files.readAllBytes(file);
            for (int i = 0; i < 15; i++) {
                final int at = random.nextInt(whole.length);
                try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
                    damaged.seek(at);
                    damaged.write(whole[at] ^ 1 << random.nextInt(8));
                }
                if (name.startsWith("checkpoint") || at < 20 || at >= 32) { // 20 to 31 are unused.
                    assertDamaged(position);
                }
                Files.write(file, whole);
            }
            try (RandomAccessFile shorter = new RandomAccessFile(file.toFile(), "rw")) {
                shorter.setLength(whole.length - 1L - random.nextInt(whole.length - 1));
            }
            assertDamaged(position);
            Files.delete(file);
            if (name.startsWith("pages")) {
                assertDamaged(position);
            }
            Files.write(file, whole);
        }
        try (Engine restored = engine("restored")) {
            restored.restore(checkpoints(), checkpoints().read(position));
            assertThat(restored.position()).isEqualTo(position);
        }
    }

    private void assertDamaged(long position) {
        try (Engine engine = engine("damaged")) {
            assertThatThrownBy(() -> engine.restore(checkpoints(), checkpoints().read(position)))
                    .isInstanceOf(CheckpointDamagedException.class);
            assertThat(engine.position()).isZero();
        }
    }

    @Test
    void nothingShouldCountBeforeTheJournalIsOnTheDisk() throws IOException {
        final AtomicLong asked = new AtomicLong();
        try (Engine live = engine("live")) {
            final Script script = new Script(live);
            configure(script);
            final Checkpointer checkpointer = Checkpointer.start(checkpoints(), live.stores(), null, 0, position -> {
                asked.set(position);
                throw new IOException("the disk is gone");
            });
            try (checkpointer) {
                play(live, script, checkpointer, 100);
                assertThat(checkpointer.finish(live.position(), live.recordCrc(), live.replyHash()))
                        .isFalse();
            }
            assertThat(asked.get()).isEqualTo(live.position());
            assertThat(checkpointer.problem()).isEqualTo("the disk is gone");
        }
        assertThat(checkpoints().positions()).isEmpty();
        try (Stream<Path> left = Files.list(directory.resolve("checkpoints"))) {
            assertThat(left).singleElement().asString().endsWith("lock");
        }
    }
}
