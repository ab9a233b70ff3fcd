package io.doorbuster.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Memory for large tables that are scanned: on Linux in pages of 2 MB where the kernel has some, since a scan else waits for
 * the translation of each fourth kilobyte (measured: 20 GB/s instead of 27 on a virtual machine). Any thread.
 */
@SuppressWarnings("restricted") // Three calls of the C library are what this class is for.
public final class TileMemory {
    private static final long HUGE_PAGE = 2L << 20;
    private static final int READ_WRITE = 3;
    private static final int PRIVATE_ANONYMOUS = 0x22;
    private static final int ADVICE_HUGE_PAGES = 14;

    private TileMemory() {}

    /**
     * Address of zeroed memory on a 64-byte boundary at least, freed with the arena. Pages are taken from the machine when they
     * are first written or read.
     *
     * @throws OutOfMemoryError if it cannot be had.
     */
    public static long allocate(Arena arena, long bytes) {
        if (bytes < HUGE_PAGE || !System.getProperty("os.name").equals("Linux")) {
            return arena.allocate(Math.max(64, bytes), 64).address();
        }
        final long length = bytes + HUGE_PAGE;
        final long start = map(length);
        if (start == -1) {
            throw new OutOfMemoryError("no " + bytes + " bytes of memory could be mapped for a table");
        }
        final MemorySegment freed =
                MemorySegment.ofAddress(start).reinterpret(length, arena, mapping -> unmap(mapping.address(), length));
        final long aligned = freed.address() + HUGE_PAGE - 1 & -HUGE_PAGE;
        advise(aligned, bytes);
        return aligned;
    }

    private static long map(long length) {
        final FunctionDescriptor type = FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG);
        return call("mmap", type, 0L, length, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
    }

    /** A kernel that refuses leaves small pages. */
    private static void advise(long address, long bytes) {
        final FunctionDescriptor type = FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);
        call("madvise", type, address, bytes, ADVICE_HUGE_PAGES);
    }

    private static void unmap(long address, long length) {
        call(
                "munmap",
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG),
                address,
                length);
    }

    private static long call(String name, FunctionDescriptor type, Object... arguments) {
        final Linker linker = Linker.nativeLinker();
        final MemorySegment function = linker.defaultLookup().find(name).orElseThrow();
        try {
            return ((Number) linker.downcallHandle(function, type).invokeWithArguments(arguments)).longValue();
        } catch (Throwable e) {
            throw new IllegalStateException(name + " could not be called", e);
        }
    }
}
