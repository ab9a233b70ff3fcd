package io.doorbuster.benchmarks.limits;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops that do nothing but reach one limit of the machine. Stateless, any thread. Each returns a value that depends on all it
 * did, so that nothing can be left out. They use {@code fma} and the widest vectors, which kernels may not: a limit need not
 * give the same bits anywhere.
 */
public final class MachineLimits {
    /** Floats that one step of {@link #streamRead} reads. */
    public static final int STREAM_STEP_FLOATS = 128;

    /** Floating-point operations of one step of {@link #fusedMultiplyAdd} for each lane of {@link #lanes}. */
    public static final int FMA_STEP_FLOPS_PER_LANE = 2 * 12;

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    @SuppressWarnings("restricted")
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private MachineLimits() {}

    /** Floats in one vector of this machine. */
    public static int lanes() {
        return SPECIES.length();
    }

    /**
     * Reads {@code floats} values from {@code address} once and adds them up: four streams, one in each quarter, since one
     * stream alone leaves half of the memory's bandwidth unused (measured), each with two sums that do not wait for each other.
     *
     * @param floats a multiple of {@link #STREAM_STEP_FLOATS}.
     */
    public static float streamRead(long address, long floats) {
        final long quarter = floats; // Bytes: a float has four.
        final long step = 4L * SPECIES.length();
        FloatVector a = FloatVector.zero(SPECIES);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        FloatVector e = a;
        FloatVector f = a;
        FloatVector g = a;
        FloatVector h = a;
        final int steps = Math.toIntExact(quarter / (2 * step)); // A loop that counts in long is not unrolled.
        for (int i = 0; i < steps; i++) {
            final long row = address + 2L * i * step;
            a = a.add(load(row));
            b = b.add(load(row + step));
            c = c.add(load(row + quarter));
            d = d.add(load(row + quarter + step));
            e = e.add(load(row + 2 * quarter));
            f = f.add(load(row + 2 * quarter + step));
            g = g.add(load(row + 3 * quarter));
            h = h.add(load(row + 3 * quarter + step));
        }
        return a.add(b).add(c.add(d)).add(e.add(f).add(g.add(h))).lane(0);
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(SPECIES, ALL, address, ORDER);
    }

    /** Twelve independent chains of fused multiply-adds in registers, {@code steps} long: the peak of the arithmetic. */
    public static float fusedMultiplyAdd(int steps, float seed) {
        final FloatVector x = FloatVector.broadcast(SPECIES, seed);
        final FloatVector y = FloatVector.broadcast(SPECIES, 0.999f);
        FloatVector a = x;
        FloatVector b = x.add(1f);
        FloatVector c = x.add(2f);
        FloatVector d = x.add(3f);
        FloatVector e = x.add(4f);
        FloatVector f = x.add(5f);
        FloatVector g = x.add(6f);
        FloatVector h = x.add(7f);
        FloatVector i = x.add(8f);
        FloatVector j = x.add(9f);
        FloatVector k = x.add(10f);
        FloatVector l = x.add(11f);
        for (int step = 0; step < steps; step++) {
            a = a.fma(y, x);
            b = b.fma(y, x);
            c = c.fma(y, x);
            d = d.fma(y, x);
            e = e.fma(y, x);
            f = f.fma(y, x);
            g = g.fma(y, x);
            h = h.fma(y, x);
            i = i.fma(y, x);
            j = j.fma(y, x);
            k = k.fma(y, x);
            l = l.fma(y, x);
        }
        return a.add(b)
                .add(c.add(d))
                .add(e.add(f).add(g.add(h)))
                .add(i.add(j).add(k.add(l)))
                .lane(0);
    }

    /** A chain of {@code steps} integer multiplications, each waiting for the one before: three cycles a step on x86. */
    public static long dependentChain(int steps, long seed) {
        long value = seed;
        for (int i = 0; i < steps; i++) {
            value *= 0x9E37_79B9_7F4A_7C15L;
        }
        return value;
    }

    /**
     * Reads rows of {@code rowBytes} at random places of a table, independent of each other, so that the machine may have many
     * in flight.
     *
     * @param rowCount a power of two.
     * @param rowBytes a multiple of 64.
     */
    public static long gatherRows(long table, int rowCount, int rowBytes, int reads, long seed) {
        long sum = 0;
        long state = seed | 1;
        for (int i = 0; i < reads; i++) {
            state = state * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
            final long row = table + (state >>> 33 & rowCount - 1) * rowBytes;
            for (int offset = 0; offset < rowBytes; offset += 64) {
                sum += ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, row + offset);
            }
        }
        return sum;
    }

    /** {@link #gatherRows}, and each row is written back: the limit of updates in place. */
    public static long updateRows(long table, int rowCount, int rowBytes, int updates, long seed) {
        long sum = 0;
        long state = seed | 1;
        for (int i = 0; i < updates; i++) {
            state = state * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
            final long row = table + (state >>> 33 & rowCount - 1) * rowBytes;
            for (int offset = 0; offset < rowBytes; offset += 64) {
                final long value = ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, row + offset);
                ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, row + offset, value ^ state);
                sum += value;
            }
        }
        return sum;
    }
}
