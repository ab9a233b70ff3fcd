package io.doorbuster.foreign;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The graph of an ONNX file, as far as dense networks need it: nodes, constants of 32-bit floats, names of inputs and outputs.
 * Field numbers are those of onnx.proto; what is not read here is skipped, but for what would change the result.
 */
final class OnnxFile {
    /** y = op(inputs); {@code attributes} are those that are numbers. */
    record Node(String op, String name, List<String> inputs, List<String> outputs, Map<String, Double> attributes) {
        /** How it is called in messages. */
        String called() {
            return name.isEmpty() ? op : op + " (" + name + ")";
        }
    }

    /** A constant. */
    static final class Constant {
        final List<Long> shape = new ArrayList<>();
        float[] values = {};
    }

    private static final int FLOAT = 1;
    private static final int EXTERNAL = 1;

    private final Path file;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Constant> constants = new HashMap<>();
    private final List<String> inputs = new ArrayList<>();
    private final List<String> outputs = new ArrayList<>();

    private OnnxFile(Path file) {
        this.file = file;
    }

    /** @throws ForeignFileException when it is no ONNX file, or has what is not read. */
    static OnnxFile read(Path file) throws IOException {
        final OnnxFile graph = new OnnxFile(file);
        try {
            final CodedInputStream model = CodedInputStream.newInstance(Files.readAllBytes(file));
            for (int tag = model.readTag(); tag != 0; tag = model.readTag()) {
                if (WireFormat.getTagFieldNumber(tag) == 7) {
                    graph.readGraph(sub(model));
                } else {
                    skip(model, tag);
                }
            }
        } catch (ForeignFileException e) {
            throw e;
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new ForeignFileException(file + ": it is no ONNX file, or damaged: " + e.getMessage(), e);
        }
        if (graph.nodes.isEmpty()) {
            throw new ForeignFileException(file + ": it is no ONNX file: it has no graph");
        }
        graph.inputs.removeAll(graph.constants.keySet());
        return graph;
    }

    List<Node> nodes() {
        return nodes;
    }

    Map<String, Constant> constants() {
        return constants;
    }

    /** Names of inputs that are not constants. */
    List<String> inputs() {
        return inputs;
    }

    List<String> outputs() {
        return outputs;
    }

    private static CodedInputStream sub(CodedInputStream in) throws IOException {
        return CodedInputStream.newInstance(in.readByteArray());
    }

    private static void skip(CodedInputStream in, int tag) throws IOException {
        if (!in.skipField(tag)) {
            throw new com.google.protobuf.InvalidProtocolBufferException("a group ends that never began");
        }
    }

    private void readGraph(CodedInputStream in) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> readNode(sub(in));
                case 5 -> readConstant(sub(in));
                case 11 -> inputs.add(readName(sub(in)));
                case 12 -> outputs.add(readName(sub(in)));
                case 15 ->
                    throw new ForeignFileException(
                            file + ": it has sparse constants, which are not read: make them dense");
                default -> skip(in, tag);
            }
        }
    }

    private static String readName(CodedInputStream in) throws IOException {
        String name = "";
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == 1) {
                name = in.readString();
            } else {
                skip(in, tag);
            }
        }
        return name;
    }

    private void readNode(CodedInputStream in) throws IOException {
        final Node read = new Node("", "", new ArrayList<>(), new ArrayList<>(), new HashMap<>());
        String op = "";
        String name = "";
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> read.inputs.add(in.readString());
                case 2 -> read.outputs.add(in.readString());
                case 3 -> name = in.readString();
                case 4 -> op = in.readString();
                case 5 -> readAttribute(sub(in), read.attributes);
                default -> skip(in, tag);
            }
        }
        nodes.add(new Node(op, name, read.inputs, read.outputs, read.attributes));
    }

    private static void readAttribute(CodedInputStream in, Map<String, Double> attributes) throws IOException {
        String name = "";
        double value = Double.NaN;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> name = in.readString();
                case 2 -> value = in.readFloat();
                case 3 -> value = (double) in.readInt64();
                default -> skip(in, tag);
            }
        }
        attributes.put(name, value);
    }

    private void readConstant(CodedInputStream in) throws IOException {
        final Constant constant = new Constant();
        final List<Float> values = new ArrayList<>();
        String name = "";
        byte[] raw = {};
        int type = 0;
        int location = 0;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            final boolean isPacked = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> {
                    final CodedInputStream from = isPacked ? sub(in) : in;
                    do {
                        constant.shape.add(from.readInt64());
                    } while (isPacked && !from.isAtEnd());
                }
                case 2 -> type = in.readInt32();
                case 4 -> {
                    final CodedInputStream from = isPacked ? sub(in) : in;
                    do {
                        values.add(from.readFloat());
                    } while (isPacked && !from.isAtEnd());
                }
                case 8 -> name = in.readString();
                case 9 -> raw = in.readByteArray();
                case 14 -> location = in.readEnum();
                default -> skip(in, tag);
            }
        }
        if (location == EXTERNAL) {
            throw new ForeignFileException(
                    file + ": the values of " + name + " lie in another file: save the model in one");
        }
        if (type == FLOAT) { // One of another type is refused by whoever wants it.
            constant.values = raw.length > 0 ? floats(raw, name) : floats(values);
        }
        constants.put(name, constant);
    }

    private float[] floats(byte[] raw, String name) throws ForeignFileException {
        if (raw.length % Float.BYTES != 0) {
            throw new ForeignFileException(file + ": constant " + name + " has " + raw.length + " bytes, no floats");
        }
        final float[] values = new float[raw.length / Float.BYTES];
        ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    private static float[] floats(List<Float> boxed) {
        final float[] values = new float[boxed.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = boxed.get(i);
        }
        return values;
    }
}
