package io.doorbuster.engine.store;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.UnsafeApi;

/**
 * Item records, one row each. Engine thread only. Setters are legal between {@link #open} and {@link #close}.
 *
 * <pre>
 *   0 row table (key = item id) | 24 price int64 | 32 popularity float64 | 40 brand | 44 category | 48 on hand
 *   52 reserved | 56 rating | 60 flags | 64 views | 68 clicks | 72 carts | 76 purchases | 80 shown | 84 text length | 88 text
 *   128 short popularity float64 | 136 long popularity float64 | 144 price before int64 | 152 price before that int64
 *   160 log price float, cleaned
 * </pre>
 */
public final class ItemStore {
    /** Flag: the item left the catalogue. */
    public static final int RETIRED = 1;

    /** Flag: the shop wants the item in no slate. */
    public static final int BLOCKED = 2;

    /** Half-lives of popularity are so many times apart. */
    public static final int HALF_LIFE_RATIO = 24;

    /** Longest textual id in bytes. */
    public static final int EXTERNAL_ID_MAX = 40;

    /** Row of an item that is not there. */
    public static final int NONE = RowTable.NONE;

    private static final int PRICE = 24;
    private static final int POPULARITY = 32;
    private static final int BRAND = 40;
    private static final int CATEGORY = 44;
    private static final int ON_HAND = 48;
    private static final int RESERVED = 52;
    private static final int RATING = 56;
    private static final int FLAGS = 60;
    private static final int COUNTS = 64;
    private static final int TEXT_LENGTH = 84;
    private static final int TEXT = 88;
    private static final int SHORT_POPULARITY = 128;
    private static final int LONG_POPULARITY = 136;
    private static final int PRICE_BEFORE = 144;
    private static final int PRICE_BEFORE_THAT = 152;
    private static final int LOG_PRICE = 160;
    private static final int ROW_BYTES = 192;

    private final RowTable table;
    private final PageStore rows;

    ItemStore(PageStores stores, int itemsMax) {
        table = new RowTable(stores, "items", 10, ROW_BYTES, itemsMax);
        rows = table.rows();
    }

    /** Row of an item, or {@link #NONE}. */
    public int rowOf(long itemId) {
        return table.rowOf(itemId);
    }

    /** Gives an item a row; {@link #NONE} when the store is full, and then nothing has changed. */
    public int add(long itemId) {
        return table.add(itemId);
    }

    public boolean isFull() {
        return table.isFull();
    }

    public int inUse() {
        return table.inUse();
    }

    /** All rows in use lie below this. */
    public int highWater() {
        return table.highWater();
    }

    public void open(int row) {
        rows.open(row);
    }

    public void close(int row) {
        rows.close(row);
    }

    /** Id of the item in a row; 0 = the row is free. */
    public long itemId(int row) {
        return table.key(row);
    }

    public int generation(int row) {
        return table.generation(row);
    }

    /** Whether a reference (row, generation) still means an item. */
    public boolean isLive(int row, int generation) {
        return table.generation(row) == generation && table.key(row) != 0;
    }

    /** Minor units. */
    public long priceMinor(int row) {
        return UnsafeApi.getLong(rows.address(row) + PRICE);
    }

    public void priceMinor(int row, long price) {
        UnsafeApi.putLong(rows.address(row) + PRICE, price);
    }

    /** The price before the one now, minor units; 0 = there was none. */
    public long priceBeforeMinor(int row) {
        return UnsafeApi.getLong(rows.address(row) + PRICE_BEFORE);
    }

    /** The price before that; 0 = there was none. */
    public long priceBeforeThatMinor(int row) {
        return UnsafeApi.getLong(rows.address(row) + PRICE_BEFORE_THAT);
    }

    public void pricesBefore(int row, long before, long beforeThat) {
        UnsafeApi.putLong(rows.address(row) + PRICE_BEFORE, before);
        UnsafeApi.putLong(rows.address(row) + PRICE_BEFORE_THAT, beforeThat);
    }

    /** Logarithm of the price in minor units, cleaned as the shop says; 0 = it has none. */
    public float logPrice(int row) {
        return UnsafeApi.getFloat(rows.address(row) + LOG_PRICE);
    }

    public void logPrice(int row, float logPrice) {
        UnsafeApi.putFloat(rows.address(row) + LOG_PRICE, logPrice);
    }

    /** Forward-decayed popularity: a base-2 logarithm, in half-lives since the engine's first event; 0 = none yet. */
    public double popularity(int row) {
        return Double.longBitsToDouble(UnsafeApi.getLong(rows.address(row) + POPULARITY));
    }

    public void popularity(int row, double popularity) {
        UnsafeApi.putLong(rows.address(row) + POPULARITY, Double.doubleToRawLongBits(popularity));
    }

    /** The same with a half-life {@link #HALF_LIFE_RATIO} times shorter, in half-lives of its own. */
    public double shortPopularity(int row) {
        return Double.longBitsToDouble(UnsafeApi.getLong(rows.address(row) + SHORT_POPULARITY));
    }

    /** The same with a half-life {@link #HALF_LIFE_RATIO} times longer, in half-lives of its own. */
    public double longPopularity(int row) {
        return Double.longBitsToDouble(UnsafeApi.getLong(rows.address(row) + LONG_POPULARITY));
    }

    public void otherPopularities(int row, double shorter, double longer) {
        UnsafeApi.putLong(rows.address(row) + SHORT_POPULARITY, Double.doubleToRawLongBits(shorter));
        UnsafeApi.putLong(rows.address(row) + LONG_POPULARITY, Double.doubleToRawLongBits(longer));
    }

    public int brand(int row) {
        return UnsafeApi.getInt(rows.address(row) + BRAND);
    }

    public void brand(int row, int brand) {
        UnsafeApi.putInt(rows.address(row) + BRAND, brand);
    }

    public int category(int row) {
        return UnsafeApi.getInt(rows.address(row) + CATEGORY);
    }

    public void category(int row, int category) {
        UnsafeApi.putInt(rows.address(row) + CATEGORY, category);
    }

    /** Units on hand, 0 or more. */
    public int onHand(int row) {
        return UnsafeApi.getInt(rows.address(row) + ON_HAND);
    }

    public void onHand(int row, int units) {
        UnsafeApi.putInt(rows.address(row) + ON_HAND, units);
    }

    /** Units promised by reservations. */
    public int reserved(int row) {
        return UnsafeApi.getInt(rows.address(row) + RESERVED);
    }

    public void reserved(int row, int units) {
        UnsafeApi.putInt(rows.address(row) + RESERVED, units);
    }

    /** Units that may still be promised. */
    public int free(int row) {
        return Math.max(0, onHand(row) - reserved(row));
    }

    /** Hundredths. */
    public int ratingCenti(int row) {
        return UnsafeApi.getInt(rows.address(row) + RATING);
    }

    public void ratingCenti(int row, int rating) {
        UnsafeApi.putInt(rows.address(row) + RATING, rating);
    }

    public int flags(int row) {
        return UnsafeApi.getInt(rows.address(row) + FLAGS);
    }

    public void flags(int row, int flags) {
        UnsafeApi.putInt(rows.address(row) + FLAGS, flags);
    }

    public boolean isRetired(int row) {
        return (flags(row) & RETIRED) != 0;
    }

    /** Whether the item may stand in a slate now: in a row, neither retired nor blocked, with free stock. */
    public boolean isEligible(int row) {
        return table.key(row) != 0 && flags(row) == 0 && free(row) > 0;
    }

    public int count(int row, ItemCount which) {
        return UnsafeApi.getInt(rows.address(row) + COUNTS + 4L * which.ordinal());
    }

    /** Adds one to a counter, which stays at its largest value. */
    public void increment(int row, ItemCount which) {
        final long address = rows.address(row) + COUNTS + 4L * which.ordinal();
        final int count = UnsafeApi.getInt(address);
        UnsafeApi.putInt(address, count == Integer.MAX_VALUE ? count : count + 1);
    }

    public int externalIdLength(int row) {
        return UnsafeApi.getInt(rows.address(row) + TEXT_LENGTH);
    }

    /** Copies the textual id out. */
    public void copyExternalId(int row, MutableDirectBuffer target, int offset) {
        final long text = rows.address(row) + TEXT;
        for (int i = 0, length = externalIdLength(row); i < length; i++) {
            target.putByte(offset + i, UnsafeApi.getByte(text + i));
        }
    }

    public void externalId(int row, DirectBuffer source, int offset, int length) {
        final long address = rows.address(row);
        UnsafeApi.putInt(address + TEXT_LENGTH, length);
        for (int i = 0; i < length; i++) {
            UnsafeApi.putByte(address + TEXT + i, source.getByte(offset + i));
        }
    }

    public boolean hasExternalId(int row, DirectBuffer source, int offset, int length) {
        if (externalIdLength(row) != length) {
            return false;
        }
        final long text = rows.address(row) + TEXT;
        for (int i = 0; i < length; i++) {
            if (UnsafeApi.getByte(text + i) != source.getByte(offset + i)) {
                return false;
            }
        }
        return true;
    }

    DirtyRows trackDirty() {
        return rows.trackDirty();
    }
}
