package io.doorbuster.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ModelFileTest {
    /** Grows only with a change of what the format is: a release must find its files under their hashes again. */
    private static final String KNOWN_HASH = "8585d75a0aa9012fa455a33a45dd3e9f6bf1dcff765b044d6485df8a36353cbe";

    private static final String HEADER = "{\"__metadata__\":{\"format\":\"doorbuster-model\",\"version\":\"1\","
            + "\"kind\":\"network\",\"name\":\"n\",\"features\":\"[\\\"TASTE\\\"]\",\"activation\":\"relu\"},"
            + "\"mean\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"deviation\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]},"
            + "\"layer0.weight\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[8,12]},"
            + "\"layer0.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}}";

    @TempDir
    Path directory;

    private Path file(String header, float... values) throws IOException {
        final byte[] json = header.getBytes(StandardCharsets.UTF_8);
        final ByteBuffer bytes =
                ByteBuffer.allocate(8 + json.length + 4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json);
        for (final float value : values) {
            bytes.putFloat(value);
        }
        return Files.write(directory.resolve("model"), bytes.array());
    }

    private void assertRefused(String message, String header, float... values) throws IOException {
        final Path file = file(header, values);
        assertThatThrownBy(() -> ModelFile.read(file))
                .isInstanceOf(ModelRefusedException.class)
                .hasMessageContaining(message);
    }

    private void assertRefused(String message, String text, String replacement) throws IOException {
        assertThat(HEADER).contains(text);
        assertRefused(message, HEADER.replace(text, replacement), 0, 1, 2, 3);
    }

    @ParameterizedTest
    @EnumSource(ModelKind.class)
    void shouldReadWhatWasWritten(ModelKind kind) throws IOException {
        final ModelFile made = new SampleModels(3).of(kind);
        final Path path = directory.resolve("made.safetensors");
        made.write(path);

        final ModelFile read = ModelFile.read(path);

        assertThat(read.hash()).isEqualTo(made.hash()).matches("[0-9a-f]{64}");
        assertThat(read.kind()).isEqualTo(kind);
        assertThat(read.metadata()).isEqualTo(made.metadata());
        for (final String tensor : made.tensors()) {
            if (tensor.endsWith(".ids")) {
                assertThat(read.ids(tensor)).as(tensor).isEqualTo(made.ids(tensor));
            } else {
                assertThat(read.floats(tensor)).as(tensor).isEqualTo(made.floats(tensor));
            }
        }
        assertThat(directory).isDirectoryNotContaining("glob:**.draft");
    }

    @ParameterizedTest
    @EnumSource(ModelKind.class)
    void shouldHaveTheSameBytesForTheSameContent(ModelKind kind) throws IOException {
        assertThat(new SampleModels(4).of(kind).hash())
                .isEqualTo(new SampleModels(4).of(kind).hash())
                .isNotEqualTo(new SampleModels(5).of(kind).hash());
    }

    @Test
    void shouldHaveTheBytesOfTheReleaseBefore() throws IOException {
        final ModelFile file = ModelFile.of(
                ModelKind.NETWORK,
                "known",
                Map.of("features", ModelFile.names(List.of("TASTE")), "activation", "relu", "a", "\"\u00e9\n"),
                List.of(
                        Tensor.floats("mean", new float[] {0}, 1),
                        Tensor.floats("layer0.bias", new float[] {3}, 1),
                        Tensor.floats("layer0.weight", new float[] {2}, 1, 1),
                        Tensor.floats("deviation", new float[] {1}, 1)));
        assertThat(file.hash()).isEqualTo(KNOWN_HASH);
    }

    @Test
    void shouldReadTheFileOfAnotherWriter() throws IOException {
        final ModelFile read = ModelFile.read(file(HEADER, 0, 1, 2, 3));
        assertThat(read.name()).isEqualTo("n");
        assertThat(read.floats("layer0.weight")).containsExactly(2f);
        assertThat(read.floats("layer0.bias")).containsExactly(3f);
        assertThat(read.shape("layer0.weight")).containsExactly(1, 1);
    }

    @Test
    void shouldRefuseWhatItDoesNotServe() throws IOException {
        assertRefused("format is not", "doorbuster-model", "other");
        assertRefused("version=2", "\"version\":\"1\"", "\"version\":\"2\"");
        assertRefused("kind=forest", "\"kind\":\"network\"", "\"kind\":\"forest\"");
        assertRefused("name has 0 bytes", "\"name\":\"n\"", "\"name\":\"\"");
        assertRefused("features: SHOE_SIZE is none of", "TASTE", "SHOE_SIZE");
        assertRefused("features: TASTE stands there twice", "\\\"TASTE\\\"", "\\\"TASTE\\\",\\\"TASTE\\\"");
        assertRefused("features names no feature", "\\\"TASTE\\\"", "");
        assertRefused("features is not a JSON list", "[\\\"TASTE\\\"]", "TASTE");
        assertRefused("activation=gelu", "relu", "gelu");
        assertRefused("tensor mean is missing", "\"mean\"", "\"meen\"");
        assertRefused("tensor mean: its type is F16", "\"mean\":{\"dtype\":\"F32\"", "\"mean\":{\"dtype\":\"F16\"");
        assertRefused("tensor layer0.weight: it is F32[1]", "[1,1]", "[1]");
        assertRefused("tensor layer0.weight: the offsets", "[1,1]", "[1,2]");
        assertRefused("tensor layer0.weight: the shape", "[1,1]", "[0,1]");
        assertRefused("tensor layer0.weight: the shape", "[1,1]", "[4000000000,4000000000]");
        assertRefused("it begins at byte 0 and the one before ends at 4", "[4,8]", "[0,4]");
        assertRefused("tensor layer0.bias: it begins at byte 16 and the one before ends at 12", "[12,16]", "[16,20]");
        final String extra = ",\"extra\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[16,20]}}";
        assertRefused(
                "tensor extra: a model of kind network has none",
                HEADER.substring(0, HEADER.length() - 1) + extra,
                0,
                1,
                2,
                3,
                4);
    }

    @Test
    void shouldRefuseValuesThatAreNotServed() throws IOException {
        assertRefused("tensor layer0.weight: value 0 is NaN", HEADER, 0, 1, Float.NaN, 3);
        assertRefused("tensor layer0.bias: value 0 is Infinity", HEADER, 0, 1, 2, Float.POSITIVE_INFINITY);
        assertRefused("tensor layer0.bias: value 0 is -10001.0", HEADER, 0, 1, 2, -10001);
        assertRefused("tensor deviation: value 0 is 0.0", HEADER, 0, 0, 2, 3);
    }

    @Test
    void shouldRefuseIdsThatStandTwice() {
        final SampleModels samples = new SampleModels(1);
        assertThatThrownBy(() -> samples.session(new long[] {5, 9, 5}))
                .hasMessageContaining("tensor item.ids: the id 5 stands there twice");
        assertThatThrownBy(() -> samples.session(new long[] {5, 0}))
                .hasMessageContaining("tensor item.ids: the id 0 is none");
    }

    @Test
    void shouldRefuseDimensionsThatKernelsDoNotTake() {
        assertThatThrownBy(() -> ModelFile.of(
                        ModelKind.VECTORS,
                        "v",
                        Map.of(),
                        List.of(
                                Tensor.ids("item.ids", new long[] {1}),
                                Tensor.floats("item.vectors", new float[20], 1, 20),
                                Tensor.ids("shopper.ids", new long[] {1}),
                                Tensor.floats("shopper.vectors", new float[20], 1, 20))))
                .hasMessageContaining("tensor item.vectors: 20 dimensions");
    }

    @Test
    void shouldRefuseAFileThatIsNotWhole() throws IOException {
        assertRefused("tensor layer0.bias: it ends at byte 16 of 12: the file is cut off", HEADER, 0, 1, 2);
        assertRefused("4 bytes stand behind the last tensor", HEADER, 0, 1, 2, 3, 4);
        assertRefused("it has 9 bytes", "{", new float[0]);
        final Path file = file(HEADER, 0, 1, 2, 3);
        final byte[] bytes = Files.readAllBytes(file);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, bytes.length);
        Files.write(file, bytes);
        assertThatThrownBy(() -> ModelFile.read(file)).hasMessageContaining("its header has");
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, ModelFile.HEADER_MAX + 1L);
        Files.write(file, bytes);
        assertThatThrownBy(() -> ModelFile.read(file)).hasMessageContaining("its header has");
    }

    /** Whatever is done to its bytes: it is read as it is or refused, and nothing else happens. */
    @Test
    void shouldReadOrRefuseAnyBytes() throws IOException {
        final Path path = directory.resolve("damaged");
        final Random random = new Random(11);
        int refused = 0;
        for (final ModelKind kind : ModelKind.values()) {
            new SampleModels(2).of(kind).write(path);
            final byte[] whole = Files.readAllBytes(path);
            for (int round = 0; round < 300; round++) {
                Files.write(path, damage(whole, random));
                try {
                    ModelFile.read(path);
                } catch (ModelRefusedException e) {
                    refused++;
                }
            }
        }
        assertThat(refused).isGreaterThan(500);
    }

    private static byte[] damage(byte[] whole, Random random) throws IOException {
        final int at = random.nextInt(Math.min(whole.length, 1_500));
        final ByteArrayOutputStream damaged = new ByteArrayOutputStream();
        damaged.write(whole, 0, at);
        switch (random.nextInt(3)) {
            case 0 -> damaged.write(random.nextInt());
            case 1 -> {
                return damaged.toByteArray();
            }
            default -> damaged.writeBytes(new byte[] {'9', '9'});
        }
        final int behind = Math.min(whole.length, at + 1);
        damaged.write(whole, behind, whole.length - behind);
        return damaged.toByteArray();
    }

    @Test
    void shouldRefuseEachKindWithoutOneOfItsTensors() throws IOException {
        for (final ModelKind kind : ModelKind.values()) {
            final ModelFile whole = new SampleModels(6).of(kind);
            for (final String missing : whole.tensors()) {
                final List<Tensor> rest = new ArrayList<>();
                for (final String tensor : whole.tensors()) {
                    if (!tensor.equals(missing)) {
                        rest.add(copy(whole, tensor));
                    }
                }
                assertThatThrownBy(() -> ModelFile.of(kind, "n", whole.metadata(), rest))
                        .as("%s without %s", kind, missing)
                        .isInstanceOf(ModelRefusedException.class)
                        .hasMessageContaining("tensor ");
            }
        }
    }

    private static Tensor copy(ModelFile file, String tensor) {
        return tensor.endsWith(".ids")
                ? Tensor.ids(tensor, file.ids(tensor))
                : Tensor.floats(
                        tensor,
                        file.floats(tensor),
                        file.shape(tensor).stream().mapToInt(Integer::intValue).toArray());
    }
}
