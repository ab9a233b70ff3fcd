package io.doorbuster.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.codec.ModelRole;
import io.doorbuster.codec.Rung;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.model.ModelKind;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.engine.model.SampleModels;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine thread leaves no garbage once its code is compiled. An exact counter, not a clock. */
class EngineAllocationTest {
    private static final int ROUNDS_MAX = 30;
    private static final int TRIPLES = 10_000;
    private static final int REQUESTS = 1_000;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {0, 100})
    void viewClickAndRecommendShouldAllocateNothing(int explorationPermille) {
        try (Engine engine = new Engine(directory)) {
            final Script script = new Script(engine);
            script.configure(
                    Setting.DIMENSIONS,
                    64,
                    Setting.ITEMS_MAX,
                    1_000,
                    Setting.SHOPPERS_MAX,
                    1_000,
                    Setting.HASH_INTERVAL,
                    64,
                    Setting.EXPLORATION_PERMILLE,
                    explorationPermille);
            for (int i = 1; i <= 500; i++) {
                script.item(i, i % 7, 100L * i, "item-" + i);
                script.stock(i, 1_000);
            }
            final com.sun.management.ThreadMXBean threads =
                    (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
            long least = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS_MAX && least > TRIPLES; round++) {
                final long before = threads.getCurrentThreadAllocatedBytes();
                play(script, TRIPLES);
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertThat(least).as("bytes of %d triples", TRIPLES).isLessThan(TRIPLES);
        }
    }

    /** Every kind of model, beside a shadow. */
    @Test
    void requestsOfReleasedModelsShouldAllocateNothing() throws IOException {
        final Path models = Files.createDirectory(directory.resolve("models"));
        try (Engine engine = new Engine(directory.resolve("state"), new ModelShelf(models))) {
            final Script script = new Script(engine);
            script.configure(
                    Setting.DIMENSIONS, SampleModels.DIMS, Setting.ITEMS_MAX, 1_000, Setting.SHOPPERS_MAX, 100);
            for (int i = 1; i <= 300; i++) {
                script.item(i, i % 7, 100L * i, "item-" + i);
                script.stock(i, 1_000);
                script.view(1 + i % 20, i);
            }
            script.release(ModelRole.SHADOW, publish(ModelKind.TOWERS, 2, models));
            for (final ModelKind kind : ModelKind.values()) {
                script.release(ModelRole.ACTIVE, publish(kind, 1, models));
                assertThat(leastOfRecommends(script))
                        .as("bytes of %d requests, %s", REQUESTS, kind)
                        .isLessThan(REQUESTS);
            }
            assertThat(engine.models().shadowCounts().compared()).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource(names = "NULL_VAL", mode = EnumSource.Mode.EXCLUDE)
    void requestsOnEveryRungShouldAllocateNothing(Rung rung) {
        try (Engine engine = new Engine(directory)) {
            final Script script = new Script(engine);
            script.configure(Setting.DIMENSIONS, 64, Setting.ITEMS_MAX, 1_000, Setting.SHOPPERS_MAX, 100);
            for (int i = 1; i <= 300; i++) {
                script.item(i, i % 7, 100L * i, "item-" + i);
                script.stock(i, 1_000);
                script.view(1 + i % 20, i);
            }
            script.rung = rung;
            assertThat(leastOfRecommends(script))
                    .as("bytes of %d requests", REQUESTS)
                    .isLessThan(REQUESTS);
        }
    }

    private static byte[] publish(ModelKind kind, int seed, Path models) throws IOException {
        final ModelFile file = new SampleModels(seed).of(kind);
        file.write(ModelShelf.file(models, file.hash()));
        return HexFormat.of().parseHex(file.hash());
    }

    private static long leastOfRecommends(Script script) {
        final com.sun.management.ThreadMXBean threads =
                (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long[] none = new long[0];
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS_MAX && least > REQUESTS; round++) {
            final long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < REQUESTS; i++) {
                script.recommend(1 + i % 20, none, none);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    private static void play(Script script, int count) {
        final long[] none = new long[0];
        for (int i = 0; i < count; i++) {
            script.view(1 + i % 400, 1 + i % 200);
            script.click(1 + i % 300, 1 + i % 150, i % 20);
            script.recommend(1 + i % 350, none, none);
        }
    }
}
