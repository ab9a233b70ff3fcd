package io.doorbuster.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The vector unit gives the bits of the reference, for every kernel, number of dimensions and kind of data. */
class KernelsTest {
    private static final int SEEDS = 5;

    private final ScalarKernels scalar = new ScalarKernels();
    private final SimdKernels simd = new SimdKernels();

    @ParameterizedTest
    @EnumSource
    void shouldHaveTheBitsOfTheReference(KernelCase kernel) {
        for (int dims = Kernels.DIMS_STEP; dims <= Kernels.DIMS_MAX; dims += dims < 144 ? 16 : 80) {
            try (Arena arena = Arena.ofConfined()) {
                final KernelMemory memory = new KernelMemory(arena, dims);
                for (final KernelMemory.Data data : KernelMemory.Data.values()) {
                    for (int seed = 0; seed < SEEDS; seed++) {
                        assertSameBits(kernel, memory, data, seed);
                    }
                }
            }
        }
    }

    private void assertSameBits(KernelCase kernel, KernelMemory memory, KernelMemory.Data data, int seed) {
        memory.fill(data, seed);
        kernel.run(scalar, memory);
        final int[] expected = memory.outBits();
        memory.fill(data, seed);
        kernel.run(simd, memory);
        assertThat(memory.outBits())
                .as("%s dims=%d data=%s seed=%d", kernel, memory.dims, data, seed)
                .isEqualTo(expected);
    }

    @Test
    void scanOfManyShouldFindWhatScansOneByOneFind() {
        try (Arena arena = Arena.ofConfined()) {
            final KernelMemory memory = new KernelMemory(arena, 48);
            for (final KernelMemory.Data data : KernelMemory.Data.values()) {
                memory.fill(data, 3);
                KernelCase.SCAN_OF_MANY.run(simd, memory);
                for (int query = 0; query < KernelMemory.QUERIES; query++) {
                    final int found = Scan.topK(
                            scalar,
                            ScanFormat.FP32,
                            memory.row(query),
                            memory.tiles(ScanFormat.FP32),
                            KernelMemory.TILES,
                            48,
                            memory.bitmap,
                            KernelMemory.TOP,
                            memory.out(3000),
                            memory.out(3100),
                            memory.scratch);
                    assertThat(Memory.getInt(memory.out(2000 + query))).isEqualTo(found);
                    for (int i = 0; i < found; i++) {
                        final int at = KernelMemory.TOP * query + i;
                        assertThat(Memory.getInt(memory.out(at))).isEqualTo(Memory.getInt(memory.out(3000 + i)));
                        assertThat(Memory.getInt(memory.out(1000 + at))).isEqualTo(Memory.getInt(memory.out(3100 + i)));
                    }
                }
            }
        }
    }
}
