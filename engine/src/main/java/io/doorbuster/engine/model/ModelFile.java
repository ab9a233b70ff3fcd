package io.doorbuster.engine.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/**
 * A model file, checked: safetensors with the tensors of one {@link ModelKind}, named by the SHA-256 of its bytes. Its data lie
 * off the heap. Immutable, any thread. Not for the engine thread: reading is slow.
 *
 * <pre>
 *   header length int64 | header, JSON, padded with spaces so that data begin at a multiple of 64 | data, little-endian
 * </pre>
 *
 * What {@link #of} makes has the same bytes for the same content: metadata by key, ids before floats, each by name.
 */
public final class ModelFile {
    /** Bytes of a file. */
    public static final int LENGTH_MAX = 1 << 30;

    /** Bytes of a file's header. */
    public static final int HEADER_MAX = 1 << 20;

    /** Bytes of a model's name in UTF-8. */
    public static final int NAME_MAX = 64;

    /** No value of a model is further from zero, so that nothing it computes overflows. */
    public static final float VALUE_MAX = 1e4f;

    /** No deviation is below: a feature that never changes has 1. */
    public static final float DEVIATION_MIN = 1e-4f;

    private static final String FORMAT = "doorbuster-model";
    private static final String VERSION = "1";
    private static final int ALIGNMENT = 64;

    private final ModelHeader header;
    private final ModelKind kind;
    private final String name;
    private final ByteBuffer head;
    private final ByteBuffer data;
    private final String hash;

    private ModelFile(ByteBuffer head, ByteBuffer data) throws ModelRefusedException {
        this.head = head;
        this.data = data;
        hash = hash(head, data);
        final byte[] json = new byte[head.capacity() - Long.BYTES];
        head.get(Long.BYTES, json);
        header = ModelHeader.parse(json);
        kind = checkMetadata(header.metadata());
        name = header.metadata().getOrDefault("name", "");
        header.checkPlaces(data.capacity());
        ModelSchema.check(kind, header);
        checkValues();
    }

    private static ModelKind checkMetadata(SortedMap<String, String> metadata) throws ModelRefusedException {
        if (!FORMAT.equals(metadata.get("format"))) {
            throw new ModelRefusedException("metadata format is not " + FORMAT + ": it is no model of doorbuster's");
        }
        if (!VERSION.equals(metadata.get("version"))) {
            throw new ModelRefusedException("version=" + metadata.get("version") + " of the model format is not read"
                    + " here, " + VERSION + " is");
        }
        final int nameBytes = metadata.getOrDefault("name", "").getBytes(StandardCharsets.UTF_8).length;
        if (nameBytes < 1 || nameBytes > NAME_MAX) {
            throw new ModelRefusedException("metadata name has " + nameBytes + " bytes, not 1 to " + NAME_MAX);
        }
        return ModelKind.of(metadata.getOrDefault("kind", ""));
    }

    private void checkValues() throws ModelRefusedException {
        for (final Map.Entry<String, ModelHeader.Place> tensor :
                header.tensors().entrySet()) {
            if (tensor.getValue().isIds()) {
                checkIds(tensor.getKey());
            } else {
                checkFloats(tensor.getKey());
            }
        }
    }

    private void checkFloats(String tensor) throws ModelRefusedException {
        final float least = tensor.endsWith("deviation") ? DEVIATION_MIN : -VALUE_MAX;
        final long address = address(tensor);
        for (int i = 0; i < count(tensor); i++) {
            final float value = UnsafeApi.getFloat(address + 4L * i);
            if (!(value >= least && value <= VALUE_MAX)) {
                throw new ModelRefusedException("tensor " + tensor + ": value " + i + " is " + value + ", not from "
                        + least + " to " + VALUE_MAX);
            }
        }
    }

    private void checkIds(String tensor) throws ModelRefusedException {
        final long[] ids = ids(tensor);
        Arrays.sort(ids);
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == 0 || i > 0 && ids[i] == ids[i - 1]) {
                throw new ModelRefusedException("tensor " + tensor + ": the id " + Long.toUnsignedString(ids[i])
                        + (ids[i] == 0 ? " is none" : " stands there twice"));
            }
        }
    }

    private static String hash(ByteBuffer head, ByteBuffer data) {
        try {
            final MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(head.duplicate().clear());
            digest.update(data.duplicate().clear());
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256; use a full JDK", e);
        }
    }

    /**
     * Reads and checks a file.
     *
     * @throws ModelRefusedException when it is no model, or not whole; the message names the tensor.
     * @throws IOException when it cannot be read.
     */
    public static ModelFile read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            final long length = channel.size();
            if (length < Long.BYTES + 2 || length > LENGTH_MAX) {
                throw new ModelRefusedException("it has " + length + " bytes, not 10 to " + LENGTH_MAX);
            }
            final ByteBuffer first = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            fill(channel, first);
            final long headerLength = first.getLong(0);
            if (headerLength < 2 || headerLength > HEADER_MAX || headerLength > length - Long.BYTES) {
                throw new ModelRefusedException("its header has " + headerLength + " bytes, not 2 to "
                        + Math.min(HEADER_MAX, length - Long.BYTES));
            }
            final ByteBuffer head = ByteBuffer.allocate((int) (Long.BYTES + headerLength));
            head.put(first.flip());
            fill(channel, head);
            final ByteBuffer data = allocate((int) (length - head.capacity()));
            fill(channel, data);
            return new ModelFile(head, data);
        } catch (ModelRefusedException e) {
            throw new ModelRefusedException(file + ": " + e.getMessage(), e);
        }
    }

    private static void fill(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new ModelRefusedException("it became shorter while it was read");
            }
        }
    }

    private static ByteBuffer allocate(int bytes) {
        return BufferUtil.allocateDirectAligned(bytes, ALIGNMENT).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * A new file, checked as one that is read.
     *
     * @param metadata what is to be said of it beyond its kind and name: {@code features} and what else the kind needs, and
     *     where it comes from.
     */
    public static ModelFile of(ModelKind kind, String name, Map<String, String> metadata, List<Tensor> tensors)
            throws ModelRefusedException {
        final SortedMap<String, String> all = new TreeMap<>(metadata);
        all.put("format", FORMAT);
        all.put("version", VERSION);
        all.put("kind", kind.word());
        all.put("name", name);
        final List<Tensor> ordered = tensors.stream()
                .sorted(Comparator.comparing(Tensor::isIds).reversed().thenComparing(Tensor::name))
                .toList();
        final long dataBytes = ordered.stream().mapToLong(Tensor::lengthBytes).sum();
        if (dataBytes > LENGTH_MAX - HEADER_MAX) {
            throw new ModelRefusedException("its tensors take " + dataBytes + " bytes; a file has up to " + LENGTH_MAX);
        }
        final byte[] json = ModelHeader.format(all, ordered);
        final int headBytes = Long.BYTES + json.length + ALIGNMENT - 1 & -ALIGNMENT;
        if (headBytes - Long.BYTES > HEADER_MAX) {
            throw new ModelRefusedException("its header takes " + headBytes + " bytes; keep the metadata short");
        }
        final ByteBuffer head = ByteBuffer.allocate(headBytes).order(ByteOrder.LITTLE_ENDIAN);
        head.putLong(headBytes - Long.BYTES).put(json);
        while (head.hasRemaining()) {
            head.put((byte) ' ');
        }
        final ByteBuffer data = allocate((int) dataBytes);
        ordered.forEach(tensor -> tensor.put(data));
        return new ModelFile(head, data);
    }

    /** How {@code features} are written in the metadata. */
    public static String names(List<String> features) {
        return ModelHeader.formatWords(features);
    }

    /** Writes the file, durably: under its name it is there as a whole or not at all. */
    public void write(Path file) throws IOException {
        final Path draft = file.resolveSibling(file.getFileName() + ".draft");
        try (FileChannel channel = FileChannel.open(
                draft, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (final ByteBuffer part : List.of(head, data)) {
                final ByteBuffer rest = part.duplicate().clear();
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
            }
            channel.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    public ModelKind kind() {
        return kind;
    }

    public String name() {
        return name;
    }

    /** SHA-256 of the file's bytes, 64 hexadecimal digits. */
    public String hash() {
        return hash;
    }

    /** What the file says of itself. */
    public SortedMap<String, String> metadata() {
        return Collections.unmodifiableSortedMap(header.metadata());
    }

    /** Names of its tensors. */
    public List<String> tensors() {
        return List.copyOf(header.tensors().keySet());
    }

    /** Sizes of a tensor, the last one running fastest. */
    public List<Integer> shape(String tensor) {
        return place(tensor).shape();
    }

    /** Values of a tensor. */
    public float[] floats(String tensor) {
        final float[] values = new float[count(tensor)];
        for (int i = 0; i < values.length; i++) {
            values[i] = UnsafeApi.getFloat(address(tensor) + 4L * i);
        }
        return values;
    }

    /** Values of a tensor of ids. */
    public long[] ids(String tensor) {
        final long[] values = new long[count(tensor)];
        for (int i = 0; i < values.length; i++) {
            values[i] = UnsafeApi.getLong(address(tensor) + 8L * i);
        }
        return values;
    }

    /** Where a tensor lies, while the file is reachable. */
    long address(String tensor) {
        return BufferUtil.address(data) + place(tensor).begin();
    }

    private int count(String tensor) {
        return place(tensor).count();
    }

    private ModelHeader.Place place(String tensor) {
        final ModelHeader.Place place = header.tensors().get(tensor);
        if (place == null) {
            throw new IllegalArgumentException("tensor=" + tensor + " is none of " + tensors());
        }
        return place;
    }
}
