package io.doorbuster.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KernelsTest {
    private static final int[] DIMS = {16, 32, 48, 64, 128, 256, 512};

    private final Arena arena = Arena.ofConfined();
    private final SplittableRandom random = new SplittableRandom(42);
    private final ScalarKernels scalar = new ScalarKernels();
    private final SimdKernels simd = new SimdKernels();

    @AfterEach
    void close() {
        arena.close();
    }

    /** Kinds of data: random, denormal, signed zeros, huge but safe from overflow, tie-heavy. */
    enum Data {
        RANDOM,
        DENORMAL,
        ZEROS,
        HUGE,
        TIES;

        float next(SplittableRandom random) {
            return switch (this) {
                case RANDOM -> (float) (random.nextDouble() * 2 - 1);
                case DENORMAL -> Float.intBitsToFloat(random.nextInt(1 << 23)) * (random.nextBoolean() ? 1 : -1);
                case ZEROS -> random.nextBoolean() ? 0f : -0f;
                case HUGE -> (float) (random.nextDouble() * 2 - 1) * 1e17f;
                case TIES -> random.nextInt(3) - 1;
            };
        }
    }

    static Stream<Data> data() {
        return Stream.of(Data.values());
    }

    private long vector(int count, DoubleSupplier values) {
        final long address = arena.allocate(4L * count, 64).address();
        for (int i = 0; i < count; i++) {
            Memory.putFloat(address + 4L * i, (float) values.getAsDouble());
        }
        return address;
    }

    private static int[] bits(long address, int count) {
        final int[] bits = new int[count];
        for (int i = 0; i < count; i++) {
            bits[i] = Memory.getInt(address + 4L * i);
        }
        return bits;
    }

    @ParameterizedTest
    @MethodSource("data")
    void dotShouldHaveTheSameBitsAndBeNearTheDoubleTwin(Data data) {
        for (final int dims : DIMS) {
            for (int run = 0; run < 200; run++) {
                final long a = vector(dims, () -> data.next(random));
                final long b = vector(dims, () -> data.next(random));
                final float expected = scalar.dot(a, b, dims);
                assertThat(Float.floatToRawIntBits(simd.dot(a, b, dims))).isEqualTo(Float.floatToRawIntBits(expected));
                double twin = 0;
                double magnitude = 0;
                for (int i = 0; i < dims; i++) {
                    final double product = (double) Memory.getFloat(a + 4L * i) * Memory.getFloat(b + 4L * i);
                    twin += product;
                    magnitude += Math.abs(product);
                }
                assertThat((double) expected).isCloseTo(twin, within(magnitude * 4e-6 + 1e-42));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("data")
    void updatesShouldHaveTheSameBits(Data data) {
        for (final int dims : DIMS) {
            final long u = vector(dims, () -> data.next(random));
            final long v = vector(dims, () -> data.next(random));
            final long u2 = vector(dims, () -> 0);
            final long v2 = vector(dims, () -> 0);
            Memory.ALL.asSlice(u2, 4L * dims).copyFrom(Memory.ALL.asSlice(u, 4L * dims));
            Memory.ALL.asSlice(v2, 4L * dims).copyFrom(Memory.ALL.asSlice(v, 4L * dims));
            scalar.sgdPair(u, v, 0.3f, 0.01f, 0.05f, dims);
            simd.sgdPair(u2, v2, 0.3f, 0.01f, 0.05f, dims);
            scalar.blend(u, v, 0.125f, dims);
            simd.blend(u2, v2, 0.125f, dims);
            scalar.scale(v, 1.7f, dims);
            simd.scale(v2, 1.7f, dims);
            assertThat(bits(u2, dims)).isEqualTo(bits(u, dims));
            assertThat(bits(v2, dims)).isEqualTo(bits(v, dims));
        }
    }

    @ParameterizedTest
    @MethodSource("data")
    void scanShouldEqualSortingAllScores(Data data) {
        final int dims = 32;
        for (final int tileCount : new int[] {1, 3, 16, 50}) {
            final int rows = tileCount * Kernels.TILE_ROWS;
            final long tiles = vector((dims + 1) * rows, () -> 0);
            final long query = vector(dims, () -> data.next(random));
            for (int row = 0; row < rows; row++) {
                Kernels.writeTileRow(tiles, row, vector(dims, () -> data.next(random)), data.next(random), dims);
            }
            final long bitmap = arena.allocate(8L * (rows / 64 + 1), 64).address();
            for (int word = 0; word <= rows / 64; word++) {
                Memory.ALL.set(
                        java.lang.foreign.ValueLayout.JAVA_LONG, bitmap + 8L * word, random.nextLong() | 0x5555L);
            }
            for (final int k : new int[] {1, 7, 100}) {
                assertScanEqualsSort(query, tiles, tileCount, dims, bitmap, k);
            }
        }
    }

    private void assertScanEqualsSort(long query, long tiles, int tileCount, int dims, long bitmap, int k) {
        record Scored(int row, float score) {}
        final List<Scored> all = new ArrayList<>();
        for (int row = 0; row < tileCount * 16; row++) {
            if ((Memory.getLong(bitmap + 8L * (row / 64)) >>> row % 64 & 1) == 0) {
                continue;
            }
            final long column = tiles + row / 16 * Kernels.tileBytes(dims) + 4L * (row % 16);
            float sum = Memory.getFloat(query) * Memory.getFloat(column);
            for (int d = 1; d < dims; d++) {
                sum += Memory.getFloat(query + 4L * d) * Memory.getFloat(column + 64L * d);
            }
            all.add(new Scored(row, sum + Memory.getFloat(column + 64L * dims) + 0f));
        }
        all.sort(Comparator.<Scored>comparingDouble(s -> -s.score).thenComparingInt(Scored::row));
        final int expected = Math.min(k, all.size());
        for (final VectorKernels kernels : new VectorKernels[] {scalar, simd}) {
            final long topRows = vector(k, () -> 0);
            final long topScores = vector(k + Kernels.SCAN_SCRATCH, () -> 0);
            assertThat(kernels.scanTopK(query, tiles, tileCount, dims, bitmap, k, topRows, topScores))
                    .isEqualTo(expected);
            for (int i = 0; i < expected; i++) {
                assertThat(Memory.getFloat(topScores + 4L * i) + 0f).isEqualTo(all.get(i).score);
                assertThat(Memory.getInt(topRows + 4L * i)).isEqualTo(all.get(i).row);
            }
        }
    }

    @Test
    void gatherDotShouldEqualDot() {
        final int dims = 64;
        final long query = vector(dims, random::nextDouble);
        final long addresses = arena.allocate(8 * 500, 64).address();
        final long scores = vector(500, () -> 0);
        for (int i = 0; i < 500; i++) {
            Memory.ALL.set(
                    java.lang.foreign.ValueLayout.JAVA_LONG, addresses + 8L * i, vector(dims, random::nextDouble));
        }
        simd.gatherDot(query, addresses, 500, dims, scores);
        for (int i = 0; i < 500; i++) {
            assertThat(Memory.getFloat(scores + 4L * i))
                    .isEqualTo(scalar.dot(query, Memory.getLong(addresses + 8L * i), dims));
        }
    }

    @Test
    void exponentialShouldStayWithinItsStatedError() {
        double worst = 0;
        for (int i = -87_000; i <= 87_000; i++) {
            final float x = i / 1000f;
            worst = Math.max(worst, Math.abs(Kernels.exp(x) / StrictMath.exp(x) - 1));
        }
        assertThat(worst).isLessThan(5e-7);
        assertThat(Kernels.sigmoid(0f)).isEqualTo(0.5f);
        assertThat(Kernels.sigmoid(1000f)).isEqualTo(1f);
        assertThat(Kernels.sigmoid(-1000f)).isBetween(0f, 1e-37f);
    }

    @Test
    void shouldSayWhatIsWrongWithAnArgument() {
        assertThatThrownBy(() -> Kernels.checkDims(20)).hasMessageContaining("dims=20");
        assertThatThrownBy(() -> KernelProvider.choose("gpu")).hasMessageContaining("kernels=gpu");
        assertThat(Kernels.description()).contains("kernels");
        assertThat(Kernels.allFinite(vector(16, () -> 1), 16)).isTrue();
        assertThat(Kernels.allFinite(vector(16, () -> Float.NaN), 16)).isFalse();
    }
}
