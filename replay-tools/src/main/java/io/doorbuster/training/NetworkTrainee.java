package io.doorbuster.training;

import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.model.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** Dense layers over a candidate's features. One thread. */
final class NetworkTrainee implements Trainee {
    private static final float[] NOWHERE = {};

    private final LessonStore lessons;
    private final Columns columns;
    private final Standardisation standard;
    private final Nonlinearity activation;
    private final List<Dense> layers = new ArrayList<>();
    /** By candidate: the input, then what each hidden layer made of it. */
    private final float[][][] values;

    private final float[][] slopes;
    private final float[] out = new float[1];

    NetworkTrainee(
            LessonStore lessons,
            int trained,
            Columns columns,
            List<Integer> hidden,
            Nonlinearity activation,
            long seed) {
        this.lessons = lessons;
        this.columns = columns;
        this.activation = activation;
        standard = Standardisation.ofOwn(lessons, trained, columns.ownNames(), 0);
        final Random random = new Random(seed);
        final List<Integer> widths = new ArrayList<>(List.of(lessons.format().candidateFloats()));
        widths.addAll(hidden);
        for (int layer = 0; layer < hidden.size(); layer++) {
            layers.add(new Dense("layer" + layer, widths.get(layer + 1), widths.get(layer), random));
        }
        layers.add(new Dense("layer" + hidden.size(), 1, widths.getLast(), random));
        values = new float[lessons.format().candidatesMax()][widths.size()][];
        slopes = new float[widths.size()][];
        for (int i = 0; i < widths.size(); i++) {
            for (final float[][] ofCandidate : values) {
                ofCandidate[i] = new float[widths.get(i)];
            }
            slopes[i] = i == 0 ? NOWHERE : new float[widths.get(i)];
        }
    }

    @Override
    public List<Parameter> parameters() {
        return layers.stream()
                .flatMap(layer -> List.of(layer.weight(), layer.bias()).stream())
                .toList();
    }

    @Override
    public void forward(int lesson, float[] logits) {
        for (int c = 0; c < lessons.candidates(lesson); c++) {
            final float[][] of = values[c];
            for (int i = 0; i < of[0].length; i++) {
                of[0][i] = standard.apply(i, lessons.own(lesson, c, i));
            }
            for (int layer = 0; layer + 1 < layers.size(); layer++) {
                final float[] y = of[layer + 1];
                layers.get(layer).forward(of[layer], y);
                for (int i = 0; i < y.length; i++) {
                    y[i] = activation.of(y[i]);
                }
            }
            layers.getLast().forward(of[layers.size() - 1], out);
            logits[c] = out[0];
        }
    }

    @Override
    public void backward(int lesson, float[] logitSlopes) {
        for (int c = 0; c < lessons.candidates(lesson); c++) {
            final float[][] of = values[c];
            out[0] = logitSlopes[c];
            float[] above = out;
            for (int layer = layers.size() - 1; layer >= 0; layer--) {
                final float[] below = slopes[layer];
                Arrays.fill(below, 0f);
                layers.get(layer).backward(of[layer], above, below);
                for (int i = 0; i < below.length; i++) {
                    below[i] *= activation.slope(of[layer][i]);
                }
                above = below;
            }
        }
    }

    @Override
    public List<Tensor> tensors() {
        final List<Tensor> tensors = new ArrayList<>(standard.tensors(""));
        for (final Dense layer : layers) {
            tensors.add(layer.weight().matrix());
            tensors.add(layer.bias().vector());
        }
        return tensors;
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of(
                "features",
                ModelFile.names(columns.ownNames()),
                "activation",
                activation.name().toLowerCase(Locale.ROOT));
    }

    @Override
    public List<String> notes() {
        return Standardisation.notes(standard.constant());
    }
}
