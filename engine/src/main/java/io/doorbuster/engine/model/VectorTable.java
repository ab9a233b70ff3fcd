package io.doorbuster.engine.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.agrona.collections.Long2LongHashMap;

/**
 * Vectors by id: a pair of tensors {@code SIDE.ids} and {@code SIDE.vectors}, as long as their file is reachable. Immutable, any
 * thread.
 */
final class VectorTable {
    private static final long NONE = 0;

    private final Long2LongHashMap addresses = new Long2LongHashMap(NONE);
    private final ByteBuffer mean;
    private final int dims;

    VectorTable(ModelFile file, String side) {
        final long[] ids = file.ids(side + ".ids");
        final long first = file.address(side + ".vectors");
        dims = file.shape(side + ".vectors").get(1);
        final double[] sums = new double[dims];
        for (int row = 0; row < ids.length; row++) {
            final long address = first + 4L * row * dims;
            addresses.put(ids[row], address);
            for (int i = 0; i < dims; i++) {
                sums[i] += UnsafeApi.getFloat(address + 4L * i);
            }
        }
        mean = BufferUtil.allocateDirectAligned(4 * dims, 64).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < dims; i++) {
            mean.putFloat(4 * i, (float) (sums[i] / ids.length));
        }
    }

    int dims() {
        return dims;
    }

    boolean has(long id) {
        return addresses.get(id) != NONE;
    }

    /** Where the vector of an id lies; of one that is not there, the mean of all. */
    long address(long id) {
        final long address = addresses.get(id);
        return address == NONE ? BufferUtil.address(mean) : address;
    }
}
