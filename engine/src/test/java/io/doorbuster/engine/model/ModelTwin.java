package io.doorbuster.engine.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/** What each kind of model computes, word for word as its formula says it, in doubles. The naive twin of serving. */
final class ModelTwin {
    private final ModelFile file;
    private final Map<String, float[]> values = new HashMap<>();

    ModelTwin(ModelFile file) {
        this.file = file;
    }

    private static double relu(double x) {
        return Math.max(0, x);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private double[] row(String tensor, int row) {
        final float[] all = values.computeIfAbsent(tensor, file::floats);
        final List<Integer> shape = file.shape(tensor);
        final int width = shape.getLast();
        final double[] values = new double[width];
        for (int i = 0; i < width; i++) {
            values[i] = all[row * width + i];
        }
        return values;
    }

    private double[] vector(String tensor) {
        return row(tensor, 0);
    }

    private double[] multiply(String tensor, double[] x) {
        final double[] y = new double[file.shape(tensor).getFirst()];
        for (int i = 0; i < y.length; i++) {
            y[i] = dot(row(tensor, i), x);
        }
        return y;
    }

    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double[] add(double[] a, double[] b) {
        final double[] sum = a.clone();
        for (int i = 0; i < b.length; i++) {
            sum[i] += b[i];
        }
        return sum;
    }

    private static double[] apply(DoubleUnaryOperator function, double[] x) {
        final double[] y = x.clone();
        for (int i = 0; i < y.length; i++) {
            y[i] = function.applyAsDouble(y[i]);
        }
        return y;
    }

    private double[] standardise(String prefix, double[] x) {
        final double[] mean = vector(prefix + "mean");
        final double[] deviation = vector(prefix + "deviation");
        final double[] y = x.clone();
        for (int i = 0; i < y.length; i++) {
            y[i] = (y[i] - mean[i]) / deviation[i];
        }
        return y;
    }

    /** The vector of an id; of one that is not in the table, the mean of all. */
    double[] lookUp(String side, long id) {
        final long[] ids = file.ids(side + ".ids");
        double[] sum = new double[file.shape(side + ".vectors").get(1)];
        for (int i = 0; i < ids.length; i++) {
            final double[] vector = row(side + ".vectors", i);
            if (ids[i] == id) {
                return vector;
            }
            sum = add(sum, vector);
        }
        return apply(x -> x / ids.length, sum);
    }

    double network(double[] features) {
        final String activation = file.metadata().getOrDefault("activation", "");
        final DoubleUnaryOperator function = switch (activation) {
            case "relu" -> ModelTwin::relu;
            case "tanh" -> Math::tanh;
            default -> ModelTwin::sigmoid;
        };
        double[] x = standardise("", features);
        for (int layer = 0; file.tensors().contains("layer" + layer + ".weight"); layer++) {
            x = add(multiply("layer" + layer + ".weight", x), vector("layer" + layer + ".bias"));
            if (file.tensors().contains("layer" + (layer + 1) + ".weight")) {
                x = apply(function, x);
            }
        }
        return x[0];
    }

    double towers(double[] shopperFeatures, double[] itemFeatures) {
        final double[] u = multiply("shopper.weight", standardise("shopper.", shopperFeatures));
        final double[] v = multiply("item.weight", standardise("item.", itemFeatures));
        return dot(u, v) + dot(vector("bias"), u);
    }

    double interaction(long shopper, long item) {
        final double[] projected = multiply("projection", lookUp("shopper", shopper));
        final double[] v = lookUp("item", item);
        final double[] joint = v.clone();
        for (int i = 0; i < v.length; i++) {
            joint[i] = projected[i] * v[i] + v[i];
        }
        final double[] hidden = apply(ModelTwin::relu, add(multiply("hidden.weight", joint), vector("hidden.bias")));
        return sigmoid(dot(vector("output.weight"), hidden) + vector("output.bias")[0]);
    }

    double vectors(long shopper, long item) {
        return dot(lookUp("shopper", shopper), lookUp("item", item));
    }

    /** @param session items, the last one first. */
    double session(List<Long> session, long item) {
        final double[] last = add(lookUp("item", session.getFirst()), row("position", 0));
        final double[] query = multiply("query", last);
        final double[] attention = new double[session.size()];
        double sum = 0;
        for (int place = 0; place < session.size(); place++) {
            final double[] x = add(lookUp("item", session.get(place)), row("position", place));
            attention[place] = Math.exp(dot(query, multiply("key", x)) / Math.sqrt(x.length));
            sum += attention[place];
        }
        double[] pooled = new double[last.length];
        for (int place = 0; place < session.size(); place++) {
            final double share = attention[place] / sum;
            final double[] x = add(lookUp("item", session.get(place)), row("position", place));
            pooled = add(pooled, apply(value -> value * share, multiply("value", x)));
        }
        final double[] attended = add(last, multiply("out", pooled));
        final double[] hidden = apply(ModelTwin::relu, add(multiply("ffn1.weight", attended), vector("ffn1.bias")));
        final double[] u = add(attended, add(multiply("ffn2.weight", hidden), vector("ffn2.bias")));
        return dot(u, lookUp("item", item));
    }
}
