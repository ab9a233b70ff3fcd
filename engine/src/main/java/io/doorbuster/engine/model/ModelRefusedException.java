package io.doorbuster.engine.model;

import java.io.IOException;

/** A file is no model that can be served; the message names the tensor or the entry, and what is wrong with it. */
public final class ModelRefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    ModelRefusedException(String message) {
        super(message);
    }

    ModelRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
