package io.doorbuster.benchmarks.rivals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.foreign.OnnxNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An imported network beside what ONNX Runtime makes of the same file. */
class OnnxImportTest {
    private static final List<String> FEATURES = List.of("OWN", "TASTE", "POPULARITY", "RECENCY", "SESSIONS");
    private static final int HIDDEN = 7;

    @TempDir
    Path directory;

    private final Random random = new Random(8);

    private float[] some(int count) {
        final float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }

    @Test
    void importedNetworkShouldScoreAsOnnxRuntime() throws IOException, OrtException {
        final byte[] bytes = new Onnx()
                .floatInput("x", 1, FEATURES.size())
                .floatOutput("y", 1, 1)
                .floats("w0", some(HIDDEN * FEATURES.size()), HIDDEN, FEATURES.size())
                .floats("b0", some(HIDDEN), HIDDEN)
                .gemm(List.of("x", "w0", "b0"), "h")
                .node("Tanh", List.of("h"), "a")
                .floats("w1", some(HIDDEN), HIDDEN, 1)
                .floats("b1", some(1), 1)
                .node("MatMul", List.of("a", "w1"), "m")
                .node("Add", List.of("m", "b1"), "y")
                .toBytes();
        final Path file = Files.write(directory.resolve("a.onnx"), bytes);
        final ModelFile model = OnnxNetwork.read(file, "a", FEATURES);
        final OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(bytes)) {
            for (int i = 0; i < 50; i++) {
                final float[] x = some(FEATURES.size());
                try (OnnxTensor tensor = OnnxTensor.createTensor(environment, new float[][] {x});
                        OrtSession.Result result = session.run(Map.of("x", tensor))) {
                    final float theirs = ((float[][]) result.get(0).getValue())[0][0];
                    assertThat(score(model, x)).isCloseTo(theirs, within(1e-5f));
                }
            }
        }
    }

    private static float score(ModelFile model, float[] x) {
        float[] values = x;
        for (int layer = 0; layer < 2; layer++) {
            final float[] weight = model.floats("layer" + layer + ".weight");
            final float[] out = model.floats("layer" + layer + ".bias");
            for (int o = 0; o < out.length; o++) {
                for (int i = 0; i < values.length; i++) {
                    out[o] += weight[o * values.length + i] * values[i];
                }
                out[o] = layer == 0 ? (float) Math.tanh(out[o]) : out[o];
            }
            values = out;
        }
        return values[0];
    }
}
