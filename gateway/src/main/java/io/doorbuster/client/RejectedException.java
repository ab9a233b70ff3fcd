package io.doorbuster.client;

import io.doorbuster.codec.RejectCode;
import java.io.IOException;

/** The gateway refused a message; nothing was recorded. */
public final class RejectedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final RejectCode code;

    RejectedException(RejectCode code, String message) {
        super(code + ": " + message);
        this.code = code;
    }

    public RejectCode code() {
        return code;
    }
}
