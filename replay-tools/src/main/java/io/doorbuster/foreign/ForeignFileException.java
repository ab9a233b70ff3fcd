package io.doorbuster.foreign;

import java.io.IOException;

/** A file of others that cannot be taken over; the message says what of it, and what to do. */
public final class ForeignFileException extends IOException {
    private static final long serialVersionUID = 1L;

    ForeignFileException(String message) {
        super(message);
    }

    ForeignFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
