package io.doorbuster.engine.store;

import org.agrona.UnsafeApi;

/**
 * Shoppers by surrogate: what they did last, what they were shown last, and their vector. Engine thread only. Setters are
 * legal between {@link #open} and {@link #close}.
 *
 * <pre>
 *   0 row table (key = surrogate, last active) | 24 recent count int32 | 28 recent head int32 | 32 shown count int32
 *   36 events int32 | 40 purchases int32 | 44 session int32 | 64 recent: 32 x {item row int32, generation int32, kind int32, 0, time int64}
 *   832 shown: 24 x {item row int32, generation int32}
 * </pre>
 */
public final class ShopperStore {
    /** Row of a shopper that is not there. */
    public static final int NONE = RowTable.NONE;

    /** Events remembered. */
    public static final int RECENT_MAX = 32;

    /** Places of the last slate remembered. */
    public static final int SHOWN_MAX = 24;

    private static final int RECENT_COUNT = 24;
    private static final int RECENT_HEAD = 28;
    private static final int SHOWN_COUNT = 32;
    private static final int EVENTS = 36;
    private static final int PURCHASES = 40;
    private static final int SESSION = 44;
    private static final int RECENT = 64;
    private static final int RECENT_BYTES = 24;
    private static final int SHOWN = RECENT + RECENT_MAX * RECENT_BYTES;
    private static final int ROW_BYTES = 1024;

    private final RowTable table;
    private final PageStore rows;
    private final VectorStore vectors;
    private final OwnItemStore ownItems;

    ShopperStore(PageStores stores, int shoppersMax, int dimensions) {
        table = new RowTable(stores, "shoppers", 20, ROW_BYTES, shoppersMax);
        rows = table.rows();
        vectors = new VectorStore(stores, "shopper-vectors", 23, dimensions, shoppersMax);
        ownItems = new OwnItemStore(stores, shoppersMax);
    }

    /** Row of a shopper, or {@link #NONE}. */
    public int rowOf(long surrogate) {
        return table.rowOf(surrogate);
    }

    /** Row of a shopper, made when there is none; a full store evicts a shopper who has been quiet for long. */
    public int obtain(long surrogate) {
        final int found = table.rowOf(surrogate);
        if (found != NONE) {
            return found;
        }
        if (table.isFull()) {
            erase(table.nextVictim());
        }
        return table.add(surrogate);
    }

    /** Forgets a shopper: the rows are all zeros afterwards but for the generation. */
    public void erase(int row) {
        vectors.clear(row);
        ownItems.clear(row);
        table.remove(row);
    }

    public void open(int row) {
        rows.open(row);
    }

    public void close(int row) {
        rows.close(row);
    }

    public int inUse() {
        return table.inUse();
    }

    public boolean isFull() {
        return table.isFull();
    }

    public long surrogate(int row) {
        return table.key(row);
    }

    public long lastActiveNs(int row) {
        return table.lastActiveNs(row);
    }

    public void lastActiveNs(int row, long timeNs) {
        table.lastActiveNs(row, timeNs);
    }

    /** Vectors, in the same rows as the shoppers. */
    public VectorStore vectors() {
        return vectors;
    }

    /** What shoppers come back to, in the same rows as they. */
    public OwnItemStore ownItems() {
        return ownItems;
    }

    public int events(int row) {
        return UnsafeApi.getInt(rows.address(row) + EVENTS);
    }

    public void events(int row, int count) {
        UnsafeApi.putInt(rows.address(row) + EVENTS, count);
    }

    public int purchases(int row) {
        return UnsafeApi.getInt(rows.address(row) + PURCHASES);
    }

    public void purchases(int row, int count) {
        UnsafeApi.putInt(rows.address(row) + PURCHASES, count);
    }

    /** Number of the shopper's newest session, see {@link SessionStore}. */
    public int session(int row) {
        return UnsafeApi.getInt(rows.address(row) + SESSION);
    }

    public void session(int row, int session) {
        UnsafeApi.putInt(rows.address(row) + SESSION, session);
    }

    /** Events remembered for a shopper. */
    public int recentCount(int row) {
        return UnsafeApi.getInt(rows.address(row) + RECENT_COUNT);
    }

    private long recentAddress(int row, int age) {
        final long address = rows.address(row);
        final int slot = (UnsafeApi.getInt(address + RECENT_HEAD) - age) & (RECENT_MAX - 1);
        return address + RECENT + (long) slot * RECENT_BYTES;
    }

    /** Item row of a remembered event; age 0 = the newest. */
    public int recentItem(int row, int age) {
        return UnsafeApi.getInt(recentAddress(row, age));
    }

    public int recentGeneration(int row, int age) {
        return UnsafeApi.getInt(recentAddress(row, age) + 4);
    }

    /** Kind of a remembered event, an {@link ItemCount} ordinal. */
    public int recentKind(int row, int age) {
        return UnsafeApi.getInt(recentAddress(row, age) + 8);
    }

    public long recentTimeNs(int row, int age) {
        return UnsafeApi.getLong(recentAddress(row, age) + 16);
    }

    /** Rows below this were in use at some time. */
    public int highWater() {
        return table.highWater();
    }

    /** Remembers an event; the oldest of {@link #RECENT_MAX} is forgotten. */
    public void remember(int row, int itemRow, int generation, ItemCount kind, long timeNs) {
        final long address = rows.address(row);
        UnsafeApi.putInt(address + RECENT_HEAD, (UnsafeApi.getInt(address + RECENT_HEAD) + 1) & (RECENT_MAX - 1));
        UnsafeApi.putInt(address + RECENT_COUNT, Math.min(RECENT_MAX, recentCount(row) + 1));
        final long entry = recentAddress(row, 0);
        UnsafeApi.putInt(entry, itemRow);
        UnsafeApi.putInt(entry + 4, generation);
        UnsafeApi.putInt(entry + 8, kind.ordinal());
        UnsafeApi.putInt(entry + 12, 0);
        UnsafeApi.putLong(entry + 16, timeNs);
    }

    /** Places remembered of the last slate that was shown. */
    public int shownCount(int row) {
        return UnsafeApi.getInt(rows.address(row) + SHOWN_COUNT);
    }

    public void shownCount(int row, int count) {
        UnsafeApi.putInt(rows.address(row) + SHOWN_COUNT, count);
    }

    public int shownItem(int row, int slatePosition) {
        return UnsafeApi.getInt(rows.address(row) + SHOWN + 8L * slatePosition);
    }

    public int shownGeneration(int row, int slatePosition) {
        return UnsafeApi.getInt(rows.address(row) + SHOWN + 8L * slatePosition + 4);
    }

    public void shown(int row, int slatePosition, int itemRow, int generation) {
        final long entry = rows.address(row) + SHOWN + 8L * slatePosition;
        UnsafeApi.putInt(entry, itemRow);
        UnsafeApi.putInt(entry + 4, generation);
    }
}
