package io.doorbuster.training;

import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.model.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** {@code u = Wu xu, v = Wi xi, score = u.v + bias.u}, from standardised inputs. One thread. */
final class TowersTrainee implements Trainee {
    /** Width of the towers. */
    static final int WIDTH = 32;

    private static final float[] NOWHERE = {};

    private final LessonStore lessons;
    private final Columns columns;
    private final Standardisation shopperSide;
    private final Standardisation itemSide;
    private final Parameter shopper;
    private final Parameter item;
    private final Parameter bias = new Parameter("bias", 1, WIDTH);
    private final float[] xu;
    private final float[] u = new float[WIDTH];
    private final float[] uSlopes = new float[WIDTH];
    private final float[] vSlopes = new float[WIDTH];
    private final float[][] xi;
    private final float[][] v;

    TowersTrainee(LessonStore lessons, int trained, Columns columns, int dimensions, long seed) {
        this.lessons = lessons;
        this.columns = columns;
        shopperSide = Standardisation.ofShared(lessons, trained, columns.sharedNames(), dimensions);
        itemSide = Standardisation.ofOwn(lessons, trained, columns.ownNames(), dimensions);
        final int sharedFloats = lessons.format().sharedFloats();
        final int ownFloats = lessons.format().candidateFloats();
        final Random random = new Random(seed);
        shopper = new Parameter("shopper.weight", WIDTH, sharedFloats).uniform(random, bound(sharedFloats));
        item = new Parameter("item.weight", WIDTH, ownFloats).uniform(random, bound(ownFloats));
        xu = new float[sharedFloats];
        xi = new float[lessons.format().candidatesMax()][ownFloats];
        v = new float[lessons.format().candidatesMax()][WIDTH];
    }

    /** A quarter of Glorot's bound: a score is a product of both, and is to begin near 0. */
    private static double bound(int inputs) {
        return 0.25 * Math.sqrt(6.0 / (inputs + WIDTH));
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(shopper, item, bias);
    }

    @Override
    public void forward(int lesson, float[] logits) {
        for (int i = 0; i < xu.length; i++) {
            xu[i] = shopperSide.apply(i, lessons.shared(lesson, i));
        }
        Dense.multiply(shopper, xu, u);
        for (int c = 0; c < lessons.candidates(lesson); c++) {
            for (int i = 0; i < xi[c].length; i++) {
                xi[c][i] = itemSide.apply(i, lessons.own(lesson, c, i));
            }
            Dense.multiply(item, xi[c], v[c]);
            float score = 0;
            for (int k = 0; k < WIDTH; k++) {
                score += u[k] * (v[c][k] + bias.values()[k]);
            }
            logits[c] = score;
        }
    }

    @Override
    public void backward(int lesson, float[] slopes) {
        Arrays.fill(uSlopes, 0f);
        bias.touch(0);
        for (int c = 0; c < lessons.candidates(lesson); c++) {
            for (int k = 0; k < WIDTH; k++) {
                uSlopes[k] += slopes[c] * (v[c][k] + bias.values()[k]);
                vSlopes[k] = slopes[c] * u[k];
                bias.gradient()[k] += slopes[c] * u[k];
            }
            Dense.multiplyBack(item, xi[c], vSlopes, NOWHERE);
        }
        Dense.multiplyBack(shopper, xu, uSlopes, NOWHERE);
    }

    @Override
    public List<Tensor> tensors() {
        final List<Tensor> tensors = new ArrayList<>(shopperSide.tensors("shopper."));
        tensors.addAll(itemSide.tensors("item."));
        tensors.add(shopper.matrix());
        tensors.add(item.matrix());
        tensors.add(bias.vector());
        return tensors;
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of(
                "shopper.features",
                ModelFile.names(columns.sharedNames()),
                "item.features",
                ModelFile.names(columns.ownNames()));
    }

    @Override
    public List<String> notes() {
        return Standardisation.notes(Stream.concat(shopperSide.constant().stream(), itemSide.constant().stream())
                .toList());
    }
}
