package io.doorbuster.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.doorbuster.codec.ModelRole;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.model.Model;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.model.ModelKind;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.engine.model.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelReleaseTest {
    private static final String NONE = "00".repeat(32);
    private static final int ITEMS = 200;
    private static final Object[] SETTINGS = {
        Setting.DIMENSIONS, 16, Setting.ITEMS_MAX, 1_000, Setting.SHOPPERS_MAX, 100, Setting.RESERVATIONS_MAX, 100
    };

    @TempDir
    Path directory;

    private Path models;
    private Engine engine;
    private Script script;

    @BeforeEach
    void openShop() throws IOException {
        models = Files.createDirectory(directory.resolve("models"));
        engine = open("a");
        script = new Script(engine);
        script.configure(SETTINGS);
        for (int item = 1; item <= ITEMS; item++) {
            script.item(item, item % 5, 100 + item, "item-" + item);
            script.stock(item, 10);
        }
        for (int i = 0; i < 600; i++) {
            script.view(1 + i % 20, 1 + i * i % ITEMS);
        }
    }

    private Engine open(String name) {
        return new Engine(directory.resolve(name), new ModelShelf(models));
    }

    @AfterEach
    void closeShop() {
        engine.close();
    }

    /** A model whose score is a factor times one feature. */
    private String publish(String feature, float factor) throws IOException {
        final ModelFile file = ModelFile.of(
                ModelKind.NETWORK,
                feature + " x " + factor,
                Map.of("features", ModelFile.names(List.of(feature)), "activation", "relu"),
                List.of(
                        Tensor.floats("mean", new float[] {0}, 1),
                        Tensor.floats("deviation", new float[] {1}, 1),
                        Tensor.floats("layer0.weight", new float[] {factor}, 1, 1),
                        Tensor.floats("layer0.bias", new float[] {0}, 1)));
        file.write(ModelShelf.file(models, file.hash()));
        return file.hash();
    }

    private Outcome release(ModelRole role, String hash) {
        return script.release(role, HexFormat.of().parseHex(hash));
    }

    private List<Long> slate() {
        script.slateSize = 100;
        return script.slate(3);
    }

    @Test
    void releasedModelShouldOrderFromItsPositionOn() throws IOException {
        final List<Long> live = slate();
        final String cheap = publish("PRICE_DISTANCE", -1);
        final String dear = publish("PRICE_DISTANCE", 1);

        assertThat(release(ModelRole.ACTIVE, cheap)).isEqualTo(Outcome.ACCEPTED);
        final List<Long> near = slate();
        assertThat(release(ModelRole.ACTIVE, dear)).isEqualTo(Outcome.ACCEPTED);
        final List<Long> far = slate();

        assertThat(near).hasSameElementsAs(far).isNotEqualTo(live).isNotEqualTo(far);
        assertThat(distances(near)).isSorted();
        Collections.reverse(far);
        assertThat(distances(far)).isSorted();
        assertThat(release(ModelRole.ACTIVE, NONE)).isEqualTo(Outcome.ACCEPTED);
        assertThat(slate()).isEqualTo(live);
    }

    private List<Long> distances(List<Long> items) {
        final long last = engine.stores().items().itemId(lastItem());
        return items.stream()
                .map(item -> (long) (1e6 * Math.abs(Math.log((100.0 + item) / (100.0 + last)))))
                .toList();
    }

    private int lastItem() {
        return engine.stores().shoppers().recentItem(engine.stores().shoppers().rowOf(3), 0);
    }

    @Test
    void rollbackShouldComeBackToWhatWasActiveBefore() throws IOException {
        final List<Long> live = slate();
        assertThat(release(ModelRole.ROLLBACK, NONE)).isEqualTo(Outcome.ACCEPTED);
        assertThat(slate()).isEqualTo(live);
        release(ModelRole.ACTIVE, publish("PRICE_DISTANCE", -1));
        final List<Long> first = slate();
        release(ModelRole.ACTIVE, publish("PRICE_DISTANCE", 1));
        final List<Long> second = slate();
        release(ModelRole.ROLLBACK, NONE);
        assertThat(slate()).isEqualTo(first);
        release(ModelRole.ROLLBACK, NONE);
        assertThat(slate()).isEqualTo(second);
        assertThat(first).isNotEqualTo(live);
    }

    /** What a rollback goes to was checked when it was released: its file is not asked for again, whatever came since. */
    @Test
    void rollbackShouldReadNoFile() throws IOException {
        final String first = publish("PRICE_DISTANCE", -1);
        release(ModelRole.ACTIVE, first);
        final List<Long> before = slate();
        release(ModelRole.ACTIVE, publish("PRICE_DISTANCE", 1));
        for (int factor = 2; factor < 8; factor++) {
            release(ModelRole.SHADOW, publish("PRICE_DISTANCE", factor));
        }
        Files.delete(ModelShelf.file(models, first));
        assertThat(release(ModelRole.ROLLBACK, NONE)).isEqualTo(Outcome.ACCEPTED);
        assertThat(slate()).isEqualTo(before);
    }

    @Test
    void releaseOfWhatIsInUseShouldChangeNothing() throws IOException {
        final String model = publish("PRICE_DISTANCE", -1);
        release(ModelRole.ACTIVE, NONE);
        assertThat(engine.stores().models().position(0)).isZero();
        release(ModelRole.ACTIVE, model);
        final long since = engine.position();
        release(ModelRole.ACTIVE, model);
        assertThat(engine.stores().models().position(0)).isEqualTo(since);
        assertThat(engine.stateHash()).isEqualTo(engine.recomputeStateHash());
    }

    @Test
    void shadowShouldBeCountedAndShownNowhere() throws IOException {
        final List<Long> live = slate();
        release(ModelRole.SHADOW, publish("PRICE_DISTANCE", -1));
        final long state = engine.stateHash();
        assertThat(slate()).isEqualTo(live);
        assertThat(engine.models().shadowCounts().compared()).isEqualTo(1);
        assertThat(engine.models().shadowCounts().overlap()).isBetween(0.0, 0.9);
        assertThat(engine.models().shadowCounts().firstDiffers()).isEqualTo(1);

        release(ModelRole.ACTIVE, publish("PRICE_DISTANCE", -2));
        slate();
        assertThat(engine.models().shadowCounts().compared()).isEqualTo(2);
        assertThat(engine.models().shadowCounts().firstDiffers())
                .as("the same order as that of what is shown")
                .isEqualTo(1);
        assertThat(engine.stateHash()).isNotEqualTo(state);

        release(ModelRole.SHADOW, NONE);
        slate();
        assertThat(engine.models().shadowCounts().compared()).isZero();
    }

    @Test
    void modelOfOtherDimensionsShouldBeRefused() throws IOException {
        final List<Long> live = slate();
        final String wide = publishTowers(32);
        assertThat(release(ModelRole.ACTIVE, wide)).isEqualTo(Outcome.MODEL_REFUSED);
        assertThat(slate()).isEqualTo(live);
        assertThat(release(ModelRole.ACTIVE, publishTowers(16))).isEqualTo(Outcome.ACCEPTED);
    }

    private String publishTowers(int dims) throws IOException {
        final List<Tensor> tensors = new ArrayList<>();
        for (final String side : List.of("shopper.", "item.")) {
            final float[] ones = new float[dims];
            Arrays.fill(ones, 1f);
            tensors.add(Tensor.floats(side + "mean", new float[dims], dims));
            tensors.add(Tensor.floats(side + "deviation", ones, dims));
            tensors.add(Tensor.floats(side + "weight", ones, 1, dims));
        }
        tensors.add(Tensor.floats("bias", new float[] {1}, 1));
        final ModelFile file = ModelFile.of(
                ModelKind.TOWERS,
                "towers",
                Map.of("shopper.features", "[\"SESSION_VECTOR\"]", "item.features", "[\"ITEM_VECTOR\"]"),
                tensors);
        file.write(ModelShelf.file(models, file.hash()));
        return file.hash();
    }

    @Test
    void replayWithoutTheFileShouldStopWithItsName() {
        final String missing = "ab".repeat(32);
        assertThatThrownBy(() -> release(ModelRole.ACTIVE, missing))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("position " + engine.position())
                .hasMessageContaining(missing + ".safetensors");
    }

    @Test
    void replayWithADamagedFileShouldStopWithItsName() throws IOException {
        final String hash = publish("PRICE_DISTANCE", -1);
        final String other = publish("PRICE_DISTANCE", -3);
        Files.copy(ModelShelf.file(models, other), ModelShelf.file(models, hash), StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> release(ModelRole.ACTIVE, hash))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(hash + ".safetensors is not the file it was");
    }

    @Test
    void shelfShouldLookAtTheFileAgainAtEachLoad() throws IOException {
        final ModelShelf shelf = new ModelShelf(models);
        final String hash = publish("PRICE_DISTANCE", -1);
        final Model loaded = shelf.load(hash);
        assertThat(shelf.load(hash)).isSameAs(loaded);
        Files.delete(ModelShelf.file(models, hash));
        assertThatThrownBy(() -> shelf.load(hash))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(hash);
    }

    /** The same records, with releases among them, in two engines: the same state and replies, bit for bit. */
    @Test
    void releasesAmongOtherEventsShouldReplayToTheSameHashes() throws IOException {
        final List<String> hashes = List.of(publish("TASTE", 2), publish("POPULARITY", -1), publishTowers(16), NONE);
        final Engine other = open("b");
        final Script again = new Script(other);
        again.configure(SETTINGS);
        final Engine first = open("c");
        final Script once = new Script(first);
        once.configure(SETTINGS);
        for (final Script each : List.of(once, again)) {
            final SplittableRandom random = new SplittableRandom(8);
            for (int i = 0; i < 1_500; i++) {
                each.anything(random, 150, 30);
                if (i % 100 == 50) {
                    final ModelRole role = random.nextInt(4) == 0
                            ? ModelRole.ROLLBACK
                            : random.nextBoolean() ? ModelRole.ACTIVE : ModelRole.SHADOW;
                    each.release(role, HexFormat.of().parseHex(hashes.get(random.nextInt(hashes.size()))));
                }
            }
        }
        assertThat(other.stateHash()).isEqualTo(first.stateHash()).isEqualTo(other.recomputeStateHash());
        assertThat(other.replyHash()).isEqualTo(first.replyHash());
        assertThat(other.models().shadowCounts().compared())
                .isEqualTo(first.models().shadowCounts().compared());
        first.close();
        other.close();
    }
}
