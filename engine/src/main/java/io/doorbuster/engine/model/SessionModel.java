package io.doorbuster.engine.model;

import io.doorbuster.engine.store.SessionStore;
import io.doorbuster.kernels.Kernels;
import java.util.Arrays;
import org.agrona.UnsafeApi;

/**
 * {@link ModelKind#SESSION}: one block of causal self-attention over the session's last items, of which only the last place is
 * needed, so a request costs one query and one pooling. With x the items' vectors and positions,
 *
 * <pre>
 *   h = x_0 + out.value.(sum over places of softmax(x_i.(keyT.query.x_0) / sqrt(d)) * x_i)
 *   u = h + ffn2.relu(ffn1.h + b1) + b2        score = u.v
 * </pre>
 *
 * where keyT.query and out.value are multiplied when the model is loaded. Of an empty session it says nothing; an item that is
 * not in the table has the mean vector.
 */
final class SessionModel extends Model {
    private final VectorTable items;
    private final Matrix keyQuery;
    private final Matrix outValue;
    private final Matrix widen;
    private final Matrix narrow;
    private final long positions;
    private final long widenBiases;
    private final long narrowBiases;
    private final int dims;

    SessionModel(ModelFile file) {
        super(file);
        items = new VectorTable(file, "item");
        dims = items.dims();
        keyQuery = new Matrix(product(transpose(file.floats("key")), file.floats("query")), dims);
        outValue = new Matrix(product(file.floats("out"), file.floats("value")), dims);
        widen = new Matrix(file.floats("ffn1.weight"), 2 * dims);
        narrow = new Matrix(file.floats("ffn2.weight"), dims);
        positions = file.address("position");
        widenBiases = file.address("ffn1.bias");
        narrowBiases = file.address("ffn2.bias");
    }

    private float[] transpose(float[] a) {
        final float[] transposed = new float[a.length];
        for (int i = 0; i < dims; i++) {
            for (int j = 0; j < dims; j++) {
                transposed[j * dims + i] = a[i * dims + j];
            }
        }
        return transposed;
    }

    private float[] product(float[] a, float[] b) {
        final float[] product = new float[a.length];
        final double[] row = new double[dims];
        for (int i = 0; i < dims; i++) {
            Arrays.fill(row, 0);
            for (int k = 0; k < dims; k++) {
                final double factor = a[i * dims + k];
                for (int j = 0; j < dims; j++) {
                    row[j] += factor * b[k * dims + j];
                }
            }
            for (int j = 0; j < dims; j++) {
                product[i * dims + j] = (float) row[j];
            }
        }
        return product;
    }

    @Override
    public boolean score(ModelInput input) {
        final int count = Math.min(SessionStore.ITEMS_MAX, input.sessionCount());
        if (count == 0) {
            return false;
        }
        final long places = input.work(0);
        for (int place = 0; place < count; place++) {
            final long x = places + 4L * place * dims;
            UnsafeApi.copyMemory(items.address(input.sessionItem(place)), x, 4L * dims);
            Kernels.combine(x, 1f, positions + 4L * place * dims, 1f, dims);
            UnsafeApi.putLong(input.addresses() + 8L * place, x);
        }
        final long query = input.vector(0);
        final long pooled = input.vector(1);
        keyQuery.multiply(places, query);
        final float scale = 1f / (float) Math.sqrt(dims);
        Kernels.attentionPool(query, input.addresses(), count, dims, scale, input.work(1), pooled);
        VectorsModel.dots(items, encode(places, pooled, input), input);
        return true;
    }

    /** From the last item's vector and what attention pooled to the session's vector. */
    private long encode(long last, long pooled, ModelInput input) {
        final long attended = input.vector(0);
        outValue.multiply(pooled, attended);
        Kernels.combine(attended, 1f, last, 1f, dims);
        final long hidden = input.vector(1);
        widen.multiply(attended, hidden);
        addRectified(hidden, widenBiases, 2 * dims);
        final long u = input.vector(2);
        narrow.multiply(hidden, u);
        add(u, narrowBiases, dims);
        add(u, attended, dims);
        return u;
    }

    private static void add(long target, long source, int count) {
        Kernels.combine(target, 1f, source, 1f, count);
    }

    private static void addRectified(long target, long bias, int count) {
        for (int i = 0; i < count; i++) {
            final long address = target + 4L * i;
            UnsafeApi.putFloat(address, Math.max(0f, UnsafeApi.getFloat(address) + UnsafeApi.getFloat(bias + 4L * i)));
        }
    }
}
