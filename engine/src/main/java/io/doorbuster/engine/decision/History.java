package io.doorbuster.engine.decision;

import io.doorbuster.engine.store.SessionStore;

/**
 * The last items that something is decided for, newest first: of a shopper, of a session, or given with the request. An item
 * may stand in it more than once. Reused; allocates nothing. Engine thread only.
 */
public final class History {
    /** Items at most. */
    public static final int MAX = SessionStore.ITEMS_MAX;

    private final int[] rows = new int[MAX];
    private int count;
    private int session;
    private long awayNs;
    private boolean isOfEarlierSession;

    /** Forgets everything. */
    public void reset() {
        count = 0;
        session = SessionStore.NONE;
        away(0, false);
    }

    /** Says how long ago its last event was, and whether that was in a session that has ended. */
    public void away(long ns, boolean ofEarlierSession) {
        awayNs = ns;
        isOfEarlierSession = ofEarlierSession;
    }

    /** Nanoseconds since its last event. */
    public long awayNs() {
        return awayNs;
    }

    /** Whether what comes next begins a session. */
    public boolean isOfEarlierSession() {
        return isOfEarlierSession;
    }

    /** Adds an item that is older than those before; beyond {@link #MAX} nothing is added. */
    public void addOlder(int itemRow) {
        if (count < MAX) {
            rows[count++] = itemRow;
        }
    }

    /** Items in it. */
    public int count() {
        return count;
    }

    /** Item row at a place, 0 = the newest. */
    public int row(int place) {
        return rows[place];
    }

    /** Whether the item stands at a newer place as well. */
    public boolean isRepeat(int place) {
        return firstPlaceOf(rows[place]) < place;
    }

    /** The newest place of an item, or -1. */
    public int firstPlaceOf(int itemRow) {
        for (int place = 0; place < count; place++) {
            if (rows[place] == itemRow) {
                return place;
            }
        }
        return -1;
    }

    /** How often an item stands in it. */
    public int countOf(int itemRow) {
        int found = 0;
        for (int place = 0; place < count; place++) {
            if (rows[place] == itemRow) {
                found++;
            }
        }
        return found;
    }

    /** The session that these items are part of, which is no neighbour of itself; {@link SessionStore#NONE} if there is none. */
    public int session() {
        return session;
    }

    public void session(int number) {
        session = number;
    }
}
