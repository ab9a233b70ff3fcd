package io.doorbuster.engine;

import static io.doorbuster.journal.RecordDescriptor.MESSAGE_OFFSET;

import io.doorbuster.codec.CheckpointRecordDecoder;
import io.doorbuster.codec.ConfirmReservationRecordDecoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.ReleaseReservationRecordDecoder;
import io.doorbuster.codec.ReserveStockRecordDecoder;
import io.doorbuster.codec.RewindFilterRecordDecoder;
import io.doorbuster.engine.decision.Verdict;
import io.doorbuster.engine.stock.StockStage;
import org.agrona.DirectBuffer;

/** Takes each command to its stage. Engine thread only. */
final class CommandDispatch {
    private final StockStage stock;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final ReserveStockRecordDecoder reserve = new ReserveStockRecordDecoder();
    private final ConfirmReservationRecordDecoder confirm = new ConfirmReservationRecordDecoder();
    private final ReleaseReservationRecordDecoder release = new ReleaseReservationRecordDecoder();

    CommandDispatch(StockStage stock) {
        this.stock = stock;
    }

    /** Applies a command; false when the template id is none of a command. */
    boolean onCommand(int templateId, DirectBuffer record, int offset, long nowNs, Verdict verdict) {
        final int at = offset + MESSAGE_OFFSET;
        switch (templateId) {
            case ReserveStockRecordDecoder.TEMPLATE_ID -> {
                reserve.wrapAndApplyHeader(record, at, header);
                stock.onReserve(reserve, nowNs, verdict);
            }
            case ConfirmReservationRecordDecoder.TEMPLATE_ID -> {
                confirm.wrapAndApplyHeader(record, at, header);
                stock.onConfirm(confirm, nowNs, verdict);
            }
            case ReleaseReservationRecordDecoder.TEMPLATE_ID -> {
                release.wrapAndApplyHeader(record, at, header);
                stock.onRelease(release, verdict);
            }
            case CheckpointRecordDecoder.TEMPLATE_ID ->
                verdict.set(Outcome.ACCEPTED); // Changes no state; taken behind it.
            case RewindFilterRecordDecoder.TEMPLATE_ID -> verdict.set(Outcome.NOT_SUPPORTED);
            default -> {
                return false;
            }
        }
        return true;
    }
}
