package io.doorbuster.engine.ring;

import io.doorbuster.engine.Engine;
import io.doorbuster.engine.ReplayDigest;
import io.doorbuster.journal.JournalAppender;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * Gathers one digest for each applied event and hands a full window from the engine to the journal, which writes it as a
 * hash record behind events that are already durable.
 *
 * <p>Single writer: the engine thread. Single reader: the journal thread. A window that finds the hand-over full is
 * dropped, never waited for: verification then covers that window only by the next full hash.
 *
 * <pre>
 *   message:  ofPosition int64 | stateHash int64 | replyHash int64 | uint16 digest for each event
 * </pre>
 */
final class HashWindow {
    private static final int MESSAGE_TYPE = 1;
    private static final int DIGESTS_OFFSET = 24;
    private static final int DIGESTS_MAX = 2048;
    private static final int HANDOVER_BYTES = 65_536;

    private final int interval;
    private final UnsafeBuffer window = new UnsafeBuffer(new byte[DIGESTS_OFFSET + 2 * DIGESTS_MAX]);
    private final OneToOneRingBuffer handover = new OneToOneRingBuffer(
            new UnsafeBuffer(ByteBuffer.allocateDirect(HANDOVER_BYTES + RingBufferDescriptor.TRAILER_LENGTH)));
    private final MessageHandler onWindow;
    private int count;

    HashWindow(int interval, JournalAppender appender) {
        if (interval < 1 || interval > DIGESTS_MAX) {
            throw new IllegalArgumentException("interval=" + interval + " is not in 1.." + DIGESTS_MAX);
        }
        this.interval = interval;
        onWindow = (type, buffer, offset, length) -> appender.appendHash(
                Engine.VERSION,
                buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN),
                buffer.getLong(offset + 8, ByteOrder.LITTLE_ENDIAN),
                buffer.getLong(offset + 16, ByteOrder.LITTLE_ENDIAN),
                buffer,
                offset + DIGESTS_OFFSET,
                length - DIGESTS_OFFSET);
    }

    void onApplied(long position, long stateHash, long replyHash) {
        window.putShort(DIGESTS_OFFSET + 2 * count, ReplayDigest.of(stateHash, replyHash), ByteOrder.LITTLE_ENDIAN);
        count++;
        if (count == interval) {
            handOver(position, stateHash, replyHash);
        }
    }

    /** Hands over what has gathered, however little. Engine thread only. */
    void handOver(long position, long stateHash, long replyHash) {
        if (count == 0) {
            return;
        }
        window.putLong(0, position, ByteOrder.LITTLE_ENDIAN);
        window.putLong(8, stateHash, ByteOrder.LITTLE_ENDIAN);
        window.putLong(16, replyHash, ByteOrder.LITTLE_ENDIAN);
        handover.write(MESSAGE_TYPE, window, 0, DIGESTS_OFFSET + 2 * count);
        count = 0;
    }

    /** Journal thread only. */
    void drain() {
        handover.read(onWindow);
    }
}
