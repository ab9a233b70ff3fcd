package io.doorbuster.benchmarks.rivals;

import io.doorbuster.benchmarks.limits.MachineLimits;
import java.util.List;
import org.agrona.UnsafeApi;

/**
 * Not rivals but limits of the machine, in the same blocks: the time to read as many bytes as a call of ours does, in order
 * or as whole rows at random, and the time of its arithmetic at the peak. Their ratio is our share of the limit.
 */
final class LimitDots {
    /** Of their names. */
    static final String PREFIX = "LIMIT, ";

    private static final byte FILLING = 0x3f;

    private LimitDots() {}

    static List<Contender> of(DotData data) {
        final long tileBytes = 4L * (data.dims + (data.isGather() ? 0 : 1)) * data.rows;
        final long floats = tileBytes / 4 / MachineLimits.STREAM_STEP_FLOATS * MachineLimits.STREAM_STEP_FLOATS;
        final long table = OffHeap.allocate(4 * floats);
        UnsafeApi.setMemory(table, 4 * floats, FILLING); // Untouched memory would be one page of zeros, in the cache.
        final long steps = 2L
                * data.dims
                * data.positions
                / (MachineLimits.FMA_STEP_FLOPS_PER_LANE * (long) MachineLimits.lanes());
        return List.of(
                data.isGather()
                        ? new RandomRows(table, Integer.highestOneBit(data.rows), 4 * data.dims, data.positions)
                        : new StreamRead(table, floats),
                new FmaPeak(Math.toIntExact(steps)));
    }

    private record StreamRead(long table, long floats) implements CalledContender {
        @Override
        public String name() {
            return PREFIX + "bytes read in order";
        }

        @Override
        public float call(int query) {
            return MachineLimits.streamRead(table, floats);
        }
    }

    private record RandomRows(long table, int rows, int rowBytes, int reads) implements CalledContender {
        @Override
        public String name() {
            return PREFIX + "rows read at random";
        }

        @Override
        public float call(int query) {
            return MachineLimits.gatherRows(table, rows, rowBytes, reads, query);
        }
    }

    private record FmaPeak(int steps) implements CalledContender {
        @Override
        public String name() {
            return PREFIX + "arithmetic";
        }

        @Override
        public float call(int query) {
            return MachineLimits.fusedMultiplyAdd(steps, query);
        }
    }
}
