package io.doorbuster.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Each kernel beside a twin in {@code double}. Kernels have the same bits everywhere, so the table of errors does too:
 * {@code ACCURACY.md} must hold just what is measured here. When it does not, the new table lies in {@code target}.
 */
class KernelAccuracyTest {
    private static final int DIMS = 128;
    private static final int RUNS = 2000;

    private final Arena arena = Arena.ofConfined();
    private final SplittableRandom random = new SplittableRandom(5);
    private final Map<String, Errors> table = new LinkedHashMap<>();
    private final long a = allocate();
    private final long b = allocate();
    private final long c = allocate();
    private final long d = allocate();
    private final long out = allocate();

    /** Worst and mean of what one kernel was off by. */
    private static final class Errors {
        private double worst;
        private double sum;
        private long count;

        void add(double actual, double expected, double unit) {
            final double error = unit == 0 ? 0 : Math.abs(actual - expected) / unit;
            worst = Math.max(worst, error);
            sum += error;
            count++;
        }
    }

    private long allocate() {
        return arena.allocate(64L * 1024, 64).address();
    }

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void tableShouldHoldWhatIsMeasured() throws IOException {
        for (int run = 0; run < RUNS; run++) {
            fill(a, 1f);
            fill(b, 1f);
            products();
            narrow();
            layers();
            updates();
        }
        functions();
        final StringBuilder text = new StringBuilder();
        for (final Map.Entry<String, Errors> row : table.entrySet()) {
            final Errors errors = row.getValue();
            text.append(String.format(
                    Locale.ROOT, "| %s | %.1e | %.1e |%n", row.getKey(), errors.worst, errors.sum / errors.count));
        }
        final Path module = Path.of(System.getProperty("doorbuster.root"), "simd-kernels");
        Files.writeString(module.resolve(Path.of("target", "accuracy-table.md")), text);
        assertThat(Files.readString(module.resolve("ACCURACY.md"), StandardCharsets.UTF_8))
                .contains(text);
        table.forEach((name, errors) -> assertThat(errors.worst)
                .as(name)
                .isLessThan(name.contains("8") || name.contains("bf16") ? 1e-2 : 5e-6));
    }

    private void fill(long address, float range) {
        for (int i = 0; i < DIMS; i++) {
            Memory.putFloat(address + 4L * i, (float) ((random.nextDouble() * 2 - 1) * range));
        }
    }

    private Errors of(String kernel) {
        return table.computeIfAbsent(kernel, name -> new Errors());
    }

    private static double at(long address, int index) {
        return Memory.getFloat(address + 4L * index);
    }

    private double dot(long x, long y) {
        double sum = 0;
        for (int i = 0; i < DIMS; i++) {
            sum += at(x, i) * at(y, i);
        }
        return sum;
    }

    private double magnitude(long x, long y) {
        double sum = 0;
        for (int i = 0; i < DIMS; i++) {
            sum += Math.abs(at(x, i) * at(y, i));
        }
        return sum;
    }

    private void products() {
        of("dot, gather-dot (of the sum of absolute products)")
                .add(Kernels.dot(a, b, DIMS), dot(a, b), magnitude(a, b));
        final double norm = Math.sqrt(dot(a, a));
        of("norm").add(Kernels.norm(a, DIMS), norm, norm);
        of("cosine (absolute)").add(Kernels.cosine(a, b, DIMS), dot(a, b) / norm / Math.sqrt(dot(b, b)), 1);
    }

    private void narrow() {
        Kernels.quantise(a, DIMS, c);
        for (final ScanFormat format : ScanFormat.values()) {
            Kernels.writeTileRow(format, d, 0, b, 0f, DIMS);
            final long query = format == ScanFormat.INT8 ? c : a;
            Memory.putLong(out + 1024, 1L);
            new ScalarKernels().scoreTiles(format, query, d, 1, out + 1024, DIMS, out);
            of("scan, " + format.name().toLowerCase(Locale.ROOT) + " (of the sum of absolute products)")
                    .add(at(out, 0), dot(a, b), magnitude(a, b));
        }
        Kernels.dequantise(c, DIMS, out);
        final double largest = Memory.getFloat(c + DIMS) * 127;
        for (int i = 0; i < DIMS; i++) {
            of("quantise to int8 (of the largest component)").add(at(out, i), at(a, i), largest);
        }
        Kernels.toBf16(a, DIMS, c);
        Kernels.fromBf16(c, DIMS, out);
        for (int i = 0; i < DIMS; i++) {
            of("bf16").add(at(out, i), at(a, i), Math.abs(at(a, i)));
        }
    }

    /** One candidate in lane 0; its input is a, the weights are b. */
    private void layers() {
        for (int i = 0; i < DIMS; i++) {
            Memory.putFloat(d + 64L * i, Memory.getFloat(a + 4L * i));
        }
        Memory.putFloat(c, 0.25f);
        Kernels.dense(d, 1, DIMS, b, c, 1, Activation.NONE, out);
        of("dense (of the sum of absolute products)").add(at(out, 0), dot(a, b) + 0.25, magnitude(a, b));
        Kernels.dense(d, 1, DIMS, b, c, 1, Activation.SIGMOID, out);
        of("dense with sigmoid (absolute)").add(at(out, 0), 1 / (1 + StrictMath.exp(-dot(a, b) - 0.25)), 1);
        softmax();
        pool();
    }

    private void softmax() {
        double sum = 0;
        for (int i = 0; i < 100; i++) {
            Memory.putFloat(out + 4L * i, Memory.getFloat(a + 4L * i) * 10);
            sum += StrictMath.exp(at(out, i));
        }
        final double[] shares = new double[100];
        for (int i = 0; i < 100; i++) {
            shares[i] = StrictMath.exp(at(out, i)) / sum;
        }
        Kernels.softmax(out, 100);
        for (int i = 0; i < 100; i++) {
            of("softmax").add(at(out, i), shares[i], shares[i]);
        }
    }

    /** Attention of a over the rows a and b. */
    private void pool() {
        Memory.putLong(c, a);
        Memory.putLong(c + 8, b);
        Kernels.attentionPool(a, c, 2, DIMS, 0.1f, d, out);
        final double first = 1 / (1 + StrictMath.exp(0.1f * (dot(a, b) - dot(a, a))));
        for (int i = 0; i < DIMS; i++) {
            final double expected = first * at(a, i) + (1 - first) * at(b, i);
            of("attention pooling (absolute, components up to 1)").add(at(out, i), expected, 1);
        }
    }

    private void updates() {
        fill(c, 0.1f);
        for (int i = 0; i < DIMS; i++) {
            Memory.putFloat(d + 4L * i, Math.abs(Memory.getFloat(c + 4L * i)) + 0.01f);
            Memory.putFloat(d + 4096 + 4L * i, Memory.getFloat(b + 4L * i));
        }
        final double[][] before = {row(a), row(b), row(c), row(d), row(d + 4096)};
        copy(a, out);
        copy(b, out + 4096);
        Kernels.sgdPair(out, out + 4096, 0.1f, 0.01f, 1f, DIMS);
        compare("SGD", i -> before[0][i] + 0.1f * before[1][i] - 0.01f * before[0][i]);
        copy(a, out);
        copy(d, out + 4096);
        Kernels.adagrad(out, out + 4096, c, 0.1f, 1e-6f, DIMS);
        compare("Adagrad", i -> {
            final double g = before[2][i];
            return before[0][i] - 0.1f * g / (Math.sqrt(before[3][i] + g * g) + 1e-6f);
        });
        copy(a, out);
        copy(d, out + 4096);
        copy(d + 4096, out + 8192);
        Kernels.ftrl(out, out + 8192, out + 4096, c, new Ftrl(0.5f, 1f, 0.1f, 0.1f), DIMS);
        compare("FTRL", i -> {
            final double g = before[2][i];
            final double root = Math.sqrt(before[3][i] + g * g);
            final double z = before[4][i] + g - (root - Math.sqrt(before[3][i])) / 0.5f * before[0][i];
            return Math.abs(z) <= 0.1f ? 0 : -(z - Math.signum(z) * 0.1f) / ((1 + root) / 0.5f + 0.1f);
        });
        copy(a, out);
        copy(b, out + 4096);
        copy(d, out + 8192);
        Kernels.adam(out, out + 4096, out + 8192, c, new Adam(0.9f, 0.999f, 1e-8f), 0.01f, DIMS);
        compare("Adam", i -> {
            final double g = before[2][i];
            final double m = 0.9f * before[1][i] + (1 - 0.9f) * g;
            return before[0][i] - 0.01f * m / (Math.sqrt(0.999f * before[3][i] + (1 - 0.999f) * g * g) + 1e-8f);
        });
    }

    private static double[] row(long address) {
        final double[] row = new double[DIMS];
        for (int i = 0; i < DIMS; i++) {
            row[i] = at(address, i);
        }
        return row;
    }

    private static void copy(long from, long to) {
        for (int i = 0; i < DIMS; i++) {
            Memory.putFloat(to + 4L * i, Memory.getFloat(from + 4L * i));
        }
    }

    private void compare(String kernel, java.util.function.IntToDoubleFunction twin) {
        for (int i = 0; i < DIMS; i++) {
            of(kernel + " (absolute, weights up to 1)").add(at(out, i), twin.applyAsDouble(i), 1);
        }
    }

    private void functions() {
        for (int i = -87_000; i <= 87_000; i++) {
            final float x = i / 1000f;
            final double exp = StrictMath.exp(x);
            of("exp, x from -87 to 87").add(Kernels.exp(x), exp, exp);
            of("sigmoid, x from -87 to 87")
                    .add(Kernels.sigmoid(x), 1 / (1 + StrictMath.exp(-x)), 1 / (1 + StrictMath.exp(-x)));
            final float y = x / 10;
            of("tanh").add(Kernels.tanh(y), StrictMath.tanh(y), Math.abs(StrictMath.tanh(y)));
        }
        for (int bits = 1; bits < 0x7F80_0000; bits += 10_007) {
            final float x = Float.intBitsToFloat(bits);
            of("log").add(Kernels.log(x), StrictMath.log(x), Math.abs(StrictMath.log(x)));
        }
    }
}
