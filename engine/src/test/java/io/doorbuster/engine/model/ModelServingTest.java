package io.doorbuster.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.doorbuster.codec.Retrieved;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.Feature;
import io.doorbuster.engine.decision.History;
import io.doorbuster.engine.embedding.SessionEmbedding;
import io.doorbuster.engine.store.EmbeddingStore;
import io.doorbuster.engine.store.Settings;
import io.doorbuster.engine.store.ShopperStore;
import io.doorbuster.engine.store.Stores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Serving by kernels against {@link ModelTwin}. */
class ModelServingTest {
    private static final int ITEMS = 400;
    private static final int ROUNDS = 8;

    @TempDir
    static Path directory;

    private static @Nullable Stores made;

    private final Stores stores = Objects.requireNonNull(made);
    private final SessionEmbedding session = new SessionEmbedding(stores.embedding());
    private final Candidates candidates = new Candidates(1_000);
    private final ModelInput input = new ModelInput(stores);
    private final History history = new History();

    @BeforeAll
    static void openStores() {
        final Stores stores = Stores.create(
                directory,
                Settings.DEFAULTS
                        .with(Setting.DIMENSIONS, SampleModels.DIMS)
                        .with(Setting.ITEMS_MAX, 1_000)
                        .with(Setting.SHOPPERS_MAX, 100));
        final Random random = new Random(1);
        for (int row = 0; row < ITEMS; row++) {
            assertThat(stores.items().add(1 + row)).isEqualTo(row);
            giveVector(stores.embedding(), row, random);
        }
        for (int place = 0; place < History.MAX; place++) {
            final long address = stores.embedding().openPlace(place);
            for (int i = 0; i < SampleModels.DIMS; i++) {
                UnsafeApi.putFloat(address + 4L * i, random.nextFloat());
            }
            stores.embedding().closePlace(place);
        }
        made = stores;
    }

    private static void giveVector(EmbeddingStore embedding, int row, Random random) {
        final long address = embedding.open(row);
        double squares = 0;
        for (int i = 0; i < SampleModels.DIMS; i++) {
            final float value = (float) random.nextGaussian();
            UnsafeApi.putFloat(address + 4L * i, value);
            squares += value * value;
        }
        embedding.inverseNorm(row, row % 9 == 0 ? 0f : (float) (1 / Math.sqrt(squares)));
        embedding.close(row);
    }

    @AfterAll
    static void closeStores() {
        Objects.requireNonNull(made).close();
    }

    private void request(Random random, int shopperRow, int historyCount) {
        candidates.reset();
        final int count = 1 + random.nextInt(ITEMS - 1);
        for (int i = 0; i < count; i++) {
            candidates.add(random.nextInt(ITEMS), Retrieved.TRENDING);
        }
        for (int i = 0; i < candidates.count(); i++) {
            UnsafeApi.putFloat(candidates.scores() + 4L * i, random.nextInt(50));
        }
        for (final Feature feature : Feature.values()) {
            final boolean isOfHistory = feature == Feature.AWAY || feature == Feature.NEIGHBOURS_SUM;
            final float same = (float) random.nextGaussian();
            for (int i = 0; i < candidates.count(); i++) {
                final float value = isOfHistory ? same : (float) random.nextGaussian();
                UnsafeApi.putFloat(candidates.columns() + 4L * (feature.ordinal() * Candidates.MAX + i), value);
            }
        }
        history.reset();
        for (int i = 0; i < historyCount; i++) {
            history.addOlder(random.nextInt(ITEMS));
        }
        session.encode(history);
        input.bind(history, shopperRow, session, candidates);
    }

    private int shopper(long surrogate) {
        final int row = stores.shoppers().rowOf(surrogate);
        return row == ShopperStore.NONE ? stores.shoppers().obtain(surrogate) : row;
    }

    private long itemId(int i) {
        return stores.items().itemId(candidates.row(input.index(i)));
    }

    private double[] features(List<String> names, int i) {
        return names.stream()
                .mapToDouble(name -> input.feature(Feature.valueOf(name), i))
                .toArray();
    }

    private double[] vector(boolean ofSession, int i) {
        final double[] values = new double[SampleModels.DIMS];
        for (int d = 0; d < values.length; d++) {
            values[d] = ofSession ? input.sessionVector(d) : input.itemVector(i, d);
        }
        return values;
    }

    private static double[] join(double[]... parts) {
        final List<Double> all = new ArrayList<>();
        for (final double[] part : parts) {
            for (final double value : part) {
                all.add(value);
            }
        }
        return all.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** What the twin says of the i-th candidate for the request that is bound. */
    private double twin(ModelFile file, ModelTwin twin, int i) {
        return switch (file.kind()) {
            case NETWORK -> twin.network(features(List.of("POPULARITY", "TASTE", "IS_LAST"), i));
            case TOWERS ->
                twin.towers(
                        join(vector(true, i), features(List.of("AWAY", "NEIGHBOURS_SUM"), i)),
                        join(features(List.of("RECENCY"), i), vector(false, i), features(List.of("SESSIONS"), i)));
            case INTERACTION -> twin.interaction(input.shopper(), itemId(i));
            case VECTORS -> twin.vectors(input.shopper(), itemId(i));
            case SESSION -> {
                final List<Long> items = new ArrayList<>();
                for (int place = 0; place < input.sessionCount(); place++) {
                    items.add(input.sessionItem(place));
                }
                yield twin.session(items, itemId(i));
            }
        };
    }

    @ParameterizedTest
    @EnumSource(ModelKind.class)
    void shouldScoreAsTheFormulaSays(ModelKind kind) throws ModelRefusedException {
        final int known = shopper(7);
        final int unknown = shopper(70);
        final Random random = new Random(kind.ordinal());
        for (int round = 0; round < ROUNDS; round++) {
            final ModelFile file = new SampleModels(round).of(kind);
            final Model model = Model.of(file);
            final ModelTwin twin = new ModelTwin(file);
            final boolean hasTable = kind == ModelKind.VECTORS;
            final int shopper = hasTable || random.nextBoolean() ? known : unknown;
            request(random, shopper, 1 + random.nextInt(History.MAX));

            assertThat(model.score(input)).isTrue();

            for (int i = 0; i < input.count(); i += 1 + i % 7) {
                final double expected = twin(file, twin, i);
                assertThat((double) input.score(i))
                        .as("%s, round %d, candidate %d", kind, round, i)
                        .isCloseTo(expected, within(2e-5 * (1 + Math.abs(expected))));
            }
        }
    }

    /** The article's example: u = [.1, .4, .9], v = [.4, 1.0, 1.8], u.v = 2.06, bias.u = .70. */
    @Test
    void towersShouldScoreTheWorkedExample() throws ModelRefusedException {
        final float[] weights = {0.1f, 0, 0, 0, 0.2f, 0, 0, 0, 0.3f};
        final List<Tensor> tensors = new ArrayList<>();
        for (final String side : List.of("shopper.", "item.")) {
            tensors.add(Tensor.floats(side + "mean", new float[3], 3));
            tensors.add(Tensor.floats(side + "deviation", new float[] {1, 1, 1}, 3));
            tensors.add(Tensor.floats(side + "weight", weights, 3, 3));
        }
        tensors.add(Tensor.floats("bias", new float[] {0.5f, 0.5f, 0.5f}, 3));
        final ModelFile file = ModelFile.of(
                ModelKind.TOWERS,
                "worked example",
                Map.of(
                        "shopper.features", ModelFile.names(List.of("NEIGHBOURS_SUM", "HISTORY_LENGTH", "AWAY")),
                        "item.features", ModelFile.names(List.of("SESSIONS", "POPULARITY", "RECENCY"))),
                tensors);
        request(new Random(1), ShopperStore.NONE, 1);
        final List<Feature> x = List.of(Feature.NEIGHBOURS_SUM, Feature.HISTORY_LENGTH, Feature.AWAY);
        final List<Feature> y = List.of(Feature.SESSIONS, Feature.POPULARITY, Feature.RECENCY);
        for (int i = 0; i < candidates.count(); i++) {
            for (int d = 0; d < 3; d++) {
                UnsafeApi.putFloat(candidates.columns() + 4L * (x.get(d).ordinal() * Candidates.MAX + i), 1 + d);
                UnsafeApi.putFloat(candidates.columns() + 4L * (y.get(d).ordinal() * Candidates.MAX + i), 4 + d);
            }
        }

        assertThat(Model.of(file).score(input)).isTrue();

        assertThat(input.score(0)).isCloseTo(2.76f, within(1e-6f));
        assertThat(new ModelTwin(file).towers(new double[] {1, 2, 3}, new double[] {4, 5, 6}))
                .isCloseTo(2.76, within(1e-6));
    }

    @Test
    void shouldScoreTheBestOfTheLiveRanker() {
        final Random random = new Random(5);
        for (int round = 0; round < ROUNDS; round++) {
            request(random, ShopperStore.NONE, 1);
            final TreeSet<Integer> chosen = new TreeSet<>();
            float lowest = Float.POSITIVE_INFINITY;
            for (int i = 0; i < input.count(); i++) {
                chosen.add(input.index(i));
                lowest = Math.min(lowest, candidates.score(input.index(i)));
            }
            assertThat(chosen).hasSize(Math.min(ModelInput.SCORED_MAX, candidates.count()));
            for (int i = 0; i < candidates.count(); i++) {
                assertThat(chosen.contains(i) || candidates.score(i) <= lowest).isTrue();
            }
        }
    }

    @Test
    void shouldSayNothingOfWhatTheyDoNotKnow() throws ModelRefusedException {
        final int unknown = shopper(70);
        final SampleModels samples = new SampleModels(3);
        final Model vectors = Model.of(samples.of(ModelKind.VECTORS));
        final Model sessions = Model.of(samples.of(ModelKind.SESSION));
        request(new Random(1), unknown, 0);
        assertThat(vectors.score(input)).isFalse();
        assertThat(sessions.score(input)).isFalse();
        request(new Random(1), ShopperStore.NONE, 1);
        assertThat(vectors.score(input)).isFalse();
        assertThat(sessions.score(input)).isTrue();
    }

    @Test
    void shouldSayWhichDimensionsTheyNeed() throws ModelRefusedException {
        for (final ModelKind kind : ModelKind.values()) {
            assertThat(Model.of(new SampleModels(1).of(kind)).embeddingDimensions())
                    .as("%s", kind)
                    .isEqualTo(kind == ModelKind.TOWERS ? SampleModels.DIMS : 0);
        }
    }
}
