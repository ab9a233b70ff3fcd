package io.doorbuster.engine.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The JSON header of a safetensors file: metadata, and where each tensor lies behind it.
 *
 * <pre>
 *   {"__metadata__":{"kind":"vectors",...},"item.ids":{"dtype":"I64","shape":[2],"data_offsets":[0,16]},...}
 * </pre>
 */
record ModelHeader(SortedMap<String, String> metadata, SortedMap<String, Place> tensors) {
    private static final String METADATA = "__metadata__";
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** Where a tensor lies in the data: bytes {@code begin} to {@code end}, exclusive. */
    record Place(boolean isIds, List<Integer> shape, long begin, long end) {
        int valueBytes() {
            return isIds ? Long.BYTES : Float.BYTES;
        }

        int count() {
            return (int) ((end - begin) / valueBytes());
        }
    }

    /** Reads a header. */
    static ModelHeader parse(byte[] json) throws ModelRefusedException {
        final SortedMap<String, String> metadata = new TreeMap<>();
        final SortedMap<String, Place> tensors = new TreeMap<>();
        try (JsonParser parser = JSON.createParser(json)) {
            expect(parser.nextToken(), JsonToken.START_OBJECT, "the header is not an object");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                final String name = parser.currentName();
                expect(parser.nextToken(), JsonToken.START_OBJECT, name + " is not an object");
                if (name.equals(METADATA)) {
                    readMetadata(parser, metadata);
                } else {
                    tensors.put(name, readPlace(parser, name));
                }
            }
            expect(parser.nextToken(), null, "something stands behind the header's object");
        } catch (ModelRefusedException e) {
            throw e;
        } catch (IOException e) {
            throw new ModelRefusedException("the header is not JSON as safetensors has it: " + e.getMessage(), e);
        }
        return new ModelHeader(metadata, tensors);
    }

    private static void expect(@Nullable JsonToken token, @Nullable JsonToken wanted, String problem)
            throws ModelRefusedException {
        if (token != wanted) {
            throw new ModelRefusedException(problem);
        }
    }

    private static void readMetadata(JsonParser parser, SortedMap<String, String> metadata) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            final String key = parser.currentName();
            expect(parser.nextToken(), JsonToken.VALUE_STRING, "metadata " + key + " is not text");
            metadata.put(key, parser.getText());
        }
    }

    private static Place readPlace(JsonParser parser, String name) throws IOException {
        String type = "";
        List<Long> shape = List.of();
        List<Long> offsets = List.of();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            final String field = parser.currentName();
            parser.nextToken();
            if (field.equals("dtype")) {
                type = parser.getText();
            } else if (field.equals("shape")) {
                shape = readNumbers(parser, name, field);
            } else if (field.equals("data_offsets")) {
                offsets = readNumbers(parser, name, field);
            } else {
                throw new ModelRefusedException("tensor " + name + ": " + field + " is no entry of a tensor");
            }
        }
        if (!type.equals("F32") && !type.equals("I64")) {
            throw new ModelRefusedException(
                    "tensor " + name + ": its type is " + type + ", and F32 or I64 are read; convert it");
        }
        return check(name, type.equals("I64"), shape, offsets);
    }

    private static List<Long> readNumbers(JsonParser parser, String name, String field) throws IOException {
        expect(parser.currentToken(), JsonToken.START_ARRAY, "tensor " + name + ": " + field + " is not a list");
        final List<Long> numbers = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(
                    parser.currentToken(),
                    JsonToken.VALUE_NUMBER_INT,
                    "tensor " + name + ": " + field + " holds no number");
            numbers.add(parser.getLongValue());
        }
        return numbers;
    }

    private static Place check(String name, boolean isIds, List<Long> shape, List<Long> offsets)
            throws ModelRefusedException {
        long count = 1;
        final List<Integer> sizes = new ArrayList<>();
        for (final long size : shape) {
            if (size < 1 || size > ModelFile.LENGTH_MAX || count > ModelFile.LENGTH_MAX) {
                throw new ModelRefusedException("tensor " + name + ": the shape " + shape + " is not served");
            }
            count *= size;
            sizes.add((int) size);
        }
        if (offsets.size() != 2
                || offsets.get(0) < 0
                || offsets.get(1) - offsets.get(0) != count * (isIds ? Long.BYTES : Float.BYTES)) {
            throw new ModelRefusedException(
                    "tensor " + name + ": the offsets " + offsets + " do not fit the shape " + shape);
        }
        return new Place(isIds, sizes, offsets.get(0), offsets.get(1));
    }

    /** Throws unless the tensors fill {@code dataBytes}, one behind the other, as safetensors wants it. */
    void checkPlaces(long dataBytes) throws ModelRefusedException {
        final List<Map.Entry<String, Place>> byPlace = new ArrayList<>(tensors.entrySet());
        byPlace.sort((a, b) -> Long.compare(a.getValue().begin(), b.getValue().begin()));
        long end = 0;
        for (final Map.Entry<String, Place> tensor : byPlace) {
            if (tensor.getValue().begin() != end) {
                throw new ModelRefusedException("tensor " + tensor.getKey() + ": it begins at byte "
                        + tensor.getValue().begin() + " and the one before ends at " + end
                        + ": tensors lie one behind the other");
            }
            end = tensor.getValue().end();
            if (end > dataBytes) {
                throw new ModelRefusedException("tensor " + tensor.getKey() + ": it ends at byte " + end + " of "
                        + dataBytes + ": the file is cut off");
            }
        }
        if (end != dataBytes) {
            throw new ModelRefusedException((dataBytes - end) + " bytes stand behind the last tensor");
        }
    }

    /** The header of tensors that lie in the order given. The same bytes each time. */
    static byte[] format(SortedMap<String, String> metadata, List<Tensor> tensors) {
        final ByteArrayOutputStream json = new ByteArrayOutputStream();
        try (JsonGenerator out = JSON.createGenerator(json)) {
            out.writeStartObject();
            out.writeObjectFieldStart(METADATA);
            for (final Map.Entry<String, String> entry : metadata.entrySet()) {
                out.writeStringField(entry.getKey(), entry.getValue());
            }
            out.writeEndObject();
            long begin = 0;
            for (final Tensor tensor : tensors) {
                out.writeObjectFieldStart(tensor.name());
                out.writeStringField("dtype", tensor.isIds() ? "I64" : "F32");
                writeNumbers(out, "shape", tensor.shape());
                writeNumbers(out, "data_offsets", List.of(begin, begin + tensor.lengthBytes()));
                out.writeEndObject();
                begin += tensor.lengthBytes();
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return json.toByteArray();
    }

    private static void writeNumbers(JsonGenerator out, String name, List<? extends Number> numbers)
            throws IOException {
        out.writeArrayFieldStart(name);
        for (final Number number : numbers) {
            out.writeNumber(number.longValue());
        }
        out.writeEndArray();
    }

    /** A JSON list of words, as {@code features} are written. */
    static String formatWords(List<String> words) {
        final StringWriter json = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(json)) {
            out.writeStartArray();
            for (final String word : words) {
                out.writeString(word);
            }
            out.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return json.toString();
    }

    /** What {@link #formatWords} wrote. */
    static List<String> parseWords(String key, String json) throws ModelRefusedException {
        final List<String> words = new ArrayList<>();
        try (JsonParser parser = JSON.createParser(json)) {
            expect(parser.nextToken(), JsonToken.START_ARRAY, key + " is not a JSON list of names");
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                expect(parser.currentToken(), JsonToken.VALUE_STRING, key + " is not a JSON list of names");
                words.add(parser.getText());
            }
        } catch (ModelRefusedException e) {
            throw e;
        } catch (IOException e) {
            throw new ModelRefusedException(key + " is not a JSON list of names", e);
        }
        return words;
    }
}
