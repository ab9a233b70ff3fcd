package io.doorbuster.engine.stock;

import io.doorbuster.codec.ConfirmReservationRecordDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.PurchasedRecordDecoder;
import io.doorbuster.codec.ReleaseReservationRecordDecoder;
import io.doorbuster.codec.ReserveStockRecordDecoder;
import io.doorbuster.codec.StockAdjustedRecordDecoder;
import io.doorbuster.codec.StockSetRecordDecoder;
import io.doorbuster.engine.decision.Verdict;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.ReservationStore;
import io.doorbuster.engine.store.Stores;

/**
 * Counts units. Engine thread only.
 *
 * <p>On hand and reserved are never negative, and a reservation is made only of free units (on hand less reserved), so no
 * unit is promised twice. A valid fact about the count is always taken: when it leaves fewer units on hand than are
 * reserved, the answer is {@code OVERCOMMITTED} with the shortfall.
 */
public final class StockStage {
    /** Reservations ended at most at one event; the rest follow at the next. */
    public static final int EXPIRED_MAX = 1_024;

    private static final long NS_PER_MILLI = 1_000_000;

    private final ItemStore items;
    private final ReservationStore reservations;

    public StockStage(Stores stores) {
        items = stores.items();
        reservations = stores.reservations();
    }

    /** Frees the units of reservations whose time has run out. */
    public void expire(long nowNs) {
        expire(nowNs, EXPIRED_MAX);
    }

    private void expire(long nowNs, int countMax) {
        int row = reservations.expired(nowNs);
        for (int i = 0; i < countMax && row != ReservationStore.NONE; i++) {
            end(row);
            row = reservations.expired(nowNs);
        }
    }

    private void end(int row) {
        final int item = reservations.itemRow(row);
        items.open(item);
        items.reserved(item, items.reserved(item) - reservations.quantity(row));
        items.close(item);
        reservations.remove(row);
    }

    public void onStockSet(StockSetRecordDecoder fact, Verdict verdict) {
        final int row = items.rowOf(fact.itemId());
        if (row == ItemStore.NONE) {
            verdict.set(Outcome.UNKNOWN_ITEM);
            return;
        }
        onHand(row, fact.onHand(), verdict);
    }

    public void onStockAdjusted(StockAdjustedRecordDecoder fact, Verdict verdict) {
        final int row = items.rowOf(fact.itemId());
        if (row == ItemStore.NONE) {
            verdict.set(Outcome.UNKNOWN_ITEM);
            return;
        }
        onHand(row, (long) items.onHand(row) + fact.delta(), verdict);
    }

    /** Sets the count, held within 0 and the largest int; what lies below 0 or the reserved units is the shortfall. */
    private void onHand(int row, long units, Verdict verdict) {
        items.open(row);
        items.onHand(row, (int) Math.max(0, Math.min(Integer.MAX_VALUE, units)));
        items.close(row);
        final long shortfall = items.reserved(row) - units;
        if (shortfall > 0) {
            verdict.set(Outcome.OVERCOMMITTED, shortfall);
        } else {
            verdict.set(Outcome.ACCEPTED);
        }
    }

    public void onReserve(ReserveStockRecordDecoder command, long nowNs, Verdict verdict) {
        final int item = items.rowOf(command.itemId());
        if (item != ItemStore.NONE && (items.free(item) < command.quantity() || reservations.isFull())) {
            expire(nowNs, Integer.MAX_VALUE); // Nobody is refused for the sake of one whose time has run out.
        }
        if (item == ItemStore.NONE) {
            verdict.set(Outcome.UNKNOWN_ITEM);
        } else if (items.isRetired(item)) {
            verdict.set(Outcome.ITEM_RETIRED);
        } else if (reservations.rowOf(command.reservationId()) != ReservationStore.NONE) {
            verdict.set(Outcome.RESERVATION_EXISTS);
        } else if (items.free(item) < command.quantity()) {
            verdict.set(Outcome.INSUFFICIENT_STOCK, items.free(item));
        } else if (reservations.isFull()) {
            verdict.set(Outcome.RESERVATIONS_FULL);
        } else {
            items.open(item);
            items.reserved(item, items.reserved(item) + command.quantity());
            items.close(item);
            final long expiresAtNs = nowNs + command.timeToLiveMillis() * NS_PER_MILLI;
            reservations.add(command.reservationId(), item, command.quantity(), expiresAtNs);
            verdict.set(Outcome.ACCEPTED, items.free(item));
        }
    }

    public void onConfirm(ConfirmReservationRecordDecoder command, long nowNs, Verdict verdict) {
        final int row = reservations.rowOf(command.reservationId());
        if (row == ReservationStore.NONE) {
            verdict.set(Outcome.UNKNOWN_RESERVATION);
            return;
        }
        take(row, nowNs, verdict);
    }

    /** Sells the units of a reservation, unless its time has run out. */
    private void take(int row, long nowNs, Verdict verdict) {
        if (reservations.expiresAtNs(row) <= nowNs) {
            end(row);
            verdict.set(Outcome.RESERVATION_EXPIRED);
            return;
        }
        final int item = reservations.itemRow(row);
        final int quantity = reservations.quantity(row);
        final int onHand = items.onHand(item);
        end(row);
        items.open(item);
        items.onHand(item, Math.max(0, onHand - quantity));
        items.close(item);
        if (onHand < quantity) {
            verdict.set(Outcome.OVERCOMMITTED, quantity - onHand);
        } else {
            verdict.set(Outcome.ACCEPTED, items.free(item));
        }
    }

    public void onRelease(ReleaseReservationRecordDecoder command, Verdict verdict) {
        final int row = reservations.rowOf(command.reservationId());
        if (row == ReservationStore.NONE) {
            verdict.set(Outcome.UNKNOWN_RESERVATION);
            return;
        }
        end(row);
        verdict.set(Outcome.ACCEPTED);
    }

    /** Takes the units of a purchase from its reservation or from the count. */
    public void onPurchased(PurchasedRecordDecoder fact, long nowNs, Verdict verdict) {
        final int item = items.rowOf(fact.itemId());
        if (item == ItemStore.NONE) {
            verdict.set(Outcome.UNKNOWN_ITEM);
        } else if (fact.reservationId() == 0) {
            onHand(item, (long) items.onHand(item) - fact.quantity(), verdict);
        } else {
            final int row = reservations.rowOf(fact.reservationId());
            if (row == ReservationStore.NONE) {
                verdict.set(Outcome.UNKNOWN_RESERVATION);
            } else if (reservations.itemRow(row) != item || reservations.quantity(row) != fact.quantity()) {
                verdict.set(Outcome.RESERVATION_MISMATCH);
            } else {
                take(row, nowNs, verdict);
            }
        }
    }
}
