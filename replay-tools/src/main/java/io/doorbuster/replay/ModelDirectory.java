package io.doorbuster.replay;

import io.doorbuster.engine.Engine;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.model.ModelRefusedException;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.engine.store.ModelStore;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.gateway.Recovery;
import io.doorbuster.gateway.StateDirectory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The models that lie in a data directory, which may be served meanwhile. One thread. */
public final class ModelDirectory {
    /** Digits of a hash that stand for all of it, at least. */
    public static final int DIGITS_MIN = 8;

    /** No model's name, in any case: {@code model activate live} takes all models back, so that the live ranker orders. */
    public static final String LIVE = "live";

    private static final int HASH_BYTES = ModelStore.HASH_BYTES;
    private static final String NONE = "0".repeat(2 * HASH_BYTES);

    /**
     * One of them.
     *
     * @param hash that its file is named by.
     * @param file what it holds; null = it is damaged.
     * @param problem what is wrong with it; empty = nothing.
     */
    public record Entry(String hash, @Nullable ModelFile file, String problem) {}

    /**
     * Hashes of what is in use as the journal says; null = none.
     *
     * @param active orders what is shown; null = the live ranker does.
     * @param activeSince position of its release; 0 = there was none.
     * @param shadowSince position of its release; 0 = there was none.
     */
    public record InUse(
            @Nullable String active,
            @Nullable String previous,
            @Nullable String shadow,
            long activeSince,
            long shadowSince) {}

    private final Path data;
    private final Path models;

    /** @throws IOException when the directory is no data directory. */
    public ModelDirectory(Path dataDirectory) throws IOException {
        DataDirectory.check(dataDirectory);
        data = dataDirectory;
        models = DataDirectory.models(dataDirectory);
    }

    /**
     * The same name.
     *
     * @throws IllegalArgumentException when it stands for the live ranker, so that no command would mean the model.
     */
    public static String checkedName(String name) {
        if (name.equalsIgnoreCase(LIVE)) {
            throw new IllegalArgumentException(
                    "no model can be named " + name
                            + ", which stands for the live ranker (model activate live): make it under another one, --name NAME");
        }
        return name;
    }

    /**
     * Checks a file and copies it here, durably, under the hash of its content.
     *
     * @throws ModelRefusedException when it is no model.
     * @throws IllegalArgumentException when its name is none, see {@link #checkedName}.
     */
    public ModelFile publish(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("no file " + file + ": check the path");
        }
        final ModelFile model = ModelFile.read(file);
        checkedName(model.name());
        Files.createDirectories(models);
        model.write(ModelShelf.file(models, model.hash()));
        for (final Path named : List.of(models, data)) {
            try (FileChannel names = FileChannel.open(named, StandardOpenOption.READ)) {
                names.force(true);
            }
        }
        return model;
    }

    /** All of them, by hash. */
    public List<Entry> list() throws IOException {
        if (!Files.isDirectory(models)) {
            return List.of();
        }
        final List<Entry> entries = new ArrayList<>();
        try (Stream<Path> files = Files.list(models)) {
            for (final Path file : files.filter(ModelShelf::isModel).sorted().toList()) {
                entries.add(read(file));
            }
        }
        return entries;
    }

    static Entry read(Path file) throws IOException {
        final String hash = file.getFileName().toString().substring(0, 2 * HASH_BYTES);
        try {
            final ModelFile model = ModelFile.read(file);
            return model.hash().equals(hash)
                    ? new Entry(hash, model, "")
                    : new Entry(hash, null, "damaged: its hash is " + model.hash());
        } catch (ModelRefusedException e) {
            return new Entry(
                    hash, null, "damaged: " + String.valueOf(e.getMessage()).replace(file + ": ", ""));
        }
    }

    /**
     * The one of a name, or of a hash of which {@link #DIGITS_MIN} digits or more are given.
     *
     * @throws IOException when there is none, or more than one.
     */
    public ModelFile find(String hashOrName) throws IOException {
        final List<Entry> all = list();
        final List<Entry> found = all.stream()
                .filter(entry -> hashOrName.length() >= DIGITS_MIN && entry.hash.startsWith(hashOrName)
                        || entry.file != null && entry.file.name().equals(hashOrName))
                .toList();
        if (found.isEmpty()) {
            final List<String> damaged = all.stream()
                    .filter(entry -> entry.file == null)
                    .map(entry -> ModelShelf.file(models, entry.hash) + " is " + entry.problem)
                    .toList();
            throw new IOException("no model of the name or hash " + hashOrName + " in " + models
                    + (damaged.isEmpty()
                            ? ": publish it first"
                            : " can be read, but " + String.join("; ", damaged)
                                    + ". A damaged file does not tell its name: if it is this one, publish it again"));
        }
        if (found.size() > 1) {
            throw new IOException(hashOrName + " is more than one model: give the hash, one of "
                    + found.stream().map(Entry::hash).toList());
        }
        final ModelFile file = found.getFirst().file;
        if (file == null) {
            throw new IOException(found.getFirst().hash + " is " + found.getFirst().problem + ": publish it once more");
        }
        return file;
    }

    /**
     * What the journal has in use, from the newest checkpoint and what follows it.
     *
     * @throws IllegalStateException when the file of a model in use cannot be had.
     */
    public InUse inUse() throws IOException {
        if (!Files.isDirectory(DataDirectory.journal(data))) {
            return new InUse(null, null, null, 0, 0);
        }
        try (StateDirectory state = StateDirectory.temporary();
                Engine engine = new Engine(state.path(), new ModelShelf(models));
                Recovery recovery = new Recovery(data, engine)) {
            while (recovery.poll() > 0) {
                assert recovery.position() > 0;
            }
            if (engine.position() == 0) {
                return new InUse(null, null, null, 0, 0);
            }
            final ModelStore store = engine.stores().models();
            return new InUse(
                    hash(store, ModelStore.ACTIVE),
                    hash(store, ModelStore.PREVIOUS),
                    hash(store, ModelStore.SHADOW),
                    store.position(ModelStore.ACTIVE),
                    store.position(ModelStore.SHADOW));
        }
    }

    private static @Nullable String hash(ModelStore store, int slot) {
        final byte[] bytes = new byte[HASH_BYTES];
        store.get(slot, bytes);
        final String hash = HexFormat.of().formatHex(bytes);
        return hash.equals(NONE) ? null : hash;
    }
}
