package io.doorbuster.benchmarks.kernels;

import io.doorbuster.kernels.TileMemory;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import org.agrona.UnsafeApi;

/** Off-heap spans for benchmarks, never freed: each fork ends soon. */
final class Span {
    private Span() {}

    /** Address of so many bytes on a 64-byte boundary, large ones on huge pages where the kernel has some. */
    static long bytes(long count) {
        return TileMemory.allocate(Arena.global(), count);
    }

    /** Address of so many random floats from -0.5 to 0.5. */
    static long floats(long count, long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final long address = bytes(4 * count);
        for (long i = 0; i < count; i++) {
            UnsafeApi.putFloat(address + 4 * i, (float) (random.nextDouble() - 0.5));
        }
        return address;
    }

    /** Address of {@code count} addresses of random rows of a table. */
    static long rowAddresses(long table, int rowCount, int rowBytes, int count, long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final long addresses = bytes(8L * count);
        for (int i = 0; i < count; i++) {
            UnsafeApi.putLong(addresses + 8L * i, table + (long) rowBytes * random.nextInt(rowCount));
        }
        return addresses;
    }
}
