package io.doorbuster.benchmarks.gateway;

import io.doorbuster.gateway.frame.FrameDescriptor;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A frame of the echo: one of the gateway with the wished length of the reply written over what only the gateway reads. Length
 * and correlation id stay where they are, so one client speaks to both.
 *
 * <pre>
 *   0                      4                      8         14                        22
 *   +----------------------+----------------------+---------+-------------------------+-----------
 *   | frame length uint32  | reply length uint32  | unread  | correlation id uint64   | unread
 *   | BE                   | BE                   |         | LE                      |
 *   +----------------------+----------------------+---------+-------------------------+-----------
 *   a reply has the frame length and the correlation id; its other bytes say nothing
 * </pre>
 */
final class EchoDescriptor {
    /** Shortest request and reply. */
    static final int FRAME_MIN = FrameDescriptor.CORRELATION_ID_OFFSET + Long.BYTES;

    private static final int REPLY_LENGTH_OFFSET = 4;

    private EchoDescriptor() {}

    static void replyLength(MutableDirectBuffer buffer, int offset, int length) {
        buffer.putInt(offset + REPLY_LENGTH_OFFSET, length, ByteOrder.BIG_ENDIAN);
    }

    static int replyLength(DirectBuffer buffer, int offset) {
        return buffer.getInt(offset + REPLY_LENGTH_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    /** Writes what a reply says. */
    static void writeReply(MutableDirectBuffer reply, DirectBuffer request) {
        reply.putInt(0, replyLength(request, 0), ByteOrder.BIG_ENDIAN);
        reply.putBytes(
                FrameDescriptor.CORRELATION_ID_OFFSET, request, FrameDescriptor.CORRELATION_ID_OFFSET, Long.BYTES);
    }
}
