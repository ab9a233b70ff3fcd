package io.doorbuster.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.codec.Setting;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine thread leaves no garbage once its code is compiled. An exact counter, not a clock. */
class EngineAllocationTest {
    private static final int ROUNDS_MAX = 30;
    private static final int TRIPLES = 10_000;

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

    private static void play(Script script, int count) {
        final long[] none = new long[0];
        for (int i = 0; i < count; i++) {
            script.view(1 + i % 400, 1 + i % 200);
            script.click(1 + i % 300, 1 + i % 150, i % 20);
            script.recommend(1 + i % 350, none, none);
        }
    }
}
