package io.doorbuster.training;

import io.doorbuster.engine.model.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A session encoder: one block of causal self-attention over the last items, of which only the newest place's output is
 * needed, so only that one asks. With place 0 = the newest:
 *
 * <pre>
 *   h_l = E[x_l] + position_l        q = Wq h_0,  k_l = Wk h_l,  v_l = Wv h_l
 *   a = softmax(q.k_l / sqrt(d))     z = h_0 + Wo sum a_l v_l
 *   u = z + W2 relu(W1 z + b1) + b2  score = u.E[item]
 * </pre>
 *
 * One thread.
 */
final class SessionTrainee implements Trainee {
    private final LessonStore lessons;
    private final int dims;
    private final float scale;
    private final IdTable items;
    private final Parameter position;
    private final Parameter query;
    private final Parameter key;
    private final Parameter value;
    private final Parameter out;
    private final Dense ffn1;
    private final Dense ffn2;

    private int places;
    private final int[] historyRows;
    private final int[] candidateRows;
    private final float[][] h;
    private final float[][] k;
    private final float[][] v;
    private final float[] q;
    private final float[] shares;
    private final float[] context;
    private final float[] z;
    private final float[] active;
    private final float[] u;
    private final float[][] candidates;

    private final float[][] hSlopes;
    private final float[] uSlopes;
    private final float[] activeSlopes;
    private final float[] zSlopes;
    private final float[] contextSlopes;
    private final float[] qSlopes;
    private final float[] shareSlopes;
    private final float[] scratch;

    SessionTrainee(LessonStore lessons, int trained, int dims, long seed) {
        this.lessons = lessons;
        this.dims = dims;
        scale = (float) (1 / Math.sqrt(dims));
        final int placesMax = lessons.format().historyMax();
        final Random random = new Random(seed);
        items = IdTable.of("item", Ids.ofItems(lessons, trained), IdTable.ROWS_MAX, dims, random);
        position = new Parameter("position", placesMax, dims).uniform(random, 0.1 / Math.sqrt(dims));
        query = square("query", random);
        key = square("key", random);
        value = square("value", random);
        out = square("out", random);
        ffn1 = new Dense("ffn1", 2 * dims, dims, random);
        ffn2 = new Dense("ffn2", dims, 2 * dims, random);
        historyRows = new int[placesMax];
        candidateRows = new int[lessons.format().candidatesMax()];
        h = new float[placesMax][dims];
        k = new float[placesMax][dims];
        v = new float[placesMax][dims];
        q = new float[dims];
        shares = new float[placesMax];
        context = new float[dims];
        z = new float[dims];
        active = new float[2 * dims];
        u = new float[dims];
        candidates = new float[candidateRows.length][dims];
        hSlopes = new float[placesMax][dims];
        uSlopes = new float[dims];
        activeSlopes = new float[2 * dims];
        zSlopes = new float[dims];
        contextSlopes = new float[dims];
        qSlopes = new float[dims];
        shareSlopes = new float[placesMax];
        scratch = new float[dims];
    }

    private Parameter square(String name, Random random) {
        return new Parameter(name, dims, dims).uniform(random, Math.sqrt(3.0 / dims));
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                items.vectors(),
                position,
                query,
                key,
                value,
                out,
                ffn1.weight(),
                ffn1.bias(),
                ffn2.weight(),
                ffn2.bias());
    }

    @Override
    public void refresh() {
        items.refresh();
    }

    @Override
    public void forward(int lesson, float[] logits) {
        places = lessons.history(lesson);
        for (int l = 0; l < places; l++) {
            historyRows[l] = items.rowOf(lessons.historyItem(lesson, l));
            items.read(historyRows[l], h[l]);
            add(h[l], 1f, position.values(), l * dims);
            Dense.multiply(key, h[l], k[l]);
            Dense.multiply(value, h[l], v[l]);
        }
        Dense.multiply(query, h[0], q);
        attend();
        Dense.multiply(out, context, z);
        add(z, 1f, h[0], 0);
        ffn1.forward(z, active);
        for (int i = 0; i < active.length; i++) {
            active[i] = Math.max(0f, active[i]);
        }
        ffn2.forward(active, u);
        add(u, 1f, z, 0);
        for (int c = 0; c < lessons.candidates(lesson); c++) {
            candidateRows[c] = items.rowOf(lessons.item(lesson, c));
            items.read(candidateRows[c], candidates[c]);
            logits[c] = dot(u, candidates[c]);
        }
    }

    private void attend() {
        float most = Float.NEGATIVE_INFINITY;
        for (int l = 0; l < places; l++) {
            shares[l] = dot(q, k[l]) * scale;
            most = Math.max(most, shares[l]);
        }
        float sum = 0;
        for (int l = 0; l < places; l++) {
            shares[l] = (float) StrictMath.exp(shares[l] - most);
            sum += shares[l];
        }
        Arrays.fill(context, 0f);
        for (int l = 0; l < places; l++) {
            shares[l] /= sum;
            add(context, shares[l], v[l], 0);
        }
    }

    @Override
    public void backward(int lesson, float[] slopes) {
        Arrays.fill(uSlopes, 0f);
        for (int c = 0; c < lessons.candidates(lesson); c++) {
            add(uSlopes, slopes[c], candidates[c], 0);
            Arrays.fill(scratch, 0f);
            add(scratch, slopes[c], u, 0);
            items.addGradient(candidateRows[c], scratch);
        }
        Arrays.fill(activeSlopes, 0f);
        ffn2.backward(active, uSlopes, activeSlopes);
        for (int i = 0; i < active.length; i++) {
            activeSlopes[i] = active[i] > 0 ? activeSlopes[i] : 0f;
        }
        System.arraycopy(uSlopes, 0, zSlopes, 0, dims);
        ffn1.backward(z, activeSlopes, zSlopes);
        Arrays.fill(contextSlopes, 0f);
        Dense.multiplyBack(out, context, zSlopes, contextSlopes);
        backThroughAttention();
        add(hSlopes[0], 1f, zSlopes, 0);
        position.touchAll();
        for (int l = 0; l < places; l++) {
            for (int i = 0; i < dims; i++) {
                position.gradient()[l * dims + i] += hSlopes[l][i];
            }
            items.addGradient(historyRows[l], hSlopes[l]);
        }
    }

    private void backThroughAttention() {
        float mean = 0;
        for (int l = 0; l < places; l++) {
            shareSlopes[l] = dot(contextSlopes, v[l]);
            mean += shares[l] * shareSlopes[l];
        }
        Arrays.fill(qSlopes, 0f);
        for (int l = 0; l < places; l++) {
            final float slope = shares[l] * (shareSlopes[l] - mean) * scale; // Of the loss by q.k_l.
            Arrays.fill(hSlopes[l], 0f);
            Arrays.fill(scratch, 0f);
            add(scratch, shares[l], contextSlopes, 0);
            Dense.multiplyBack(value, h[l], scratch, hSlopes[l]);
            add(qSlopes, slope, k[l], 0);
            Arrays.fill(scratch, 0f);
            add(scratch, slope, q, 0);
            Dense.multiplyBack(key, h[l], scratch, hSlopes[l]);
        }
        Dense.multiplyBack(query, h[0], qSlopes, hSlopes[0]);
    }

    private static float dot(float[] a, float[] b) {
        float sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** {@code to += factor * from[at..]}. */
    private static void add(float[] to, float factor, float[] from, int at) {
        for (int i = 0; i < to.length; i++) {
            to[i] += factor * from[at + i];
        }
    }

    @Override
    public List<Tensor> tensors() {
        final List<Tensor> tensors = new ArrayList<>(items.tensors());
        for (final Parameter matrix : List.of(position, query, key, value, out)) {
            tensors.add(matrix.matrix());
        }
        for (final Dense layer : List.of(ffn1, ffn2)) {
            tensors.add(layer.weight().matrix());
            tensors.add(layer.bias().vector());
        }
        return tensors;
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of();
    }

    @Override
    public List<String> notes() {
        return items.notes();
    }
}
