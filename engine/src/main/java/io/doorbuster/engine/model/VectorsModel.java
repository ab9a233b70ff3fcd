package io.doorbuster.engine.model;

import io.doorbuster.kernels.Kernels;
import org.agrona.UnsafeApi;

/** {@link ModelKind#VECTORS}: of a shopper who is not in the table it says nothing; an item that is not has the mean vector. */
final class VectorsModel extends Model {
    private final VectorTable items;
    private final VectorTable shoppers;

    VectorsModel(ModelFile file) {
        super(file);
        items = new VectorTable(file, "item");
        shoppers = new VectorTable(file, "shopper");
    }

    @Override
    public boolean score(ModelInput input) {
        if (!shoppers.has(input.shopper())) {
            return false;
        }
        dots(items, shoppers.address(input.shopper()), input);
        return true;
    }

    /** The scores of a vector and the candidates' ones. */
    static void dots(VectorTable items, long vector, ModelInput input) {
        for (int i = 0; i < input.count(); i++) {
            UnsafeApi.putLong(input.addresses() + 8L * i, items.address(input.itemId(i)));
        }
        Kernels.gatherDot(vector, input.addresses(), input.count(), items.dims(), input.scores());
    }
}
