package io.doorbuster.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.doorbuster.client.ItemIds;
import io.doorbuster.engine.model.ModelFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForeignFilesTest {
    private static final float[] SIX = {1, 2, 3, 4, 5, 6};
    private static final List<String> THREE_FEATURES = List.of("OWN", "TASTE", "POPULARITY");

    @TempDir
    Path directory;

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(directory.resolve(name), bytes);
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] array(ByteBuffer buffer) {
        final byte[] bytes = new byte[buffer.capacity()];
        buffer.get(0, bytes);
        return bytes;
    }

    private static byte[] floats(float... values) {
        final ByteBuffer bytes = littleEndian(4 * values.length);
        for (final float value : values) {
            bytes.putFloat(value);
        }
        return array(bytes);
    }

    private static byte[] doubles(double... values) {
        final ByteBuffer bytes = littleEndian(8 * values.length);
        for (final double value : values) {
            bytes.putDouble(value);
        }
        return array(bytes);
    }

    private static byte[] npy(int version, String header, byte[] data) {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
        final byte[] text = (header + "\n").getBytes(StandardCharsets.ISO_8859_1);
        out.writeBytes(Arrays.copyOf(array(littleEndian(4).putInt(text.length)), version == 1 ? 2 : 4));
        out.writeBytes(text);
        out.writeBytes(data);
        return out.toByteArray();
    }

    private static String header(String type, String order, String shape) {
        return "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }".formatted(type, order, shape);
    }

    private static byte[] safetensors(String header, byte[] data) {
        final byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return array(littleEndian(8 + text.length + data.length)
                .putLong(text.length)
                .put(text)
                .put(data));
    }

    private Path ids(String name, String... lines) throws IOException {
        return Files.write(directory.resolve(name), List.of(lines));
    }

    @Test
    void matricesOfAllFormatsShouldBecomeVectors() throws IOException {
        final Path one = write("1.npy", npy(1, header("<f4", "False", "(3, 2)"), floats(SIX)));
        final Path two = write("2.npy", npy(2, header("<f8", "False", "(2, 2)"), doubles(0.1, 2, 3, 4)));
        final Path both = write(
                "a.safetensors",
                safetensors(
                        "{\"__metadata__\":{\"a\":\"b\"},\"x\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]},"
                                + "\"v\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[8,32]}}",
                        array(littleEndian(32).putLong(7).put(floats(SIX)))));
        final Path items = ids("items", "85123A", "22", "x");
        final VectorTables tables = new VectorTables(null);
        final ModelFile file =
                tables.model("v", NumpyFile.read(one), items, NumpyFile.read(two), ids("shoppers", "-5", "9"));
        assertThat(file.ids("item.ids")).containsExactly(ItemIds.of("85123A"), 22, ItemIds.of("x"));
        assertThat(file.ids("shopper.ids")).containsExactly(-5, 9);
        assertThat(file.shape("item.vectors")).containsExactly(3, 16);
        assertThat(Arrays.copyOfRange(file.floats("item.vectors"), 15, 19)).containsExactly(0, 3, 4, 0);
        assertThat(file.floats("shopper.vectors")[0]).isEqualTo(0.1f);
        assertThat(tables.notes()).hasSize(2).anyMatch(note -> note.contains("rounded to 32"));
        final ModelFile same = new VectorTables(null)
                .model("v", SafetensorsFile.read(both, "v"), items, NumpyFile.read(two), ids("shoppers", "-5", "9"));
        assertThat(same.hash()).isEqualTo(file.hash());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1 | '<i8' | False | (3, 2)  | its type is <i8
            1 | '>f4' | False | (3, 2)  | its type is >f4
            1 | '<f4' | True  | (3, 2)  | column by column
            1 | '<f4' | False | (6,)    | a matrix (n, dimensions) is wanted
            1 | '<f4' | False | (3, 3)  | 3 x 3 values need 36
            2 | '<f4' | False | (2, 2)  | 2 x 2 values need 16
            1 | '<f4' | False | (1, 600) | from 1 to 512
            3 | '<f4' | False | (3, 2)  | format 3 is not read
            1 | '<f4' | maybe | (3, 2)  | not one of numpy's
            """)
    void otherArraysShouldBeRefused(int version, String type, String order, String shape, String said)
            throws IOException {
        final Path file = write("a.npy", npy(version, header(type, order, shape), floats(SIX)));
        assertThatThrownBy(() -> NumpyFile.read(file))
                .isInstanceOf(ForeignFileException.class)
                .hasMessageContaining(said);
    }

    @Test
    void cutAndForeignFilesShouldBeRefused() throws IOException {
        final byte[] whole = npy(1, header("<f4", "False", "(3, 2)"), floats(SIX));
        for (int length = 0; length < whole.length; length += 7) {
            final Path cut = write("cut.npy", Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> NumpyFile.read(cut)).isInstanceOf(ForeignFileException.class);
        }
        final Path infinite =
                write("inf.npy", npy(1, header("<f4", "False", "(1, 2)"), floats(1, Float.POSITIVE_INFINITY)));
        assertThatThrownBy(() -> NumpyFile.read(infinite)).hasMessageContaining("row 0, column 1 is Infinity");
        final byte[] tensors = safetensors(
                "{\"v\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[0,24]},"
                        + "\"h\":{\"dtype\":\"F16\",\"shape\":[1,2],\"data_offsets\":[24,28]},"
                        + "\"s\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[24,28]}}",
                array(littleEndian(28).put(floats(SIX))));
        for (int length = 0; length < tensors.length - 4; length += 7) {
            final Path cut = write("cut.safetensors", Arrays.copyOf(tensors, length));
            assertThatThrownBy(() -> SafetensorsFile.read(cut, "v")).isInstanceOf(ForeignFileException.class);
        }
        final Path file = write("whole.safetensors", tensors);
        assertThatThrownBy(() -> SafetensorsFile.read(file, "w")).hasMessageContaining("no tensor w, only [v, h, s]");
        assertThatThrownBy(() -> SafetensorsFile.read(file, "h")).hasMessageContaining("of type F16");
        assertThatThrownBy(() -> SafetensorsFile.read(file, "s")).hasMessageContaining("a matrix [n, dimensions]");
    }

    @Test
    void idsThatDoNotFitShouldBeRefused() throws IOException {
        final Matrix three = NumpyFile.read(write("3.npy", npy(1, header("<f4", "False", "(3, 2)"), floats(SIX))));
        final Matrix wide = NumpyFile.read(write("2.npy", npy(1, header("<f4", "False", "(2, 3)"), floats(SIX))));
        final Path items = ids("items", "a", "b", "c");
        final Path shoppers = ids("shoppers", "1", "2", "3");
        final VectorTables tables = new VectorTables(null);
        assertThatThrownBy(() -> tables.model("v", three, items, wide, shoppers))
                .hasMessageContaining("item vectors have 2 dimensions, and shopper vectors 3");
        assertThatThrownBy(() -> tables.model("v", three, ids("few", "a", "b"), three, shoppers))
                .hasMessageContaining("2 ids for 3 vectors");
        assertThatThrownBy(() -> tables.model("v", three, ids("twice", "a", "b", "a"), three, shoppers))
                .hasMessageContaining("line 3, a, is the same id");
        assertThatThrownBy(() -> tables.model("v", three, ids("gap", "a", "", "c"), three, shoppers))
                .hasMessageContaining("line 2 is empty");
        assertThatThrownBy(() -> tables.model("v", three, items, three, ids("names", "ann", "2", "3")))
                .hasMessageContaining("line 1, ann, is no surrogate: give --data");
    }

    private static OnnxBytes twoLayers() {
        return new OnnxBytes()
                .input("x")
                .raw("w0", SIX, 2, 3)
                .packed("b0", new float[] {7, 8}, 2)
                .packed("w1", new float[] {9, 10}, 2, 1)
                .raw("b1", new float[] {11}, 1);
    }

    @Test
    void denseChainsShouldBecomeNetworks() throws IOException {
        final byte[] bytes = twoLayers()
                .gemm(List.of("x", "w0", "b0"), "a", "transB", 1)
                .node("Tanh", List.of("a"), "b")
                .node("MatMul", List.of("b", "w1"), "c")
                .node("Add", List.of("b1", "c"), "d")
                .node("Sigmoid", List.of("d"), "y")
                .output("y")
                .toBytes();
        final ModelFile file = OnnxNetwork.read(write("a.onnx", bytes), "n", THREE_FEATURES);
        assertThat(file.metadata()).containsEntry("activation", "tanh");
        assertThat(file.floats("layer0.weight")).containsExactly(SIX);
        assertThat(file.shape("layer0.weight")).containsExactly(2, 3);
        assertThat(file.floats("layer0.bias")).containsExactly(7, 8);
        assertThat(file.floats("layer1.weight")).containsExactly(9, 10);
        assertThat(file.shape("layer1.weight")).containsExactly(1, 2);
        assertThat(file.floats("layer1.bias")).containsExactly(11);
        assertThatThrownBy(() -> OnnxNetwork.read(directory.resolve("a.onnx"), "n", List.of("OWN")))
                .hasMessageContaining("its input has 3 values, and --features names 1");
        assertThatThrownBy(() -> OnnxNetwork.read(directory.resolve("a.onnx"), "n", List.of("OWN", "TASTE", "COLOUR")))
                .hasMessageContaining("COLOUR");
        for (int length = 0; length < bytes.length - 8; length += 5) {
            final Path cut = write("cut.onnx", Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> OnnxNetwork.read(cut, "n", THREE_FEATURES))
                    .isInstanceOf(ForeignFileException.class);
        }
    }

    @Test
    void weightsOfEitherOrderShouldComeOutTheSame() throws IOException {
        final byte[] bytes = twoLayers()
                .raw("w", new float[] {1, 4, 2, 5, 3, 6}, 3, 2)
                .node("MatMul", List.of("x", "w"), "a")
                .node("Add", List.of("a", "b0"), "b")
                .node("Relu", List.of("b"), "c")
                .gemm(List.of("c", "w1", "b1"), "y", "transB", 0)
                .output("y")
                .toBytes();
        final ModelFile file = OnnxNetwork.read(write("a.onnx", bytes), "n", THREE_FEATURES);
        assertThat(file.floats("layer0.weight")).containsExactly(SIX);
        assertThat(file.shape("layer0.weight")).containsExactly(2, 3);
        assertThat(file.floats("layer1.weight")).containsExactly(9, 10);
    }

    private void refused(OnnxBytes graph, String said) throws IOException {
        final Path file = write("b.onnx", graph.toBytes());
        assertThatThrownBy(() -> OnnxNetwork.read(file, "n", THREE_FEATURES))
                .isInstanceOf(ForeignFileException.class)
                .hasMessageContaining(said);
    }

    @Test
    void otherGraphsShouldBeRefusedByOperator() throws IOException {
        final List<String> first = List.of("x", "w0", "b0");
        refused(
                twoLayers()
                        .gemm(first, "a", "transB", 1)
                        .node("Softmax", List.of("a"), "y")
                        .output("y"),
                "the operator Softmax (the y) is not read: only Gemm,");
        refused(
                twoLayers().gemm(first, "a", "transB", 1).output("y"),
                "no chain of operators leads from its input to its output");
        refused(twoLayers().gemm(first, "y", "transA", 1).output("y"), "alpha, beta = 1 and transA = 0 are read");
        refused(twoLayers().gemm(first, "y", "transB", 0).output("y"), "b0 of shape [2] is no bias of 3 outputs");
        refused(twoLayers().gemm(first, "y", "transB", 1).output("y"), "its last layer has 2 outputs");
        refused(
                twoLayers()
                        .gemm(first, "a", "transB", 1)
                        .node("MatMul", List.of("a", "w1"), "y")
                        .output("y"),
                "nothing stands between the layer before and MatMul (the y)");
        refused(
                twoLayers()
                        .gemm(first, "a", "transB", 1)
                        .node("Relu", List.of("a"), "b")
                        .node("Tanh", List.of("a"), "y")
                        .output("y"),
                "a is read by more than one operator");
        refused(
                twoLayers().input("z").node("Relu", List.of("x"), "y").output("y"),
                "it has the inputs [x, z] and the outputs [y]");
        refused(
                new OnnxBytes()
                        .input("x")
                        .raw("w", SIX, 6)
                        .node("MatMul", List.of("x", "w"), "y")
                        .output("y"),
                "constant w has the shape [6], not one of a matrix");
        refused(
                twoLayers()
                        .halves("h", 2)
                        .gemm(List.of("x", "w0", "h"), "y", "transB", 1)
                        .output("y"),
                "constant h holds 0 floats of 32 bits for the shape [2]: convert it to float32");
    }
}
