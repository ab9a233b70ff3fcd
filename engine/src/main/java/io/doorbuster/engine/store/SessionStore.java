package io.doorbuster.engine.store;

import org.agrona.UnsafeApi;

/**
 * What shoppers did together: a ring of the newest sessions with their last items, and for each item the newest sessions
 * that hold it. A session is here from its first item on, so the next request already finds it. Engine thread only.
 *
 * <p>Sessions are numbered 1, 2, 3, ... in the order in which they began; a number says how old a session is, and which row
 * of the ring holds it. Numbers wrap like ints and are compared by difference.
 *
 * <pre>
 *   session:   15 x {item row + 1 int32, 0 = none}, oldest first | items in it, at most 15, int32
 *   postings:  sessions that ever held the item int32 | 111 x session number int32, a ring
 *   header:    number of the newest session int32
 * </pre>
 */
public final class SessionStore {
    /** Items of a session that are remembered: the last ones. */
    public static final int ITEMS_MAX = 15;

    /** Sessions of an item that are remembered: the newest ones. */
    public static final int POSTINGS_MAX = 111;

    /** No session. */
    public static final int NONE = 0;

    private static final int LINE_BYTES = 64;
    private static final int INTS_PER_LINE = LINE_BYTES / 4;
    private static final int POSTING_LINES = (1 + POSTINGS_MAX) / INTS_PER_LINE;
    private static final int LENGTH = 4 * ITEMS_MAX;

    private final PageStore sessions;
    private final PageStore postings;
    private final PageStore header;
    private final int sessionsMax;

    SessionStore(PageStores stores, int itemsMax, int sessionsMax) {
        this.sessionsMax = sessionsMax;
        sessions = new PageStore(stores, "sessions", 31, LINE_BYTES, sessionsMax);
        postings =
                new PageStore(stores, "session-postings", 32, LINE_BYTES, Math.multiplyExact(itemsMax, POSTING_LINES));
        header = new PageStore(stores, "sessions-newest", 33, LINE_BYTES, 1);
    }

    /** Number of the newest session; {@link #NONE} before the first. */
    public int newest() {
        return UnsafeApi.getInt(header.address(0));
    }

    /** How many sessions began after this one. */
    public int age(int session) {
        return newest() - session;
    }

    /** Whether a session is still in the ring. */
    public boolean remembers(int session) {
        return session != NONE && Integer.compareUnsigned(newest() - session, sessionsMax) < 0;
    }

    /** Sessions in the ring. */
    public int remembered() {
        return Math.min(newest() & Integer.MAX_VALUE, sessionsMax);
    }

    private int row(int session) {
        return Integer.remainderUnsigned(session - 1, sessionsMax);
    }

    /** Begins a session without items; the oldest may be forgotten for it. */
    public int begin() {
        final int session = newest() + 1 == NONE ? 1 : newest() + 1;
        UnsafeApi.putInt(header.open(0), session);
        header.close(0);
        sessions.clear(row(session));
        return session;
    }

    /** Items of a session that are remembered. */
    public int length(int session) {
        return UnsafeApi.getInt(sessions.address(row(session)) + LENGTH);
    }

    /** Item row at a place, 0 = the oldest remembered. */
    public int item(int session, int place) {
        return UnsafeApi.getInt(sessions.address(row(session)) + 4L * place) - 1;
    }

    /** Adds an item to a session that is in the ring; the oldest of {@link #ITEMS_MAX} is forgotten. */
    public void append(int session, int itemRow) {
        final int row = row(session);
        final boolean isFirst = !holds(session, itemRow);
        final long address = sessions.open(row);
        int length = UnsafeApi.getInt(address + LENGTH);
        if (length == ITEMS_MAX) {
            length--;
            UnsafeApi.copyMemory(address + 4, address, 4L * length);
        }
        UnsafeApi.putInt(address + 4L * length, itemRow + 1);
        UnsafeApi.putInt(address + LENGTH, length + 1);
        sessions.close(row);
        if (isFirst && (sessionsOf(itemRow) == 0 || sessionOf(itemRow, 0) != session)) {
            post(itemRow, session);
        }
    }

    private boolean holds(int session, int itemRow) {
        for (int place = 0, length = length(session); place < length; place++) {
            if (item(session, place) == itemRow) {
                return true;
            }
        }
        return false;
    }

    private void post(int itemRow, int session) {
        final int count = sessionsOf(itemRow);
        final int head = itemRow * POSTING_LINES;
        UnsafeApi.putInt(postings.open(head), count == Integer.MAX_VALUE ? count : count + 1);
        postings.close(head);
        final int slot = 1 + count % POSTINGS_MAX;
        final int line = head + slot / INTS_PER_LINE;
        UnsafeApi.putInt(postings.open(line) + 4L * (slot % INTS_PER_LINE), session);
        postings.close(line);
    }

    /** Sessions that ever held an item. */
    public int sessionsOf(int itemRow) {
        return UnsafeApi.getInt(postings.address(itemRow * POSTING_LINES));
    }

    /** A session that holds, or held, an item; age 0 = the newest. Legal below both {@link #POSTINGS_MAX} and the count. */
    public int sessionOf(int itemRow, int age) {
        final int slot = 1 + (sessionsOf(itemRow) - 1 - age) % POSTINGS_MAX;
        final int line = itemRow * POSTING_LINES + slot / INTS_PER_LINE; // An item's lines may lie in two pages.
        return UnsafeApi.getInt(postings.address(line) + 4L * (slot % INTS_PER_LINE));
    }
}
