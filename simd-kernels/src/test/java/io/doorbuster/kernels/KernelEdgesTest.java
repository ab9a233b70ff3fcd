package io.doorbuster.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where kernels usually break: sparse bitmaps, long lists, bounds of the clamp, wrong arguments. */
class KernelEdgesTest {
    private static final int DIMS = 16;
    private static final VectorKernels[] BOTH = {new ScalarKernels(), new SimdKernels()};

    private final Arena arena = Arena.ofConfined();
    private final SplittableRandom random = new SplittableRandom(11);

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void scanShouldEqualSortingUnderSparseBitmapsAndLongLists() {
        for (final int tileCount : new int[] {0, 1, 5, 64, 131}) {
            final long tiles = tilesWithTies(tileCount);
            final long query = floats(DIMS, 1f);
            for (final double density : new double[] {0, 0.002, 0.05, 0.5, 1}) {
                final long bitmap = bitmap(tileCount, density);
                for (final int k : new int[] {1, 2, 33, Kernels.TOP_MAX}) {
                    assertScan(query, tiles, tileCount, bitmap, k);
                }
            }
        }
    }

    private long tilesWithTies(int tileCount) {
        final long tiles = arena.allocate(ScanFormat.FP32.tileBytes(DIMS) * Math.max(1, tileCount), 64)
                .address();
        for (int row = 0; row < tileCount * Kernels.TILE_ROWS; row++) {
            Kernels.writeTileRow(ScanFormat.FP32, tiles, row, floats(DIMS, 0f), random.nextInt(40) - 20, DIMS);
        }
        return tiles;
    }

    private long bitmap(int tileCount, double density) {
        final int words = tileCount / 4 + 1;
        final long bitmap = arena.allocate(8L * words, 64).address();
        for (int word = 0; word < words; word++) {
            long bits = 0;
            for (int bit = 0; bit < 64; bit++) {
                bits |= random.nextDouble() < density ? 1L << bit : 0;
            }
            Memory.putLong(bitmap + 8L * word, bits);
        }
        return bitmap;
    }

    /** With vectors of zeros the bias alone is the score, so the twin needs no arithmetic. */
    private void assertScan(long query, long tiles, int tileCount, long bitmap, int k) {
        final List<Integer> rows = new ArrayList<>();
        for (int row = 0; row < tileCount * Kernels.TILE_ROWS; row++) {
            if ((Memory.getLong(bitmap + 8L * (row / 64)) >>> row % 64 & 1) != 0) {
                rows.add(row);
            }
        }
        rows.sort(Comparator.<Integer>comparingDouble(row -> -bias(tiles, row)).thenComparingInt(row -> row));
        final List<Integer> expected = rows.subList(0, Math.min(k, rows.size()));
        for (final VectorKernels kernels : BOTH) {
            final long topRows = floats(k, 0f);
            final long topScores = floats(k, 0f);
            final long scratch = floats(Kernels.scanScratchBytes(k, 1) / 4, 0f);
            final int found = Scan.topK(
                    kernels, ScanFormat.FP32, query, tiles, tileCount, DIMS, bitmap, k, topRows, topScores, scratch);
            final List<Integer> actual = new ArrayList<>();
            for (int i = 0; i < found; i++) {
                actual.add(Memory.getInt(topRows + 4L * i));
                assertThat(Memory.getFloat(topScores + 4L * i)).isEqualTo(bias(tiles, actual.get(i)));
            }
            assertThat(actual).isEqualTo(expected);
        }
    }

    private static float bias(long tiles, int row) {
        return Memory.getFloat(tiles + row / 16 * ScanFormat.FP32.tileBytes(DIMS) + 64L * DIMS + 4L * (row % 16));
    }

    @Test
    void clampShouldHaveTheSameBitsAtItsBoundsAndAtZeros() {
        final float[] values = {0f, -0f, 1f, -1f, 0.5f, -0.5f, Float.MIN_VALUE, -Float.MIN_VALUE, 1e30f, -1e30f};
        for (final float stepMax : new float[] {0f, -0f, 0.5f, Float.MIN_VALUE, Float.MAX_VALUE}) {
            for (final float a : values) {
                for (final float b : values) {
                    assertSameStep(a, b, stepMax);
                }
            }
        }
    }

    private void assertSameStep(float a, float b, float stepMax) {
        final int[][] results = new int[2][];
        for (int i = 0; i < 2; i++) {
            final long u = floats(DIMS, a);
            final long v = floats(DIMS, b);
            BOTH[i].sgdPair(u, v, 1f, 0.5f, stepMax, DIMS);
            results[i] = new int[] {Memory.getInt(u), Memory.getInt(v)};
        }
        assertThat(results[1]).as("a=%s b=%s stepMax=%s", a, b, stepMax).isEqualTo(results[0]);
    }

    @Test
    void logarithmShouldStayWithinOneUlp() {
        for (int bits = 1; bits < 0x7F80_0000; bits += 40_009) {
            final float x = Float.intBitsToFloat(bits);
            final float expected = (float) StrictMath.log(x);
            assertThat(Math.abs(Kernels.log(x) - expected)).as("x=%s", x).isLessThanOrEqualTo(Math.ulp(expected));
        }
        assertThat(Kernels.log(1f)).isZero();
        assertThat(Kernels.log(0f)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(Kernels.log(-1f)).isNaN();
        assertThat(Kernels.log(Float.NaN)).isNaN();
        assertThat(Kernels.log(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
    }

    /** Ascending scores are the worst order: every row displaces one. */
    @Test
    void scanShouldFindTheBestInEveryOrder() {
        final int tileCount = 300;
        final long tiles = tilesWithTies(tileCount);
        final long bitmap = bitmap(tileCount, 1);
        final long query = floats(DIMS, 1f);
        for (final int direction : new int[] {1, -1, 0}) {
            for (int row = 0; row < tileCount * 16; row++) {
                Kernels.writeTileRow(ScanFormat.FP32, tiles, row, floats(DIMS, 0f), direction * row, DIMS);
            }
            for (final int k : new int[] {1, 100, 1000}) {
                assertScan(query, tiles, tileCount, bitmap, k);
            }
        }
    }

    @Test
    void overflowShouldStandLastAndNotFirst() {
        final long tiles = tilesWithTies(4);
        final long query = floats(DIMS, Float.MAX_VALUE);
        final long overflowing = floats(DIMS, Float.MAX_VALUE);
        Memory.putFloat(overflowing + 4, -Float.MAX_VALUE);
        Kernels.writeTileRow(ScanFormat.FP32, tiles, 5, overflowing, 0f, DIMS);
        for (final VectorKernels kernels : BOTH) {
            final long top = floats(64, 0f);
            final long scores = floats(64, 0f);
            final long scratch = floats(Kernels.scanScratchBytes(64, 1) / 4, 0f);
            Scan.topK(kernels, ScanFormat.FP32, query, tiles, 4, DIMS, bitmap(4, 1), 64, top, scores, scratch);
            assertThat(Memory.getInt(top + 4 * 63)).isEqualTo(5);
            assertThat(Memory.getFloat(scores + 4 * 63)).isEqualTo(Float.NEGATIVE_INFINITY);
        }
    }

    @Test
    void shouldRefuseWrongArgumentsByName() {
        final long a = floats(DIMS * 16, 1f);
        for (final int dims : new int[] {0, -16, 8, 17, 528}) {
            assertThatThrownBy(() -> Kernels.dot(a, a, dims))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("dims=" + dims);
        }
        for (final int k : new int[] {0, Kernels.TOP_MAX + 1}) {
            assertThatThrownBy(() -> scan(a, 1000, k)).hasMessageContaining("k=" + k + " is not in");
        }
        assertThatThrownBy(() -> scan(a, 2, 33)).hasMessageContaining("k=33 is above the 32 rows");
        assertThatThrownBy(() -> scan(a, -1, 1)).hasMessageContaining("tileCount=-1");
        assertThatThrownBy(() -> scan(a + 4, 1, 1)).hasMessageContaining("is not a multiple of 64");
        assertThatThrownBy(() -> Kernels.dot(a + 1, a, DIMS)).hasMessageContaining("is not a multiple of 4");
        assertThatThrownBy(() -> Kernels.dot(0, 0, DIMS)).hasMessageContaining("address=0");
        assertThatThrownBy(() -> Kernels.gatherDot(a, a, -1, DIMS, a)).hasMessageContaining("count=-1");
        assertThatThrownBy(() -> Kernels.writeTileRow(ScanFormat.FP32, a, -1, a, 0f, DIMS))
                .hasMessageContaining("row=-1");
        assertThatThrownBy(() -> Kernels.sgdPair(a, a, 1f, 0f, Float.NaN, DIMS)).hasMessageContaining("stepMax=NaN");
        assertThatThrownBy(() -> Kernels.exp(a, 17)).hasMessageContaining("count=17");
        assertThatThrownBy(() -> Kernels.softmax(a, 0)).hasMessageContaining("count=0");
        assertThatThrownBy(() -> Kernels.dense(a, 1, 0, a, a, 1, Activation.NONE, a))
                .hasMessageContaining("inDims=0");
        assertThatThrownBy(() -> Kernels.dense(a, 1, 1, a, a, 513, Activation.NONE, a))
                .hasMessageContaining("outDims=513");
        assertThatThrownBy(() -> Kernels.adagrad(a, a, a, 1f, 0f, DIMS)).hasMessageContaining("epsilon=0.0");
        assertThatThrownBy(() -> new Ftrl(0f, 1f, 1f, 1f)).hasMessageContaining("alpha=0.0");
        assertThatThrownBy(() -> new Adam(1f, 0.9f, 1e-8f)).hasMessageContaining("beta1=1.0");
        assertThatThrownBy(() -> Kernels.scanTopKOfMany(a, 0, a, 1, DIMS, a, 1, a, a, a, a))
                .hasMessageContaining("queryCount=0");
        assertThatThrownBy(() -> KernelProvider.choose("gpu")).hasMessageContaining("kernels=gpu");
    }

    private static int scan(long address, int tileCount, int k) {
        return Kernels.scanTopK(
                ScanFormat.FP32, address, address, tileCount, DIMS, address, k, address, address, address);
    }

    private long floats(int count, float value) {
        final long address = arena.allocate(4L * count, 64).address();
        for (int i = 0; i < count; i++) {
            Memory.putFloat(address + 4L * i, value);
        }
        return address;
    }
}
