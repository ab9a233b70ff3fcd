package io.doorbuster.engine.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Small models of every kind, with seeded weights. */
public final class SampleModels {
    public static final int DIMS = 32;

    private final Random random;

    public SampleModels(long seed) {
        random = new Random(seed);
    }

    public ModelFile of(ModelKind kind) throws ModelRefusedException {
        return switch (kind) {
            case NETWORK -> network(List.of("POPULARITY", "TASTE", "IS_LAST"), "tanh", 1 + random.nextInt(4));
            case TOWERS -> towers();
            case INTERACTION -> interaction(new long[] {101, 102, 103}, new long[] {7, 8});
            case VECTORS -> vectors(new long[] {101, 102, 103}, new long[] {7, 8});
            case SESSION -> session(new long[] {101, 102, 103});
        };
    }

    float[] values(int count, double spread) {
        final float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (random.nextGaussian() * spread);
        }
        return values;
    }

    Tensor floats(String name, int... shape) {
        int count = 1;
        for (final int size : shape) {
            count *= size;
        }
        return Tensor.floats(name, values(count, 1 / Math.sqrt(shape[shape.length - 1])), shape);
    }

    Tensor deviations(String name, int count) {
        final float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = 0.5f + random.nextFloat();
        }
        return Tensor.floats(name, values, count);
    }

    ModelFile network(List<String> features, String activation, int layers) throws ModelRefusedException {
        final List<Tensor> tensors = new ArrayList<>();
        tensors.add(floats("mean", features.size()));
        tensors.add(deviations("deviation", features.size()));
        int width = features.size();
        for (int layer = 0; layer < layers; layer++) {
            final int rows = layer == layers - 1 ? 1 : 1 + random.nextInt(40);
            tensors.add(floats("layer" + layer + ".weight", rows, width));
            tensors.add(floats("layer" + layer + ".bias", rows));
            width = rows;
        }
        return ModelFile.of(
                ModelKind.NETWORK,
                "a network",
                Map.of("features", ModelFile.names(features), "activation", activation),
                tensors);
    }

    private ModelFile towers() throws ModelRefusedException {
        final int units = 1 + random.nextInt(70);
        return ModelFile.of(
                ModelKind.TOWERS,
                "towers",
                Map.of(
                        "shopper.features", "[\"SESSION_VECTOR\",\"AWAY\",\"NEIGHBOURS_SUM\"]",
                        "item.features", "[\"RECENCY\",\"ITEM_VECTOR\",\"SESSIONS\"]"),
                List.of(
                        floats("shopper.mean", DIMS + 2),
                        deviations("shopper.deviation", DIMS + 2),
                        floats("shopper.weight", units, DIMS + 2),
                        floats("item.mean", DIMS + 2),
                        deviations("item.deviation", DIMS + 2),
                        floats("item.weight", units, DIMS + 2),
                        floats("bias", units)));
    }

    ModelFile interaction(long[] items, long[] shoppers) throws ModelRefusedException {
        return ModelFile.of(
                ModelKind.INTERACTION,
                "interaction",
                Map.of(),
                List.of(
                        Tensor.ids("item.ids", items),
                        floats("item.vectors", items.length, 48),
                        Tensor.ids("shopper.ids", shoppers),
                        floats("shopper.vectors", shoppers.length, DIMS),
                        floats("projection", 48, DIMS),
                        floats("hidden.weight", 16, 48),
                        floats("hidden.bias", 16),
                        floats("output.weight", 16),
                        floats("output.bias", 1)));
    }

    ModelFile vectors(long[] items, long[] shoppers) throws ModelRefusedException {
        return ModelFile.of(
                ModelKind.VECTORS,
                "vectors",
                Map.of(),
                List.of(
                        Tensor.ids("item.ids", items),
                        floats("item.vectors", items.length, DIMS),
                        Tensor.ids("shopper.ids", shoppers),
                        floats("shopper.vectors", shoppers.length, DIMS)));
    }

    ModelFile session(long[] items) throws ModelRefusedException {
        final List<Tensor> tensors = new ArrayList<>();
        tensors.add(Tensor.ids("item.ids", items));
        tensors.add(floats("item.vectors", items.length, DIMS));
        tensors.add(floats("position", 15, DIMS));
        for (final String name : List.of("query", "key", "value", "out")) {
            tensors.add(floats(name, DIMS, DIMS));
        }
        tensors.add(floats("ffn1.weight", 2 * DIMS, DIMS));
        tensors.add(floats("ffn1.bias", 2 * DIMS));
        tensors.add(floats("ffn2.weight", DIMS, 2 * DIMS));
        tensors.add(floats("ffn2.bias", DIMS));
        return ModelFile.of(ModelKind.SESSION, "session", Map.of(), tensors);
    }
}
