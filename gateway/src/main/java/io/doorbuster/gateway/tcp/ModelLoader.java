package io.doorbuster.gateway.tcp;

import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.ModelReleasedDecoder;
import io.doorbuster.codec.ModelRole;
import io.doorbuster.engine.ModelRehearsal;
import io.doorbuster.engine.model.Model;
import io.doorbuster.engine.model.ModelKind;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.engine.store.ModelStore;
import io.doorbuster.gateway.frame.FrameDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Has the model of a release loaded before its event is journaled: read, checked to the last value, laid out, and, the first of its
 * kind, rehearsed, on a thread of its own, while the connection that sent it is not read and all others go on. Network thread, but for the loading.
 */
public final class ModelLoader implements AutoCloseable {
    private static final String NONE = "0".repeat(2 * ModelStore.HASH_BYTES);
    private static final int BLOCK_END = FrameDescriptor.BODY_OFFSET
            + ModelReleasedDecoder.contentHashEncodingOffset()
            + ModelReleasedDecoder.contentHashEncodingLength();

    private final ModelShelf shelf;
    private final Path rehearsal;
    private final int dimensions;

    /** Kinds whose code has been compiled. Loading thread only. */
    private final Set<ModelKind> rehearsed = EnumSet.noneOf(ModelKind.class);

    private final byte[] hash = new byte[ModelStore.HASH_BYTES];
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final ModelReleasedDecoder released = new ModelReleasedDecoder();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        final Thread made = new Thread(task, "doorbuster-models");
        made.setDaemon(true);
        return made;
    });

    /**
     * A loader.
     *
     * @param rehearsal where a model has stores of its own before it is released.
     * @param dimensions of the engine's item embedding.
     */
    public ModelLoader(ModelShelf shelf, Path rehearsal, int dimensions) {
        this.shelf = shelf;
        this.rehearsal = rehearsal;
        this.dimensions = dimensions;
    }

    /** Whether a frame must wait until its model has been loaded, or refused. */
    boolean mustWait(Connection connection, DirectBuffer buffer, int offset, int length) {
        header.wrap(buffer, offset + FrameDescriptor.FRAMING_LENGTH);
        if (header.templateId() != ModelReleasedDecoder.TEMPLATE_ID
                || !connection.authenticated
                || length < BLOCK_END) {
            return false;
        }
        final Future<String> begun = connection.loading;
        if (begun != null) {
            return !begun.isDone();
        }
        final String wanted = wanted(buffer, offset);
        if (wanted.equals(NONE)) {
            return false;
        }
        connection.loading = thread.submit(() -> load(wanted));
        return true;
    }

    /** Hash of the file that a release needs; of a rollback none: what it goes back to has been active before. */
    private String wanted(DirectBuffer buffer, int offset) {
        released.wrap(buffer, offset + FrameDescriptor.BODY_OFFSET, header.blockLength(), header.version());
        if (released.roleRaw() == ModelRole.ROLLBACK.value()) {
            return NONE;
        }
        for (int i = 0; i < hash.length; i++) {
            hash[i] = (byte) released.contentHash(i);
        }
        return HexFormat.of().formatHex(hash);
    }

    /** What is wrong with the model of a hash; empty = nothing. */
    private String load(String wanted) {
        try {
            final Model model = shelf.load(wanted);
            final int needed = model.embeddingDimensions();
            if (needed != 0 && needed != dimensions) {
                return "the model wants " + needed + " dimensions, and this shop has " + dimensions;
            }
            if (!rehearsed.contains(model.file().kind())) {
                ModelRehearsal.run(rehearsal, dimensions, model);
                rehearsed.add(model.file().kind());
            }
            return "";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** Why the release that a connection has sent is refused; null = it is not. */
    static @Nullable String problem(Connection connection) {
        final Future<String> loaded = connection.loading;
        if (loaded == null) {
            return null;
        }
        try {
            final String problem = loaded.get();
            return problem.isEmpty() ? null : problem;
        } catch (ExecutionException e) {
            return "the model cannot be loaded: " + e.getCause();
        } catch (InterruptedException e) {
            throw new IllegalStateException("the network thread was interrupted", e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
