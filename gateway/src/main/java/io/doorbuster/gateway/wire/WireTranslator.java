package io.doorbuster.gateway.wire;

import io.doorbuster.codec.AckLevel;
import io.doorbuster.codec.ConfirmReservationDecoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.PurchasedDecoder;
import io.doorbuster.codec.RecommendDecoder;
import io.doorbuster.codec.ReleaseReservationDecoder;
import io.doorbuster.codec.ReserveStockDecoder;
import io.doorbuster.codec.Rung;
import io.doorbuster.codec.StockAdjustedDecoder;
import io.doorbuster.codec.StockSetDecoder;
import io.doorbuster.engine.ring.InputSlot;
import io.doorbuster.gateway.frame.FrameDescriptor;
import io.doorbuster.gateway.identity.IdentityStore;
import io.doorbuster.journal.RecordDescriptor;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Decodes a wire message and writes its record straight into a ring slot, checking every field on the way. Network thread
 * only.
 */
public final class WireTranslator {
    /** The message was translated. */
    public static final int TRANSLATED = 0;

    /** The bytes are no message, or a field ends beyond them. */
    public static final int MALFORMED = 1;

    /** No message has this template id. */
    public static final int UNKNOWN_MESSAGE = 2;

    /** A field is out of range; {@link #problem()} says which. */
    public static final int INVALID_VALUE = 3;

    private static final int FIRST_FACT = 10;
    private static final int FIRST_REQUEST = 40;

    private final Translation at;
    private final CatalogueTranslator catalogue;
    private final BehaviourTranslator behaviour;
    private final CommandTranslator commands;
    private final RequestTranslator requests;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private boolean isRequest;

    public WireTranslator(IdentityStore identities) {
        at = new Translation(identities, new UnsafeBuffer(0, 0));
        catalogue = new CatalogueTranslator(at);
        behaviour = new BehaviourTranslator(at);
        commands = new CommandTranslator(at);
        requests = new RequestTranslator(at);
    }

    /**
     * Translates the message of one whole frame.
     *
     * @param frame exactly the bytes of the frame, so that no field can be read beyond it.
     * @param expectedSequence sequence that the source should send next.
     * @param latestNs no fact can have happened after this.
     * @return one of the constants above; the slot is filled only when it is {@link #TRANSLATED}.
     */
    public int translate(DirectBuffer frame, InputSlot slot, long expectedSequence, long latestNs) {
        at.reset(slot.record(), frame.capacity(), expectedSequence, latestNs);
        header.wrap(frame, FrameDescriptor.FRAMING_LENGTH);
        final int templateId = header.templateId();
        isRequest = templateId >= FIRST_REQUEST;
        final int length;
        try {
            length = dispatch(templateId, frame, header.blockLength(), header.version());
        } catch (IndexOutOfBoundsException e) {
            return MALFORMED; // A length inside the message points beyond the frame.
        }
        if (length < 0) {
            return UNKNOWN_MESSAGE;
        }
        if (at.problem != null) {
            return INVALID_VALUE;
        }
        if (!at.endsWithFrame()) {
            return MALFORMED;
        }
        RecordDescriptor.length(slot.record(), 0, RecordDescriptor.BODY_OFFSET + length);
        return TRANSLATED;
    }

    private int dispatch(int templateId, DirectBuffer frame, int blockLength, int version) {
        final int offset = FrameDescriptor.BODY_OFFSET;
        if (isRequest) {
            return requests.translate(templateId, frame, offset, blockLength, version);
        }
        int length = behaviour.translate(templateId, frame, offset, blockLength, version);
        if (length < 0) {
            length = catalogue.translate(templateId, frame, offset, blockLength, version);
        }
        return length < 0 ? commands.translate(templateId, frame, offset, blockLength, version) : length;
    }

    /** Whether messages of a template id take a source sequence. */
    public static boolean isFactOrCommand(int templateId) {
        return templateId >= FIRST_FACT && templateId < FIRST_REQUEST;
    }

    /** Whether the last message was a request, which takes no source sequence. */
    public boolean isRequest() {
        return isRequest;
    }

    /** Writes into the record of the last message, when it is a recommend, how its slate is to be made; else nothing. */
    public void rung(Rung rung) {
        if (header.templateId() == RecommendDecoder.TEMPLATE_ID) {
            requests.rung(rung);
        }
    }

    /** Whether the last message, a fact or command, is answered only once it is on the disk; see {@link AckLevel}. */
    public boolean waitsForDisk() {
        return at.acknowledge == AckLevel.DISK.value()
                || at.acknowledge == AckLevel.DEFAULT.value() && isForDisk(header.templateId());
    }

    /** What a shop must not lose after it has been told: units. */
    private static boolean isForDisk(int templateId) {
        return switch (templateId) {
            case StockSetDecoder.TEMPLATE_ID,
                    StockAdjustedDecoder.TEMPLATE_ID,
                    PurchasedDecoder.TEMPLATE_ID,
                    ReserveStockDecoder.TEMPLATE_ID,
                    ConfirmReservationDecoder.TEMPLATE_ID,
                    ReleaseReservationDecoder.TEMPLATE_ID -> true;
            default -> false;
        };
    }

    public long correlationId() {
        return at.correlationId;
    }

    public long sourceSequence() {
        return at.sourceSequence;
    }

    /** 0 = on arrival. */
    public long occurredAtNs() {
        return at.occurredAtNs;
    }

    /** 0 = none. */
    public long timeoutMicros() {
        return at.timeoutMicros;
    }

    /** What is wrong with the last message, or null. */
    public @Nullable String problem() {
        return at.problem;
    }
}
