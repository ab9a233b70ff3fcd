package io.doorbuster.training;

import io.doorbuster.engine.model.ModelKind;
import java.util.List;

/**
 * What to train and how.
 *
 * @param features names of what a network or towers read; none = all that they can.
 * @param hidden widths of a network's hidden layers.
 * @param activation of a network's hidden layers.
 * @param epochs at most.
 * @param batch lessons of a step.
 * @param rate step size of Adam.
 * @param validation share of the lessons, the last ones, that are not trained on.
 * @param patience epochs without a better validation loss before it stops.
 * @param seed of the draw of other candidates, the first weights and the order of lessons.
 * @param negatives candidates of a lesson that are drawn from those that did not come next.
 */
public record TrainingPlan(
        ModelKind kind,
        List<String> features,
        List<Integer> hidden,
        Nonlinearity activation,
        int epochs,
        int batch,
        double rate,
        double validation,
        int patience,
        long seed,
        int negatives) {
    private static final int LAYERS_MAX = 3;
    private static final int WIDTH_MAX = 256;
    private static final int NEGATIVES_MAX = 256;

    /** The defaults, for a kind of model. */
    public static TrainingPlan of(ModelKind kind) {
        return new TrainingPlan(kind, List.of(), List.of(32, 16), Nonlinearity.RELU, 10, 32, 0.001, 0.2, 3, 1, 4);
    }

    /** @throws IllegalArgumentException when a value is out of its range, or a feature is none. */
    public TrainingPlan {
        features = List.copyOf(features);
        hidden = List.copyOf(hidden);
        if (kind == ModelKind.VECTORS) {
            throw new IllegalArgumentException(
                    "kind vectors is imported, not trained: network, towers, interaction and session are");
        }
        if (hidden.size() > LAYERS_MAX || hidden.stream().anyMatch(width -> width < 1 || width > WIDTH_MAX)) {
            throw new IllegalArgumentException(
                    "--hidden " + hidden + ": up to " + LAYERS_MAX + " layers of 1 to " + WIDTH_MAX + " units");
        }
        check("--epochs", epochs, 1, 10_000);
        check("--batch", batch, 1, 65_536);
        check("--patience", patience, 1, 10_000);
        check("--negatives", negatives, 1, NEGATIVES_MAX);
        if (!(rate > 0 && rate <= 1)) {
            throw new IllegalArgumentException("--rate " + rate + ": above 0, at most 1");
        }
        if (!(validation > 0 && validation < 1)) {
            throw new IllegalArgumentException("--validation " + validation
                    + ": a share between 0 and 1; without lessons to judge by, nobody knows when to stop");
        }
        columns(kind, features);
    }

    private static void check(String option, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(option + " " + value + ": from " + min + " to " + max);
        }
    }

    private static Columns columns(ModelKind kind, List<String> features) {
        return switch (kind) {
            case NETWORK -> Columns.ofNetwork(features);
            case TOWERS -> Columns.ofTowers(features);
            case INTERACTION, SESSION, VECTORS -> {
                if (!features.isEmpty()) {
                    throw new IllegalArgumentException(
                            "--features belongs to network and towers: a model of kind " + kind + " reads ids");
                }
                yield Columns.NONE;
            }
        };
    }

    /** What the model reads. */
    Columns columns() {
        return columns(kind, features);
    }
}
