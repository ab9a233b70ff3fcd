package io.doorbuster.engine.ring;

/** Takes replies to where they are wanted; the gateway's port. */
public interface ReplySink {
    /**
     * Called once for each record in journal order, also when there is no reply. In SHARED mode on the thread that
     * polls, in DEDICATED mode on the egress thread. The slot is reused after the call.
     *
     * @param endOfBatch the moment to flush what was gathered.
     */
    void onReply(InputSlot slot, boolean endOfBatch);
}
