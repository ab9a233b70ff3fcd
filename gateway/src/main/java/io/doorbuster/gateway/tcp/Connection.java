package io.doorbuster.gateway.tcp;

import io.doorbuster.gateway.frame.FrameDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Future;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One client's socket with its two buffers. Network thread only.
 *
 * <p>Memory is bounded: no frame is taken while {@link #IN_FLIGHT_MAX} replies are due or {@link #PENDING_MAX} bytes wait to
 * be sent, so a reader that stalls fills its own buffers and nobody else's.
 */
final class Connection {
    /** Frames whose reply is due. */
    static final int IN_FLIGHT_MAX = 128;

    /** Bytes waiting to be sent above which no frame is taken. */
    static final int PENDING_MAX = 1 << 20;

    private static final int IN_BYTES = 4 * 8192;
    private static final int OUT_BYTES = 16_384;
    private static final long CORRELATION_OFFSET_IN_REPLY = 8;

    final long id;
    final SocketChannel channel;
    final SelectionKey key;
    final ByteBuffer in = ByteBuffer.allocateDirect(IN_BYTES);
    final UnsafeBuffer inBuffer = new UnsafeBuffer(in);
    boolean authenticated;
    boolean closeWhenSent;
    boolean ended;
    boolean dirty;
    boolean readPaused;

    /** Whether its next frame is a fact or command that found the ring full. */
    boolean waitsForRoom;

    /** The model that the release it has sent waits for; null = it waits for none. */
    @Nullable
    Future<String> loading;

    long source;
    int inFlight;

    /** When the hello, or the frame that has begun, must have come. */
    long readDeadlineNs;

    /** When the client must have taken another byte of what waits for it. */
    long writeDeadlineNs = Long.MAX_VALUE;

    private ByteBuffer out = ByteBuffer.allocateDirect(OUT_BYTES);
    private final UnsafeBuffer outBuffer = new UnsafeBuffer(out);
    private int sent;

    Connection(long id, SocketChannel channel, SelectionKey key, long helloDeadlineNs) {
        this.id = id;
        this.channel = channel;
        this.key = key;
        readDeadlineNs = helloDeadlineNs;
    }

    /** Bytes waiting to be sent. */
    int pending() {
        return out.position() - sent;
    }

    /** Whether another frame may be taken. */
    boolean mayTake() {
        return !closeWhenSent && inFlight < IN_FLIGHT_MAX && pending() < PENDING_MAX;
    }

    /** Frames an encoded message (header and body) and queues it. */
    void append(DirectBuffer message, int offset, int length) {
        final int frameLength = FrameDescriptor.FRAMING_LENGTH + length;
        ensure(frameLength);
        final int at = out.position();
        FrameDescriptor.write(outBuffer, at, frameLength);
        outBuffer.putBytes(at + FrameDescriptor.FRAMING_LENGTH, message, offset, length);
        out.position(at + frameLength);
    }

    /** Frames a reply of the engine, writing the correlation id in. */
    void appendReply(DirectBuffer reply, int offset, int length, long correlationId) {
        append(reply, offset, length);
        final int at = out.position() - length + (int) CORRELATION_OFFSET_IN_REPLY;
        outBuffer.putLong(at, correlationId, java.nio.ByteOrder.LITTLE_ENDIAN);
    }

    private void ensure(int length) {
        if (out.remaining() >= length) {
            return;
        }
        out.limit(out.position()).position(sent);
        final int needed = out.remaining() + length;
        if (needed <= out.capacity()) {
            out.compact();
        } else {
            final ByteBuffer larger = ByteBuffer.allocateDirect(Integer.highestOneBit(needed - 1) << 1);
            larger.put(out);
            out = larger;
            outBuffer.wrap(out);
        }
        sent = 0;
    }

    /**
     * Sends what waits, as far as the socket takes it; the client's patience begins anew with each byte that it takes.
     *
     * @return whether everything went out.
     */
    boolean flush(long stalledDeadlineNs) throws IOException {
        final int end = out.position();
        if (end == sent) {
            return true;
        }
        out.limit(end).position(sent);
        final int taken = channel.write(out);
        sent = out.position();
        out.limit(out.capacity()).position(end);
        if (sent == end) {
            out.clear();
            sent = 0;
            writeDeadlineNs = Long.MAX_VALUE;
            return true;
        }
        if (taken > 0 || writeDeadlineNs == Long.MAX_VALUE) {
            writeDeadlineNs = stalledDeadlineNs;
        }
        return false;
    }
}
