package io.doorbuster.benchmarks.rivals;

import io.doorbuster.kernels.TileMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.UnsafeApi;

/** Memory that lives as long as the JVM: a measuring JVM sets up one contest and ends. */
final class OffHeap {
    @SuppressWarnings("restricted") // As the kernels see it.
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private OffHeap() {}

    /** Address of zeroed memory, on huge pages where the kernel has some. */
    static long allocate(long bytes) {
        return TileMemory.allocate(Arena.global(), bytes);
    }

    /** The same as a buffer, of less than 2 GB. */
    @SuppressWarnings("restricted") // It covers what has just been allocated.
    static ByteBuffer buffer(long bytes) {
        return MemorySegment.ofAddress(allocate(bytes))
                .reinterpret(bytes)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder());
    }

    /** Copies all of an array at once. */
    static void copy(float[] source, long target) {
        MemorySegment.copy(source, 0, ALL, ValueLayout.JAVA_FLOAT_UNALIGNED, target, source.length);
    }

    static void putFloats(long address, float[] values) {
        for (int i = 0; i < values.length; i++) {
            UnsafeApi.putFloat(address + 4L * i, values[i]);
        }
    }

    /** Address of a copy. */
    static long copyOf(float[] values) {
        final long address = allocate(4L * values.length);
        putFloats(address, values);
        return address;
    }
}
