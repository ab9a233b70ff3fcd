package io.doorbuster.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.codec.Rung;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.intake.ShopEvent.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EngineModelTest {
    private static final ModelShelf NO_MODELS = new ModelShelf(Path.of("none"));

    private final Logs logs = new Logs();

    private static String letters(int from, int to) {
        final StringBuilder letters = new StringBuilder();
        for (int letter = from; letter < to; letter++) {
            letters.append((char) (0x4E00 + letter));
        }
        return letters.toString();
    }

    @Test
    void engineShouldLearnFromTheLogAndAnswerItsContext() throws IOException {
        for (int shopper = 0; shopper < 30; shopper++) {
            logs.log.add(shopper, logs.item('a'), shopper * Logs.DAY_NS, Kind.VIEWED, 1);
            logs.log.add(shopper, logs.item('b'), shopper * Logs.DAY_NS + 1, Kind.CLICKED, 1);
            logs.log.add(shopper, logs.item('c'), shopper * Logs.DAY_NS + 2, Kind.CARTED, 2);
            logs.log.add(shopper, logs.item('d'), shopper * Logs.DAY_NS + 3, Kind.PURCHASED, 2);
        }
        logs.item('x');
        logs.ask(-1, "a", "b", "");
        logs.ask(-1, "a", "b", "b");
        try (EngineModel engine = new EngineModel(logs.task(null, 40, 1, 0, 0), Map.of(Setting.SEED, 9L), NO_MODELS)) {
            engine.train(event -> {});
            assertThat(logs.slate(engine, 0)).contains("b", "c", "d").doesNotContain("x");
            assertThat(logs.slate(engine, 1)).contains("c").doesNotContain("b");
            assertThat(engine.itemsThere()).isEqualTo(4);
            assertThat(engine.isThere(logs.item('x'))).isFalse();
            assertThat(engine.settings()).containsEntry("SEED", 9L).containsEntry("ENGINE_TIME", 0L);
            assertThat(engine.latencyNs())
                    .hasEntrySatisfying(
                            Rung.NETWORK,
                            latency -> assertThat(latency.getTotalCount()).isEqualTo(2));
        }
    }

    @Test
    void nothingExcludedShouldStandInASlateHoweverMuchItIs() throws IOException {
        for (int shopper = 0; shopper < 10; shopper++) {
            logs.has(shopper, 1, letters(0, 400));
        }
        logs.ask(3, letters(380, 390), letters(399, 400), letters(0, 390));
        logs.ask(3, letters(380, 390), letters(399, 400), letters(0, 12));
        try (EngineModel engine = new EngineModel(logs.task(null, 500, 1, 0, 0), Map.of(), NO_MODELS)) {
            engine.train(event -> {});
            assertThat(letters(390, 400)).contains(logs.slate(engine, 0).split(""));
            assertThat(logs.slate(engine, 1)).hasSize(Metrics.PLACES);
            assertThat(letters(12, 400)).contains(logs.slate(engine, 1).split(""));
        }
    }
}
