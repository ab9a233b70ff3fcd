package io.doorbuster.benchmarks.rivals;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.UnsafeApi;

/** Memory that lives as long as the JVM: a measuring JVM sets up one contest and ends. */
final class OffHeap {
    private static final long HUGE_PAGE = 2L << 20;
    private static final long PAGE = 4096;
    private static final int READ_WRITE = 3;
    private static final int PRIVATE_ANONYMOUS = 0x22;
    private static final int ADVICE_HUGE_PAGES = 14;

    @SuppressWarnings("restricted") // As the kernels see it.
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private OffHeap() {}

    /** Address of zeroed memory; of 2 MB or more, on Linux, it lies on huge pages where the kernel has some. */
    static long allocate(long bytes) {
        if (bytes < HUGE_PAGE || !System.getProperty("os.name").equals("Linux")) {
            return Arena.global().allocate(Math.max(64, bytes), PAGE).address();
        }
        final long start = call(
                "mmap",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG),
                0L,
                bytes + HUGE_PAGE,
                READ_WRITE,
                PRIVATE_ANONYMOUS,
                -1,
                0L);
        if (start == -1) {
            throw new OutOfMemoryError("no " + bytes + " bytes of memory could be mapped");
        }
        final long aligned = start + HUGE_PAGE - 1 & -HUGE_PAGE;
        final FunctionDescriptor advise = FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);
        call("madvise", advise, aligned, bytes, ADVICE_HUGE_PAGES); // A refusal leaves small pages.
        return aligned;
    }

    @SuppressWarnings("restricted") // The two calls of the C library are what this class is for.
    private static long call(String name, FunctionDescriptor descriptor, Object... arguments) {
        final Linker linker = Linker.nativeLinker();
        final MemorySegment function = linker.defaultLookup().find(name).orElseThrow();
        try {
            return ((Number) linker.downcallHandle(function, descriptor).invokeWithArguments(arguments)).longValue();
        } catch (Throwable e) {
            throw new IllegalStateException(name + " could not be called", e);
        }
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
