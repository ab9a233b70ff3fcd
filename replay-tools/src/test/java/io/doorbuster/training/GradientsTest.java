package io.doorbuster.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.engine.decision.Feature;
import io.doorbuster.engine.model.ModelKind;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What each model calls its gradient, beside what the loss does when a weight is moved a little. */
class GradientsTest {
    private static final float STEP = 4e-3f;
    private static final int LESSONS = 6;
    private static final LessonStore SOME = SomeLessons.of(60, 3);
    private static final List<Feature> FIVE = List.of(Feature.values()).subList(0, SomeLessons.FEATURES);

    static Stream<Arguments> models() {
        final Columns five = new Columns(List.of(), false, FIVE, false);
        final Columns towers = new Columns(
                List.of(Feature.AWAY, Feature.NEIGHBOURS_SUM, Feature.HISTORY_LENGTH, Feature.OWN), true, FIVE, false);
        return Stream.of(
                Arguments.of("tanh", new NetworkTrainee(SOME, 48, five, List.of(7, 4), Nonlinearity.TANH, 1)),
                Arguments.of("sigmoid", new NetworkTrainee(SOME, 48, five, List.of(6), Nonlinearity.SIGMOID, 2)),
                Arguments.of("linear", new NetworkTrainee(SOME, 48, five, List.of(), Nonlinearity.RELU, 3)),
                Arguments.of("relu", new NetworkTrainee(SOME, 48, five, List.of(8), Nonlinearity.RELU, 4)),
                Arguments.of("towers", new TowersTrainee(SOME, 48, towers, SomeLessons.DIMENSIONS, 5)),
                Arguments.of("interaction", new InteractionTrainee(SOME, 48, 16, 32, 16, 6)),
                Arguments.of("session", new SessionTrainee(SOME, 48, 16, 7)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void gradientsShouldBeThoseOfFiniteDifferences(String name, Trainee model) {
        final Trainer trainer = new Trainer(model, SOME, 48, TrainingPlan.of(ModelKind.NETWORK));
        enlarge(model);
        model.refresh();
        model.parameters().forEach(Parameter::forget);
        loss(trainer);
        final List<float[]> said =
                model.parameters().stream().map(p -> p.gradient().clone()).toList();
        int compared = 0;
        int kinks = 0;
        for (int p = 0; p < said.size(); p++) {
            final Parameter parameter = model.parameters().get(p);
            final float[] values = parameter.values();
            for (int i = 0; i < values.length; i += 1 + values.length / 150) {
                final float before = values[i];
                values[i] = before + STEP;
                final double above = loss(trainer);
                values[i] = before - STEP;
                final double below = loss(trainer);
                values[i] = before;
                final double found = (above - below) / (2 * STEP);
                final double slope = said.get(p)[i];
                final boolean fits = Math.abs(found - slope) <= 2e-3 + 0.02 * Math.abs(found);
                kinks += fits ? 0 : 1;
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(5);
        // A rectified unit that is at its edge has two slopes; without one, every difference must fit.
        final boolean hasEdges = !List.of("tanh", "sigmoid", "linear", "towers").contains(name);
        assertThat(kinks).as("of " + compared).isLessThanOrEqualTo(hasEdges ? compared / 100 : 0);
        assertThat(said.stream().filter(GradientsTest::isZero)).isEmpty();
    }

    /** Weights so large that no gradient is lost in rounding. */
    private static void enlarge(Trainee model) {
        for (final Parameter parameter : model.parameters()) {
            for (int i = 0; i < parameter.values().length; i++) {
                parameter.values()[i] = parameter.values()[i] * 2 + (i % 7 - 3) * 0.05f;
            }
        }
    }

    private static boolean isZero(float[] gradient) {
        for (final float slope : gradient) {
            if (slope != 0) {
                return false;
            }
        }
        return true;
    }

    private static double loss(Trainer trainer) {
        double loss = 0;
        for (int lesson = 0; lesson < LESSONS; lesson++) {
            loss += trainer.learn(lesson, 1f);
        }
        return loss;
    }
}
