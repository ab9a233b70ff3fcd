package io.doorbuster.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.Setting;
import io.doorbuster.codec.SlateDecoder;
import io.doorbuster.engine.decision.SlateBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplorationTest {
    private static final long[] NOTHING = new long[0];

    @TempDir
    Path directory;

    private Engine engine;
    private Script script;

    @BeforeEach
    void open() {
        engine = new Engine(directory.resolve("a"));
        script = shop(engine, 0);
    }

    @AfterEach
    void close() {
        assertThat(engine.recomputeStateHash()).isEqualTo(engine.stateHash());
        engine.close();
    }

    private static Script shop(Engine engine, int permille) {
        final Script script = new Script(engine);
        script.configure(
                Setting.DIMENSIONS,
                32,
                Setting.ITEMS_MAX,
                1_000,
                Setting.SHOPPERS_MAX,
                500,
                Setting.RESERVATIONS_MAX,
                128,
                Setting.SOURCES_MAX,
                16,
                Setting.SESSIONS_MAX,
                1_024,
                Setting.EXPLORATION_PERMILLE,
                permille);
        for (int i = 1; i <= 60; i++) {
            script.item(i, 1 + i % 5, i * 100L, "item-" + i);
            script.stock(i, 5);
            script.view(1 + i % 7, i);
        }
        return script;
    }

    @Test
    void slatesShouldBeDrawnAnewForEachRequestAndBeginAndEndWithTheSetting() {
        final List<Long> greedy = script.slate(1);
        assertThat(script.slate(1)).isEqualTo(greedy);
        script.configure(Setting.EXPLORATION_PERMILLE, 500);
        assertThat(script.outcomeOfConfigure()).isEqualTo(Outcome.ACCEPTED);
        final List<Long> drawn = script.slate(1);
        assertThat(drawn).isNotEqualTo(greedy).doesNotHaveDuplicates().hasSize(20);
        assertThat(script.slate(1)).isNotEqualTo(drawn);
        script.configure(Setting.EXPLORATION_PERMILLE, 1_001);
        assertThat(script.outcomeOfConfigure()).isEqualTo(Outcome.CONFIGURATION_REFUSED);
        script.configure(Setting.EXPLORATION_PERMILLE, 0);
        assertThat(script.slate(1)).isEqualTo(greedy);
    }

    @Test
    void whatIsKeptOutShouldStayOutHoweverMuchIsDrawn() {
        script.configure(Setting.EXPLORATION_PERMILLE, 1_000);
        script.stock(9, 0);
        script.retire(10);
        script.categoryCap = 2;
        script.priceMin = 500;
        script.priceMax = 4_000;
        for (int request = 0; request < 200; request++) {
            final List<Long> slate = script.slate(1, 11, 12);
            assertThat(slate)
                    .doesNotContain(9L, 10L, 11L, 12L)
                    .hasSize(10)
                    .doesNotHaveDuplicates()
                    .allSatisfy(id -> assertThat(id).isBetween(5L, 40L));
            for (long category = 0; category < 5; category++) {
                final long of = category;
                assertThat(slate).filteredOn(id -> id % 5 == of).hasSize(2);
            }
        }
    }

    @Test
    void replyShouldHoldPropensitiesAndTheEngineWhatWasDrawnFrom() {
        script.configure(Setting.EXPLORATION_PERMILLE, 250);
        final long[] pool = new long[SlateBuffer.POOL_MAX];
        int greedyPlaces = 0;
        for (int request = 0; request < 50; request++) {
            script.recommend(1, NOTHING);
            final SlateDecoder slate = new SlateDecoder();
            slate.wrapAndApplyHeader(script.reply, 0, new MessageHeaderDecoder());
            int place = 0;
            for (final SlateDecoder.ItemsDecoder item : slate.items()) {
                final int size = engine.lastPool(place++, pool);
                assertThat(size).isEqualTo(SlateBuffer.POOL_MAX);
                assertThat(pool).contains(item.itemId());
                final boolean isGreedy = pool[0] == item.itemId();
                assertThat(item.propensity()).isEqualTo((float) (isGreedy ? 0.75 + 0.0125 : 0.0125));
                greedyPlaces += isGreedy ? 1 : 0;
                item.skipExternalId();
            }
        }
        assertThat(greedyPlaces).isBetween(700, 820); // Of 1,000; 762.5 are expected.
    }

    @Test
    void secondEngineShouldDrawTheSame() {
        try (Engine one = new Engine(directory.resolve("b"));
                Engine other = new Engine(directory.resolve("c"))) {
            EngineTest.play(shop(one, 300), 5_000, 9);
            EngineTest.play(shop(other, 300), 5_000, 9);
            assertThat(other.replyHash()).isEqualTo(one.replyHash());
            assertThat(other.stateHash()).isEqualTo(one.stateHash());
        }
    }

    @Test
    void drawingShouldChangeNoState() {
        try (Engine other = new Engine(directory.resolve("b"))) {
            final Script twin = shop(other, 0);
            for (final Script of : List.of(script, twin)) {
                of.configure(Setting.EXPLORATION_PERMILLE, of == twin ? 900 : 0);
                for (int request = 0; request < 20; request++) {
                    of.recommend(1 + request % 9, NOTHING);
                }
                of.configure(Setting.EXPLORATION_PERMILLE, 0);
            }
            assertThat(other.replyHash()).isNotEqualTo(engine.replyHash());
            assertThat(other.stateHash()).isEqualTo(engine.stateHash());
        }
    }
}
