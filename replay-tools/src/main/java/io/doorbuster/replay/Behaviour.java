package io.doorbuster.replay;

import static io.doorbuster.journal.RecordDescriptor.BODY_OFFSET;
import static io.doorbuster.journal.RecordDescriptor.MESSAGE_OFFSET;

import io.doorbuster.codec.CartedRecordDecoder;
import io.doorbuster.codec.ClickedRecordDecoder;
import io.doorbuster.codec.ConfirmReservationRecordEncoder;
import io.doorbuster.codec.ImpressionShownRecordDecoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.PurchasedRecordDecoder;
import io.doorbuster.codec.SearchedRecordDecoder;
import io.doorbuster.codec.SearchedRecordEncoder;
import io.doorbuster.codec.StockAdjustedRecordEncoder;
import io.doorbuster.codec.ViewedRecordDecoder;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.ReservationStore;
import io.doorbuster.engine.store.Stores;
import io.doorbuster.journal.RecordDescriptor;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Finds the facts about what shoppers did, and makes of one a record of the same source, sequence, times and outcome that
 * teaches nobody anything: a search by nobody for nothing, or of a purchase the stock that it took. One thread.
 */
final class Behaviour {
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
    private final SearchedRecordDecoder searched = new SearchedRecordDecoder();
    private final ViewedRecordDecoder viewed = new ViewedRecordDecoder();
    private final ClickedRecordDecoder clicked = new ClickedRecordDecoder();
    private final CartedRecordDecoder carted = new CartedRecordDecoder();
    private final PurchasedRecordDecoder purchased = new PurchasedRecordDecoder();
    private final ImpressionShownRecordDecoder impressionShown = new ImpressionShownRecordDecoder();
    private final SearchedRecordEncoder nothing = new SearchedRecordEncoder();
    private final StockAdjustedRecordEncoder stockAdjusted = new StockAdjustedRecordEncoder();
    private final ConfirmReservationRecordEncoder confirmed = new ConfirmReservationRecordEncoder();
    private final UnsafeBuffer record = new UnsafeBuffer(new byte[RecordDescriptor.RECORD_MAX]);
    private String kind = "";
    private boolean isPurchase;
    private long shopper;
    private long itemId;

    /** Reads a record; false when it is no behaviour fact. */
    boolean read(DirectBuffer buffer, int offset) {
        final int at = offset + MESSAGE_OFFSET;
        isPurchase = false;
        switch (RecordDescriptor.templateId(buffer, offset)) {
            case SearchedRecordDecoder.TEMPLATE_ID ->
                took("searched", searched.wrapAndApplyHeader(buffer, at, header).shopper(), 0);
            case ViewedRecordDecoder.TEMPLATE_ID ->
                took("viewed", viewed.wrapAndApplyHeader(buffer, at, header).shopper(), viewed.itemId());
            case ClickedRecordDecoder.TEMPLATE_ID ->
                took("clicked", clicked.wrapAndApplyHeader(buffer, at, header).shopper(), clicked.itemId());
            case CartedRecordDecoder.TEMPLATE_ID ->
                took("carted", carted.wrapAndApplyHeader(buffer, at, header).shopper(), carted.itemId());
            case PurchasedRecordDecoder.TEMPLATE_ID -> {
                isPurchase = true;
                took(
                        "purchased",
                        purchased.wrapAndApplyHeader(buffer, at, header).shopper(),
                        purchased.itemId());
            }
            case ImpressionShownRecordDecoder.TEMPLATE_ID ->
                took(
                        "impressionShown",
                        impressionShown.wrapAndApplyHeader(buffer, at, header).shopper(),
                        0);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void took(String name, long byShopper, long item) {
        kind = name;
        shopper = byShopper;
        itemId = item;
    }

    /** What the record read last is, as in {@code viewed}. */
    String kind() {
        return kind;
    }

    boolean isPurchase() {
        return isPurchase;
    }

    /** Surrogate of the shopper in the record read last; 0 = anonymous. */
    long shopper() {
        return shopper;
    }

    /**
     * Makes {@link #neutral()} of the record read last.
     *
     * @param stores as they are before the record.
     * @return false when the engine refuses the record itself, which changes nothing then: it stays, and so does its outcome.
     */
    boolean neutralise(DirectBuffer buffer, int offset, Stores stores) {
        final int item = itemId == 0 ? ItemStore.NONE : stores.items().rowOf(itemId);
        if (itemId != 0 && item == ItemStore.NONE || isPurchase && !isOfItsReservation(stores, item)) {
            return false;
        }
        record.putBytes(0, buffer, offset, BODY_OFFSET);
        final int length;
        if (!isPurchase) {
            nothing.wrapAndApplyHeader(record, MESSAGE_OFFSET, headerEncoder)
                    .shopper(0)
                    .query("");
            length = nothing.encodedLength();
        } else if (purchased.reservationId() == 0) {
            stockAdjusted
                    .wrapAndApplyHeader(record, MESSAGE_OFFSET, headerEncoder)
                    .itemId(itemId)
                    .delta(-purchased.quantity());
            length = stockAdjusted.encodedLength();
        } else {
            confirmed
                    .wrapAndApplyHeader(record, MESSAGE_OFFSET, headerEncoder)
                    .reservationId(purchased.reservationId());
            length = confirmed.encodedLength();
        }
        RecordDescriptor.length(record, 0, BODY_OFFSET + length);
        return true;
    }

    /** A confirmation does not ask for item and quantity, so what differs in them must stay the purchase that is refused. */
    private boolean isOfItsReservation(Stores stores, int item) {
        final int row = purchased.reservationId() == 0
                ? ReservationStore.NONE
                : stores.reservations().rowOf(purchased.reservationId());
        return row == ReservationStore.NONE
                || stores.reservations().itemRow(row) == item
                        && stores.reservations().quantity(row) == purchased.quantity();
    }

    /** What stands for the fact; valid until the next one. */
    UnsafeBuffer neutral() {
        return record;
    }
}
