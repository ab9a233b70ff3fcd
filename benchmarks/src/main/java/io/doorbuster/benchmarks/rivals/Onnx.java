package io.doorbuster.benchmarks.rivals;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes an ONNX model: the few messages of onnx.proto that a dense network needs, in protobuf's wire format. Field numbers
 * are those of onnx.proto (IR version 8).
 */
final class Onnx {
    private static final int FLOAT = 1;
    private static final int INT32 = 6;
    private static final int INT64 = 7;
    private static final int IR_VERSION = 8;
    private static final int OPSET = 17;
    private static final int ATTRIBUTE_INT = 2;
    private static final int LENGTH_DELIMITED = 2;

    private final Message graph = new Message().text(2, "ranker");

    /** Adds y = op(inputs). */
    Onnx node(String op, List<String> inputs, String output) {
        graph.message(1, nodeMessage(op, inputs, output));
        return this;
    }

    /** Adds y = a transpose(b) + c. */
    Onnx gemm(List<String> inputs, String output) {
        final Message transposed = new Message().text(1, "transB").varint(3, 1).varint(20, ATTRIBUTE_INT);
        graph.message(1, nodeMessage("Gemm", inputs, output).message(5, transposed));
        return this;
    }

    /** Adds the columns of one behind those of the other. */
    Onnx concat(List<String> inputs, String output) {
        final Message axis = new Message().text(1, "axis").varint(3, 1).varint(20, ATTRIBUTE_INT);
        graph.message(1, nodeMessage("Concat", inputs, output).message(5, axis));
        return this;
    }

    private static Message nodeMessage(String op, List<String> inputs, String output) {
        final Message node = new Message();
        inputs.forEach(input -> node.text(1, input));
        return node.text(2, output).text(3, output).text(4, op);
    }

    /** Adds constants. */
    Onnx floats(String name, float[] values, long... shape) {
        final ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        graph.message(5, tensor(name, FLOAT, bytes.array(), shape));
        return this;
    }

    /** Adds constants. */
    Onnx longs(String name, long... values) {
        final ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        graph.message(5, tensor(name, INT64, bytes.array(), values.length));
        return this;
    }

    private static Message tensor(String name, int type, byte[] bytes, long... shape) {
        final Message tensor = new Message();
        for (final long size : shape) {
            tensor.varint(1, size);
        }
        return tensor.varint(2, type).text(8, name).bytes(9, bytes);
    }

    /** Adds a dense layer with constant weights: y = x W^T + b. */
    Onnx dense(String name, String input, Dense layer) {
        return layer(name, layer).gemm(List.of(input, name + ".w", name + ".b"), name);
    }

    /** Adds the constants of a dense layer, NAME.w and NAME.b. */
    Onnx layer(String name, Dense layer) {
        return floats(name + ".w", layer.weights(), layer.outputs(), layer.inputs())
                .floats(name + ".b", layer.biases(), layer.outputs());
    }

    Onnx floatInput(String name, long... shape) {
        graph.message(11, value(name, FLOAT, shape));
        return this;
    }

    Onnx intInput(String name, long... shape) {
        graph.message(11, value(name, INT32, shape));
        return this;
    }

    Onnx floatOutput(String name, long... shape) {
        graph.message(12, value(name, FLOAT, shape));
        return this;
    }

    private static Message value(String name, int type, long... shape) {
        final Message sizes = new Message();
        for (final long size : shape) {
            sizes.message(1, new Message().varint(1, size));
        }
        final Message tensorType = new Message().varint(1, type).message(2, sizes);
        return new Message().text(1, name).message(2, new Message().message(1, tensorType));
    }

    byte[] toBytes() {
        final Message opset = new Message().text(1, "").varint(2, OPSET);
        return new Message()
                .varint(1, IR_VERSION)
                .message(7, graph)
                .message(8, opset)
                .out
                .toByteArray();
    }

    /** One protobuf message under construction. */
    private static final class Message {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message varint(int field, long value) {
            raw((long) field << 3);
            raw(value);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.out.toByteArray());
        }

        Message bytes(int field, byte[] value) {
            raw((long) field << 3 | LENGTH_DELIMITED);
            raw(value.length);
            out.writeBytes(value);
            return this;
        }

        private void raw(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                out.write((int) (rest & 0x7F | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
        }
    }
}
