package io.doorbuster.demo;

import io.doorbuster.codec.ConfirmReservationRecordDecoder;
import io.doorbuster.codec.ItemUpsertedRecordDecoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.PurchasedRecordDecoder;
import io.doorbuster.codec.RecommendRecordDecoder;
import io.doorbuster.codec.ReleaseReservationRecordDecoder;
import io.doorbuster.codec.ReserveStockRecordDecoder;
import io.doorbuster.codec.StockAdjustedRecordDecoder;
import io.doorbuster.codec.StockSetRecordDecoder;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.journal.JournalTailer;
import io.doorbuster.journal.RecordDescriptor;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import org.agrona.DirectBuffer;

/**
 * Counts units once more, with maps and without the engine, from the journal and the replies alone. One thread.
 *
 * <p>At each slate it asks of each item whether a unit was free just then; at each accepted promise whether the units were
 * there.
 */
public final class SaleChecker {
    private static final int POLL_EXCERPTS = 64;
    private static final long NS_PER_MILLI = 1_000_000;

    private record Reservation(long id, long itemId, int quantity, long expiresAtNs) {}

    private final ReplyLog replies;
    private final Map<Long, Long> onHand = new HashMap<>();
    private final Map<Long, Long> reserved = new HashMap<>();
    private final Map<Long, Reservation> reservations = new HashMap<>();
    private final PriorityQueue<Reservation> byExpiry =
            new PriorityQueue<>(Comparator.comparingLong(Reservation::expiresAtNs));
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final ItemUpsertedRecordDecoder itemUpserted = new ItemUpsertedRecordDecoder();
    private final StockSetRecordDecoder stockSet = new StockSetRecordDecoder();
    private final StockAdjustedRecordDecoder stockAdjusted = new StockAdjustedRecordDecoder();
    private final PurchasedRecordDecoder purchased = new PurchasedRecordDecoder();
    private final ReserveStockRecordDecoder reserve = new ReserveStockRecordDecoder();
    private final ConfirmReservationRecordDecoder confirm = new ConfirmReservationRecordDecoder();
    private final ReleaseReservationRecordDecoder release = new ReleaseReservationRecordDecoder();
    private long slates;
    private long places;
    private long soldOutShown;
    private long oversold;
    private long promised;

    /** A check of these replies. */
    public SaleChecker(ReplyLog replies) {
        this.replies = replies;
    }

    /** Reads a journal from its first record. Call once. */
    public void check(Path dataDirectory) {
        try (JournalTailer tailer = JournalTailer.open(DataDirectory.journal(dataDirectory))) {
            int polled = 1;
            while (polled > 0) {
                polled = tailer.poll((buffer, offset, length) -> onRecord(buffer, offset), POLL_EXCERPTS);
            }
        }
    }

    private void onRecord(DirectBuffer buffer, int offset) {
        final int at = offset + RecordDescriptor.MESSAGE_OFFSET;
        final long position = RecordDescriptor.position(buffer, offset);
        if (position == 0) {
            return;
        }
        expire(RecordDescriptor.journalTimeNs(buffer, offset));
        switch (RecordDescriptor.templateId(buffer, offset)) {
            case ItemUpsertedRecordDecoder.TEMPLATE_ID -> {
                itemUpserted.wrapAndApplyHeader(buffer, at, header);
                onHand.putIfAbsent(itemUpserted.itemId(), (long) itemUpserted.initialOnHand());
            }
            case StockSetRecordDecoder.TEMPLATE_ID -> {
                stockSet.wrapAndApplyHeader(buffer, at, header);
                onHand.put(stockSet.itemId(), (long) stockSet.onHand());
            }
            case StockAdjustedRecordDecoder.TEMPLATE_ID -> {
                stockAdjusted.wrapAndApplyHeader(buffer, at, header);
                take(stockAdjusted.itemId(), -stockAdjusted.delta());
            }
            case PurchasedRecordDecoder.TEMPLATE_ID -> {
                purchased.wrapAndApplyHeader(buffer, at, header);
                onPurchased(position);
            }
            case ReserveStockRecordDecoder.TEMPLATE_ID -> {
                reserve.wrapAndApplyHeader(buffer, at, header);
                onReserve(position, RecordDescriptor.journalTimeNs(buffer, offset));
            }
            case ConfirmReservationRecordDecoder.TEMPLATE_ID -> {
                confirm.wrapAndApplyHeader(buffer, at, header);
                onSold(confirm.reservationId(), position);
            }
            case ReleaseReservationRecordDecoder.TEMPLATE_ID -> {
                release.wrapAndApplyHeader(buffer, at, header);
                end(reservations.get(release.reservationId()));
            }
            case RecommendRecordDecoder.TEMPLATE_ID -> onSlate(replies.slate(position));
            default -> {
                return;
            }
        }
    }

    private void expire(long nowNs) {
        while (!byExpiry.isEmpty() && byExpiry.element().expiresAtNs <= nowNs) {
            end(byExpiry.remove());
        }
    }

    private void end(@org.jspecify.annotations.Nullable Reservation reservation) {
        if (reservation != null && reservations.remove(reservation.id, reservation)) {
            reserved.merge(reservation.itemId, (long) -reservation.quantity, Long::sum);
        }
    }

    private void take(long itemId, long units) {
        onHand.merge(itemId, -units, Long::sum);
        onHand.merge(itemId, 0L, (have, zero) -> Math.max(have, zero));
    }

    private long free(long itemId) {
        return onHand.getOrDefault(itemId, 0L) - reserved.getOrDefault(itemId, 0L);
    }

    private void onReserve(long position, long nowNs) {
        if (!replies.isAccepted(position)) {
            return;
        }
        final long itemId = reserve.itemId();
        promised += reserve.quantity();
        oversold += Math.min(reserve.quantity(), Math.max(0, reserve.quantity() - free(itemId)));
        final Reservation reservation = new Reservation(
                reserve.reservationId(), itemId, reserve.quantity(), nowNs + reserve.timeToLiveMillis() * NS_PER_MILLI);
        reservations.put(reservation.id, reservation);
        byExpiry.add(reservation);
        reserved.merge(itemId, (long) reservation.quantity, Long::sum);
    }

    private void onPurchased(long position) {
        if (purchased.reservationId() == 0) {
            take(purchased.itemId(), purchased.quantity());
        } else {
            onSold(purchased.reservationId(), position);
        }
    }

    private void onSold(long reservationId, long position) {
        if (!replies.isAccepted(position)) {
            return;
        }
        final Reservation reservation = reservations.get(reservationId);
        if (reservation == null) {
            oversold++; // Sold out of a promise that does not hold any more.
            return;
        }
        oversold += Math.max(0, reservation.quantity - onHand.getOrDefault(reservation.itemId, 0L));
        end(reservation);
        take(reservation.itemId, reservation.quantity);
    }

    private void onSlate(long[] items) {
        if (items.length > 0) {
            slates++;
        }
        for (final long itemId : items) {
            places++;
            if (free(itemId) <= 0) {
                soldOutShown++;
            }
        }
    }

    /** Slates looked at. */
    public long slates() {
        return slates;
    }

    /** Places of slates looked at. */
    public long places() {
        return places;
    }

    /** Places that held an item without a free unit. */
    public long soldOutShown() {
        return soldOutShown;
    }

    /** Units promised. */
    public long promised() {
        return promised;
    }

    /** Units promised or sold that were not there. */
    public long oversold() {
        return oversold;
    }
}
