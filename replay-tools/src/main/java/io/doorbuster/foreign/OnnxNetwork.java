package io.doorbuster.foreign;

import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.model.ModelKind;
import io.doorbuster.engine.model.Tensor;
import io.doorbuster.foreign.OnnxFile.Constant;
import io.doorbuster.foreign.OnnxFile.Node;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Makes a model of kind {@code network} of an ONNX file: a chain of Gemm, or MatMul and Add, with Relu, Tanh or Sigmoid between
 * them, from one input to one output of one value. A Sigmoid at the end is left out: it changes no order. The graph brings
 * its own standardisation, so the model's has mean 0 and deviation 1. One thread.
 */
public final class OnnxNetwork {
    private static final Set<String> ACTIVATIONS = Set.of("Relu", "Tanh", "Sigmoid");

    private final Path file;
    private final OnnxFile graph;
    private final List<Layer> layers = new ArrayList<>();

    /** {@code y = activation(W x + b)}; W is [outputs][inputs]. */
    private static final class Layer {
        final int inputs;
        final int outputs;
        final float[] weight;
        float[] bias;
        boolean hasBias;
        String activation = "";

        Layer(int outputs, int inputs, float[] weight) {
            this.outputs = outputs;
            this.inputs = inputs;
            this.weight = weight;
            bias = new float[outputs];
        }
    }

    private OnnxNetwork(Path file, OnnxFile graph) {
        this.file = file;
        this.graph = graph;
    }

    /**
     * Reads a file.
     *
     * @param features names of what the graph's input holds, in its order.
     * @throws ForeignFileException when the graph is another; the message names the operator.
     */
    public static ModelFile read(Path file, String name, List<String> features) throws IOException {
        final OnnxNetwork network = new OnnxNetwork(file, OnnxFile.read(file));
        network.walk();
        return network.model(name, features);
    }

    private ForeignFileException refused(String problem) {
        return new ForeignFileException(file + ": " + problem);
    }

    private void walk() throws ForeignFileException {
        if (graph.inputs().size() != 1 || graph.outputs().size() != 1) {
            throw refused(String.format(
                    "it has the inputs %s and the outputs %s: one of each is wanted", graph.inputs(), graph.outputs()));
        }
        final Map<String, Node> byInput = new HashMap<>();
        for (final Node node : graph.nodes()) {
            checkOperator(node);
            for (final String input : node.inputs()) {
                if (!graph.constants().containsKey(input) && byInput.put(input, node) != null) {
                    throw refused(String.format("%s is read by more than one operator: only chains are read", input));
                }
            }
        }
        String at = graph.inputs().getFirst();
        int visited = 0;
        while (!at.equals(graph.outputs().getFirst())) {
            final Node node = byInput.get(at);
            if (node == null || visited == graph.nodes().size()) {
                throw refused("no chain of operators leads from its input to its output");
            }
            take(node, at);
            at = node.outputs().getFirst();
            visited++;
        }
        if (visited != graph.nodes().size()) {
            throw refused("not all of its operators lie between its input and its output");
        }
    }

    private void checkOperator(Node node) throws ForeignFileException {
        if (!ACTIVATIONS.contains(node.op()) && !Set.of("Gemm", "MatMul", "Add").contains(node.op())) {
            throw refused(String.format(
                    "the operator %s is not read: only Gemm, MatMul, Add, Relu, Tanh and Sigmoid are", node.called()));
        }
        if (node.outputs().size() != 1) {
            throw refused(String.format(
                    "the operator %s has %d outputs",
                    node.called(), node.outputs().size()));
        }
    }

    private void take(Node node, String at) throws ForeignFileException {
        switch (node.op()) {
            case "Gemm" -> gemm(node, at);
            case "MatMul" -> {
                final Constant weight = matrix(node, at);
                addLayer(node, weight, false);
            }
            case "Add" -> add(node, at);
            default -> activate(node);
        }
    }

    private void gemm(Node node, String at) throws ForeignFileException {
        final Map<String, Double> attributes = node.attributes();
        if (attributes.getOrDefault("alpha", 1.0) != 1.0
                || attributes.getOrDefault("beta", 1.0) != 1.0
                || attributes.getOrDefault("transA", 0.0) != 0.0) {
            throw refused(String.format(
                    "the operator %s has the attributes %s: alpha, beta = 1 and transA = 0 are read",
                    node.called(), attributes));
        }
        addLayer(node, matrix(node, at), attributes.getOrDefault("transB", 0.0) == 1.0);
        if (node.inputs().size() == 3) {
            bias(node, node.inputs().get(2));
        }
    }

    private Constant matrix(Node node, String at) throws ForeignFileException {
        if (node.inputs().size() < 2 || !node.inputs().getFirst().equals(at)) {
            throw refused(String.format(
                    "the operator %s does not multiply its input by a constant from the right", node.called()));
        }
        final Constant weight = constant(node, node.inputs().get(1));
        if (weight.shape.size() != 2) {
            throw refused(String.format(
                    "constant %s has the shape %s, not one of a matrix",
                    node.inputs().get(1), weight.shape));
        }
        return weight;
    }

    private Constant constant(Node node, String name) throws ForeignFileException {
        final Constant constant = graph.constants().get(name);
        if (constant == null) {
            throw refused(String.format("the operator %s reads %s, which is no constant", node.called(), name));
        }
        final long count = constant.shape.stream().reduce(1L, (a, b) -> a * b);
        if (constant.values.length == 0 || count != constant.values.length) {
            throw refused(String.format(
                    "constant %s holds %d floats of 32 bits for the shape %s: convert it to float32",
                    name, constant.values.length, constant.shape));
        }
        return constant;
    }

    private void addLayer(Node node, Constant weight, boolean isTransposed) throws ForeignFileException {
        if (!layers.isEmpty() && layers.getLast().activation.isEmpty()) {
            throw refused(String.format(
                    "nothing stands between the layer before and %s: multiply them into one", node.called()));
        }
        final int rows = Math.toIntExact(weight.shape.get(0));
        final int columns = Math.toIntExact(weight.shape.get(1));
        final int inputs = isTransposed ? columns : rows;
        final int outputs = isTransposed ? rows : columns;
        if (!layers.isEmpty() && layers.getLast().outputs != inputs) {
            throw refused(String.format(
                    "%s wants %d inputs, and the layer before gives %d",
                    node.called(), inputs, layers.getLast().outputs));
        }
        final float[] rowMajor = isTransposed ? weight.values : new float[weight.values.length];
        for (int o = 0; o < outputs && !isTransposed; o++) {
            for (int i = 0; i < inputs; i++) {
                rowMajor[o * inputs + i] = weight.values[i * outputs + o];
            }
        }
        layers.add(new Layer(outputs, inputs, rowMajor));
    }

    private void add(Node node, String at) throws ForeignFileException {
        final String other = node.inputs().getFirst().equals(at)
                ? node.inputs().getLast()
                : node.inputs().getFirst();
        if (layers.isEmpty()
                || layers.getLast().hasBias
                || !layers.getLast().activation.isEmpty()) {
            throw refused(String.format("the operator %s does not follow a MatMul", node.called()));
        }
        bias(node, other);
    }

    private void bias(Node node, String name) throws ForeignFileException {
        final Constant constant = constant(node, name);
        final Layer layer = layers.getLast();
        final float[] bias =
                constant.values.length == 1 ? repeated(constant.values[0], layer.outputs) : constant.values;
        final boolean isRow =
                constant.shape.size() <= 1 || constant.shape.size() == 2 && constant.shape.getFirst() == 1;
        if (!isRow || bias.length != layer.outputs) {
            throw refused(String.format(
                    "constant %s of shape %s is no bias of %d outputs", name, constant.shape, layer.outputs));
        }
        layer.bias = bias;
        layer.hasBias = true;
    }

    private static float[] repeated(float value, int count) {
        final float[] values = new float[count];
        Arrays.fill(values, value);
        return values;
    }

    private void activate(Node node) throws ForeignFileException {
        if (layers.isEmpty() || !layers.getLast().activation.isEmpty()) {
            throw refused(String.format("the operator %s does not follow a layer", node.called()));
        }
        layers.getLast().activation = node.op().toLowerCase(Locale.ROOT);
    }

    private ModelFile model(String name, List<String> features) throws IOException {
        if (layers.isEmpty()) {
            throw refused("it has no layer");
        }
        if (layers.getFirst().inputs != features.size()) {
            throw refused(String.format(
                    "its input has %d values, and --features names %d", layers.getFirst().inputs, features.size()));
        }
        final Layer last = layers.getLast();
        if (last.outputs != 1 || !last.activation.isEmpty() && !last.activation.equals("sigmoid")) {
            throw refused(String.format(
                    "its last layer has %d outputs%s: one is wanted, as a score or behind a Sigmoid",
                    last.outputs, last.activation.isEmpty() ? "" : " behind " + last.activation));
        }
        final List<String> activations = layers.subList(0, layers.size() - 1).stream()
                .map(layer -> layer.activation)
                .distinct()
                .toList();
        if (activations.size() > 1) {
            throw refused(String.format(
                    "its hidden layers have different activations, %s: one is wanted for all", activations));
        }
        final List<Tensor> tensors = new ArrayList<>();
        tensors.add(Tensor.floats("mean", new float[features.size()], features.size()));
        tensors.add(Tensor.floats("deviation", repeated(1f, features.size()), features.size()));
        for (int i = 0; i < layers.size(); i++) {
            final Layer layer = layers.get(i);
            tensors.add(Tensor.floats("layer" + i + ".weight", layer.weight, layer.outputs, layer.inputs));
            tensors.add(Tensor.floats("layer" + i + ".bias", layer.bias, layer.outputs));
        }
        return ModelFile.of(
                ModelKind.NETWORK,
                name,
                Map.of(
                        "features",
                        ModelFile.names(features),
                        "activation",
                        activations.isEmpty() ? "relu" : activations.getFirst(),
                        "imported",
                        "ONNX"),
                tensors);
    }
}
