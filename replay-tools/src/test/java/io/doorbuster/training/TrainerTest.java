package io.doorbuster.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.doorbuster.engine.decision.Feature;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.model.ModelKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainerTest {
    private static final int TRAINED = 400;
    private static final LessonStore LESSONS = SomeLessons.of(500, 9);
    private static final List<Feature> FIVE = List.of(Feature.values()).subList(0, SomeLessons.FEATURES);

    @TempDir
    Path directory;

    /** A process that ends in the middle. */
    private static final class KilledException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static Trainee model(ModelKind kind) {
        final Columns towers =
                new Columns(List.of(Feature.AWAY, Feature.NEIGHBOURS_SUM, Feature.HISTORY_LENGTH), true, FIVE, false);
        final LessonStore three = LESSONS;
        return switch (kind) {
            case NETWORK ->
                new NetworkTrainee(
                        three, TRAINED, new Columns(List.of(), false, FIVE, false), List.of(8), Nonlinearity.RELU, 1);
            case TOWERS -> new TowersTrainee(three, TRAINED, towers, SomeLessons.SHARED - 3, 1);
            case INTERACTION -> new InteractionTrainee(three, TRAINED, 16, 32, 16, 1);
            case SESSION -> new SessionTrainee(three, TRAINED, 16, 1);
            case VECTORS -> throw new IllegalArgumentException();
        };
    }

    private static TrainingPlan plan(ModelKind kind, int epochs) {
        final TrainingPlan of = TrainingPlan.of(kind);
        return new TrainingPlan(
                kind, of.features(), of.hidden(), of.activation(), epochs, 32, 0.005, 0.2, epochs, 1, 4);
    }

    private TrainingState train(Trainee model, TrainingPlan plan, String file, int killedAfter) throws IOException {
        final TrainingState state = new TrainingState("of " + plan, model.parameters());
        final Path path = directory.resolve(file);
        if (Files.exists(path)) {
            state.read(path);
        }
        new Trainer(model, LESSONS, TRAINED, plan).train(state, path, epoch -> {
            if (epoch.epoch() == killedAfter) {
                throw new KilledException();
            }
        });
        return state;
    }

    @ParameterizedTest
    @EnumSource(names = "VECTORS", mode = EnumSource.Mode.EXCLUDE)
    void whatCanBeLearnedShouldBeLearned(ModelKind kind) throws IOException {
        final List<EpochReport> epochs =
                train(model(kind), plan(kind, 30), "a", 0).reports();
        final ListMetrics best = epochs.get(epochs.getLast().best() - 1).validation();
        assertThat(epochs.getFirst().trainLoss()).isLessThan(1);
        assertThat(best.loss()).isLessThan(0.6); // log 2 = knowing nothing.
        assertThat(best.auc()).isGreaterThan(0.75);
    }

    @ParameterizedTest
    @EnumSource(names = "VECTORS", mode = EnumSource.Mode.EXCLUDE)
    void interruptedTrainingShouldEndInTheSameBits(ModelKind kind) throws IOException {
        final TrainingPlan plan = plan(kind, 4);
        final Trainee whole = model(kind);
        final TrainingState uninterrupted = train(whole, plan, "whole", 0);
        assertThatThrownBy(() -> train(model(kind), plan, "killed", 2)).isInstanceOf(KilledException.class);
        final Trainee resumed = model(kind);
        final TrainingState goneOn = train(resumed, plan, "killed", 0);
        assertThat(goneOn.reports()).isEqualTo(uninterrupted.reports());
        for (int i = 0; i < whole.parameters().size(); i++) {
            assertThat(resumed.parameters().get(i).values())
                    .containsExactly(whole.parameters().get(i).values());
        }
    }

    @Test
    void stateOfAnotherTrainingAndADamagedOneShouldBeRefused() throws IOException {
        final TrainingPlan plan = plan(ModelKind.NETWORK, 2);
        train(model(ModelKind.NETWORK), plan, "state", 0);
        assertThatThrownBy(() -> train(model(ModelKind.NETWORK), plan(ModelKind.NETWORK, 3), "state", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is of another training");
        final Path file = directory.resolve("state");
        final byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> train(model(ModelKind.NETWORK), plan, "state", 0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is damaged");
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> train(model(ModelKind.NETWORK), plan, "state", 0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is cut off");
    }

    @Test
    void trainingShouldStopWhenNothingIsLearnedAndKeepTheBestEpoch() throws IOException {
        final TrainingPlan of = TrainingPlan.of(ModelKind.INTERACTION);
        final TrainingPlan plan =
                new TrainingPlan(of.kind(), of.features(), of.hidden(), of.activation(), 60, 32, 0.02, 0.2, 2, 1, 4);
        final Trainee model = model(ModelKind.INTERACTION);
        final List<EpochReport> epochs = train(model, plan, "a", 0).reports();
        assertThat(epochs).hasSizeLessThan(60);
        final int best = epochs.getLast().best();
        assertThat(best).isEqualTo(epochs.size() - 2);
        final ListMetrics.Sum again = new ListMetrics.Sum(500 - TRAINED);
        final float[] logits = new float[5];
        for (int lesson = TRAINED; lesson < 500; lesson++) {
            model.forward(lesson, logits);
            again.add(logits, LESSONS.candidates(lesson));
        }
        assertThat(again.metrics()).isEqualTo(epochs.get(best - 1).validation());
    }

    @Test
    void lossThatIsNoNumberShouldStopTheTraining() {
        final Trainee model = model(ModelKind.NETWORK);
        model.parameters().getLast().values()[0] = Float.NaN;
        assertThatThrownBy(() -> train(model, plan(ModelKind.NETWORK, 2), "a", 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the loss of epoch 1 is not a number: give a smaller --rate");
    }

    @Test
    void modelFilesShouldHoldWhatWasLearned() throws IOException {
        for (final ModelKind kind : List.of(ModelKind.INTERACTION, ModelKind.SESSION, ModelKind.NETWORK)) {
            final Trainee model = model(kind);
            final ModelFile file = ModelFile.of(kind, "some", model.metadata(), model.tensors());
            for (final Parameter parameter : model.parameters()) {
                assertThat(file.floats(parameter.name())).containsExactly(parameter.values());
            }
        }
    }

    @Test
    void metricsShouldBeThoseOfTheirDefinitions() {
        final Random random = new Random(4);
        final ListMetrics.Sum sum = new ListMetrics.Sum(50);
        final float[][] lists = new float[50][];
        double mrr = 0;
        double ndcg = 0;
        for (int i = 0; i < 50; i++) {
            lists[i] = new float[2 + random.nextInt(4)];
            for (int c = 0; c < lists[i].length; c++) {
                lists[i][c] = random.nextInt(9) - 4; // Ties are among them.
            }
            sum.add(lists[i], lists[i].length);
            double rank = 1;
            for (int c = 1; c < lists[i].length; c++) {
                rank += lists[i][c] > lists[i][0] ? 1 : lists[i][c] == lists[i][0] ? 0.5 : 0;
            }
            mrr += 1 / rank / 50;
            ndcg += 1 / (Math.log(1 + rank) / Math.log(2)) / 50;
        }
        double won = 0;
        double pairs = 0;
        for (final float[] one : lists) {
            for (final float[] other : lists) {
                for (int c = 1; c < other.length; c++) {
                    won += one[0] > other[c] ? 1 : one[0] == other[c] ? 0.5 : 0;
                    pairs++;
                }
            }
        }
        final ListMetrics found = sum.metrics();
        assertThat(found.auc()).isCloseTo(won / pairs, within(1e-12));
        assertThat(found.mrr()).isCloseTo(mrr, within(1e-12));
        assertThat(found.ndcg()).isCloseTo(ndcg, within(1e-12));
        final ListMetrics.Sum one = new ListMetrics.Sum(2);
        one.add(new float[] {2, 1, -1}, 3);
        one.add(new float[] {-3, -2}, 2);
        final ListMetrics of = one.metrics();
        assertThat(of.accuracy()).isEqualTo(3 / 5.0); // Right: 2, -1, -2.
        assertThat(of.precision()).isEqualTo(0.5);
        assertThat(of.recall()).isEqualTo(0.5);
        assertThat(of.f1()).isEqualTo(0.5);
        assertThat(of.logLoss()).isCloseTo((soft(-2) + soft(1) + soft(-1) + soft(3) + soft(-2)) / 5, within(1e-12));
        assertThat(of.loss())
                .isCloseTo(((soft(-2) + (soft(1) + soft(-1)) / 2) / 2 + (soft(3) + soft(-2)) / 2) / 2, within(1e-12));
    }

    private static double soft(double x) {
        return Math.log(1 + Math.exp(x));
    }

    @Test
    void ofTooManyIdsTheMostFrequentShouldHaveARow() {
        final long[] seen = IntStream.range(0, 60)
                .mapToLong(i -> i < 30 ? i % 3 : 1_000 + i)
                .toArray();
        final IdTable table = IdTable.of("item", seen, 5, 16, new Random(1));
        assertThat(List.of(0L, 1L, 2L, 1_030L, 1_031L)).allMatch(id -> table.rowOf(id) != IdTable.MEAN);
        assertThat(table.rowOf(1_032)).isEqualTo(IdTable.MEAN);
        assertThat(table.notes())
                .containsExactly("33 item ids, of which 28, the least frequent, get the mean of the others' vectors");
        final float[] mean = new float[16];
        table.read(IdTable.MEAN, mean);
        final float[] values = table.vectors().values();
        assertThat(mean[3])
                .isCloseTo((values[3] + values[19] + values[35] + values[51] + values[67]) / 5, within(1e-6f));
        assertThat(IdTable.of("item", seen, 33, 16, new Random(1)).notes()).isEmpty();
    }

    @Test
    void columnsThatNeverChangeShouldBeNamedAndHarmless() {
        final LessonStore lessons = new LessonStore(new LessonFormat(2, 0, 0, 2));
        for (int i = 0; i < 10; i++) {
            final int lesson = lessons.add(i, i, 1, 2, 0);
            for (int c = 0; c < 2; c++) {
                lessons.candidate(lesson, c, 1 + c, 0);
                lessons.own(lesson, c, 0, 1e6f + i);
                lessons.own(lesson, c, 1, -9f);
            }
        }
        final Standardisation standard = Standardisation.ofOwn(lessons, 10, List.of("A", "OWN"), 0);
        assertThat(standard.constant()).containsExactly("OWN");
        assertThat(standard.apply(1, -9f)).isZero();
        assertThat(standard.apply(0, 1e6f + 9)).isCloseTo((float) (4.5 / Math.sqrt(8.25)), within(1e-5f));
        lessons.own(3, 1, 1, Float.NaN);
        assertThatThrownBy(() -> Standardisation.ofOwn(lessons, 10, List.of("A", "OWN"), 0))
                .hasMessageContaining("feature OWN is NaN at position 3");
        lessons.close();
    }

    @Test
    void plansShouldBeRefusedThatCannotBe() {
        assertThatThrownBy(() -> Columns.ofNetwork(List.of("PRICE")))
                .hasMessageContaining("unknown feature PRICE: there are [NEIGHBOURS_BEHIND,");
        assertThatThrownBy(() -> Columns.ofNetwork(List.of("OWN", "OWN"))).hasMessageContaining("named twice");
        assertThatThrownBy(() -> Columns.ofTowers(List.of("OWN")))
                .hasMessageContaining("of a shopper and an item together");
        assertThatThrownBy(() -> Columns.ofTowers(List.of("AWAY"))).hasMessageContaining("each tower needs a feature");
        assertThat(Columns.ofTowers(List.of()).sharedFloats(64)).isEqualTo(67);
        assertThatThrownBy(() -> TrainingPlan.of(ModelKind.VECTORS)).hasMessageContaining("is imported, not trained");
        assertThat(Map.of("features", "[\"OWN\",\"TASTE\"]"))
                .containsEntry(
                        "features",
                        ModelFile.names(
                                Columns.ofNetwork(List.of("OWN", "TASTE")).ownNames()));
    }
}
