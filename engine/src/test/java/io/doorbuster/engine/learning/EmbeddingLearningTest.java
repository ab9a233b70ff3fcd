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

    private double[] logits(double[][] items, double[][] places, int[] past, List<Integer> drawn, double[] often) {
        final double[] sum = new double[DIMS];
        for (int place = 0; place < past.length; place++) {
            for (int d = 0; d < DIMS; d++) {
                sum[d] += places[place][d] * items[past[place]][d];
            }
        }
        final double[] session = unit(sum);
        final double[] logits = new double[drawn.size()];
        for (int i = 0; i < logits.length; i++) {
            final double[] item = unit(items[drawn.get(i)]);
            double cosine = 0;
            for (int d = 0; d < DIMS; d++) {
                cosine += session[d] * item[d];
            }
            final boolean isTargetDrawn = i > 0 && drawn.get(i).equals(drawn.getFirst());
            logits[i] = isTargetDrawn ? -1e9 : cosine / SessionEmbedding.TEMPERATURE - Math.log(often[i]);
        }
        return logits;
    }

    /** What the loss, minus the log of the target's share, changes by with each logit; rounded as the learner does. */
    private static double[] errors(double[] logits, long seed) {
        final double all = Arrays.stream(logits).map(Math::exp).sum();
        final double[] errors = new double[logits.length];
        for (int i = 0; i < errors.length; i++) {
            final double error = Math.exp(logits[i]) / all - (i == 0 ? 1 : 0);
            errors[i] = EmbeddingLearning.rounded((float) error, seed, i);
        }
        return errors;
    }

    @Test
    void roundingShouldKeepTheMean() {
        for (final float error : new float[] {0.0003f, -0.007f, 0.0199f}) {
            double sum = 0;
            for (int i = 0; i < 100_000; i++) {
                sum += EmbeddingLearning.rounded(error, Chance.seed(5, i), i % 500);
            }
            assertThat(sum / 100_000).isCloseTo(error, within(2e-4));
        }
        assertThat(EmbeddingLearning.rounded(0.02f, 1, 1)).isEqualTo(0.02f);
        assertThat(EmbeddingLearning.rounded(-0.7f, 1, 1)).isEqualTo(-0.7f);
        assertThat(EmbeddingLearning.rounded(0f, 1, 1)).isZero();
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
        final double[] errors = errors(logits(items, places, past, drawn, often), seed);
        final java.util.function.DoubleSupplier loss = () -> {
            final double[] logits = logits(items, places, past, drawn, often);
            return IntStream.range(0, logits.length)
                    .mapToDouble(i -> errors[i] * logits[i])
                    .sum();
        };
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
        assertThat(rows).isGreaterThan(5);
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
        if (squares == 0) {
            assertThat(after).as("row %d", row).isEqualTo(of[row]); // Its error was rounded to none.
            return 0;
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
