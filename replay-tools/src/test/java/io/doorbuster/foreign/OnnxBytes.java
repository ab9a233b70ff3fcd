package io.doorbuster.foreign;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Writes ONNX graphs by the field numbers of onnx.proto. */
final class OnnxBytes {
    private final ByteArrayOutputStream graph = new ByteArrayOutputStream();

    /** What writes the fields of a message. */
    private interface Fields {
        void write(CodedOutputStream to) throws IOException;
    }

    private static byte[] message(Fields fields) {
        try {
            final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            final CodedOutputStream to = CodedOutputStream.newInstance(bytes);
            fields.write(to);
            to.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private OnnxBytes add(int field, byte[] message) {
        graph.writeBytes(message(to -> to.writeByteArray(field, message)));
        return this;
    }

    OnnxBytes input(String name) {
        return add(11, message(to -> to.writeString(1, name)));
    }

    OnnxBytes output(String name) {
        return add(12, message(to -> to.writeString(1, name)));
    }

    OnnxBytes node(String op, List<String> inputs, String output) {
        return add(1, node(op, inputs, output, to -> {}));
    }

    /** Gemm with an integer attribute. */
    OnnxBytes gemm(List<String> inputs, String output, String attribute, int value) {
        final byte[] written = message(to -> {
            to.writeString(1, attribute);
            to.writeInt64(3, value);
            to.writeInt32(20, 2);
        });
        return add(1, node("Gemm", inputs, output, to -> to.writeByteArray(5, written)));
    }

    private static byte[] node(String op, List<String> inputs, String output, Fields more) {
        return message(to -> {
            for (final String input : inputs) {
                to.writeString(1, input);
            }
            to.writeString(2, output);
            to.writeString(3, "the " + output);
            to.writeString(4, op);
            more.write(to);
        });
    }

    /** A constant as raw bytes, its shape one number a field. */
    OnnxBytes raw(String name, float[] values, int... shape) {
        final ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return constant(name, 1, to -> to.writeBytes(9, ByteString.copyFrom(bytes.array())), shape);
    }

    /** The same as packed floats. */
    OnnxBytes packed(String name, float[] values, int... shape) {
        final byte[] bytes = message(to -> {
            for (final float value : values) {
                to.writeFloatNoTag(value);
            }
        });
        return constant(name, 1, to -> to.writeByteArray(4, bytes), shape);
    }

    /** A constant of another type. */
    OnnxBytes halves(String name, int count) {
        return constant(name, 10, to -> to.writeByteArray(9, new byte[2 * count]), count);
    }

    private OnnxBytes constant(String name, int type, Fields values, int... shape) {
        return add(5, message(to -> {
            for (final int size : shape) {
                to.writeInt64(1, size);
            }
            to.writeInt32(2, type);
            values.write(to);
            to.writeString(8, name);
        }));
    }

    byte[] toBytes() {
        return message(to -> {
            to.writeInt64(1, 8);
            to.writeByteArray(7, graph.toByteArray());
        });
    }
}
