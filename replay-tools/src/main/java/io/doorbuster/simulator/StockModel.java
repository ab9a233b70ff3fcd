package io.doorbuster.simulator;

import io.doorbuster.codec.ConfirmReservationDecoder;
import io.doorbuster.codec.ItemRetiredDecoder;
import io.doorbuster.codec.ItemUpsertedDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.PriceChangedDecoder;
import io.doorbuster.codec.PurchasedDecoder;
import io.doorbuster.codec.ReleaseReservationDecoder;
import io.doorbuster.codec.ReserveStockDecoder;
import io.doorbuster.codec.StockAdjustedDecoder;
import io.doorbuster.codec.StockSetDecoder;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.Stores;
import java.lang.reflect.Array;
import org.agrona.collections.Long2LongHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The naive twin of the engine's counting: units put in, sold and reserved, kept in plain arrays. Knows what each operation on
 * units must come to.
 */
final class StockModel {
    private static final int NONE = -1;
    private static final long NS_PER_MILLI = 1_000_000;

    private final boolean[] exists;
    private final boolean[] retired;
    private final long[] putIn;
    private final long[] sold;
    private final int[] reserved;
    private final long[] ids;
    private final int[] items;
    private final int[] quantities;
    private final long[] expiresAtNs;
    private final Long2LongHashMap slots = new Long2LongHashMap(NONE);
    private final long[] lastSequence;
    private int reservations;
    private long nextExpiryNs = Long.MAX_VALUE;
    private long detail;

    StockModel(int itemCount, int reservationsMax, int clients) {
        exists = new boolean[itemCount + 1];
        retired = new boolean[itemCount + 1];
        putIn = new long[itemCount + 1];
        sold = new long[itemCount + 1];
        reserved = new int[itemCount + 1];
        ids = new long[reservationsMax];
        items = new int[reservationsMax];
        quantities = new int[reservationsMax];
        expiresAtNs = new long[reservationsMax];
        lastSequence = new long[clients];
    }

    /** Makes this what another one is now. */
    void set(StockModel other) {
        copy(other.exists, exists);
        copy(other.retired, retired);
        copy(other.putIn, putIn);
        copy(other.sold, sold);
        copy(other.reserved, reserved);
        copy(other.ids, ids);
        copy(other.items, items);
        copy(other.quantities, quantities);
        copy(other.expiresAtNs, expiresAtNs);
        copy(other.lastSequence, lastSequence);
        reservations = other.reservations;
        nextExpiryNs = other.nextExpiryNs;
        slots.clear();
        for (int slot = 0; slot < reservations; slot++) {
            slots.put(ids[slot], slot);
        }
    }

    @SuppressWarnings("SuspiciousSystemArraycopy") // Arrays of one field of two of these.
    private static void copy(Object from, Object to) {
        System.arraycopy(from, 0, to, 0, Array.getLength(from));
    }

    /** Sequence of the last operation of a client that was applied. */
    long lastSequence(int client) {
        return lastSequence[client];
    }

    /** Reservations run out. */
    void expire(long nowNs) {
        if (nowNs < nextExpiryNs) {
            return;
        }
        nextExpiryNs = Long.MAX_VALUE;
        for (int slot = reservations - 1; slot >= 0; slot--) {
            if (expiresAtNs[slot] <= nowNs) {
                end(slot);
            }
        }
        for (int slot = 0; slot < reservations; slot++) {
            nextExpiryNs = Math.min(nextExpiryNs, expiresAtNs[slot]);
        }
    }

    private void end(int slot) {
        reserved[items[slot]] -= quantities[slot];
        slots.remove(ids[slot]);
        reservations--;
        if (slot != reservations) {
            ids[slot] = ids[reservations];
            items[slot] = items[reservations];
            quantities[slot] = quantities[reservations];
            expiresAtNs[slot] = expiresAtNs[reservations];
            slots.put(ids[slot], slot);
        }
    }

    /**
     * Applies the next operation of a client.
     *
     * @return what it must come to, with {@link #detail()}; null = this model does not know.
     */
    @Nullable
    Outcome apply(int client, Operation operation, long nowNs) {
        lastSequence[client]++;
        detail = 0;
        final int item = operation.item;
        return switch (operation.kind) {
            case ItemUpsertedDecoder.TEMPLATE_ID -> upsert(item, operation.quantity);
            case PriceChangedDecoder.TEMPLATE_ID -> exists[item] ? Outcome.ACCEPTED : Outcome.UNKNOWN_ITEM;
            case ItemRetiredDecoder.TEMPLATE_ID -> {
                retired[item] |= exists[item];
                yield exists[item] ? Outcome.ACCEPTED : Outcome.UNKNOWN_ITEM;
            }
            case StockSetDecoder.TEMPLATE_ID -> count(item, operation.quantity);
            case StockAdjustedDecoder.TEMPLATE_ID -> count(item, onHand(item) + operation.quantity);
            case ReserveStockDecoder.TEMPLATE_ID -> reserve(operation, nowNs);
            case ConfirmReservationDecoder.TEMPLATE_ID -> take(slot(operation.reservation));
            case ReleaseReservationDecoder.TEMPLATE_ID -> release(slot(operation.reservation));
            case PurchasedDecoder.TEMPLATE_ID -> purchase(operation);
            default -> null;
        };
    }

    long detail() {
        return detail;
    }

    private long onHand(int item) {
        return putIn[item] - sold[item];
    }

    private int slot(long reservation) {
        return (int) slots.get(reservation);
    }

    private Outcome upsert(int item, int initialOnHand) {
        if (!exists[item]) {
            exists[item] = true;
            putIn[item] = initialOnHand;
        }
        retired[item] = false;
        return Outcome.ACCEPTED;
    }

    private Outcome count(int item, long units) {
        if (!exists[item]) {
            return Outcome.UNKNOWN_ITEM;
        }
        putIn[item] += Math.max(0, units) - onHand(item);
        return shortOf(reserved[item] - units);
    }

    private Outcome shortOf(long units) {
        detail = Math.max(0, units);
        return units > 0 ? Outcome.OVERCOMMITTED : Outcome.ACCEPTED;
    }

    private Outcome reserve(Operation operation, long nowNs) {
        final int item = operation.item;
        final long free = Math.max(0, onHand(item) - reserved[item]);
        if (!exists[item]) {
            return Outcome.UNKNOWN_ITEM;
        }
        if (retired[item]) {
            return Outcome.ITEM_RETIRED;
        }
        if (slot(operation.reservation) != NONE) {
            return Outcome.RESERVATION_EXISTS;
        }
        if (free < operation.quantity) {
            detail = free;
            return Outcome.INSUFFICIENT_STOCK;
        }
        if (reservations == ids.length) {
            return Outcome.RESERVATIONS_FULL;
        }
        final int slot = reservations++;
        ids[slot] = operation.reservation;
        items[slot] = item;
        quantities[slot] = operation.quantity;
        expiresAtNs[slot] = nowNs + operation.millis * NS_PER_MILLI;
        nextExpiryNs = Math.min(nextExpiryNs, expiresAtNs[slot]);
        slots.put(operation.reservation, slot);
        reserved[item] += operation.quantity;
        detail = free - operation.quantity;
        return Outcome.ACCEPTED;
    }

    private Outcome take(int slot) {
        if (slot == NONE) {
            return Outcome.UNKNOWN_RESERVATION;
        }
        final int item = items[slot];
        final int quantity = quantities[slot];
        final long taken = Math.min(quantity, onHand(item));
        end(slot);
        sold[item] += taken;
        if (taken < quantity) {
            return shortOf(quantity - taken);
        }
        detail = Math.max(0, onHand(item) - reserved[item]);
        return Outcome.ACCEPTED;
    }

    private Outcome release(int slot) {
        if (slot == NONE) {
            return Outcome.UNKNOWN_RESERVATION;
        }
        end(slot);
        return Outcome.ACCEPTED;
    }

    private Outcome purchase(Operation operation) {
        final int item = operation.item;
        if (!exists[item]) {
            return Outcome.UNKNOWN_ITEM;
        }
        if (operation.reservation == 0) {
            final long units = onHand(item) - operation.quantity;
            sold[item] += Math.min(operation.quantity, onHand(item));
            return shortOf(reserved[item] - units);
        }
        final int slot = slot(operation.reservation);
        if (slot == NONE) {
            return Outcome.UNKNOWN_RESERVATION;
        }
        if (items[slot] != item || quantities[slot] != operation.quantity) {
            return Outcome.RESERVATION_MISMATCH;
        }
        return take(slot);
    }

    /** Units put in are sold, free or reserved, in the engine's stores as here. */
    void check(Stores stores) {
        final ItemStore engine = stores.items();
        for (int item = 1; item < exists.length; item++) {
            final int row = engine.rowOf(item);
            SimulationFailure.check(exists[item] == (row != ItemStore.NONE), "row of item " + item, row, item);
            if (exists[item]) {
                final int units = engine.onHand(row);
                SimulationFailure.check(units == onHand(item), "units of item " + item, units, onHand(item));
                final int promised = engine.reserved(row);
                SimulationFailure.check(
                        promised == reserved[item], "reserved units of item " + item, promised, reserved[item]);
            }
        }
        final int size = stores.reservations().size();
        SimulationFailure.check(size == reservations, "reservations", size, reservations);
    }
}
