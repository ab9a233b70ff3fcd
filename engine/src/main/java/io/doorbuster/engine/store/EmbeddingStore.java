package io.doorbuster.engine.store;

import org.agrona.UnsafeApi;

/**
 * The item embedding, and one row of weights for each place of a session. Engine thread only.
 *
 * <pre>
 *   float x dimensions | sum of squared gradients float | one over the vector's length float | occurrences int32
 *   newest events:  16 x item row int32 in a page-store row, a ring
 *   header:         events that ever were int64 | 8 cursors x {session int32, place int32}
 * </pre>
 */
public final class EmbeddingStore {
    /** Newest events whose items are remembered. */
    static final int OCCURRENCES_MAX = 262_144;

    private static final int PER_LINE = 16;
    private static final int CURSORS = 8;

    private final PageStore items;
    private final PageStore places;
    private final PageStore newest;
    private final PageStore header;
    private final int dimensions;
    private final int squaresOffset;

    EmbeddingStore(PageStores stores, int dimensions, int itemsMax) {
        this.dimensions = dimensions;
        squaresOffset = 4 * dimensions;
        final int rowBytes = squaresOffset + PageStore.ROW_ALIGNMENT;
        items = new PageStore(stores, "embedding", 80, rowBytes, itemsMax);
        places = new PageStore(stores, "embedding-places", 81, rowBytes, SessionStore.ITEMS_MAX);
        newest = new PageStore(stores, "embedding-newest", 82, 64, OCCURRENCES_MAX / PER_LINE);
        header = new PageStore(stores, "embedding-header", 83, 128, 1);
    }

    public int dimensions() {
        return dimensions;
    }

    /** Where an item's vector lies, 64-byte aligned. */
    public long address(int itemRow) {
        return items.address(itemRow);
    }

    public long open(int itemRow) {
        return items.open(itemRow);
    }

    public void close(int itemRow) {
        items.close(itemRow);
    }

    /** One over the length of an item's vector; 0 = the item has none. */
    public float inverseNorm(int itemRow) {
        return UnsafeApi.getFloat(items.address(itemRow) + squaresOffset + 4);
    }

    /** Legal between open and close of the row. */
    public void inverseNorm(int itemRow, float inverse) {
        UnsafeApi.putFloat(items.address(itemRow) + squaresOffset + 4, inverse);
    }

    /** Mean squared gradients so far, for Adagrad. */
    public float squares(int itemRow) {
        return UnsafeApi.getFloat(items.address(itemRow) + squaresOffset);
    }

    /** Legal between open and close of the row. */
    public void squares(int itemRow, float squares) {
        UnsafeApi.putFloat(items.address(itemRow) + squaresOffset, squares);
    }

    /** Where the weights of a place lie; 0 = the session's last item. */
    public long placeAddress(int place) {
        return places.address(place);
    }

    public long openPlace(int place) {
        return places.open(place);
    }

    public void closePlace(int place) {
        places.close(place);
    }

    public float placeSquares(int place) {
        return UnsafeApi.getFloat(places.address(place) + squaresOffset);
    }

    /** Legal between open and close of the place. */
    public void placeSquares(int place, float squares) {
        UnsafeApi.putFloat(places.address(place) + squaresOffset, squares);
    }

    /** Events that ever were. */
    public long events() {
        return UnsafeApi.getLong(header.address(0));
    }

    /** Newest events whose items are remembered. */
    public int occurrences() {
        return (int) Math.min(OCCURRENCES_MAX, events());
    }

    /** Item row of a remembered event, in no order. */
    public int occurrence(int slot) {
        return UnsafeApi.getInt(newest.address(slot / PER_LINE) + 4L * (slot % PER_LINE));
    }

    /** How many of the remembered events are of an item. */
    public int occurrencesOf(int itemRow) {
        return UnsafeApi.getInt(items.address(itemRow) + squaresOffset + 8);
    }

    /** Remembers an event; the oldest is forgotten. */
    public void remember(int itemRow) {
        final long events = events();
        final int slot = (int) (events % OCCURRENCES_MAX);
        if (events >= OCCURRENCES_MAX) {
            count(occurrence(slot), -1);
        }
        UnsafeApi.putInt(newest.open(slot / PER_LINE) + 4L * (slot % PER_LINE), itemRow);
        newest.close(slot / PER_LINE);
        count(itemRow, 1);
        UnsafeApi.putLong(header.open(0), events + 1);
        header.close(0);
    }

    private void count(int itemRow, int change) {
        final long count = items.open(itemRow) + squaresOffset + 8;
        UnsafeApi.putInt(count, UnsafeApi.getInt(count) + change);
        items.close(itemRow);
    }

    /** Session of a cursor that learns what is remembered again. */
    public int cursorSession(int cursor) {
        return UnsafeApi.getInt(header.address(0) + CURSORS + 8L * cursor);
    }

    public int cursorPlace(int cursor) {
        return UnsafeApi.getInt(header.address(0) + CURSORS + 8L * cursor + 4);
    }

    public void cursor(int cursor, int session, int place) {
        final long address = header.open(0) + CURSORS + 8L * cursor;
        UnsafeApi.putInt(address, session);
        UnsafeApi.putInt(address + 4, place);
        header.close(0);
    }
}
