package io.doorbuster.gateway.wire;

import static io.doorbuster.journal.RecordDescriptor.MESSAGE_OFFSET;

import io.doorbuster.codec.CheckpointDecoder;
import io.doorbuster.codec.CheckpointRecordEncoder;
import io.doorbuster.codec.ConfirmReservationDecoder;
import io.doorbuster.codec.ConfirmReservationRecordEncoder;
import io.doorbuster.codec.ReleaseReservationDecoder;
import io.doorbuster.codec.ReleaseReservationRecordEncoder;
import io.doorbuster.codec.ReserveStockDecoder;
import io.doorbuster.codec.ReserveStockRecordEncoder;
import io.doorbuster.codec.RewindFilterDecoder;
import io.doorbuster.codec.RewindFilterRecordEncoder;
import org.agrona.DirectBuffer;

/** Commands: wire message to record. Network thread only. */
final class CommandTranslator {
    private final Translation at;
    private final ReserveStockDecoder reserveStock = new ReserveStockDecoder();
    private final ReserveStockRecordEncoder reserveStockRecord = new ReserveStockRecordEncoder();
    private final ConfirmReservationDecoder confirmReservation = new ConfirmReservationDecoder();
    private final ConfirmReservationRecordEncoder confirmReservationRecord = new ConfirmReservationRecordEncoder();
    private final ReleaseReservationDecoder releaseReservation = new ReleaseReservationDecoder();
    private final ReleaseReservationRecordEncoder releaseReservationRecord = new ReleaseReservationRecordEncoder();
    private final CheckpointDecoder checkpoint = new CheckpointDecoder();
    private final CheckpointRecordEncoder checkpointRecord = new CheckpointRecordEncoder();
    private final RewindFilterDecoder rewindFilter = new RewindFilterDecoder();
    private final RewindFilterRecordEncoder rewindFilterRecord = new RewindFilterRecordEncoder();

    CommandTranslator(Translation at) {
        this.at = at;
    }

    /** Writes the record of a message; the length of its SBE block and data, or -1 when the template id is none of these. */
    int translate(int templateId, DirectBuffer frame, int offset, int blockLength, int version) {
        return switch (templateId) {
            case ReserveStockDecoder.TEMPLATE_ID -> onReserveStock(frame, offset, blockLength, version);
            case ConfirmReservationDecoder.TEMPLATE_ID -> onConfirmReservation(frame, offset, blockLength, version);
            case ReleaseReservationDecoder.TEMPLATE_ID -> onReleaseReservation(frame, offset, blockLength, version);
            case CheckpointDecoder.TEMPLATE_ID -> onCheckpoint(frame, offset, blockLength, version);
            case RewindFilterDecoder.TEMPLATE_ID -> onRewindFilter(frame, offset, blockLength, version);
            default -> -1;
        };
    }

    private int onReserveStock(DirectBuffer frame, int offset, int blockLength, int version) {
        reserveStock.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, ReserveStockDecoder.BLOCK_LENGTH);
        at.correlationId = reserveStock.correlationId();
        at.sourceSequence = reserveStock.sourceSequence();
        at.occurredAtNs = reserveStock.occurredAtNs();
        at.acknowledge = reserveStock.acknowledgeRaw();
        at.requireId("reservationId", reserveStock.reservationId());
        at.requireId("itemId", reserveStock.itemId());
        at.requireRange("quantity", reserveStock.quantity(), 1, Integer.MAX_VALUE);
        at.requireRange("timeToLiveMillis", reserveStock.timeToLiveMillis(), 1, 86400000);
        reserveStockRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .reservationId(reserveStock.reservationId())
                .itemId(reserveStock.itemId())
                .quantity(reserveStock.quantity())
                .timeToLiveMillis(reserveStock.timeToLiveMillis());
        at.end(reserveStock.limit(), reserveStockRecord.encodedLength());
        return at.encodedLength;
    }

    private int onConfirmReservation(DirectBuffer frame, int offset, int blockLength, int version) {
        confirmReservation.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, ConfirmReservationDecoder.BLOCK_LENGTH);
        at.correlationId = confirmReservation.correlationId();
        at.sourceSequence = confirmReservation.sourceSequence();
        at.occurredAtNs = confirmReservation.occurredAtNs();
        at.acknowledge = confirmReservation.acknowledgeRaw();
        at.requireId("reservationId", confirmReservation.reservationId());
        confirmReservationRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .reservationId(confirmReservation.reservationId());
        at.end(confirmReservation.limit(), confirmReservationRecord.encodedLength());
        return at.encodedLength;
    }

    private int onReleaseReservation(DirectBuffer frame, int offset, int blockLength, int version) {
        releaseReservation.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, ReleaseReservationDecoder.BLOCK_LENGTH);
        at.correlationId = releaseReservation.correlationId();
        at.sourceSequence = releaseReservation.sourceSequence();
        at.occurredAtNs = releaseReservation.occurredAtNs();
        at.acknowledge = releaseReservation.acknowledgeRaw();
        at.requireId("reservationId", releaseReservation.reservationId());
        releaseReservationRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .reservationId(releaseReservation.reservationId());
        at.end(releaseReservation.limit(), releaseReservationRecord.encodedLength());
        return at.encodedLength;
    }

    private int onCheckpoint(DirectBuffer frame, int offset, int blockLength, int version) {
        checkpoint.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, CheckpointDecoder.BLOCK_LENGTH);
        at.correlationId = checkpoint.correlationId();
        at.sourceSequence = checkpoint.sourceSequence();
        at.occurredAtNs = checkpoint.occurredAtNs();
        at.acknowledge = checkpoint.acknowledgeRaw();
        checkpointRecord.wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header);
        at.end(checkpoint.limit(), checkpointRecord.encodedLength());
        return at.encodedLength;
    }

    private int onRewindFilter(DirectBuffer frame, int offset, int blockLength, int version) {
        rewindFilter.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, RewindFilterDecoder.BLOCK_LENGTH);
        at.correlationId = rewindFilter.correlationId();
        at.sourceSequence = rewindFilter.sourceSequence();
        at.occurredAtNs = rewindFilter.occurredAtNs();
        at.acknowledge = rewindFilter.acknowledgeRaw();
        at.requireId("excludedSource", rewindFilter.excludedSource());
        at.requireRange("fromPosition", rewindFilter.fromPosition(), 1, Long.MAX_VALUE);
        at.requireRange("toPosition", rewindFilter.toPosition(), 1, Long.MAX_VALUE);
        rewindFilterRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .excludedSource(rewindFilter.excludedSource())
                .fromPosition(rewindFilter.fromPosition())
                .toPosition(rewindFilter.toPosition());
        at.end(rewindFilter.limit(), rewindFilterRecord.encodedLength());
        return at.encodedLength;
    }
}
