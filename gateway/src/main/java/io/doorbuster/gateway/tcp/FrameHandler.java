package io.doorbuster.gateway.tcp;

import io.doorbuster.codec.ByeDecoder;
import io.doorbuster.codec.HelloDecoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.RejectCode;
import io.doorbuster.codec.RejectedEncoder;
import io.doorbuster.codec.TickRecordEncoder;
import io.doorbuster.codec.WelcomeEncoder;
import io.doorbuster.engine.ring.InputRing;
import io.doorbuster.engine.ring.InputSlot;
import io.doorbuster.gateway.frame.FrameDescriptor;
import io.doorbuster.gateway.wire.WireTranslator;
import io.doorbuster.journal.JournalClock;
import io.doorbuster.journal.JournalSpace;
import io.doorbuster.journal.RecordDescriptor;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Decides about each whole frame: session, refusal, or into the ring. Network thread only. */
final class FrameHandler {
    private static final int OVERLOADED_RETRY_MICROS = 1_000;
    private static final int FULL_RETRY_MICROS = 100_000;
    private static final int REJECT_BYTES = 1_024;

    /** How far a shop's clock may be ahead of ours: an engine that lives by occurredAt would never come back from more. */
    private static final long AHEAD_MAX_NS = 86_400_000_000_000L;

    private final InputRing ring;
    private final WireTranslator translator;
    private final JournalClock clock;
    private final Token token;
    private final SourceSequences sequences;
    private final JournalSpace space;
    private final ModelLoader models;
    private final long reserve;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
    private final HelloDecoder hello = new HelloDecoder();
    private final WelcomeEncoder welcome = new WelcomeEncoder();
    private final RejectedEncoder rejected = new RejectedEncoder();
    private final TickRecordEncoder tick = new TickRecordEncoder();
    private final UnsafeBuffer frame = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer out = new UnsafeBuffer(new byte[REJECT_BYTES]);
    private long position;
    private int rejectedCount;
    private int expiredCount;
    private int overloadedCount;
    private int waitingForDisk;

    FrameHandler(
            InputRing ring,
            WireTranslator translator,
            JournalClock clock,
            Token token,
            SourceSequences sequences,
            JournalSpace space,
            ModelLoader models,
            long position) {
        this.ring = ring;
        this.translator = translator;
        this.clock = clock;
        this.token = token;
        this.sequences = sequences;
        this.space = space;
        this.models = models;
        reserve = JournalSpace.reserve(ring.slotCount());
        this.position = position;
    }

    /**
     * Whether a frame must wait for its model, for room in the ring, for the disk, or for space that is about to come. A request
     * that finds none is refused, since its answer is worth nothing later; a fact or command waits, since refusing it would make
     * every one behind it a gap.
     */
    boolean mustWait(Connection connection, DirectBuffer buffer, int offset, int length) {
        if (models.mustWait(connection, buffer, offset, length)) {
            return true;
        }
        if (ring.hasRoom() && waitingForDisk < DiskQueue.MAX && (space.hasRoomForFacts() || space.isFull())) {
            return false;
        }
        header.wrap(buffer, offset + FrameDescriptor.FRAMING_LENGTH);
        return WireTranslator.isFactOrCommand(header.templateId());
    }

    /**
     * Handles one frame.
     *
     * @param arrivedNs when its bytes were read, on the clock of {@link System#nanoTime()}.
     * @return whether a record was published.
     */
    boolean onFrame(Connection connection, DirectBuffer buffer, int offset, int length, long arrivedNs) {
        frame.wrap(buffer, offset, length);
        header.wrap(frame, FrameDescriptor.FRAMING_LENGTH);
        if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID
                || header.version() > MessageHeaderDecoder.SCHEMA_VERSION) {
            fail(
                    connection,
                    RejectCode.UNSUPPORTED_VERSION,
                    "schema " + header.schemaId() + " version " + header.version() + " is not spoken here; use schema "
                            + MessageHeaderDecoder.SCHEMA_ID + " up to version "
                            + MessageHeaderDecoder.SCHEMA_VERSION);
            return false;
        }
        if (!connection.authenticated) {
            onHello(connection);
            return false;
        }
        if (header.templateId() == ByeDecoder.TEMPLATE_ID) {
            connection.closeWhenSent = true;
            return false;
        }
        final boolean isPublished = onMessage(connection, arrivedNs);
        connection.loading = null;
        return isPublished;
    }

    private void onHello(Connection connection) {
        if (header.templateId() != HelloDecoder.TEMPLATE_ID) {
            fail(connection, RejectCode.UNAUTHENTICATED, "the first frame must be hello");
            return;
        }
        try {
            hello.wrap(frame, FrameDescriptor.BODY_OFFSET, header.blockLength(), header.version());
            if (hello.protocolVersion() != FrameDescriptor.PROTOCOL_VERSION) {
                fail(
                        connection,
                        RejectCode.UNSUPPORTED_VERSION,
                        "protocol " + hello.protocolVersion() + " is not spoken here; use "
                                + FrameDescriptor.PROTOCOL_VERSION);
                return;
            }
            final long source = hello.source();
            final byte[] given = new byte[hello.tokenLength()];
            hello.getToken(given, 0, given.length);
            if (!token.matches(given)) {
                fail(connection, RejectCode.UNAUTHENTICATED, "wrong token; send the one of the token file");
                return;
            }
            if (source == 0) {
                fail(connection, RejectCode.INVALID_VALUE, "source=0 is not a non-zero id");
                return;
            }
            connection.source = source;
        } catch (IndexOutOfBoundsException e) {
            fail(connection, RejectCode.MALFORMED, "hello ends beyond its frame");
            return;
        }
        connection.authenticated = true;
        connection.readDeadlineNs = Long.MAX_VALUE;
        welcome.wrapAndApplyHeader(out, 0, headerEncoder)
                .protocolVersion(FrameDescriptor.PROTOCOL_VERSION)
                .schemaVersion(MessageHeaderDecoder.SCHEMA_VERSION)
                .frameMax(FrameDescriptor.FRAME_MAX)
                .position(position)
                .nextSequence(sequences.expected(connection.source));
        connection.append(out, 0, MessageHeaderEncoder.ENCODED_LENGTH + welcome.encodedLength());
    }

    /** Of a message that was not decoded: the id lies first in every block but those of hello and bye. */
    private long correlationId() {
        final int end = FrameDescriptor.CORRELATION_ID_OFFSET + Long.BYTES;
        return frame.capacity() < end
                ? 0
                : frame.getLong(FrameDescriptor.CORRELATION_ID_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    /** While the disk is full facts and commands end first, requests only when no more than the ring's records fit. */
    private boolean isFull() {
        return space.room() < reserve
                || !space.hasRoomForFacts() && WireTranslator.isFactOrCommand(header.templateId());
    }

    private boolean onMessage(Connection connection, long arrivedNs) {
        if (isFull()) { // Not counted: the record of the count would take room.
            reject(
                    connection,
                    correlationId(),
                    RejectCode.STORAGE_FULL,
                    FULL_RETRY_MICROS,
                    "the disk of the journal is full; free some space, and send this again");
            return false;
        }
        final InputSlot slot = ring.claim();
        if (slot == null) {
            overloadedCount++;
            reject(
                    connection,
                    correlationId(),
                    RejectCode.OVERLOADED,
                    OVERLOADED_RETRY_MICROS,
                    "the ring is full; retry later");
            return false;
        }
        final long nowNs = clock.nowNs();
        final long expected = sequences.expected(connection.source);
        switch (translator.translate(frame, slot, expected, nowNs + AHEAD_MAX_NS)) {
            case WireTranslator.TRANSLATED -> {
                final long timeoutMicros = translator.timeoutMicros();
                final long leftNs = timeoutMicros == 0 ? 0 : timeoutMicros * 1_000 - (System.nanoTime() - arrivedNs);
                if (leftNs < 0) {
                    expiredCount++;
                    reject(connection, translator.correlationId(), RejectCode.EXPIRED, 0, "the timeout has run out");
                    return false;
                }
                final String refused = ModelLoader.problem(connection);
                if (refused != null) {
                    rejectedCount++;
                    reject(connection, translator.correlationId(), RejectCode.MODEL_REFUSED, 0, refused);
                    return false;
                }
                if (timeoutMicros > 0) {
                    translator.rung(FallbackLadder.rung(leftNs, ring.waiting()));
                }
                publish(connection, slot, nowNs);
                return true;
            }
            case WireTranslator.INVALID_VALUE -> {
                rejectedCount++;
                final String problem = translator.problem();
                reject(
                        connection,
                        translator.correlationId(),
                        RejectCode.INVALID_VALUE,
                        0,
                        problem == null ? "" : problem);
            }
            case WireTranslator.UNKNOWN_MESSAGE ->
                fail(connection, RejectCode.UNKNOWN_MESSAGE, "template id " + header.templateId() + " is no message");
            default ->
                fail(
                        connection,
                        RejectCode.MALFORMED,
                        "template id " + header.templateId() + " does not fit its frame of " + frame.capacity()
                                + " bytes");
        }
        return false;
    }

    private void publish(Connection connection, InputSlot slot, long nowNs) {
        final UnsafeBuffer record = slot.record();
        final boolean isRequest = translator.isRequest();
        final long occurredAtNs = translator.occurredAtNs();
        RecordDescriptor.journalTimeNs(record, 0, nowNs);
        // A request does not say when it happened: an engine that lives by facts' times must not be moved on by it.
        RecordDescriptor.occurredAtNs(record, 0, isRequest ? 0 : occurredAtNs == 0 ? nowNs : occurredAtNs);
        RecordDescriptor.source(record, 0, isRequest ? 0 : connection.source);
        RecordDescriptor.sourceSequence(record, 0, isRequest ? 0 : translator.sourceSequence());
        position++;
        if (!isRequest) {
            sequences.onPublished(connection.source, translator.sourceSequence());
        }
        final boolean waitsForDisk = !isRequest && translator.waitsForDisk();
        waitingForDisk += waitsForDisk ? 1 : 0;
        slot.replyTo(connection.id, translator.correlationId(), waitsForDisk);
        connection.inFlight++;
        ring.publish();
    }

    /** One of the replies that waited for the disk has been answered. */
    void onDiskReply() {
        waitingForDisk--;
    }

    /** Publishes what was refused since the last tick, if anything. */
    boolean tick() {
        if (rejectedCount + expiredCount + overloadedCount == 0 || space.room() < reserve) {
            return false;
        }
        final InputSlot slot = ring.claim();
        if (slot == null) {
            return false;
        }
        final UnsafeBuffer record = slot.record();
        tick.wrapAndApplyHeader(record, RecordDescriptor.MESSAGE_OFFSET, headerEncoder)
                .rejected(rejectedCount)
                .expired(expiredCount)
                .overloaded(overloadedCount);
        RecordDescriptor.length(record, 0, RecordDescriptor.BODY_OFFSET + tick.encodedLength());
        RecordDescriptor.journalTimeNs(record, 0, clock.nowNs());
        RecordDescriptor.occurredAtNs(record, 0, 0);
        RecordDescriptor.source(record, 0, 0);
        RecordDescriptor.sourceSequence(record, 0, 0);
        slot.replyTo(0, 0, false);
        rejectedCount = 0;
        expiredCount = 0;
        overloadedCount = 0;
        position++;
        ring.publish();
        return true;
    }

    /** Refuses the connection's bytes: the client is told why, then the connection is closed. */
    void fail(Connection connection, RejectCode code, String message) {
        rejectedCount++;
        reject(connection, 0, code, 0, message);
        connection.closeWhenSent = true;
    }

    private void reject(Connection connection, long correlationId, RejectCode code, int retryMicros, String message) {
        final byte[] text = message.getBytes(StandardCharsets.UTF_8);
        rejected.wrapAndApplyHeader(out, 0, headerEncoder)
                .correlationId(correlationId)
                .code(code)
                .retryAfterMicros(retryMicros)
                .putMessage(text, 0, Math.min(text.length, 512));
        connection.append(out, 0, MessageHeaderEncoder.ENCODED_LENGTH + rejected.encodedLength());
    }
}
