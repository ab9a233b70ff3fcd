package io.doorbuster.engine.checkpoint;

import java.io.IOException;

/** A checkpoint is not as it was written: an older one, or the journal alone, gives the same state. */
public final class CheckpointDamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    public CheckpointDamagedException(String what) {
        super(what);
    }
}
