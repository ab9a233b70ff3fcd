package io.doorbuster.training;

import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.model.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Mean and standard deviation of each input over the lessons that are trained on. A column that never changes (all of its
 * values may be missing) says nothing: it gets deviation 1, so that it is 0 for the model, and is named.
 */
final class Standardisation {
    private static final double SPREAD_MIN = ModelFile.DEVIATION_MIN;

    private final float[] mean;
    private final float[] deviation;
    private final List<String> constant;

    private Standardisation(float[] mean, float[] deviation, List<String> constant) {
        this.mean = mean;
        this.deviation = deviation;
        this.constant = constant;
    }

    /** Names of the columns that never change. */
    List<String> constant() {
        return constant;
    }

    /**
     * Inputs that the candidates of a lesson share. They are scaled and not centred: {@code u = Wu xu} has no other constant,
     * and were all of xu 0 on average, no tower could learn that an item is good for everybody.
     */
    static Standardisation ofShared(LessonStore lessons, int trained, List<String> names, int dimensions) {
        return of(lessons, trained, names, dimensions, lessons.format().sharedFloats(), true);
    }

    /** Inputs that each candidate has of its own. */
    static Standardisation ofOwn(LessonStore lessons, int trained, List<String> names, int dimensions) {
        return of(lessons, trained, names, dimensions, lessons.format().candidateFloats(), false);
    }

    private static Standardisation of(
            LessonStore lessons, int trained, List<String> names, int dimensions, int width, boolean isShared) {
        final float[] mean = new float[width];
        final float[] deviation = new float[width];
        final List<String> constant = new ArrayList<>();
        for (int column = 0; column < width; column++) {
            final String name = Columns.nameOf(names, dimensions, column);
            final float reference = isShared ? lessons.shared(0, column) : lessons.own(0, 0, column);
            double sum = 0; // Of distances from one value: their squares lose no digits to a large mean.
            double squares = 0;
            long values = 0;
            for (int lesson = 0; lesson < trained; lesson++) {
                final int count = isShared ? 1 : lessons.candidates(lesson);
                for (int c = 0; c < count; c++) {
                    final float value = isShared ? lessons.shared(lesson, column) : lessons.own(lesson, c, column);
                    if (!Float.isFinite(value)) {
                        throw new IllegalStateException("feature " + name + " is " + value + " at position "
                                + lessons.position(lesson) + ": leave it out with --features");
                    }
                    final double distance = (double) value - reference;
                    sum += distance;
                    squares += distance * distance;
                    values++;
                }
            }
            mean[column] = isShared ? 0f : (float) (reference + sum / values);
            final double spread = Math.sqrt(Math.max(0, squares / values - sum / values * (sum / values)));
            final boolean isConstant = spread < SPREAD_MIN;
            deviation[column] = isConstant ? 1f : (float) spread;
            if (isConstant) {
                constant.add(name);
            }
        }
        return new Standardisation(mean, deviation, List.copyOf(constant));
    }

    float apply(int column, float value) {
        return (value - mean[column]) / deviation[column];
    }

    /** For the model file. */
    List<Tensor> tensors(String prefix) {
        return List.of(
                Tensor.floats(prefix + "mean", mean, mean.length),
                Tensor.floats(prefix + "deviation", deviation, deviation.length));
    }

    /** A note on columns that never change. */
    static List<String> notes(List<String> constant) {
        return constant.isEmpty()
                ? List.of()
                : List.of("never changes here, so it tells the model nothing: " + String.join(", ", constant));
    }
}
