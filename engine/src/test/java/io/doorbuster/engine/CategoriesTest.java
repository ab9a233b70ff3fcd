package io.doorbuster.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.Retrieved;
import io.doorbuster.codec.Setting;
import io.doorbuster.codec.SlateDecoder;
import io.doorbuster.engine.decision.Imputation;
import io.doorbuster.engine.store.CategoryStore;
import io.doorbuster.engine.store.EmbeddingStore;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.Missing;
import io.doorbuster.engine.store.Outliers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What categories know, what cleaning makes of prices and ratings, and what retrieval takes from them. */
class CategoriesTest {
    private static final long[] NOTHING = new long[0];

    @TempDir
    Path directory;

    private Engine engine;
    private Script script;

    @BeforeEach
    void open() {
        engine = new Engine(directory);
        script = new Script(engine);
        script.slateSize = 40;
    }

    @AfterEach
    void close() {
        assertThat(engine.recomputeStateHash()).isEqualTo(engine.stateHash());
        engine.close();
    }

    private void shop(Object... more) {
        final List<Object> settings = new ArrayList<>(List.of(
                Setting.DIMENSIONS,
                16,
                Setting.ITEMS_MAX,
                12_000,
                Setting.SHOPPERS_MAX,
                200,
                Setting.RESERVATIONS_MAX,
                16,
                Setting.SOURCES_MAX,
                16,
                Setting.SESSIONS_MAX,
                1_024));
        settings.addAll(List.of(more));
        script.configure(settings.toArray());
    }

    private void item(long id, int category, long priceMinor) {
        script.item(id, category, priceMinor, "item-" + id, false, 10);
    }

    private int row(long id) {
        return engine.stores().items().rowOf(id);
    }

    private CategoryStore categories() {
        return engine.stores().categories();
    }

    private Imputation imputation() {
        return new Imputation(engine.stores());
    }

    private Map<Retrieved, List<Long>> slateOf(long shopper) {
        script.recommend(shopper, NOTHING);
        final SlateDecoder slate = new SlateDecoder();
        slate.wrapAndApplyHeader(script.reply, 0, new MessageHeaderDecoder());
        final Map<Retrieved, List<Long>> items = new EnumMap<>(Retrieved.class);
        for (final SlateDecoder.ItemsDecoder item : slate.items()) {
            items.computeIfAbsent(item.retrieved(), retrieved -> new ArrayList<>())
                    .add(item.itemId());
            item.externalId();
        }
        return items;
    }

    @Test
    void categoriesShouldKnowWhatATwinKnows() {
        shop();
        final SplittableRandom random = new SplittableRandom(5);
        final Map<Long, Integer> categoryOf = new HashMap<>();
        final Map<Integer, List<Long>> newest = new HashMap<>();
        for (int i = 0; i < 4_000; i++) {
            final long id = 1 + random.nextInt(120);
            if (!categoryOf.containsKey(id) || random.nextInt(10) == 0) {
                final int category = categoryOf.getOrDefault(id, random.nextInt(4));
                item(id, category, random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(10_000));
                if (categoryOf.put(id, category) == null && category != 0) {
                    newest.computeIfAbsent(category, key -> new ArrayList<>()).addFirst(id);
                }
            } else if (random.nextInt(5) == 0) {
                script.price(id, random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(10_000));
            } else {
                script.view(1 + random.nextInt(30), id);
            }
        }
        for (int category = 1; category < 4; category++) {
            final int each = category;
            final List<Long> members = categoryOf.keySet().stream()
                    .filter(id -> categoryOf.getOrDefault(id, 0) == each)
                    .toList();
            compare(categories().rowOf(category), members, newest.getOrDefault(category, List.of()));
        }
        compare(CategoryStore.WHOLE_SHOP, List.copyOf(categoryOf.keySet()), List.of());
        assertThat(categories().inUse()).isEqualTo(3);
    }

    private void compare(int categoryRow, List<Long> members, List<Long> newest) {
        final ItemStore items = engine.stores().items();
        final double[] logs = members.stream()
                .mapToDouble(id -> items.priceMinor(row(id)))
                .filter(price -> price > 0)
                .map(price -> 1 + Math.log(price))
                .toArray();
        assertThat(categories().priced(categoryRow)).isEqualTo(logs.length);
        assertThat((double) categories().meanLogPrice(categoryRow))
                .isEqualTo(Arrays.stream(logs).average().orElse(0), within(1e-4));
        for (int age = 0; age < Math.min(CategoryStore.ENTRIES, newest.size()); age++) {
            assertThat(categories().newest(categoryRow, age)).isEqualTo(row(newest.get(age)));
        }
        if (categoryRow != CategoryStore.WHOLE_SHOP) {
            final List<Integer> popular = members.stream()
                    .map(this::row)
                    .filter(row -> items.popularity(row) > 0)
                    .sorted(Comparator.comparingDouble((Integer row) -> items.popularity(row))
                            .reversed())
                    .limit(CategoryStore.ENTRIES)
                    .toList();
            for (int place = 0; place < popular.size(); place++) {
                assertThat(categories().popular(categoryRow, place)).isEqualTo(popular.get(place));
            }
        }
    }

    @Test
    void quantilesShouldComeNear() {
        shop();
        final SplittableRandom random = new SplittableRandom(9);
        for (long id = 1; id <= 10_000; id++) {
            item(id, 1, Math.round(Math.exp(random.nextDouble(2, 8))));
        }
        final int row = categories().rowOf(1);
        assertThat(categories().medianLogPrice(row)).isCloseTo(6f, within(0.3f));
        assertThat(categories().lowLogPrice(row)).isBetween(2.8f, 3.5f);
        assertThat(categories().highLogPrice(row)).isBetween(8.5f, 9.2f);
    }

    @Test
    void moreCategoriesThanRoomShouldBeAsNone() {
        shop();
        for (int id = 1; id <= CategoryStore.CATEGORIES_MAX + 5; id++) {
            item(id, id, 100);
        }
        assertThat(categories().inUse()).isEqualTo(CategoryStore.CATEGORIES_MAX);
        assertThat(categories().rowOf(CategoryStore.CATEGORIES_MAX + 5)).isEqualTo(CategoryStore.NONE);
        script.view(1, CategoryStore.CATEGORIES_MAX + 5);
        script.view(1, 1);
        assertThat(slateOf(1)).isNotEmpty();
    }

    @Test
    void missingValuesShouldBeWhatTheShopSays() {
        shop(
                Setting.PRICE_CONSTANT_MINOR,
                500,
                Setting.PRICE_MISSING,
                Missing.CONSTANT.ordinal(),
                Setting.RATING_CONSTANT_CENTI,
                410);
        script.ratingCenti = 200;
        item(1, 1, 100);
        item(2, 1, 400);
        item(3, 2, 10_000);
        script.ratingCenti = 0;
        item(4, 1, 0);
        item(5, 9, 0);
        assertThat(engine.stores().engine().imputed()).isEqualTo(4);
        final Imputation imputation = imputation();
        assertThat(imputation.logPrice(row(1))).isEqualTo(Imputation.logOf(100));
        assertThat(imputation.logPrice(row(4))).isEqualTo(Imputation.logOf(500));

        script.configure(
                Setting.PRICE_MISSING, Missing.MEAN.ordinal(), Setting.RATING_MISSING, Missing.CONSTANT.ordinal());
        assertThat(imputation.logPrice(row(4))).isCloseTo(Imputation.logOf(200), within(1e-5f));
        assertThat(imputation.rating(row(4))).isCloseTo(4.1f, within(1e-5f));
        final float shop = (Imputation.logOf(100) + Imputation.logOf(400) + Imputation.logOf(10_000)) / 3;
        assertThat(imputation.logPrice(row(5))).as("of no priced category").isCloseTo(shop, within(1e-5f));

        script.configure(
                Setting.PRICE_MISSING, Missing.MEDIAN.ordinal(), Setting.RATING_MISSING, Missing.MEAN.ordinal());
        assertThat(imputation.logPrice(row(4))).isBetween(Imputation.logOf(100), Imputation.logOf(400));
        assertThat(imputation.rating(row(4))).isCloseTo(2f, within(1e-5f));

        script.configure(Setting.PRICE_MISSING, Missing.NEAREST.ordinal());
        engine.stores().similar().open(row(4));
        engine.stores().similar().put(row(4), 0, row(3), 0.9f);
        engine.stores().similar().put(row(4), 1, row(5), 0.8f);
        engine.stores().similar().close(row(4));
        assertThat(imputation.logPrice(row(4))).isEqualTo(Imputation.logOf(10_000));

        script.configure(Setting.PRICE_MISSING, Missing.NONE.ordinal(), Setting.RATING_MISSING, Missing.NONE.ordinal());
        assertThat(imputation.logPrice(row(4))).isZero();
        assertThat(imputation.rating(row(4))).isZero();
        assertThat(imputation.priceInCategory(row(4), 0)).isZero();
    }

    @Test
    void medianFilterShouldNotSeeAPriceThatIsPutRight() {
        shop(Setting.PRICE_OUTLIERS, Outliers.MEDIAN_FILTER.ordinal());
        item(1, 1, 1_000);
        script.price(1, 1_100);
        script.price(1, 1);
        assertThat(engine.stores().items().priceMinor(row(1))).isEqualTo(1);
        assertThat(engine.stores().items().logPrice(row(1))).isEqualTo(Imputation.logOf(1_000));
        assertThat(engine.stores().engine().clipped()).isEqualTo(1);
        script.price(1, 1_100);
        assertThat(engine.stores().items().logPrice(row(1))).isEqualTo(Imputation.logOf(1_100));
    }

    @Test
    void winsorisedPricesShouldLieWithinTheCategory() {
        shop(Setting.PRICE_OUTLIERS, Outliers.WINSORISE.ordinal());
        final SplittableRandom random = new SplittableRandom(3);
        for (long id = 1; id <= 200; id++) {
            item(id, 1, 900 + random.nextInt(200));
        }
        item(201, 1, 10_000_000);
        item(202, 1, 1);
        final ItemStore items = engine.stores().items();
        assertThat(items.logPrice(row(201))).isLessThan(Imputation.logOf(2_000));
        assertThat(items.logPrice(row(202))).isGreaterThan(Imputation.logOf(500));
        assertThat(items.priceMinor(row(201))).as("what is shown and sold").isEqualTo(10_000_000);
        assertThat(engine.stores().engine().clipped()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void newItemsOfTheCategoryShouldBeProposedWhileHardlyAnybodyMetThem() {
        shop();
        for (long id = 1; id <= 30; id++) {
            item(id, id <= 10 ? 1 : 2, 1_000);
        }
        script.view(1, 11);
        script.view(1, 1);
        final Map<Retrieved, List<Long>> slate = slateOf(1);
        assertThat(slate.get(Retrieved.COLD_START))
                .hasSize(8)
                .allMatch(id -> id <= 10)
                .containsAll(List.of(9L, 8L)); // The newest one of all has come from another source already.
        for (long shopper = 10; shopper < 20; shopper++) {
            script.view(shopper, 10);
        }
        assertThat(slateOf(1).get(Retrieved.COLD_START)).doesNotContain(10L);
        assertThat(slateOf(1).values()).anyMatch(ids -> ids.contains(10L));
        script.stock(10, 0);
        assertThat(slateOf(1).values()).noneMatch(ids -> ids.contains(10L));
    }

    @Test
    void itemsOfACategoryShouldBeginBesideItsPopularOnes() {
        shop();
        item(1, 1, 1_000);
        item(2, 2, 1_000);
        script.view(1, 1);
        script.view(2, 2);
        item(3, 1, 1_000);
        assertThat(cosine(3, 1)).isGreaterThan(0.7).isGreaterThan(cosine(3, 2));
    }

    private double cosine(long a, long b) {
        final EmbeddingStore embedding = engine.stores().embedding();
        double dot = 0;
        for (int d = 0; d < embedding.dimensions(); d++) {
            dot += (double) UnsafeApi.getFloat(embedding.address(row(a)) + 4L * d)
                    * UnsafeApi.getFloat(embedding.address(row(b)) + 4L * d);
        }
        return dot * embedding.inverseNorm(row(a)) * embedding.inverseNorm(row(b));
    }

    @Test
    void boughtItemsShouldComeBackWhereTheCategoryIsBoughtAgain() {
        shop(Setting.REPEAT_PURCHASES, 2);
        for (long id = 1; id <= 20; id++) {
            script.item(id, id <= 10 ? 1 : 2, 1_000, "item-" + id, false, 10_000);
        }
        for (int i = 0; i < 60; i++) {
            script.buy(1 + i % 6, 1 + i % 6, 1, 0); // Category 1: each shopper the same again.
            script.buy(100 + i, 11 + i % 10, 1, 0); // Category 2: nobody anything twice.
        }
        script.buy(1, 12, 1, 0);
        final List<Long> slate = script.slate(1);
        assertThat(slate).contains(1L).doesNotContain(12L);
        script.configure(Setting.REPEAT_PURCHASES, 1);
        assertThat(script.slate(1)).contains(1L, 12L);
        script.configure(Setting.REPEAT_PURCHASES, 0);
        assertThat(script.slate(1)).doesNotContain(1L, 12L);
    }
}
