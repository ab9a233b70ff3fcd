package io.doorbuster.engine.ring;

import io.doorbuster.engine.Engine;
import io.doorbuster.journal.RecordDescriptor;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One slot of the ring: a record as it will lie in the journal, the reply to it, and where the reply goes.
 *
 * <p>Off-heap and reused for ever. At any moment one thread owns a slot: the claimer until it publishes, then journal,
 * engine and egress one after the other.
 */
public final class InputSlot {
    static final int SLOT_BYTES = RecordDescriptor.RECORD_MAX + Engine.REPLY_MAX;

    private final UnsafeBuffer record;
    private final UnsafeBuffer reply;
    private long connectionId;
    private long correlationId;
    private boolean waitsForDisk;
    private int replyLength;

    InputSlot(UnsafeBuffer memory, int offset) {
        record = new UnsafeBuffer(memory, offset, RecordDescriptor.RECORD_MAX);
        reply = new UnsafeBuffer(memory, offset + RecordDescriptor.RECORD_MAX, Engine.REPLY_MAX);
    }

    /** The record, header at offset 0. The claimer fills all of it but position and checksum. */
    public UnsafeBuffer record() {
        return record;
    }

    /** The reply: message header and body at offset 0, correlation id still 0; valid for {@link #replyLength()}. */
    public UnsafeBuffer reply() {
        return reply;
    }

    /** Connection that waits for the reply; 0 = nobody. */
    public long connectionId() {
        return connectionId;
    }

    /** Ties the reply to its request; never part of the record, so that replies replay bit for bit. */
    public long correlationId() {
        return correlationId;
    }

    /** Says who waits for the reply. Called by the claimer before publishing. */
    public void replyTo(long connectionId, long correlationId, boolean waitsForDisk) {
        this.connectionId = connectionId;
        this.correlationId = correlationId;
        this.waitsForDisk = waitsForDisk;
    }

    /** Whether the reply may be sent only once the record is on the disk. */
    public boolean waitsForDisk() {
        return waitsForDisk;
    }

    /** Bytes of the reply; 0 = none. */
    public int replyLength() {
        return replyLength;
    }

    void replyLength(int length) {
        replyLength = length;
    }
}
