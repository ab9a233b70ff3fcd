package io.doorbuster.benchmarks.gateway;

import io.doorbuster.gateway.frame.FrameDescriptor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Frames of one kind and one length, encoded once; before each use only the numbers that must differ are written. Many, so
 * that the engine does not find the same rows in its nearest cache each time. One thread.
 */
final class FramePool {
    private static final int FRAMES = 128;
    private static final int SEQUENCE_OFFSET = FrameDescriptor.CORRELATION_ID_OFFSET + Long.BYTES;

    private final boolean isSequenced;
    private final int frameLength;
    private final UnsafeBuffer buffer;
    private final ByteBuffer[] frames = new ByteBuffer[FRAMES];
    private int index;
    private long taken;

    private FramePool(boolean isSequenced, int frameLength) {
        this.isSequenced = isSequenced;
        this.frameLength = frameLength;
        final ByteBuffer bytes = ByteBuffer.allocateDirect(FRAMES * frameLength);
        buffer = new UnsafeBuffer(bytes);
        for (int i = 0; i < FRAMES; i++) {
            frames[i] = bytes.slice(i * frameLength, frameLength);
        }
    }

    /** Frames for the gateway. */
    static FramePool of(ComparedRequest request, Shop shop, SplittableRandom random) {
        final UnsafeBuffer frame = new UnsafeBuffer(new byte[FrameDescriptor.FRAME_MAX]);
        final FramePool pool = new FramePool(request.isSequenced(), request.encode(frame, shop, random));
        for (int i = 0; i < FRAMES; i++) {
            final int length = request.encode(frame, shop, random);
            if (length != pool.frameLength) {
                throw new IllegalStateException(request.label() + " has frames of different lengths");
            }
            pool.buffer.putBytes(i * length, frame, 0, length);
        }
        return pool;
    }

    /** The same frames for the echo. */
    FramePool forEcho(int replyLength) {
        final FramePool pool = new FramePool(isSequenced, frameLength);
        pool.buffer.putBytes(0, buffer, 0, buffer.capacity());
        for (int i = 0; i < FRAMES; i++) {
            EchoDescriptor.replyLength(pool.buffer, i * frameLength, replyLength);
        }
        return pool;
    }

    int frameLength() {
        return frameLength;
    }

    /** Correlation id of the frame that was taken last; its sequence number is the same. */
    long lastId() {
        return taken;
    }

    /** The next frame, ready to be sent. */
    ByteBuffer take() {
        final int at = index;
        index = at + 1 == FRAMES ? 0 : at + 1;
        taken++;
        final int offset = at * frameLength;
        buffer.putLong(offset + FrameDescriptor.CORRELATION_ID_OFFSET, taken, ByteOrder.LITTLE_ENDIAN);
        if (isSequenced) {
            buffer.putLong(offset + SEQUENCE_OFFSET, taken, ByteOrder.LITTLE_ENDIAN);
        }
        return frames[at].clear();
    }
}
