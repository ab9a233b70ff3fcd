package io.doorbuster.benchmarks.gate;

import io.doorbuster.benchmarks.limits.MachineLimits;
import java.lang.foreign.Arena;
import java.util.Arrays;
import org.agrona.UnsafeApi;

/** Work whose speed is the machine's own, done beside each benchmark in the same JVM. One thread at a time. */
public enum ReferenceKernel {
    /** Reads 64 MiB in order: for what memory's bandwidth limits. */
    STREAM("ns/KiB read", Table.BYTES / 1024) {
        @Override
        double run() {
            return MachineLimits.streamRead(Table.ADDRESS, Table.BYTES / 4);
        }
    },
    /** Reads rows of 256 bytes at random places: for what memory's latency limits. */
    GATHER("ns/row read", 50_000) {
        @Override
        double run() {
            return MachineLimits.gatherRows(Table.ADDRESS, Table.BYTES / 256, 256, 50_000, 1);
        }
    },
    /** Multiplies and adds in registers: for what the processor limits. */
    COMPUTE("ns/12 vector fma", 1_000_000) {
        @Override
        double run() {
            return MachineLimits.fusedMultiplyAdd(1_000_000, 0.5f);
        }
    };

    private static final int PASSES = 5;

    @SuppressWarnings("UnusedVariable") // Written, so that no pass can be left out.
    private static volatile double sink;

    private final String unit;
    private final int perPass;

    ReferenceKernel(String unit, int perPass) {
        this.unit = unit;
        this.perPass = perPass;
    }

    /** One pass; the result depends on all that was done. */
    abstract double run();

    /** What {@link #measure} counts in. */
    String unit() {
        return unit;
    }

    /** The median of five passes, some tens of milliseconds in all. */
    double measure() {
        final double[] passes = new double[PASSES];
        for (int i = 0; i < PASSES; i++) {
            final long begin = System.nanoTime();
            sink = run();
            passes[i] = (System.nanoTime() - begin) / (double) perPass;
        }
        Arrays.sort(passes);
        return passes[PASSES / 2];
    }

    /** Made by the first kernel that reads it. */
    private static final class Table {
        static final int BYTES = 64 << 20;
        static final long ADDRESS = Arena.global().allocate(BYTES, 64).address();

        static {
            UnsafeApi.setMemory(ADDRESS, BYTES, (byte) 1);
        }

        private Table() {}
    }
}
