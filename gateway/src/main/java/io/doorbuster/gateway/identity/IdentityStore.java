package io.doorbuster.gateway.identity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;
import org.agrona.DirectBuffer;

/**
 * Maps raw shopper ids to random 64-bit surrogates. Network thread only.
 *
 * <p>Raw ids are never written: the file holds HMAC-SHA256(key, raw id), cut to 128 bits, beside the surrogate. It lies
 * outside the journal, so that erasing an entry cuts the tie between a person and the journal for good.
 *
 * <pre>
 *   identities:   entries of 24 bytes: HMAC 16 bytes | surrogate int64; all zeros = erased
 *   key:          32 random bytes
 * </pre>
 *
 * A direct-mapped cache in memory keeps the hot path free of hashing and of garbage.
 */
public final class IdentityStore implements AutoCloseable {
    /** Longest raw id in bytes. */
    public static final int RAW_ID_MAX = 64;

    private static final int KEY_BYTES = 32;
    private static final int CRC_BYTES = 4;
    private static final String RESTORE_KEY = ": restore it from its backup; without it no shopper is recognised";
    private static final int HMAC_BYTES = 16;
    private static final int ENTRY_BYTES = 24;
    private static final int CACHE_SLOTS = 1 << 16;
    private static final Digest ERASED = new Digest(0, 0);

    private record Digest(long high, long low) {}

    /** Where a raw id's entry lies in the file, and what it says. */
    private record Entry(long offset, long surrogate) {}

    private final FileChannel file;
    private final Mac mac;
    private final RandomGenerator random;
    private final Map<Digest, Entry> entries = new HashMap<>();

    /** All raw ids of a shopper who has more than one. */
    private final Map<Long, Set<Digest>> linked = new HashMap<>();

    private final byte[] raw = new byte[RAW_ID_MAX];
    private final byte[] hmac = new byte[32];
    private final ByteBuffer bytes = ByteBuffer.allocate(ENTRY_BYTES);
    private volatile long fileLength; // Written by the network thread alone.
    private final byte[] cachedRaw = new byte[CACHE_SLOTS * RAW_ID_MAX];
    private final byte[] cachedLength = new byte[CACHE_SLOTS];
    private final long[] cachedSurrogate = new long[CACHE_SLOTS];

    /** Opens the store of a directory, or makes it. */
    public IdentityStore(Path directory) throws IOException {
        this(directory, new SecureRandom());
    }

    /**
     * The same with surrogates, and a key, that are drawn from a given source.
     *
     * @param random one that nobody can guess, but in a simulation, which is to be repeated.
     */
    public IdentityStore(Path directory, RandomGenerator random) throws IOException {
        this.random = random;
        Files.createDirectories(directory);
        mac = mac(key(directory));
        file = FileChannel.open(
                file(directory), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        load();
    }

    private byte[] key(Path directory) throws IOException {
        final Path path = directory.resolve("key");
        if (Files.exists(path)) {
            return readKey(path);
        }
        if (Files.exists(file(directory)) && Files.size(file(directory)) >= ENTRY_BYTES) {
            throw new IOException(path + " is missing, and shoppers are known by it" + RESTORE_KEY);
        }
        final byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        SecretFile.create(
                path,
                ByteBuffer.allocate(KEY_BYTES + CRC_BYTES)
                        .put(key)
                        .putInt(crc(key))
                        .array());
        return key;
    }

    /** The key, and behind it its checksum; keys of before this release have none. */
    private static byte[] readKey(Path path) throws IOException {
        final byte[] found = Files.readAllBytes(path);
        final byte[] key = Arrays.copyOf(found, KEY_BYTES);
        final boolean isWhole = found.length == KEY_BYTES
                || found.length == KEY_BYTES + CRC_BYTES
                        && ByteBuffer.wrap(found).getInt(KEY_BYTES) == crc(key);
        if (!isWhole) {
            throw new IOException(path + " is damaged" + RESTORE_KEY);
        }
        return key;
    }

    private static int crc(byte[] key) {
        final CRC32C crc = new CRC32C();
        crc.update(key, 0, key.length);
        return (int) crc.getValue();
    }

    private static Mac mac(byte[] key) {
        try {
            final Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no HmacSHA256; use a full JDK", e);
        }
    }

    private void load() throws IOException {
        final long whole = file.size() / ENTRY_BYTES * ENTRY_BYTES;
        file.truncate(whole); // An entry torn by a kill was never used: its record was not journaled yet.
        final Map<Long, Digest> first = new HashMap<>();
        final ByteBuffer block = ByteBuffer.allocate(ENTRY_BYTES * 4096);
        long at = 0;
        while (file.read(block) >= 0 || block.position() > 0) {
            block.flip();
            while (block.remaining() >= ENTRY_BYTES) {
                final Digest digest = new Digest(block.getLong(), block.getLong());
                final long surrogate = block.getLong();
                if (surrogate != 0) {
                    entries.put(digest, new Entry(at, surrogate));
                    final Digest other = first.putIfAbsent(surrogate, digest);
                    if (other != null) {
                        link(surrogate, other, digest);
                    }
                }
                at += ENTRY_BYTES;
            }
            block.compact();
        }
        fileLength = at;
    }

    private void link(long surrogate, Digest one, Digest other) {
        final Set<Digest> group = linked.computeIfAbsent(surrogate, key -> new LinkedHashSet<>());
        group.add(one);
        group.add(other);
    }

    /** Surrogate of a raw id in a directory that another process may be writing; 0 when there is none. */
    public static long lookUp(Path directory, String rawId) throws IOException {
        return lookUp(directory, List.of(rawId))[0];
    }

    /** The same of many, in their order. */
    public static long[] lookUp(Path directory, List<String> rawIds) throws IOException {
        final long[] surrogates = new long[rawIds.size()];
        if (!Files.exists(directory.resolve("key"))) {
            return surrogates;
        }
        final Map<ByteBuffer, Long> known = new HashMap<>();
        final ByteBuffer entries = ByteBuffer.wrap(Files.readAllBytes(directory.resolve("identities")));
        for (int at = 0; at + ENTRY_BYTES <= entries.capacity(); at += ENTRY_BYTES) {
            known.put(entries.slice(at, HMAC_BYTES), entries.getLong(at + HMAC_BYTES));
        }
        final Mac mac = mac(readKey(directory.resolve("key")));
        for (int i = 0; i < surrogates.length; i++) {
            final byte[] id = rawIds.get(i).getBytes(StandardCharsets.UTF_8);
            surrogates[i] = known.getOrDefault(ByteBuffer.wrap(mac.doFinal(id), 0, HMAC_BYTES), 0L);
        }
        return surrogates;
    }

    /** Bytes of {@link #file(Path)}. Any thread. */
    public long length() {
        return fileLength;
    }

    /** The file of a directory that grows with the shoppers. */
    public static Path file(Path directory) {
        return directory.resolve("identities");
    }

    /** Shoppers known. */
    public int size() {
        return entries.size();
    }

    /** Surrogate of a raw id; made when there is none. */
    public long obtain(DirectBuffer buffer, int offset, int length) {
        return surrogate(buffer, offset, length, true);
    }

    /** Surrogate of a raw id; 0 when there is none. */
    public long find(DirectBuffer buffer, int offset, int length) {
        return surrogate(buffer, offset, length, false);
    }

    private long surrogate(DirectBuffer buffer, int offset, int length, boolean create) {
        buffer.getBytes(offset, raw, 0, length);
        final int slot = slot(length);
        if (isCached(slot, length)) {
            return cachedSurrogate[slot];
        }
        final Digest digest = digest(length);
        final Entry entry = entries.get(digest);
        if (entry == null && !create) {
            return 0;
        }
        final long found = entry == null ? add(digest, fresh()) : entry.surrogate;
        System.arraycopy(raw, 0, cachedRaw, slot * RAW_ID_MAX, length);
        cachedLength[slot] = (byte) length;
        cachedSurrogate[slot] = found;
        return found;
    }

    private int slot(int length) {
        int hash = length;
        for (int i = 0; i < length; i++) {
            hash = (hash ^ raw[i]) * 0x01000193;
        }
        return (hash ^ (hash >>> 16)) & (CACHE_SLOTS - 1);
    }

    private boolean isCached(int slot, int length) {
        final int from = slot * RAW_ID_MAX;
        return cachedLength[slot] == length && Arrays.equals(cachedRaw, from, from + length, raw, 0, length);
    }

    private Digest digest(int length) {
        mac.update(raw, 0, length);
        try {
            mac.doFinal(hmac, 0);
        } catch (ShortBufferException e) {
            throw new IllegalStateException(e);
        }
        final ByteBuffer cut = ByteBuffer.wrap(hmac, 0, HMAC_BYTES);
        return new Digest(cut.getLong(), cut.getLong());
    }

    private long fresh() {
        long surrogate = 0;
        while (surrogate == 0) {
            surrogate = random.nextLong();
        }
        return surrogate;
    }

    private long add(Digest digest, long surrogate) {
        final long at = fileLength;
        write(at, digest, surrogate);
        entries.put(digest, new Entry(at, surrogate));
        fileLength = at + ENTRY_BYTES;
        return surrogate;
    }

    private void write(long offset, Digest digest, long surrogate) {
        bytes.clear();
        bytes.putLong(digest.high).putLong(digest.low).putLong(surrogate).flip();
        try {
            while (bytes.hasRemaining()) {
                file.write(bytes, offset + bytes.position());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the identity store: check the disk's space", e);
        }
    }

    /** Every raw id of the shopper to whom one belongs. */
    private Set<Digest> idsOf(Digest digest, long surrogate) {
        return linked.getOrDefault(surrogate, Set.of(digest));
    }

    /**
     * Forgets a raw id, and those that were linked with it, for good: nothing in the file leads to the surrogate any more.
     *
     * @return the surrogate, or 0 when there was none.
     */
    public long erase(DirectBuffer buffer, int offset, int length) {
        final long surrogate = find(buffer, offset, length);
        if (surrogate == 0) {
            return 0;
        }
        for (final Digest digest : idsOf(digest(length), surrogate)) {
            write(Objects.requireNonNull(entries.remove(digest)).offset, ERASED, 0);
        }
        linked.remove(surrogate);
        Arrays.fill(cachedLength, (byte) 0);
        try {
            file.force(false);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot erase from the identity store: check the disk", e);
        }
        return surrogate;
    }

    /**
     * Makes a second raw id, and those that were linked with it, mean the same shopper as the first, which is made when
     * there is none.
     *
     * @return the surrogate that the second id had, or 0.
     */
    public long link(
            DirectBuffer first, int firstOffset, int firstLength, DirectBuffer second, int offset, int length) {
        final long stays = obtain(first, firstOffset, firstLength);
        final Digest firstDigest = digest(firstLength);
        final long had = find(second, offset, length);
        if (had == stays) {
            return 0;
        }
        final Digest secondDigest = digest(length);
        if (had == 0) {
            add(secondDigest, stays);
            link(stays, firstDigest, secondDigest);
            return 0;
        }
        for (final Digest digest : idsOf(secondDigest, had)) {
            final long at = Objects.requireNonNull(entries.get(digest)).offset;
            write(at, digest, stays);
            entries.put(digest, new Entry(at, stays));
            link(stays, firstDigest, digest);
        }
        linked.remove(had);
        Arrays.fill(cachedLength, (byte) 0);
        return had;
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
