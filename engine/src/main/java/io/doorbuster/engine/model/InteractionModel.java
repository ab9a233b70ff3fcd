package io.doorbuster.engine.model;

import io.doorbuster.kernels.Activation;
import io.doorbuster.kernels.Kernels;
import org.agrona.UnsafeApi;

/** {@link ModelKind#INTERACTION}: what is in no table has the mean vector of its table. */
final class InteractionModel extends Model {
    private final VectorTable items;
    private final VectorTable shoppers;
    private final Matrix projection;
    private final long hiddenWeights;
    private final long hiddenBiases;
    private final long outputWeights;
    private final long outputBias;
    private final int hidden;

    InteractionModel(ModelFile file) {
        super(file);
        items = new VectorTable(file, "item");
        shoppers = new VectorTable(file, "shopper");
        projection = new Matrix(file.floats("projection"), items.dims());
        hidden = file.shape("hidden.bias").getFirst();
        hiddenWeights = file.address("hidden.weight");
        hiddenBiases = file.address("hidden.bias");
        outputWeights = file.address("output.weight");
        outputBias = file.address("output.bias");
    }

    @Override
    public boolean score(ModelInput input) {
        final int dims = items.dims();
        final long projected = input.vector(0);
        projection.multiply(shoppers.address(input.shopper()), projected);
        final long joint = input.work(0);
        for (int i = 0; i < input.count(); i++) {
            final long row = joint + 4L * i * dims;
            final long vector = items.address(input.itemId(i));
            UnsafeApi.copyMemory(vector, row, 4L * dims);
            Kernels.multiplyAdd(row, projected, vector, dims);
            UnsafeApi.putLong(input.addresses() + 8L * i, row);
        }
        Kernels.gatherTiles(input.addresses(), input.count(), dims, input.work(1));
        Kernels.dense(
                input.work(1),
                input.tileCount(),
                dims,
                hiddenWeights,
                hiddenBiases,
                hidden,
                Activation.RELU,
                input.work(2));
        Kernels.dense(
                input.work(2),
                input.tileCount(),
                hidden,
                outputWeights,
                outputBias,
                1,
                Activation.SIGMOID,
                input.scores());
        return true;
    }
}
