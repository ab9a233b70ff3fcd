package io.doorbuster.foreign;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Reads a matrix out of any safetensors file: header length int64, JSON header, data. */
public final class SafetensorsFile {
    private static final int HEADER_MAX = 100_000_000;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private SafetensorsFile() {}

    /**
     * Reads a tensor.
     *
     * @throws ForeignFileException when it is not there, no matrix, of another type, or cut off.
     */
    public static Matrix read(Path file, String tensor) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            final long headerLength =
                    channel.size() < 8 ? -1 : fill(channel, 0, 8, file).getLong(0);
            if (headerLength < 2 || headerLength > HEADER_MAX || headerLength > channel.size() - 8) {
                throw new ForeignFileException(file + ": it is no safetensors file, or cut off inside its header");
            }
            final JsonNode header = header(file, fill(channel, 8, (int) headerLength, file));
            final JsonNode found = header.path(tensor);
            if (found.isMissingNode()) {
                final List<String> names = new ArrayList<>();
                header.fieldNames().forEachRemaining(names::add);
                names.remove("__metadata__");
                throw new ForeignFileException(file + ": there is no tensor " + tensor + ", only " + names);
            }
            final String type = found.path("dtype").asText();
            if (!type.equals("F32") && !type.equals("F64")) {
                throw new ForeignFileException(
                        file + ": tensor " + tensor + " is of type " + type + ", and F32 or F64 are read: convert it");
            }
            if (found.path("shape").size() != 2) {
                throw new ForeignFileException(file + ": tensor " + tensor + " has the shape " + found.path("shape")
                        + ", and a matrix [n, dimensions] is wanted");
            }
            final long begin = found.path("data_offsets").path(0).asLong(-1);
            final long bytes = found.path("data_offsets").path(1).asLong(-1) - begin;
            if (begin < 0
                    || bytes < 1
                    || bytes > Integer.MAX_VALUE
                    || begin > channel.size() - 8 - headerLength - bytes) {
                throw new ForeignFileException(
                        file + ": tensor " + tensor + " does not lie inside the file: it is cut off, or too large");
            }
            return Matrix.of(
                    file,
                    fill(channel, 8 + headerLength + begin, (int) bytes, file),
                    found.path("shape").path(0).asLong(),
                    found.path("shape").path(1).asLong(),
                    type.equals("F64") ? Double.BYTES : Float.BYTES);
        }
    }

    private static JsonNode header(Path file, ByteBuffer json) throws IOException {
        final byte[] bytes = new byte[json.remaining()];
        json.get(bytes);
        try {
            return MAPPER.readTree(bytes);
        } catch (JsonProcessingException e) {
            throw new ForeignFileException(file + ": its header is not JSON: it is no safetensors file", e);
        }
    }

    private static ByteBuffer fill(FileChannel channel, long position, int length, Path file) throws IOException {
        final ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new ForeignFileException(file + ": it is cut off");
            }
        }
        return buffer.flip();
    }
}
