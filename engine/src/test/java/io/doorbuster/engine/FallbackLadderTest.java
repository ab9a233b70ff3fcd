package io.doorbuster.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.Rung;
import io.doorbuster.codec.Scenario;
import io.doorbuster.codec.Setting;
import io.doorbuster.codec.SlateDecoder;
import io.doorbuster.engine.store.TrendingStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FallbackLadderTest {
    private static final int ITEMS = 200;
    private static final long ANN = 7_000;

    @TempDir
    Path directory;

    private Engine engine;
    private Script script;

    /** A shop with two kinds of sessions, and items that are popular beside them. */
    @BeforeEach
    void open() {
        engine = new Engine(directory.resolve("state"));
        script = new Script(engine);
        script.configure(Setting.DIMENSIONS, 32, Setting.ITEMS_MAX, 500, Setting.SHOPPERS_MAX, 500);
        for (int i = 1; i <= ITEMS; i++) {
            script.item(i, 1 + i % 5, 100L * i, "item-" + i);
            script.stock(i, 5);
        }
        for (int shopper = 1; shopper <= 60; shopper++) {
            script.view(shopper, shopper % 2 == 0 ? 101 : 111);
            script.view(shopper, (shopper % 2 == 0 ? 102 : 112) + shopper % 6);
            script.view(100 + shopper, 1 + shopper % 20);
            script.view(200 + shopper, 1 + shopper % 10);
        }
        script.view(ANN, 150);
        script.view(ANN, 101);
    }

    @AfterEach
    void close() {
        assertThat(engine.recomputeStateHash()).isEqualTo(engine.stateHash());
        engine.close();
    }

    private List<Long> slate(Rung rung) {
        script.rung = rung;
        return script.slate(ANN);
    }

    private Rung rungOfReply() {
        final SlateDecoder slate = new SlateDecoder();
        slate.wrapAndApplyHeader(script.reply, 0, new MessageHeaderDecoder());
        return slate.rung();
    }

    private List<Long> trending(int count) {
        final TrendingStore trending = engine.stores().trending();
        final List<Long> ids = new ArrayList<>();
        for (int place = 0; place < count; place++) {
            ids.add(engine.stores().items().itemId(trending.item(place)));
        }
        return ids;
    }

    @Test
    void everyRungShouldSayWhichItIsAndBeCounted() {
        for (final Rung rung : new Rung[] {Rung.POPULARITY, Rung.LOG_LINEAR, Rung.NEIGHBOURS, Rung.NETWORK}) {
            assertThat(slate(rung)).hasSize(20);
            assertThat(rungOfReply()).isEqualTo(rung);
            assertThat(engine.stores().engine().slates(rung)).isEqualTo(1);
        }
    }

    @Test
    void lowestRungShouldShowWhatIsPopularWhoeverAsks() {
        assertThat(slate(Rung.POPULARITY)).isEqualTo(trending(20));
        assertThat(script.slate(0)).isEqualTo(trending(20));
    }

    @Test
    void neighboursAndOwnItemsShouldStandBeforePopularOnes() {
        final List<Long> slate = slate(Rung.NEIGHBOURS);
        final List<Long> known = List.of(101L, 102L, 104L, 106L, 150L); // An even shopper's number modulo 6 is even.
        assertThat(slate.subList(0, 5)).containsExactlyInAnyOrderElementsOf(known);
        final List<Long> rest = new ArrayList<>(trending(25));
        rest.removeAll(known);
        assertThat(slate.subList(5, 20)).isEqualTo(rest.subList(0, 15));
    }

    @Test
    void logLinearShouldOrderTheSameCandidatesAnew() {
        script.slateSize = 100;
        final List<Long> network = slate(Rung.NETWORK);
        final List<Long> logLinear = slate(Rung.LOG_LINEAR);
        assertThat(logLinear).isNotEqualTo(network).contains(101L, 102L, 104L, 106L);
        script.rung = Rung.LOG_LINEAR; // So few candidates pass that a slate holds them all.
        script.category = 3;
        final List<Long> all = script.slate(ANN);
        script.rung = Rung.NETWORK;
        assertThat(script.slate(ANN)).containsExactlyInAnyOrderElementsOf(all);
    }

    /** Sold out, blocked by the request, of another price or category, too many of one category. */
    @ParameterizedTest
    @EnumSource(names = "NULL_VAL", mode = EnumSource.Mode.EXCLUDE)
    void filtersShouldHoldOnEveryRung(Rung rung) {
        script.slateSize = 100;
        assertThat(slate(rung)).contains(1L, 2L, 3L);
        script.stock(1, 0);
        script.retire(2);
        assertThat(script.slate(ANN, 3)).isNotEmpty().doesNotContain(1L, 2L, 3L);
        script.priceMin = 500;
        script.priceMax = 10_200;
        assertThat(script.slate(ANN))
                .contains(10L)
                .allSatisfy(id -> assertThat(id).isBetween(5L, 102L));
        script.category = 2;
        assertThat(script.slate(ANN))
                .contains(11L)
                .allSatisfy(id -> assertThat(1 + id % 5).isEqualTo(2));
        script.category = 0;
        script.categoryCap = 1;
        assertThat(script.slate(ANN)).hasSize(5).extracting(id -> id % 5).doesNotHaveDuplicates();
        script.categoryCap = 0;
        script.recommend(ANN, Scenario.ITEM_PAGE, new long[] {6});
        assertThat(script.slateItems()).isNotEmpty().doesNotContain(6L);
    }

    @ParameterizedTest
    @EnumSource(names = "NULL_VAL", mode = EnumSource.Mode.EXCLUDE)
    void emptyShopShouldHaveAnEmptySlateOnEveryRung(Rung rung) {
        for (int i = 1; i <= ITEMS; i++) {
            script.stock(i, 0);
        }
        assertThat(slate(rung)).isEmpty();
    }

    /** Before schema 3 records had no rung: they replay as they were answered. */
    @Test
    void recordOfAnOlderSchemaShouldBeOfTheNetwork() {
        final List<Long> network = slate(Rung.NETWORK);
        script.recommendOfSchemaTwo(ANN);
        assertThat(script.slateItems()).isEqualTo(network);
        assertThat(rungOfReply()).isEqualTo(Rung.NETWORK);
        assertThat(engine.stores().engine().slates(Rung.NETWORK)).isEqualTo(2);
    }
}
