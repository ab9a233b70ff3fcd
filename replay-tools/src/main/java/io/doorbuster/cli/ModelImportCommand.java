package io.doorbuster.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.foreign.KnownIds;
import io.doorbuster.foreign.Matrix;
import io.doorbuster.foreign.OnnxNetwork;
import io.doorbuster.foreign.VectorTables;
import io.doorbuster.replay.ModelDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes a model file of what others trained. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = {
            "Make a model file of what was trained elsewhere; nothing is released. Either",
            "  an ONNX network over named features: a chain of Gemm, or MatMul and Add, with Relu, Tanh or Sigmoid; or",
            "  vectors of items and shoppers, .npy or .safetensors, with a file of ids each, an id a line; the score is the",
            "  dot product."
        },
        footer = {
            "",
            "Examples:",
            "  doorbuster model import --onnx ranker.onnx --features OWN,TASTE \\",
            "      --to ranker.safetensors",
            "  doorbuster model import --item-vectors items.npy --item-ids items.txt \\",
            "      --shopper-vectors shoppers.npy --shopper-ids shoppers.txt \\",
            "      --data /var/lib/shop --to vectors.safetensors",
            "  doorbuster model import --item-vectors both.safetensors --tensor items \\",
            "      --shopper-vectors both.safetensors --shopper-tensor shoppers \\",
            "      --item-ids items.txt --shopper-ids shoppers.txt --to vectors.safetensors"
        })
final class ModelImportCommand implements Callable<Integer> {
    @Option(names = "--to", required = true, paramLabel = "FILE", description = "The model file to write.")
    private Path to = Path.of("");

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "What the model is called (default: the file's name without its ending).")
    private @Nullable String name;

    @Option(names = "--onnx", paramLabel = "FILE", description = "A network over features.")
    private @Nullable Path onnx;

    @Option(
            names = "--features",
            split = ",",
            paramLabel = "NAME",
            description = "What the network's input holds, in its order; see Feature.")
    private List<String> features = List.of();

    @Option(names = "--item-vectors", paramLabel = "FILE", description = "A row for each item, .npy or .safetensors.")
    private @Nullable Path itemVectors;

    @Option(names = "--item-ids", paramLabel = "FILE", description = "The shop's id of each row.")
    private @Nullable Path itemIds;

    @Option(names = "--shopper-vectors", paramLabel = "FILE", description = "A row for each shopper, as long.")
    private @Nullable Path shopperVectors;

    @Option(
            names = "--shopper-ids",
            paramLabel = "FILE",
            description = "With --data the shop's id of each row, without it the surrogate.")
    private @Nullable Path shopperIds;

    @Option(
            names = "--tensor",
            paramLabel = "NAME",
            description = "Tensor of the items' vectors in a .safetensors file.")
    private @Nullable String tensor;

    @Option(
            names = "--shopper-tensor",
            paramLabel = "NAME",
            description = "The same of the shoppers' (default: the name that --tensor gives).")
    private @Nullable String shopperTensor;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Data directory by whose catalogue and identities ids are found, and those named that it has not.")
    private @Nullable Path data;

    @Mixin
    private Report report = new Report();

    @Override
    public Integer call() throws IOException {
        final Path network = onnx;
        final Path items = itemVectors;
        if ((network == null) == (items == null)) {
            throw new IllegalArgumentException("say what to import: either --onnx or --item-vectors");
        }
        final Path parent = to.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent) || Files.isDirectory(to)) {
            throw new IllegalArgumentException("--to " + to + ": its directory does not exist, or it is one itself");
        }
        final ObjectNode node = Report.MAPPER.createObjectNode();
        final ModelFile made;
        if (network != null) {
            if (features.isEmpty()) {
                throw new IllegalArgumentException("--onnx needs --features: what its input holds, in its order");
            }
            made = OnnxNetwork.read(network, modelName(), features);
        } else {
            made = vectors(items, node);
        }
        made.write(to);
        report.line("written: %s, %s, sha256 %s", to, made.kind().name().toLowerCase(Locale.ROOT), made.hash());
        report.json(
                node.put("file", to.toString()).put("kind", made.kind().name()).put("sha256", made.hash()));
        return 0;
    }

    private ModelFile vectors(@Nullable Path items, ObjectNode node) throws IOException {
        final Path ids = itemIds;
        final Path shoppers = shopperVectors;
        final Path shopperKeys = shopperIds;
        if (items == null || ids == null || shoppers == null || shopperKeys == null) {
            throw new IllegalArgumentException(
                    "--item-vectors needs --item-ids, --shopper-vectors and --shopper-ids: a score is of both");
        }
        final Path directory = data;
        final VectorTables tables = new VectorTables(directory == null ? null : KnownIds.read(directory));
        final ModelFile made = tables.model(
                modelName(),
                Matrix.read(items, tensor),
                ids,
                Matrix.read(shoppers, shopperTensor == null ? tensor : shopperTensor),
                shopperKeys);
        tables.notes().forEach(note -> report.line("%s", note));
        tables.notes().forEach(node.putArray("notes")::add);
        return made;
    }

    private String modelName() {
        final String given = name;
        return ModelDirectory.checkedName(
                given != null ? given : String.valueOf(to.getFileName()).replaceFirst("\\.safetensors$", ""));
    }
}
