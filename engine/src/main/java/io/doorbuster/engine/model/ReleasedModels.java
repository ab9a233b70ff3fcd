package io.doorbuster.engine.model;

import io.doorbuster.codec.ModelReleasedRecordDecoder;
import io.doorbuster.codec.ModelRole;
import io.doorbuster.codec.Outcome;
import io.doorbuster.engine.decision.Verdict;
import io.doorbuster.engine.store.ModelStore;
import io.doorbuster.engine.store.Stores;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Which models are in use: one that orders what is shown, one that scores beside it. What the journal says of them is state;
 * their weights are files. Engine thread only.
 */
public final class ReleasedModels {
    private final Stores stores;
    private final ModelStore releases;
    private final ModelShelf shelf;
    private final ShadowCounts shadowCounts = new ShadowCounts();
    private final byte[] hash = new byte[ModelStore.HASH_BYTES];
    private @Nullable Model active;
    private @Nullable Model previous; // Kept, so that no rollback reads a file on the engine thread.
    private @Nullable Model shadow;

    public ReleasedModels(Stores stores, ModelShelf shelf) {
        this.stores = stores;
        this.shelf = shelf;
        releases = stores.models();
    }

    /** One model in both roles, for a rehearsal: no file is read. */
    public static ReleasedModels both(Stores stores, Model model) {
        final ReleasedModels made = new ReleasedModels(stores, new ModelShelf(Path.of("none")));
        made.active = model;
        made.shadow = model;
        return made;
    }

    /** The model that orders what is shown; null = the live ranker does. */
    public @Nullable Model active() {
        return active;
    }

    /** The model that scores beside it; null = none does. */
    public @Nullable Model shadow() {
        return shadow;
    }

    public ShadowCounts shadowCounts() {
        return shadowCounts;
    }

    /**
     * A release takes effect; what is in use already changes nothing.
     *
     * @throws IllegalStateException when its file cannot be had: the journal cannot be replayed without it.
     */
    public void onModelReleased(ModelReleasedRecordDecoder released, long position, Verdict verdict) {
        final ModelRole role = released.role();
        for (int i = 0; i < hash.length; i++) {
            hash[i] = (byte) released.contentHash(i);
        }
        if (role == ModelRole.ROLLBACK) {
            releases.get(ModelStore.PREVIOUS, hash);
        }
        final int slot = role == ModelRole.SHADOW ? ModelStore.SHADOW : ModelStore.ACTIVE;
        if (releases.is(slot, hash)) {
            return;
        }
        final Model model = role == ModelRole.ROLLBACK ? previous : load(hash, position);
        if (model != null && !fits(model)) {
            verdict.set(Outcome.MODEL_REFUSED);
            return;
        }
        releases.release(slot, hash, position);
        if (slot == ModelStore.ACTIVE) {
            previous = active;
        }
        use(slot, model);
    }

    private boolean fits(Model model) {
        final int dims = model.embeddingDimensions();
        return dims == 0 || dims == stores.settings().dimensions();
    }

    /** State has been taken over from a checkpoint. */
    public void onRestored() {
        for (int slot = ModelStore.ACTIVE; slot <= ModelStore.SHADOW; slot++) {
            releases.get(slot, hash);
            use(slot, load(hash, releases.position(slot)));
        }
    }

    private void use(int slot, @Nullable Model model) {
        if (slot == ModelStore.ACTIVE) {
            active = model;
        } else if (slot == ModelStore.PREVIOUS) {
            previous = model;
        } else if (slot == ModelStore.SHADOW) {
            shadow = model;
            shadowCounts.reset();
        }
    }

    /** The model of a hash; null for zeros, which name none. */
    private @Nullable Model load(byte[] named, long position) {
        boolean isNone = true;
        for (final byte part : named) {
            isNone &= part == 0;
        }
        if (isNone) {
            return null;
        }
        try {
            return shelf.get(HexFormat.of().formatHex(named));
        } catch (IOException e) {
            throw new IllegalStateException(
                    "the model released at position " + position + " cannot be loaded: " + e.getMessage(), e);
        }
    }
}
