package io.doorbuster.training;

import io.doorbuster.engine.model.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * {@code w2.relu(W1 ((P u) * v + v) + b1) + b2}, component by component in the inner brackets, from a vector for each shopper
 * and each item. One thread.
 */
final class InteractionTrainee implements Trainee {
    private final LessonStore lessons;
    private final int itemDims;
    private final IdTable items;
    private final IdTable shoppers;
    private final Parameter projection;
    private final Dense hidden;
    private final Dense output;
    private final int[] itemRows;
    private int shopperRow;
    private final float[] u;
    private final float[] projected;
    private final float[][] v;
    private final float[][] mixed;
    private final float[][] active;
    private final float[] out = new float[1];
    private final float[] activeSlopes;
    private final float[] mixedSlopes;
    private final float[] vSlopes;
    private final float[] projectedSlopes;
    private final float[] uSlopes;

    /** Of shopper, item and hidden dimensions; the tables hold what is trained on. */
    InteractionTrainee(LessonStore lessons, int trained, int shopperDims, int itemDims, int hiddenDims, long seed) {
        this.lessons = lessons;
        this.itemDims = itemDims;
        final Random random = new Random(seed);
        items = IdTable.of("item", Ids.ofCandidates(lessons, trained), IdTable.ROWS_MAX, itemDims, random);
        shoppers = IdTable.of("shopper", Ids.ofShoppers(lessons, trained), IdTable.ROWS_MAX, shopperDims, random);
        projection = new Parameter("projection", itemDims, shopperDims)
                .uniform(random, Math.sqrt(6.0 / (itemDims + shopperDims)));
        hidden = new Dense("hidden", hiddenDims, itemDims, random);
        output = new Dense("output", 1, hiddenDims, random);
        final int candidates = lessons.format().candidatesMax();
        itemRows = new int[candidates];
        u = new float[shopperDims];
        projected = new float[itemDims];
        v = new float[candidates][itemDims];
        mixed = new float[candidates][itemDims];
        active = new float[candidates][hiddenDims];
        activeSlopes = new float[hiddenDims];
        mixedSlopes = new float[itemDims];
        vSlopes = new float[itemDims];
        projectedSlopes = new float[itemDims];
        uSlopes = new float[shopperDims];
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                items.vectors(),
                shoppers.vectors(),
                projection,
                hidden.weight(),
                hidden.bias(),
                output.weight(),
                output.bias());
    }

    @Override
    public void refresh() {
        items.refresh();
        shoppers.refresh();
    }

    @Override
    public void forward(int lesson, float[] logits) {
        shopperRow = shoppers.rowOf(lessons.shopper(lesson));
        shoppers.read(shopperRow, u);
        Dense.multiply(projection, u, projected);
        for (int c = 0; c < lessons.candidates(lesson); c++) {
            itemRows[c] = items.rowOf(lessons.item(lesson, c));
            items.read(itemRows[c], v[c]);
            for (int i = 0; i < itemDims; i++) {
                mixed[c][i] = projected[i] * v[c][i] + v[c][i];
            }
            hidden.forward(mixed[c], active[c]);
            for (int h = 0; h < active[c].length; h++) {
                active[c][h] = Math.max(0f, active[c][h]);
            }
            output.forward(active[c], out);
            logits[c] = out[0];
        }
    }

    @Override
    public void backward(int lesson, float[] slopes) {
        Arrays.fill(projectedSlopes, 0f);
        for (int c = 0; c < lessons.candidates(lesson); c++) {
            out[0] = slopes[c];
            Arrays.fill(activeSlopes, 0f);
            output.backward(active[c], out, activeSlopes);
            for (int h = 0; h < activeSlopes.length; h++) {
                activeSlopes[h] = active[c][h] > 0 ? activeSlopes[h] : 0f;
            }
            Arrays.fill(mixedSlopes, 0f);
            hidden.backward(mixed[c], activeSlopes, mixedSlopes);
            for (int i = 0; i < itemDims; i++) {
                vSlopes[i] = mixedSlopes[i] * (projected[i] + 1f);
                projectedSlopes[i] += mixedSlopes[i] * v[c][i];
            }
            items.addGradient(itemRows[c], vSlopes);
        }
        Arrays.fill(uSlopes, 0f);
        Dense.multiplyBack(projection, u, projectedSlopes, uSlopes);
        shoppers.addGradient(shopperRow, uSlopes);
    }

    @Override
    public List<Tensor> tensors() {
        final List<Tensor> tensors = new ArrayList<>(items.tensors());
        tensors.addAll(shoppers.tensors());
        tensors.add(projection.matrix());
        tensors.add(hidden.weight().matrix());
        tensors.add(hidden.bias().vector());
        tensors.add(output.weight().vector());
        tensors.add(output.bias().vector());
        return tensors;
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of();
    }

    @Override
    public List<String> notes() {
        return Stream.concat(items.notes().stream(), shoppers.notes().stream()).toList();
    }
}
