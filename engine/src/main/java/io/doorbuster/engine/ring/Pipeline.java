package io.doorbuster.engine.ring;

/** Journal, engine and egress in this order over one ring; the same handlers with threads of their own or without. */
public sealed interface Pipeline extends AutoCloseable permits SharedPipeline, DedicatedPipeline {
    /**
     * Does the work that waits, on the caller's thread (SHARED), or nothing (DEDICATED).
     *
     * @return records taken through to the reply by this call.
     * @throws PipelineFailedException when journal or engine failed: nothing may be answered any more.
     */
    int poll();

    /** Whether every published record has been answered. */
    boolean isDrained();

    /**
     * Takes what is in the ring through to the reply, writes the last hash record and stops the threads. The journal and
     * the engine stay open: their owner closes them.
     */
    @Override
    void close();
}
