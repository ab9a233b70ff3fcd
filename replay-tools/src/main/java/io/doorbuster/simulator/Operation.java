package io.doorbuster.simulator;

/** What a fact or command says about units, as its sender meant it; the kind is the wire message's template id. Reused. */
final class Operation {
    int kind;
    int item;
    int quantity;
    long reservation;
    long millis;

    void set(int newKind, int newItem, int newQuantity, long newReservation, long newMillis) {
        kind = newKind;
        item = newItem;
        quantity = newQuantity;
        reservation = newReservation;
        millis = newMillis;
    }

    void set(Operation other) {
        set(other.kind, other.item, other.quantity, other.reservation, other.millis);
    }
}
