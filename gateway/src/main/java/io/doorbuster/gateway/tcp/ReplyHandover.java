package io.doorbuster.gateway.tcp;

import io.doorbuster.engine.ring.InputSlot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Selector;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * Takes replies from the egress thread to the network thread, which owns the sockets (DEDICATED mode). One writer, one
 * reader; a full hand-over makes the egress thread wait, and through the ring everybody behind it.
 */
final class ReplyHandover {
    private static final int BYTES = 1 << 22;
    private static final int MESSAGE_TYPE = 1;
    private static final int REPLY_OFFSET = 24;
    private static final int MESSAGE_MAX = 8192 + REPLY_OFFSET;

    /** Takes one reply on the network thread; it waits for a position to be on the disk, 0 = it does not. */
    interface ReplyHandler {
        void onReply(
                long connectionId, long correlationId, long diskPosition, DirectBuffer reply, int offset, int length);
    }

    private final OneToOneRingBuffer ring = new OneToOneRingBuffer(
            new UnsafeBuffer(ByteBuffer.allocateDirect(BYTES + RingBufferDescriptor.TRAILER_LENGTH)));
    private final UnsafeBuffer message = new UnsafeBuffer(ByteBuffer.allocateDirect(MESSAGE_MAX));
    private final Selector selector;
    private final MessageHandler onMessage;
    private volatile boolean asleep;
    private volatile boolean abandoned;

    ReplyHandover(Selector selector, ReplyHandler handler) {
        this.selector = selector;
        onMessage = (type, buffer, offset, length) -> handler.onReply(
                buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN),
                buffer.getLong(offset + 8, ByteOrder.LITTLE_ENDIAN),
                buffer.getLong(offset + 16, ByteOrder.LITTLE_ENDIAN),
                buffer,
                offset + REPLY_OFFSET,
                length - REPLY_OFFSET);
    }

    /** Egress thread only; waits for room until nobody drains any more. */
    void offer(InputSlot slot, long diskPosition) {
        message.putLong(0, slot.connectionId(), ByteOrder.LITTLE_ENDIAN);
        message.putLong(8, slot.correlationId(), ByteOrder.LITTLE_ENDIAN);
        message.putLong(16, diskPosition, ByteOrder.LITTLE_ENDIAN);
        message.putBytes(REPLY_OFFSET, slot.reply(), 0, slot.replyLength());
        while (!abandoned && !ring.write(MESSAGE_TYPE, message, 0, REPLY_OFFSET + slot.replyLength())) {
            wake();
            Thread.onSpinWait();
        }
    }

    /** Nobody drains any more. Any thread. */
    void abandon() {
        abandoned = true;
    }

    /** Ends the sleep of the network thread; called at the end of each batch, whatever it held. Egress thread only. */
    void wake() {
        if (asleep) {
            asleep = false;
            selector.wakeup();
        }
    }

    /** Hands over what has come. Network thread only. */
    int drain() {
        return ring.size() == 0 ? 0 : ring.read(onMessage);
    }

    /** Says that the network thread is about to sleep; false when a reply has come meanwhile. Network thread only. */
    boolean beginSleep() {
        asleep = true;
        if (ring.size() > 0) {
            asleep = false;
            return false;
        }
        return true;
    }

    /** Network thread only. */
    void endSleep() {
        asleep = false;
    }
}
