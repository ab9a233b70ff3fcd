package io.doorbuster.engine.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Released models by the hash of their files, which lie in one directory as {@code HASH.safetensors}. What a release is going
 * to need is put here beforehand, off the engine thread; what is not here is read when it is wanted. Any thread.
 */
public final class ModelShelf {
    /** Models at hand besides those in use and what a rollback goes to: a few releases under way. */
    private static final int KEPT = 4;

    private static final String SUFFIX = ".safetensors";

    private final Path directory;
    private final int kept;
    private final Deque<Model> newestFirst = new ArrayDeque<>();

    /** A shelf for an engine that serves, or replays what one served. */
    public ModelShelf(Path directory) {
        this(directory, KEPT);
    }

    /** A shelf that has so many models at hand, for those who ask many in turn. */
    public ModelShelf(Path directory, int kept) {
        this.directory = directory;
        this.kept = kept;
    }

    /** Where the file of a hash lies. */
    public static Path file(Path directory, String hash) {
        return directory.resolve(hash + SUFFIX);
    }

    /** Whether a file is named as models are. */
    public static boolean isModel(Path file) {
        return file.getFileName().toString().matches("[0-9a-f]{64}" + SUFFIX);
    }

    /**
     * Reads a model's file once more, checks it, and has it at hand. Slow.
     *
     * @throws ModelRefusedException when it is damaged, or another one than its name says.
     * @throws IOException when it is missing.
     */
    public Model load(String hash) throws IOException {
        final Path path = file(directory, hash);
        if (!Files.exists(path)) {
            throw new IOException("there is no model file " + path + ": publish the model first, or put its file back");
        }
        final ModelFile read = ModelFile.read(path);
        if (!read.hash().equals(hash)) {
            throw new ModelRefusedException(path + " is not the file it was: its hash is " + read.hash());
        }
        final Model made = atHand(hash);
        return put(made == null ? Model.of(read) : made);
    }

    /** Has a model at hand whose file may lie elsewhere, until as many others were wanted as are kept. */
    public synchronized Model put(Model model) {
        newestFirst.remove(model);
        newestFirst.addFirst(model);
        if (newestFirst.size() > kept) {
            newestFirst.removeLast();
        }
        return model;
    }

    private synchronized @Nullable Model atHand(String hash) {
        for (final Model model : newestFirst) {
            if (model.file().hash().equals(hash)) {
                return model;
            }
        }
        return null;
    }

    /** The model of a hash; of one that is not at hand, its file is read. */
    Model get(String hash) throws IOException {
        final Model found = atHand(hash);
        return found == null ? load(hash) : found;
    }
}
