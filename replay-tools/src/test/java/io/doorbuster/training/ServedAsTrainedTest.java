package io.doorbuster.training;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.History;
import io.doorbuster.engine.embedding.SessionEmbedding;
import io.doorbuster.engine.learning.LessonObserver;
import io.doorbuster.engine.model.Model;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.model.ModelInput;
import io.doorbuster.engine.model.ModelKind;
import io.doorbuster.engine.store.Stores;
import io.doorbuster.gateway.Progress;
import io.doorbuster.replay.Replayer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine's kernels score a candidate, at the moment of a lesson, as the trainer does. */
class ServedAsTrainedTest {
    @TempDir
    static Path directory;

    private static Path data = Path.of("");

    @BeforeAll
    static void play() throws IOException {
        data = SomeJournal.play(directory.resolve("data"));
    }

    /** Asks the engine's model about each lesson, and compares. */
    private static final class Comparison implements LessonObserver {
        private final Model served;
        private final Trainee trained;
        private final LessonStore lessons;
        private final float[] logits;
        private @Nullable ModelInput input;
        private int lesson;
        private int compared;

        Comparison(Model served, Trainee trained, LessonStore lessons) {
            this.served = served;
            this.trained = trained;
            this.lessons = lessons;
            logits = new float[lessons.format().candidatesMax()];
        }

        @Override
        public void onLesson(
                Stores stores,
                Candidates candidates,
                int target,
                History history,
                SessionEmbedding session,
                long shopper,
                long position) {
            if (target < 0 || candidates.count() == 1) {
                return;
            }
            assertThat(lessons.position(lesson)).isEqualTo(position);
            input = input == null ? new ModelInput(stores) : input;
            input.bind(history, stores.shoppers().rowOf(shopper), session, candidates);
            assertThat(served.score(input)).isTrue();
            trained.forward(lesson, logits);
            final boolean isProbability = served.file().kind() == ModelKind.INTERACTION;
            for (int i = 0; i < input.count(); i++) {
                final long itemId = stores.items().itemId(candidates.row(input.index(i)));
                for (int c = 0; c < lessons.candidates(lesson); c++) {
                    if (lessons.item(lesson, c) == itemId) {
                        final float expected = isProbability ? Nonlinearity.sigmoid(logits[c]) : logits[c];
                        assertThat(input.score(i)).isCloseTo(expected, within(1e-5f + 1e-4f * Math.abs(expected)));
                        compared++;
                    }
                }
            }
            lesson++;
        }
    }

    /** One who looks, to all of them. */
    private static LessonObserver all(List<? extends LessonObserver> observers) {
        return (stores, candidates, target, history, session, shopper, position) -> {
            for (final LessonObserver observer : observers) {
                observer.onLesson(stores, candidates, target, history, session, shopper, position);
            }
        };
    }

    private static LessonCollector collector(ModelKind kind) {
        return new LessonCollector(TrainingPlan.of(kind).columns(), kind == ModelKind.SESSION, 60, 1);
    }

    /** An untrained model, of which half of the lessons tell what ids there are. */
    private static Trainee model(ModelKind kind, LessonCollector collector) {
        final LessonStore lessons = requireNonNull(collector.lessons());
        final int half = lessons.count() / 2;
        final Columns columns = TrainingPlan.of(kind).columns();
        final Trainee model = switch (kind) {
            case NETWORK -> new NetworkTrainee(lessons, half, columns, List.of(32, 16), Nonlinearity.TANH, 3);
            case TOWERS -> new TowersTrainee(lessons, half, columns, collector.dimensions(), 3);
            case INTERACTION -> new InteractionTrainee(lessons, half, 64, 128, 64, 3);
            case SESSION -> new SessionTrainee(lessons, half, 64, 3);
            case VECTORS -> throw new IllegalArgumentException();
        };
        model.parameters().forEach(ServedAsTrainedTest::unsettle);
        model.refresh();
        return model;
    }

    @Test
    void kernelsShouldScoreAsTheTrainer() throws IOException {
        final List<ModelKind> kinds =
                List.of(ModelKind.NETWORK, ModelKind.TOWERS, ModelKind.INTERACTION, ModelKind.SESSION);
        final List<LessonCollector> collectors =
                kinds.stream().map(ServedAsTrainedTest::collector).toList();
        try (Replayer first = new Replayer(data, all(collectors))) {
            first.replay(Long.MAX_VALUE, Progress.NONE);
        }
        final List<Comparison> comparisons = new ArrayList<>();
        for (int i = 0; i < kinds.size(); i++) {
            final Trainee model = model(kinds.get(i), collectors.get(i));
            final Model served = Model.of(ModelFile.of(kinds.get(i), "m", model.metadata(), model.tensors()));
            comparisons.add(new Comparison(
                    served, model, requireNonNull(collectors.get(i).lessons())));
        }
        try (Replayer second = new Replayer(data, all(comparisons))) {
            second.replay(Long.MAX_VALUE, Progress.NONE);
        }
        for (final Comparison comparison : comparisons) {
            assertThat(comparison.lesson).isEqualTo(comparison.lessons.count());
            assertThat(comparison.compared).isGreaterThan(500);
        }
        collectors.forEach(LessonCollector::close);
    }

    /** Biases are not zero either. */
    private static void unsettle(Parameter parameter) {
        final float[] values = parameter.values();
        Arrays.setAll(new Float[values.length], i -> values[i] = values[i] * 1.5f + (i % 5 - 2) * 0.03f);
    }
}
