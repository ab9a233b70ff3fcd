package io.doorbuster.engine.model;

import io.doorbuster.engine.decision.Feature;
import io.doorbuster.kernels.Activation;
import io.doorbuster.kernels.Kernels;
import java.util.List;

/** {@link ModelKind#NETWORK}. */
final class NetworkModel extends Model {
    private final Feature[] features;
    private final float[] means;
    private final float[] deviations;
    private final long[] weights;
    private final long[] biases;
    private final int[] widths;
    private final Activation activation;
    private final boolean isTanh;

    NetworkModel(ModelFile file) throws ModelRefusedException {
        super(file);
        final List<String> names = ModelSchema.features(file.metadata(), "features", ModelSchema.allFeatures());
        features = names.stream().map(Feature::valueOf).toArray(Feature[]::new);
        means = file.floats("mean");
        deviations = file.floats("deviation");
        final int layers = (file.tensors().size() - 2) / 2;
        weights = new long[layers];
        biases = new long[layers];
        widths = new int[layers];
        for (int layer = 0; layer < layers; layer++) {
            weights[layer] = file.address("layer" + layer + ".weight");
            biases[layer] = file.address("layer" + layer + ".bias");
            widths[layer] = file.shape("layer" + layer + ".weight").getFirst();
        }
        final String word = file.metadata().getOrDefault("activation", "");
        isTanh = word.equals("tanh");
        activation =
                word.equals("relu") ? Activation.RELU : word.equals("sigmoid") ? Activation.SIGMOID : Activation.NONE;
    }

    @Override
    public boolean score(ModelInput input) {
        for (int feature = 0; feature < features.length; feature++) {
            for (int i = 0; i < input.count(); i++) {
                final float value = (input.feature(features[feature], i) - means[feature]) / deviations[feature];
                ModelInput.put(input.work(0), features.length, i, feature, value);
            }
        }
        int width = features.length;
        final int last = widths.length - 1;
        for (int layer = 0; layer <= last; layer++) {
            final long outputs = layer == last ? input.scores() : input.work((layer + 1) % 2);
            Kernels.dense(
                    input.work(layer % 2),
                    input.tileCount(),
                    width,
                    weights[layer],
                    biases[layer],
                    widths[layer],
                    layer == last ? Activation.NONE : activation,
                    outputs);
            width = widths[layer];
            if (isTanh && layer < last) {
                Kernels.tanh(outputs, input.tileCount() * width * Kernels.TILE_ROWS);
            }
        }
        return true;
    }
}
