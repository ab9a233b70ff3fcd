package io.doorbuster.engine.model;

import io.doorbuster.engine.decision.Feature;
import io.doorbuster.kernels.Activation;
import io.doorbuster.kernels.Kernels;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/** {@link ModelKind#TOWERS}: {@code u.v + bias.u}, computed as {@code u.(v + bias)}. */
final class TowersModel extends Model {
    private final Side shopper;
    private final Side item;
    private final Matrix shopperWeights;
    private final long itemWeights;
    private final long biases;
    private final int units;
    private final ByteBuffer zero = BufferUtil.allocateDirectAligned(64, 64);

    /** What one tower reads: a feature for each place; null = the next component of the vector. */
    private static final class Side {
        private final @Nullable Feature[] features;
        private final float[] means;
        private final float[] deviations;
        private final int vectorDims;

        Side(ModelFile file, String side, String vector, List<String> known) throws ModelRefusedException {
            means = file.floats(side + ".mean");
            deviations = file.floats(side + ".deviation");
            final List<String> names = ModelSchema.features(file.metadata(), side + ".features", known);
            vectorDims = names.contains(vector) ? means.length - (names.size() - 1) : 0;
            final List<@Nullable Feature> places = new ArrayList<>();
            for (final String name : names) {
                if (name.equals(vector)) {
                    for (int i = 0; i < vectorDims; i++) {
                        places.add(null);
                    }
                } else {
                    places.add(Feature.valueOf(name));
                }
            }
            features = places.toArray(new @Nullable Feature[0]);
        }

        float standardise(int place, float value) {
            return (value - means[place]) / deviations[place];
        }
    }

    TowersModel(ModelFile file) throws ModelRefusedException {
        super(file);
        shopper = new Side(file, "shopper", ModelSchema.SESSION_VECTOR, ModelSchema.SHOPPER_FEATURES);
        item = new Side(file, "item", ModelSchema.ITEM_VECTOR, ModelSchema.ITEM_FEATURES);
        itemWeights = file.address("item.weight");
        biases = file.address("bias");
        units = file.shape("bias").getFirst();
        shopperWeights = new Matrix(file.floats("shopper.weight"), units);
        if (shopper.vectorDims > 0 && item.vectorDims > 0 && shopper.vectorDims != item.vectorDims) {
            throw new ModelRefusedException("tensor item.weight: its vectors have " + item.vectorDims
                    + " dimensions, and those of shopper.weight " + shopper.vectorDims);
        }
    }

    @Override
    public int embeddingDimensions() {
        return Math.max(shopper.vectorDims, item.vectorDims);
    }

    @Override
    public boolean score(ModelInput input) {
        final long u = input.vector(0);
        shopperWeights.multiply(shopperFeatures(input), u);
        final int width = item.features.length;
        for (int i = 0; i < input.count(); i++) {
            int dimension = 0;
            for (int place = 0; place < width; place++) {
                final Feature feature = item.features[place];
                final float value = feature == null ? input.itemVector(i, dimension++) : input.feature(feature, i);
                ModelInput.put(input.work(0), width, i, place, item.standardise(place, value));
            }
        }
        Kernels.dense(
                input.work(0), input.tileCount(), width, itemWeights, biases, units, Activation.NONE, input.work(1));
        Kernels.dense(
                input.work(1),
                input.tileCount(),
                units,
                u,
                BufferUtil.address(zero),
                1,
                Activation.NONE,
                input.scores());
        return true;
    }

    /** The same for all candidates. */
    private long shopperFeatures(ModelInput input) {
        final long x = input.vector(1);
        final int width = shopper.features.length;
        int dimension = 0;
        for (int place = 0; place < width; place++) {
            final Feature feature = shopper.features[place];
            final float value = feature == null ? input.sessionVector(dimension++) : input.feature(feature, 0);
            UnsafeApi.putFloat(x + 4L * place, shopper.standardise(place, value));
        }
        UnsafeApi.setMemory(x + 4L * width, 4L * (Matrix.padded(width) - width), (byte) 0);
        return x;
    }
}
