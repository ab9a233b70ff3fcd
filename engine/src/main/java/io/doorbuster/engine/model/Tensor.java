package io.doorbuster.engine.model;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** One named array of a model file that is to be written: floats, or ids. The values are not copied. */
public final class Tensor {
    private final String name;
    private final List<Integer> shape;
    private final float[] floats;
    private final long[] ids;

    private Tensor(String name, List<Integer> shape, float[] floats, long[] ids) {
        this.name = name;
        this.shape = shape;
        this.floats = floats;
        this.ids = ids;
    }

    /** Floats, the last dimension of the shape running fastest. */
    public static Tensor floats(String name, float[] values, int... shape) {
        final int count = IntStream.of(shape).reduce(1, Math::multiplyExact);
        if (count != values.length) {
            throw new IllegalArgumentException(
                    "tensor " + name + " has " + values.length + " values for the shape " + Arrays.toString(shape));
        }
        return new Tensor(name, IntStream.of(shape).boxed().toList(), values, new long[0]);
    }

    /** One row of ids. */
    public static Tensor ids(String name, long[] values) {
        return new Tensor(name, List.of(values.length), new float[0], values);
    }

    String name() {
        return name;
    }

    boolean isIds() {
        return ids.length > 0;
    }

    List<Integer> shape() {
        return shape;
    }

    long lengthBytes() {
        return 4L * floats.length + 8L * ids.length;
    }

    void put(ByteBuffer data) {
        for (final long id : ids) {
            data.putLong(id);
        }
        for (final float value : floats) {
            data.putFloat(value);
        }
    }
}
