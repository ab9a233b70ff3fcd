package io.doorbuster.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityStoreTest {
    private static final int IDS = 300;
    private static final int OPERATIONS = 20_000;
    private static final int RESTART_EVERY = 2_000;

    @TempDir
    Path directory;

    private final Random random = new Random(11);
    private final Map<String, Long> twin = new HashMap<>();
    private final Set<Long> given = new HashSet<>();

    private static UnsafeBuffer bytes(String id) {
        return new UnsafeBuffer(id.getBytes(StandardCharsets.UTF_8));
    }

    private static long find(IdentityStore store, String id) {
        return store.find(bytes(id), 0, id.length());
    }

    @Test
    void storeShouldAnswerAsAMapAcrossRestarts() throws IOException {
        IdentityStore store = new IdentityStore(directory);
        for (int i = 0; i < OPERATIONS; i++) {
            if (i % RESTART_EVERY == 0) {
                store.close();
                store = new IdentityStore(directory);
            }
            final String id = "shopper-" + random.nextInt(IDS);
            switch (random.nextInt(8)) {
                case 0 -> erase(store, id);
                case 1 -> link(store, id, "shopper-" + random.nextInt(IDS));
                case 2, 3 -> obtain(store, id);
                default -> assertThat(find(store, id)).isEqualTo(twin.getOrDefault(id, 0L));
            }
            assertThat(store.size()).isEqualTo(twin.size());
        }
        store.close();
        for (int id = 0; id < IDS; id++) {
            assertThat(IdentityStore.lookUp(directory, "shopper-" + id))
                    .isEqualTo(twin.getOrDefault("shopper-" + id, 0L));
        }
    }

    private void obtain(IdentityStore store, String id) {
        final long surrogate = store.obtain(bytes(id), 0, id.length());
        if (twin.containsKey(id)) {
            assertThat(surrogate).isEqualTo(twin.get(id));
        } else {
            assertThat(given.add(surrogate)).as("never given before").isTrue();
            twin.put(id, surrogate);
        }
    }

    private void link(IdentityStore store, String first, String second) {
        obtain(store, first);
        final long stays = twin.getOrDefault(first, 0L);
        final long had = twin.getOrDefault(second, 0L);
        final long answered = store.link(bytes(first), 0, first.length(), bytes(second), 0, second.length());
        assertThat(answered).isEqualTo(had == stays ? 0 : had);
        twin.put(second, stays);
        twin.replaceAll((id, surrogate) -> surrogate == had ? Long.valueOf(stays) : surrogate);
    }

    private void erase(IdentityStore store, String id) throws IOException {
        final long surrogate = twin.getOrDefault(id, 0L);
        assertThat(store.erase(bytes(id), 0, id.length())).isEqualTo(surrogate);
        if (surrogate != 0) {
            twin.values().removeIf(other -> other == surrogate);
            assertThat(surrogatesInFile()).doesNotContain(surrogate);
        }
    }

    private Set<Long> surrogatesInFile() throws IOException {
        final ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(directory.resolve("identities")));
        final Set<Long> found = new HashSet<>();
        for (int at = 0; at < file.capacity(); at += 24) {
            found.add(file.getLong(at + 16));
        }
        return found;
    }

    @Test
    void tornEntryShouldBeCutAndALostKeyExplained() throws IOException {
        final long surrogate;
        try (IdentityStore store = new IdentityStore(directory)) {
            surrogate = store.obtain(bytes("a"), 0, 1);
        }
        Files.write(directory.resolve("identities"), new byte[7], StandardOpenOption.APPEND);
        try (IdentityStore store = new IdentityStore(directory)) {
            assertThat(find(store, "a")).isEqualTo(surrogate);
            store.obtain(bytes("b"), 0, 1);
        }
        try (IdentityStore store = new IdentityStore(directory)) {
            assertThat(store.size()).isEqualTo(2);
        }
        final Path key = directory.resolve("key");
        final byte[] whole = Files.readAllBytes(key);
        final byte[] flipped = whole.clone();
        flipped[9] ^= 4;
        for (final byte[] damaged : new byte[][] {new byte[5], flipped, new byte[0]}) {
            Files.write(key, damaged);
            assertThatThrownBy(() -> new IdentityStore(directory))
                    .hasMessageContaining("key is damaged: restore it from its backup");
        }
        Files.delete(key);
        assertThatThrownBy(() -> new IdentityStore(directory))
                .hasMessageContaining("key is missing, and shoppers are known by it: restore it");
        Files.write(key, Arrays.copyOf(whole, 32)); // As releases before made it.
        try (IdentityStore store = new IdentityStore(directory)) {
            assertThat(find(store, "a")).isEqualTo(surrogate);
        }
    }
}
