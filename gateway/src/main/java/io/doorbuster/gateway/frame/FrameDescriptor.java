package io.doorbuster.gateway.frame;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A frame: FIX Simple Open Framing Header, SBE message header, SBE message.
 *
 * <pre>
 *   0                           4               6
 *   +---------------------------+---------------+---------------------------+-----------
 *   | frame length uint32, BE   | 0xEB50, BE    | SBE message header, LE    | SBE body, LE
 *   +---------------------------+---------------+---------------------------+-----------
 *   frame length counts all bytes from 0; 0xEB50 names SBE 1.0 little-endian
 * </pre>
 */
public final class FrameDescriptor {
    /** Bytes of the framing header. */
    public static final int FRAMING_LENGTH = 6;

    /** Where the SBE block begins. */
    public static final int BODY_OFFSET = FRAMING_LENGTH + 8;

    /** Largest frame taken or sent. */
    public static final int FRAME_MAX = 8192 + FRAMING_LENGTH;

    /** Version of the session rules: hello first, replies by correlation id. */
    public static final int PROTOCOL_VERSION = 1;

    /** The correlation id lies first in the block of every reply but welcome. */
    public static final int CORRELATION_ID_OFFSET = BODY_OFFSET;

    private static final short ENCODING = (short) 0xEB50;
    private static final int ENCODING_OFFSET = 4;

    private FrameDescriptor() {}

    /** Writes the framing header. */
    public static void write(MutableDirectBuffer buffer, int offset, int frameLength) {
        buffer.putInt(offset, frameLength, ByteOrder.BIG_ENDIAN);
        buffer.putShort(offset + ENCODING_OFFSET, ENCODING, ByteOrder.BIG_ENDIAN);
    }

    /** Length of the frame; negative or huge when the bytes are none. */
    public static int length(DirectBuffer buffer, int offset) {
        return buffer.getInt(offset, ByteOrder.BIG_ENDIAN);
    }

    /** Whether the encoding is the one spoken here. */
    public static boolean hasKnownEncoding(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + ENCODING_OFFSET, ByteOrder.BIG_ENDIAN) == ENCODING;
    }
}
