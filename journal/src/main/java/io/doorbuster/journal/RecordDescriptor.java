package io.doorbuster.journal;

import java.nio.ByteOrder;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Layout of a journal record: a fixed header in front of one SBE message. Little-endian.
 *
 * <pre>
 *   0                   4                   8
 *   +-------------------+-------------------+
 *   | length  int32     | CRC-32C  int32    |   length: header and message, without padding
 *   +-------------------+-------------------+   CRC-32C: of all bytes from 8 to length
 *   | position  int64                       |   1, 2, 3, ...; 0 = a record about the journal itself
 *   +---------------------------------------+
 *   | journal time  int64, ns               |   never steps back
 *   +---------------------------------------+
 *   | occurred at  int64, ns                |   when it happened in the shop
 *   +---------------------------------------+
 *   | source  uint64                        |   0 = no source: a request, or the gateway itself
 *   +---------------------------------------+
 *   | source sequence  uint64               |
 *   +---------------------------------------+ 48
 *   | SBE message header  4 x uint16        |   block length, template id, schema id, version
 *   +---------------------------------------+ 56
 *   | SBE block, groups, variable data      |
 *   +---------------------------------------+
 * </pre>
 *
 * An excerpt holds one or more records, each beginning at a multiple of 8.
 */
public final class RecordDescriptor {
    /** Bytes in front of the SBE message. */
    public static final int HEADER_LENGTH = 48;

    /** Where the SBE message header begins. */
    public static final int MESSAGE_OFFSET = HEADER_LENGTH;

    /** Where the SBE block begins. */
    public static final int BODY_OFFSET = HEADER_LENGTH + 8;

    /** Largest record in bytes. */
    public static final int RECORD_MAX = 8192;

    /** Records begin at multiples of this. */
    public static final int ALIGNMENT = 8;

    static final int LENGTH_OFFSET = 0;
    static final int CRC_OFFSET = 4;
    static final int CHECKED_OFFSET = 8;
    /** Where the position lies. */
    public static final int POSITION_OFFSET = 8;

    private static final int JOURNAL_TIME_OFFSET = 16;
    private static final int OCCURRED_AT_OFFSET = 24;
    private static final int SOURCE_OFFSET = 32;
    private static final int SOURCE_SEQUENCE_OFFSET = 40;
    private static final int TEMPLATE_ID_OFFSET = MESSAGE_OFFSET + 2;
    private static final int SCHEMA_ID_OFFSET = MESSAGE_OFFSET + 4;
    private static final int SCHEMA_VERSION_OFFSET = MESSAGE_OFFSET + 6;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private RecordDescriptor() {}

    /** Bytes of header and message, without padding. */
    public static int length(DirectBuffer buffer, int offset) {
        return buffer.getInt(offset + LENGTH_OFFSET, ORDER);
    }

    public static void length(MutableDirectBuffer buffer, int offset, int length) {
        buffer.putInt(offset + LENGTH_OFFSET, length, ORDER);
    }

    /** Bytes that the record takes in an excerpt. */
    public static int alignedLength(int length) {
        return BitUtil.align(length, ALIGNMENT);
    }

    /** Journal position; 0 for a record about the journal itself. */
    public static long position(DirectBuffer buffer, int offset) {
        return buffer.getLong(offset + POSITION_OFFSET, ORDER);
    }

    public static void position(MutableDirectBuffer buffer, int offset, long position) {
        buffer.putLong(offset + POSITION_OFFSET, position, ORDER);
    }

    /** Time of the journal in nanoseconds since 1970, monotonic. */
    public static long journalTimeNs(DirectBuffer buffer, int offset) {
        return buffer.getLong(offset + JOURNAL_TIME_OFFSET, ORDER);
    }

    public static void journalTimeNs(MutableDirectBuffer buffer, int offset, long timeNs) {
        buffer.putLong(offset + JOURNAL_TIME_OFFSET, timeNs, ORDER);
    }

    /** When it happened in the shop, nanoseconds since 1970. */
    public static long occurredAtNs(DirectBuffer buffer, int offset) {
        return buffer.getLong(offset + OCCURRED_AT_OFFSET, ORDER);
    }

    public static void occurredAtNs(MutableDirectBuffer buffer, int offset, long timeNs) {
        buffer.putLong(offset + OCCURRED_AT_OFFSET, timeNs, ORDER);
    }

    /** Source of a fact or command; 0 = none. */
    public static long source(DirectBuffer buffer, int offset) {
        return buffer.getLong(offset + SOURCE_OFFSET, ORDER);
    }

    public static void source(MutableDirectBuffer buffer, int offset, long source) {
        buffer.putLong(offset + SOURCE_OFFSET, source, ORDER);
    }

    /** Dense number within the source. */
    public static long sourceSequence(DirectBuffer buffer, int offset) {
        return buffer.getLong(offset + SOURCE_SEQUENCE_OFFSET, ORDER);
    }

    public static void sourceSequence(MutableDirectBuffer buffer, int offset, long sequence) {
        buffer.putLong(offset + SOURCE_SEQUENCE_OFFSET, sequence, ORDER);
    }

    /** Which message of the schema it is. */
    public static int templateId(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + TEMPLATE_ID_OFFSET, ORDER) & 0xFFFF;
    }

    /** Schema of the message. */
    public static int schemaId(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + SCHEMA_ID_OFFSET, ORDER) & 0xFFFF;
    }

    /** Version of the schema that the message was written with. */
    public static int schemaVersion(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + SCHEMA_VERSION_OFFSET, ORDER) & 0xFFFF;
    }

    /** Checksum of the record, filled in by the journal. */
    public static int crc(DirectBuffer buffer, int offset) {
        return buffer.getInt(offset + CRC_OFFSET, ORDER);
    }

    static void crc(MutableDirectBuffer buffer, int offset, int crc) {
        buffer.putInt(offset + CRC_OFFSET, crc, ORDER);
    }
}
