package io.doorbuster.intake;

import java.io.Serial;

/** A row cannot be taken; the message says why in a few words that are the same for each such row. */
public final class RejectedRowException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    public RejectedRowException(String reason) {
        super(reason, null, false, false);
    }
}
