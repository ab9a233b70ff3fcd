package io.doorbuster.engine.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.doorbuster.codec.Setting;
import io.doorbuster.engine.decision.Chance;
import io.doorbuster.engine.decision.History;
import io.doorbuster.engine.embedding.SessionEmbedding;
import io.doorbuster.engine.store.EmbeddingStore;
import io.doorbuster.engine.store.Settings;
import io.doorbuster.engine.store.SimilarStore;
import io.doorbuster.engine.store.Stores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingLearningTest {
    private static final int ITEMS = 200;
    private static final int DIMS = 16;
    private static final int NEGATIVES = 24;
    private static final long POSITION = 77;

    @TempDir
    Path directory;

    private Stores stores;
    private EmbeddingLearning learning;
    private EmbeddingStore store;
    private final History history = new History();

    @BeforeEach
    void open() {
        stores = Stores.create(
                directory,
                Settings.DEFAULTS
                        .with(Setting.ITEMS_MAX, ITEMS)
                        .with(Setting.SHOPPERS_MAX, 10)
                        .with(Setting.DIMENSIONS, DIMS)
                        .with(Setting.EMBEDDING_NEGATIVES, NEGATIVES)
                        .with(Setting.EMBEDDING_REPLAYS, 0));
        learning = new EmbeddingLearning(stores);
        store = stores.embedding();
        for (int i = 1; i <= ITEMS; i++) {
            learning.onNewItem(stores.items().add(i));
        }
    }

    @AfterEach
    void close() {
        assertThat(stores.recomputeStateHash()).isEqualTo(stores.stateHash());
        stores.close();
    }

    private double[][] vectors(boolean ofPlaces, int count) {
        final double[][] copy = new double[count][DIMS];
        for (int row = 0; row < count; row++) {
            final long address = ofPlaces ? store.placeAddress(row) : store.address(row);
            for (int d = 0; d < DIMS; d++) {
                copy[row][d] = UnsafeApi.getFloat(address + 4L * d);
            }
        }
        return copy;
    }

    private static double[] unit(double[] vector) {
        final double norm = Math.sqrt(Arrays.stream(vector).map(x -> x * x).sum());
        return Arrays.stream(vector).map(x -> x / norm).toArray();
    }

    /** The loss from its definition: minus the log of the target's share. */
    private double loss(double[][] items, double[][] places, int[] past, List<Integer> drawn, double[] often) {
        final double[] sum = new double[DIMS];
        for (int place = 0; place < past.length; place++) {
            for (int d = 0; d < DIMS; d++) {
                sum[d] += places[place][d] * items[past[place]][d];
            }
        }
        final double[] session = unit(sum);
        double all = 0;
        double target = 0;
        for (int i = 0; i < drawn.size(); i++) {
            if (i > 0 && drawn.get(i).equals(drawn.getFirst())) {
                continue;
            }
            final double[] item = unit(items[drawn.get(i)]);
            double cosine = 0;
            for (int d = 0; d < DIMS; d++) {
                cosine += session[d] * item[d];
            }
            final double logit = cosine / SessionEmbedding.TEMPERATURE - Math.log(often[i]);
            all += Math.exp(logit);
            target = i == 0 ? logit : target;
        }
        return Math.log(all) - target;
    }

    private double gradient(double[][] of, int row, int d, java.util.function.DoubleSupplier loss) {
        final double old = of[row][d];
        of[row][d] = old + 1e-5;
        final double above = loss.getAsDouble();
        of[row][d] = old - 1e-5;
        final double below = loss.getAsDouble();
        of[row][d] = old;
        return (above - below) / 2e-5;
    }

    @Test
    void stepShouldBeAdagradAlongTheGradientOfTheLoss() {
        final SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 500; i++) {
            store.remember(random.nextInt(1 + random.nextInt(ITEMS))); // Some far more often than others.
        }
        final int target = 9;
        final long seed = Chance.seed(stores.settings().seed() + 2, POSITION);
        final List<Integer> drawn = new ArrayList<>(List.of(target));
        for (int i = 1; i <= NEGATIVES; i++) {
            drawn.add(i % 2 == 0 ? Chance.below(ITEMS, seed, i + 8) : store.occurrence(Chance.below(500, seed, i + 8)));
        }
        final int[] past = IntStream.range(0, ITEMS) // Rows that are moved once only.
                .filter(row -> !drawn.contains(row))
                .limit(3)
                .toArray();
        history.reset();
        for (final int row : past) {
            history.addOlder(row);
        }
        final double[] often = new double[drawn.size()];
        often[0] = 1;
        for (int i = 1; i < often.length; i++) {
            often[i] = NEGATIVES * (0.5 / ITEMS + 0.5 * store.occurrencesOf(drawn.get(i)) / 500);
        }
        final double[][] items = vectors(false, ITEMS);
        final double[][] places = vectors(true, past.length);
        learning.onNext(history, target, POSITION);
        final double[][] after = vectors(false, ITEMS);
        final double[][] placesAfter = vectors(true, past.length);
        final java.util.function.DoubleSupplier loss = () -> loss(items, places, past, drawn, often);
        int rows = 0;
        for (int row = 0; row < ITEMS; row++) {
            final int finalRow = row;
            final int times =
                    Collections.frequency(drawn, row) + (IntStream.of(past).anyMatch(p -> p == finalRow) ? 1 : 0);
            if (times == 0) {
                assertThat(after[row]).isEqualTo(items[row]);
            } else if (times == 1) {
                rows += compare(items, after[row], row, 0.12, loss);
            }
        }
        assertThat(rows).isGreaterThan(8);
        for (int place = 0; place < past.length; place++) {
            compare(places, placesAfter[place], place, 0.3 * 0.12, loss);
        }
    }

    private int compare(double[][] of, double[] after, int row, double rate, java.util.function.DoubleSupplier loss) {
        final double[] gradient = new double[DIMS];
        double squares = 0;
        for (int d = 0; d < DIMS; d++) {
            gradient[d] = gradient(of, row, d, loss);
            squares += gradient[d] * gradient[d] / DIMS;
        }
        if (squares < 1e-6) {
            return 0; // A share too small to be moved.
        }
        final double step = rate / Math.sqrt(1e-3 + squares);
        for (int d = 0; d < DIMS; d++) {
            assertThat(after[d]).as("row %d", row).isCloseTo(of[row][d] - step * gradient[d], within(2e-3));
        }
        return 1;
    }

    @Test
    void itemsThatFollowEachOtherShouldBeNearAndFoundAsSimilar() {
        final SimilarLearning similar = new SimilarLearning(stores);
        final SplittableRandom random = new SplittableRandom(4);
        for (int n = 1; n <= 4_000; n++) {
            final int group = random.nextInt(20);
            final int from = group * 10 + random.nextInt(10);
            final int to = group * 10 + random.nextInt(10);
            history.reset();
            history.addOlder(from);
            store.remember(to);
            learning.onNext(history, to, n);
            similar.onNext(history, to, n);
        }
        int same = 0;
        for (int row = 0; row < ITEMS; row++) {
            for (int entry = 0; entry < 5; entry++) {
                same += stores.similar().item(row, entry) / 10 == row / 10 ? 1 : 0;
            }
        }
        assertThat(same).isGreaterThan(ITEMS * 5 * 9 / 10);
        assertThat(stores.similar().item(0, SimilarStore.ENTRIES - 1)).isGreaterThanOrEqualTo(0);
    }
}
