package io.doorbuster.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.doorbuster.codec.ExplanationDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.Scenario;
import io.doorbuster.codec.ScoresDecoder;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.store.ItemStore;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineTest {
    private static final Object[] SMALL = {
        Setting.DIMENSIONS,
        32,
        Setting.ITEMS_MAX,
        1_000,
        Setting.SHOPPERS_MAX,
        500,
        Setting.RESERVATIONS_MAX,
        128,
        Setting.SOURCES_MAX,
        16
    };

    @TempDir
    Path directory;

    private Engine engine;
    private Script script;

    @BeforeEach
    void open() {
        engine = new Engine(directory.resolve("a"));
        script = new Script(engine);
        script.configure(SMALL);
    }

    @AfterEach
    void close() {
        assertThat(engine.recomputeStateHash()).isEqualTo(engine.stateHash());
        engine.close();
    }

    private void catalogue(int count, int stock) {
        for (int i = 1; i <= count; i++) {
            assertThat(script.item(i, 1 + i % 5, i * 100L, "item-" + i)).isEqualTo(Outcome.ACCEPTED);
            assertThat(script.stock(i, stock)).isEqualTo(Outcome.ACCEPTED);
        }
    }

    @Test
    void firstRecordShouldHaveToBeConfigured() {
        final Script early = new Script(new Engine(directory.resolve("b")));
        assertThatThrownBy(() -> early.view(1, 1)).hasMessageContaining("configured");
    }

    @Test
    void soldOutItemShouldLeaveTheNextSlateAndComeBackAfterRestock() {
        catalogue(30, 5);
        script.view(100, 3);
        assertThat(script.slate(100)).contains(3L);
        assertThat(script.buy(100, 3, 5, 0)).isEqualTo(Outcome.ACCEPTED);
        assertThat(script.slate(100)).doesNotContain(3L);
        assertThat(script.slate(0)).doesNotContain(3L);
        script.stock(3, 1);
        assertThat(script.slate(100)).contains(3L);
        assertThat(script.reserve(1, 3, 1, 60_000)).isEqualTo(Outcome.ACCEPTED);
        assertThat(script.slate(100)).doesNotContain(3L);
        script.passSeconds(61);
        assertThat(script.slate(100)).contains(3L);
        script.retire(3);
        assertThat(script.slate(100)).doesNotContain(3L);
    }

    @Test
    void filtersBlocklistAndCapShouldHold() {
        catalogue(60, 5);
        for (int i = 1; i <= 60; i++) {
            script.view(1 + i % 7, i);
        }
        assertThat(script.slate(1)).hasSize(20).doesNotHaveDuplicates();
        assertThat(script.slate(1, 5, 6, 7)).doesNotContain(5L, 6L, 7L);
        script.category = 2;
        assertThat(script.slate(1))
                .isNotEmpty()
                .allSatisfy(id -> assertThat(1 + id % 5).isEqualTo(2));
        script.category = 0;
        script.priceMin = 1_000;
        script.priceMax = 2_000;
        assertThat(script.slate(1))
                .hasSize(11)
                .allSatisfy(id -> assertThat(id * 100).isBetween(1_000L, 2_000L));
        script.priceMin = 0;
        script.priceMax = 0;
        script.categoryCap = 2;
        assertThat(script.slate(1)).hasSize(10);
        script.categoryCap = 0;
        script.recommend(1, new long[] {9, 10});
        assertThat(script.slateItems()).doesNotContain(9L, 10L).isNotEmpty();
    }

    @Test
    void itemsOfOneSessionShouldBecomeNeighbours() {
        catalogue(300, 5);
        for (int shopper = 1; shopper <= 20; shopper++) {
            script.view(shopper, 290);
            script.view(shopper, 291);
            script.passSeconds(7_200);
        }
        script.slateSize = 5;
        script.recommend(0, new long[] {290});
        assertThat(script.slateItems().getFirst()).isEqualTo(291);
        assertThat(script.slate(999)).contains(290L, 291L); // Trending, for a shopper who is not known.
    }

    @Test
    void sessionThatTheCallerKeepsShouldBeAskedLikeOneThatIsRememberedAndChangeNothing() {
        catalogue(300, 5);
        for (int shopper = 1; shopper <= 40; shopper++) {
            for (final long item : new long[] {201, 202, 203, 201}) {
                script.view(shopper, item);
            }
            script.view(1_000 + shopper, 1 + shopper % 100);
        }
        script.view(7_000, 201);
        script.view(7_000, 202);
        script.slateSize = 10;
        script.recommend(0, Scenario.SESSION, new long[] {201, 202});
        final List<Long> given = script.slateItems();
        assertThat(given).contains(201L, 202L, 203L); // Its own items may come again.
        script.recommend(0, Scenario.ITEM_PAGE, new long[] {201, 202});
        assertThat(script.slateItems()).contains(203L).doesNotContain(201L, 202L);
        assertThat(script.slate(7_000).getFirst()).isEqualTo(given.getFirst());
        script.recommend(0, Scenario.SESSION, new long[] {999_999});
        assertThat(script.slateItems()).hasSize(10);
        assertThat(engine.stores().sessions().newest()).isEqualTo(81); // A request begins none.
    }

    @Test
    void whoComesBackShouldFindTheirOwnItemsWhereShoppersComeBackToThem() {
        catalogue(200, 1_000);
        for (int week = 0; week < 30; week++) {
            for (int shopper = 1; shopper <= 30; shopper++) {
                script.buy(shopper, shopper, 1, 0); // Each has one of their own, bought every week.
                script.view(shopper, 100 + (shopper * 7 + week * 13) % 90);
                script.passSeconds(60);
            }
            script.passSeconds(7 * 86_400);
        }
        script.slateSize = 5;
        int found = 0;
        for (int shopper = 1; shopper <= 30; shopper++) {
            found += script.slate(shopper).contains((long) shopper) ? 1 : 0;
        }
        assertThat(found).isGreaterThanOrEqualTo(27);
    }

    @Test
    void learningShouldRaiseWhatAShopperLikesAndNewItemsShouldInheritIt() {
        catalogue(200, 5);
        for (int round = 0; round < 60; round++) {
            for (int shopper = 1; shopper <= 10; shopper++) {
                final long liked = 5L * (1 + (round * 7 + shopper) % 38) + shopper % 2; // Category 1 or 2.
                script.click(shopper, liked, 65_534);
            }
        }
        double likes = 0;
        double others = 0;
        for (int i = 0; i < 38; i++) {
            likes += script.scoreOf(2, 5L * (1 + i));
            others += script.scoreOf(2, 5L * (1 + i) + 2);
        }
        assertThat(likes).isGreaterThan(others + 5);
        script.item(900, 1, 300, "new-liked");
        script.item(901, 4, 300, "new-other");
        assertThat(script.scoreOf(2, 900)).isGreaterThan(script.scoreOf(2, 901));
    }

    @Test
    void explanationShouldAddUpToTheScore() {
        catalogue(50, 5);
        final SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 500; i++) {
            script.click(1 + random.nextInt(5), 1 + random.nextInt(50), 65_534);
        }
        final float score = script.scoreOf(3, 17);
        final ExplanationDecoder explanation = script.explain(3, 17);
        assertThat(explanation.score()).isEqualTo(score);
        final float bias = explanation.bias();
        final float[] lanes = new float[16];
        int d = 0;
        for (final ExplanationDecoder.TermsDecoder term : explanation.terms()) {
            assertThat(term.product()).isEqualTo(term.shopperValue() * term.itemValue());
            lanes[d % 16] = d < 16 ? term.product() : lanes[d % 16] + term.product();
            d++;
        }
        for (int half = 8; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                lanes[i] += lanes[i + half];
            }
        }
        assertThat(lanes[0] + bias).isEqualTo(score).isNotZero();
    }

    @Test
    void sourceSequenceShouldDecideWhatIsApplied() {
        catalogue(2, 5);
        final long reserved = script.sequence() + 1;
        assertThat(script.reserve(9, 1, 2, 60_000)).isEqualTo(Outcome.ACCEPTED);
        final long firstPosition = script.acknowledged.position();
        final long firstDetail = script.acknowledged.detail();
        final long hash =
                engine.stores().items().reserved(engine.stores().items().rowOf(1));
        script.reserve(9, 1, 2, 60_000);
        assertThat(script.acknowledged.outcome()).isEqualTo(Outcome.RESERVATION_EXISTS);
        encodeAgain(reserved);
        assertThat(script.acknowledged.outcome()).isEqualTo(Outcome.ACCEPTED);
        assertThat(script.acknowledged.position()).isEqualTo(firstPosition);
        assertThat(script.acknowledged.detail()).isEqualTo(firstDetail);
        assertThat((long)
                        engine.stores().items().reserved(engine.stores().items().rowOf(1)))
                .isEqualTo(hash);
        encodeAgain(script.sequence() + 5);
        assertThat(script.acknowledged.outcome()).isEqualTo(Outcome.SEQUENCE_GAP);
        assertThat(script.acknowledged.detail()).isEqualTo(script.sequence() + 1);
        for (int i = 0; i < 100; i++) {
            script.view(1, 1);
        }
        encodeAgain(reserved);
        assertThat(script.acknowledged.outcome()).isEqualTo(Outcome.SEQUENCE_STALE);
    }

    private void encodeAgain(long sequence) {
        final io.doorbuster.codec.ReserveStockRecordEncoder again = new io.doorbuster.codec.ReserveStockRecordEncoder();
        again.wrapAndApplyHeader(
                        script.record,
                        io.doorbuster.journal.RecordDescriptor.MESSAGE_OFFSET,
                        new io.doorbuster.codec.MessageHeaderEncoder())
                .reservationId(9)
                .itemId(1)
                .quantity(2)
                .timeToLiveMillis(60_000);
        script.fact(again.encodedLength(), sequence);
    }

    @Test
    void collisionsUnknownItemsAndAFullStoreShouldBeRefusedWithoutAnyChange() {
        catalogue(3, 5);
        assertThat(script.item(3, 1, 1, "another")).isEqualTo(Outcome.ITEM_ID_COLLISION);
        assertThat(script.price(77, 1)).isEqualTo(Outcome.UNKNOWN_ITEM);
        assertThat(script.view(1, 77)).isEqualTo(Outcome.UNKNOWN_ITEM);
        assertThat(engine.stores().shoppers().inUse()).isZero();
        for (int i = 4; i <= 1_000; i++) {
            script.item(i, 1, 1, "i" + i);
        }
        assertThat(script.item(1_001, 1, 1, "one too many")).isEqualTo(Outcome.ITEM_STORE_FULL);
        assertThat(engine.stores().items().inUse()).isEqualTo(1_000);
        assertThat(script.item(3, 1, 5, "item-3")).isEqualTo(Outcome.ACCEPTED);
        final ScoresDecoder scores = script.score(1, 3, 1_001);
        assertThat(scores.items().next().outcome()).isEqualTo(Outcome.ACCEPTED);
    }

    @Test
    void unitsOfEndedReservationsShouldBeFreeHoweverManyEndAtOnce() {
        final Engine large = new Engine(directory.resolve("b"));
        final Script sale = new Script(large);
        sale.configure(Setting.RESERVATIONS_MAX, 5_000, Setting.ITEMS_MAX, 100, Setting.SHOPPERS_MAX, 100);
        sale.item(1, 1, 1, "a");
        sale.stock(1, 5_000);
        for (int id = 1; id <= 5_000; id++) {
            assertThat(sale.reserve(id, 1, 1, 60_000)).isEqualTo(Outcome.ACCEPTED);
        }
        sale.item(2, 1, 1, "b");
        sale.stock(2, 1);
        assertThat(sale.reserve(9_000, 2, 1, 60_000)).isEqualTo(Outcome.RESERVATIONS_FULL);
        sale.passSeconds(61);
        assertThat(sale.reserve(9_001, 1, 5_000, 60_000)).isEqualTo(Outcome.ACCEPTED);
        assertThat(sale.reserve(9_002, 2, 1, 60_000)).isEqualTo(Outcome.ACCEPTED);
        assertThat(large.recomputeStateHash()).isEqualTo(large.stateHash());
        large.close();
    }

    @Test
    void timeOfFactsShouldNeverRunAheadOfTheJournal() {
        script.configure(Setting.ENGINE_TIME, 1);
        script.occurredSecondsAgo = 1_000_000;
        catalogue(2, 1);
        assertThat(script.reserve(1, 1, 1, 60_000)).isEqualTo(Outcome.ACCEPTED);
        script.passSeconds(30);
        script.occurredSecondsAgo = -80_000; // A shop whose clock is a day ahead.
        script.view(1, 2);
        script.occurredSecondsAgo = 0;
        assertThat(script.reserve(2, 2, 1, 60_000)).isEqualTo(Outcome.ACCEPTED);
        script.passSeconds(50);
        script.configure(Setting.ENGINE_TIME, 0);
        assertThat(script.reserve(3, 2, 1, 60_000)).isEqualTo(Outcome.INSUFFICIENT_STOCK);
        script.passSeconds(11);
        assertThat(script.slate(1)).contains(1L, 2L);
    }

    @Test
    void fixedSettingShouldNotBeChangedLater() {
        script.configure(Setting.TRENDING_HALF_LIFE_MILLIS, 1_000);
        assertThat(script.outcomeOfConfigure()).isEqualTo(Outcome.CONFIGURATION_REFUSED);
        script.configure(Setting.SLATE_MAX, 7);
        assertThat(script.outcomeOfConfigure()).isEqualTo(Outcome.ACCEPTED);
        assertThat(engine.settings().slateMax()).isEqualTo(7);
    }

    @Test
    void createOnlyUpsertShouldLeaveAnItemAsItIs() {
        assertThat(script.item(7, 1, 500, "item-7", true, 3)).isEqualTo(Outcome.ACCEPTED);
        final ItemStore items = engine.stores().items();
        final int row = items.rowOf(7);
        assertThat(items.onHand(row)).isEqualTo(3);
        script.stock(7, 2);
        assertThat(script.item(7, 2, 900, "item-7", true, 50)).isEqualTo(Outcome.ACCEPTED);
        assertThat(items.priceMinor(row)).isEqualTo(500);
        assertThat(items.category(row)).isEqualTo(1);
        assertThat(items.onHand(row)).isEqualTo(2);
        assertThat(script.item(7, 2, 900, "item-7", false, 50)).isEqualTo(Outcome.ACCEPTED);
        assertThat(items.priceMinor(row)).isEqualTo(900);
        assertThat(items.onHand(row)).isEqualTo(2);
        assertThat(script.item(7, 2, 900, "other", true, 50)).isEqualTo(Outcome.ITEM_ID_COLLISION);
    }

    @Test
    void requestsShouldCreateNoShopperAndErasureShouldLeaveNone() {
        catalogue(10, 5);
        script.slate(55);
        assertThat(engine.stores().shoppers().inUse()).isZero();
        script.view(55, 1);
        assertThat(engine.stores().shoppers().inUse()).isEqualTo(1);
        assertThat(script.erase(55)).isEqualTo(Outcome.ACCEPTED);
        assertThat(engine.stores().shoppers().inUse()).isZero();
        assertThat(script.erase(55)).isEqualTo(Outcome.UNKNOWN_SHOPPER);
    }

    @Test
    void twoEnginesShouldAgreeOnRandomEvents() {
        final Engine other = new Engine(directory.resolve("b"));
        final Script twin = new Script(other);
        twin.configure(SMALL);
        play(script, 30_000, 1);
        play(twin, 30_000, 1);
        assertThat(other.stateHash()).isEqualTo(engine.stateHash());
        assertThat(other.replyHash()).isEqualTo(engine.replyHash());
        other.close();
    }

    static void play(Script script, int events, long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        for (int i = 1; i <= 200; i++) {
            script.item(i, 1 + i % 9, random.nextInt(10_000), "item-" + i);
            script.stock(i, random.nextInt(50));
        }
        for (int i = 0; i < events; i++) {
            final long shopper = 1 + random.nextInt(800); // More than the store holds.
            final long item = 1 + random.nextInt(random.nextInt(210) + 1);
            switch (random.nextInt(14)) {
                case 0 -> script.stock(item, random.nextInt(60));
                case 1 -> script.adjust(item, random.nextInt(21) - 10);
                case 2 -> script.price(item, random.nextInt(10_000));
                case 3 ->
                    script.reserve(1 + random.nextInt(300), item, 1 + random.nextInt(5), 1 + random.nextInt(9_000));
                case 4 -> script.confirm(1 + random.nextInt(300));
                case 5 -> script.release(1 + random.nextInt(300));
                case 6 -> script.buy(shopper, item, 1 + random.nextInt(3), random.nextInt(4) == 0 ? 1 : 0);
                case 7 -> script.cart(shopper, item);
                case 8 -> script.click(shopper, item, random.nextInt(30));
                case 9 ->
                    script.shown(
                            shopper,
                            script.slate(shopper).stream()
                                    .mapToLong(Long::longValue)
                                    .toArray());
                case 10 -> script.passSeconds(random.nextInt(3));
                case 11 -> script.erase(shopper);
                case 12 -> script.recommend(shopper, new long[] {item});
                default -> script.view(shopper, item);
            }
        }
    }
}
