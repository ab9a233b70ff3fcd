package io.doorbuster.gateway.tcp;

import io.doorbuster.journal.JournalForcer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.ControlledMessageHandler.Action;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * Replies, in journal order, that wait until their records are on the disk; they hold up no other reply. Bounded: the gateway
 * takes no fact or command while {@link #MAX} wait or are under way. Network thread only.
 *
 * <pre>
 *   message:  connection id int64 | correlation id int64 | position int64 | reply
 * </pre>
 */
public final class DiskQueue {
    /** Acknowledgements under way that wait for the disk. */
    public static final int MAX = 16_384;

    private static final int REPLY_OFFSET = 24;
    private static final int REPLY_MAX = 64;
    private static final int MESSAGE_TYPE = 1;

    /** Takes a reply that need not wait any more. */
    public interface ReplyHandler {
        void onReply(long connectionId, long correlationId, DirectBuffer reply, int offset, int length);
    }

    private final OneToOneRingBuffer ring = new OneToOneRingBuffer(
            new UnsafeBuffer(ByteBuffer.allocateDirect(MAX * 2 * REPLY_MAX + RingBufferDescriptor.TRAILER_LENGTH)));
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[REPLY_OFFSET + REPLY_MAX]);
    private final JournalForcer forcer;
    private final ControlledMessageHandler onMessage;
    private long forcedPosition;

    public DiskQueue(JournalForcer forcer, ReplyHandler handler) {
        this.forcer = forcer;
        onMessage = (type, buffer, offset, length) -> {
            if (buffer.getLong(offset + 16, ByteOrder.LITTLE_ENDIAN) > forcedPosition) {
                return Action.ABORT;
            }
            handler.onReply(
                    buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN),
                    buffer.getLong(offset + 8, ByteOrder.LITTLE_ENDIAN),
                    buffer,
                    offset + REPLY_OFFSET,
                    length - REPLY_OFFSET);
            return Action.COMMIT;
        };
    }

    /** Lets an acknowledgement wait for a position, and asks for that to be forced. */
    public void add(long connectionId, long correlationId, long position, DirectBuffer reply, int offset, int length) {
        message.putLong(0, connectionId, ByteOrder.LITTLE_ENDIAN);
        message.putLong(8, correlationId, ByteOrder.LITTLE_ENDIAN);
        message.putLong(16, position, ByteOrder.LITTLE_ENDIAN);
        message.putBytes(REPLY_OFFSET, reply, offset, length);
        if (!ring.write(MESSAGE_TYPE, message, 0, REPLY_OFFSET + length)) {
            throw new IllegalStateException("more than " + MAX + " acknowledgements wait for the disk");
        }
        forcer.require(position);
    }

    /** Whether {@link #release()} has something to do now. */
    boolean isReady() {
        return forcer.failure() != null || ring.size() > 0 && forcer.forcedPosition() > forcedPosition;
    }

    /** Hands over what is on the disk by now. */
    public int release() {
        if (ring.size() == 0) {
            return 0;
        }
        forcedPosition = forcer.forcedPosition();
        return ring.controlledRead(onMessage);
    }
}
