package io.doorbuster.engine.ring;

/** A handler failed; the process must stop, since state and journal may no longer be told apart. */
public final class PipelineFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PipelineFailedException(String stage, Throwable cause) {
        super(
                stage + " failed: " + cause + "; stop the process and start it again: it recovers from the journal",
                cause);
    }
}
