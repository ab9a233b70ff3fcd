package io.doorbuster.engine.retrieval;

import io.doorbuster.codec.Retrieved;
import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.History;
import io.doorbuster.engine.decision.RequestFilter;
import io.doorbuster.engine.decision.Selection;
import io.doorbuster.engine.store.CategoryStore;
import io.doorbuster.engine.store.ItemCount;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.NeighbourStore;
import io.doorbuster.engine.store.OwnItemStore;
import io.doorbuster.engine.store.ScanTiles;
import io.doorbuster.engine.store.SessionStore;
import io.doorbuster.engine.store.ShopperStore;
import io.doorbuster.engine.store.SimilarStore;
import io.doorbuster.engine.store.Stores;
import io.doorbuster.engine.store.TrendingStore;
import io.doorbuster.kernels.Kernels;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/**
 * Many items to hundreds, from several sources with a quota each; what the filter keeps out is in none. An item belongs to the
 * first source that brings it. Engine thread only.
 *
 * <ul>
 *   <li>SEEN_AGAIN: the items of the history, and what the shopper comes back to.
 *   <li>NEIGHBOUR: what the most similar recent sessions held, see {@link SessionNeighbours}.
 *   <li>EMBEDDING: what is nearest to the newest items of the history in the item embedding.
 *   <li>CO_BOUGHT: what was bought together with the newest items of the history.
 *   <li>COLD_START: the newest items of the last item's category, that few sessions held yet.
 *   <li>SAME_CATEGORY: the most popular ones of that category, where the others leave few.
 *   <li>TRENDING: highest decayed popularity, where these leave few too.
 *   <li>NEAREST: for whom the others leave few, by a strict filter or without a history, and in a small shop for who had more
 *       than a history holds: highest u.v + b over all items, an
 *       exact scan with the filter inside it. With more rows than the configured bound it scans a window of that many rows,
 *       beginning where the event's seed says.
 * </ul>
 */
public final class RetrievalStage {
    static final int NEIGHBOUR_MAX = 150;
    static final int NEAREST_MAX = 50;
    static final int TRENDING_MAX = 60;
    static final int COLD_START_MAX = 8;

    /** With so many candidates what is popular adds no hit. */
    private static final int ENOUGH = 160;

    /** Newest items of the history whose nearest ones are looked at. */
    private static final int SIMILAR_ANCHORS = 3;

    /** Newest items of the history that others were bought with. */
    private static final int CO_BOUGHT_ANCHORS = 2;

    /** Sessions that held an item that starts cold, at most. */
    private static final int COLD_SESSIONS_MAX = 5;

    /** Purchases of a category before it speaks for itself. */
    private static final int PURCHASES_MIN = 50;

    /** One purchase in so many of what was bought before makes a category one where that may be recommended. */
    private static final int AGAIN_OF = 20;

    private final Stores stores;
    private final ItemStore items;
    private final ShopperStore shoppers;
    private final NeighbourStore coBought;
    private final SimilarStore similar;
    private final CategoryStore categories;
    private final SessionStore sessions;
    private final SessionNeighbours sessionNeighbours;
    private final long[] keys = new long[SessionNeighbours.ITEMS_MAX];
    private final ScanTiles tiles;
    private final long bitmap;
    private final long topRows;
    private final long topScores;
    private final long nobody;
    private final long scratch;
    private final ByteBuffer[] memory;

    public RetrievalStage(Stores stores) {
        this.stores = stores;
        items = stores.items();
        shoppers = stores.shoppers();
        coBought = stores.coBought();
        similar = stores.similar();
        categories = stores.categories();
        sessions = stores.sessions();
        sessionNeighbours = new SessionNeighbours(
                stores.sessions(),
                stores.settings().itemsMax(),
                stores.settings().sessionsMax());
        tiles = stores.scanTiles();
        memory = new ByteBuffer[] {
            BufferUtil.allocateDirectAligned(
                    8 * ScanTiles.wordCount(stores.itemVectors().rowCount()), 64),
            BufferUtil.allocateDirectAligned(4 * NEAREST_MAX, 64),
            BufferUtil.allocateDirectAligned(4 * NEAREST_MAX, 64),
            BufferUtil.allocateDirectAligned(4 * stores.itemVectors().dimensions(), 64),
            BufferUtil.allocateDirectAligned(Kernels.scanScratchBytes(NEAREST_MAX, 1), 64)
        };
        nobody = BufferUtil.address(memory[3]);
        bitmap = BufferUtil.address(memory[0]);
        topRows = BufferUtil.address(memory[1]);
        topScores = BufferUtil.address(memory[2]);
        scratch = BufferUtil.address(memory[4]);
    }

    /** Keeps what a shopper remembers buying out of the slate, where the shop does not want it back. */
    public void blockPurchases(int shopperRow, RequestFilter filter) {
        if (stores.settings().repeatPurchases() == 1 || shopperRow == ShopperStore.NONE) {
            return;
        }
        for (int age = 0, count = shoppers.recentCount(shopperRow); age < count; age++) {
            final int row = shoppers.recentItem(shopperRow, age);
            if (shoppers.recentKind(shopperRow, age) == ItemCount.PURCHASES.ordinal()
                    && (stores.settings().repeatPurchases() == 0 || !isBoughtAgain(row))) {
                filter.block(row);
            }
        }
    }

    /** Whether purchases in the category of an item, or in the shop where there were few, are often of what was bought before. */
    private boolean isBoughtAgain(int itemRow) {
        final int category = categories.rowOf(items.category(itemRow));
        final int row = category == CategoryStore.NONE || categories.purchases(category) < PURCHASES_MIN
                ? CategoryStore.WHOLE_SHOP
                : category;
        return (long) categories.repurchases(row) * AGAIN_OF >= categories.purchases(row);
    }

    /** Adds what a shopper comes back to. */
    public void addOwn(int shopperRow, RequestFilter filter, Candidates candidates) {
        final OwnItemStore own = shoppers.ownItems();
        for (int entry = 0; entry < OwnItemStore.ENTRIES && own.item(shopperRow, entry) >= 0; entry++) {
            add(own.item(shopperRow, entry), Retrieved.SEEN_AGAIN, filter, candidates);
        }
    }

    /** Adds what a history itself holds, and what its session neighbours, and its items' buyers, held beside it. */
    public void addNeighbours(History history, RequestFilter filter, Candidates candidates) {
        sessionNeighbours.find(history);
        addHistory(history, filter, candidates);
        addNeighboursBest(filter, candidates);
        for (int place = 0; place < Math.min(SIMILAR_ANCHORS, history.count()); place++) {
            addSimilar(history.row(place), filter, candidates);
        }
        for (int place = 0; place < Math.min(CO_BOUGHT_ANCHORS, history.count()); place++) {
            addCoBought(history.row(place), filter, candidates);
        }
    }

    /** The same in haste: what its session neighbours held, best first, and then what it holds itself. */
    public void addNeighboursAlone(History history, RequestFilter filter, Candidates candidates) {
        sessionNeighbours.find(history);
        addNeighboursBest(filter, candidates);
        addHistory(history, filter, candidates);
    }

    private void addHistory(History history, RequestFilter filter, Candidates candidates) {
        for (int place = 0; place < history.count(); place++) {
            add(history.row(place), Retrieved.SEEN_AGAIN, filter, candidates);
        }
    }

    private void addNeighboursBest(RequestFilter filter, Candidates candidates) {
        final int passing = fillKeys(filter);
        final int wanted = Math.min(passing, NEIGHBOUR_MAX);
        Selection.greatestFirst(keys, passing, wanted);
        for (int i = 0; i < wanted; i++) {
            add(sessionNeighbours.row(~(int) keys[i]), Retrieved.NEIGHBOUR, filter, candidates);
        }
    }

    /** A key for each neighbours' item that passes: its score, of equal ones the first found. */
    private int fillKeys(RequestFilter filter) {
        int passing = 0;
        for (int i = 0, found = sessionNeighbours.count(); i < found; i++) {
            if (filter.passes(items, sessionNeighbours.row(i))) {
                keys[passing++] = (long) Float.floatToRawIntBits(sessionNeighbours.score(i)) << 32 | ~i & 0xFFFF_FFFFL;
            }
        }
        return passing;
    }

    private void addSimilar(int itemRow, RequestFilter filter, Candidates candidates) {
        for (int entry = 0; entry < SimilarStore.ENTRIES; entry++) {
            final int row = similar.item(itemRow, entry);
            if (row >= 0) {
                add(row, Retrieved.EMBEDDING, filter, candidates);
            }
        }
    }

    private void addCoBought(int itemRow, RequestFilter filter, Candidates candidates) {
        for (int entry = 0; entry < NeighbourStore.ENTRIES; entry++) {
            final int row = coBought.item(itemRow, entry);
            if (row >= 0 && items.isLive(row, coBought.generation(itemRow, entry))) {
                add(row, Retrieved.CO_BOUGHT, filter, candidates);
            }
        }
    }

    private void add(int row, Retrieved source, RequestFilter filter, Candidates candidates) {
        if (filter.passes(items, row) && candidates.add(row, source)) {
            final int found = sessionNeighbours.indexOf(row);
            if (found >= 0) {
                candidates.neighbours(
                        candidates.count() - 1, sessionNeighbours.forward(found), sessionNeighbours.backward(found));
            }
        }
    }

    /** Adds the items nearest to a shopper's vector; of a shopper without one, the items of the highest bias. */
    public void addNearest(int shopperRow, RequestFilter filter, Candidates candidates, long position) {
        final int rows = items.highWater();
        if (rows == 0) {
            return;
        }
        final boolean isKnown =
                shopperRow != ShopperStore.NONE && shoppers.vectors().updates(shopperRow) > 0;
        tiles.refresh();
        final int tileCount = ScanTiles.tileCount(rows);
        final int windowTiles =
                Math.min(tileCount, ScanTiles.tileCount(stores.settings().scanRowsMax()));
        final int firstTile = windowTiles == tileCount
                ? 0
                : (int) Long.remainderUnsigned(position * 0x9E3779B97F4A7C15L, tileCount - windowTiles + 1) & -4;
        fillBitmap(firstTile, windowTiles, rows, filter);
        final int dims = stores.itemVectors().dimensions();
        final int found = Kernels.scanTopK(
                ScanTiles.FORMAT,
                isKnown ? shoppers.vectors().address(shopperRow) : nobody,
                tiles.tiles() + firstTile * ScanTiles.FORMAT.tileBytes(dims),
                windowTiles,
                dims,
                bitmap,
                Math.min(NEAREST_MAX, windowTiles * Kernels.TILE_ROWS),
                topRows,
                topScores,
                scratch);
        for (int i = 0; i < found; i++) {
            final int row = firstTile * Kernels.TILE_ROWS + UnsafeApi.getInt(topRows + 4L * i);
            add(row, Retrieved.NEAREST, filter, candidates);
        }
    }

    /** The scan's own bitmap: eligible items of the window less what the request keeps out. */
    private void fillBitmap(int firstTile, int windowTiles, int rows, RequestFilter filter) {
        final int firstWord = firstTile * Kernels.TILE_ROWS / 64;
        final int words = ScanTiles.wordCount(windowTiles * Kernels.TILE_ROWS - 1);
        for (int word = 0; word < words; word++) {
            long bits = tiles.eligibleWord(firstWord + word);
            if (filter.hasAttributes()) {
                bits = filtered(bits, (firstWord + word) * 64, filter);
            }
            UnsafeApi.putLong(bitmap + 8L * word, bits);
        }
        for (int i = 0; i < filter.blockedCount(); i++) {
            final int row = filter.blockedRow(i) - firstTile * Kernels.TILE_ROWS;
            if (row >= 0 && row < words * 64 && row < rows) {
                final long address = bitmap + 8L * (row >>> 6);
                UnsafeApi.putLong(address, UnsafeApi.getLong(address) & ~(1L << row));
            }
        }
    }

    private long filtered(long eligible, int firstRow, RequestFilter filter) {
        long bits = eligible;
        for (long rest = eligible; rest != 0; rest &= rest - 1) {
            final int row = firstRow + Long.numberOfTrailingZeros(rest);
            if (!filter.passes(tiles.category(row), tiles.priceMinor(row))) {
                bits &= ~Long.lowestOneBit(rest);
            }
        }
        return bits;
    }

    /** Adds what is new in the category of a history's last item, and where the others left few what is popular there. */
    public void addCategory(History history, RequestFilter filter, Candidates candidates) {
        final int category =
                history.count() == 0 ? CategoryStore.NONE : categories.rowOf(items.category(history.row(0)));
        if (category == CategoryStore.NONE) {
            return;
        }
        for (int age = 0, added = 0; age < CategoryStore.ENTRIES && added < COLD_START_MAX; age++) {
            final int row = categories.newest(category, age);
            if (row >= 0
                    && sessions.sessionsOf(row) <= COLD_SESSIONS_MAX
                    && items.category(row) == items.category(history.row(0))
                    && candidates.indexOf(row) < 0) {
                add(row, Retrieved.COLD_START, filter, candidates);
                added++;
            }
        }
        for (int place = 0; place < CategoryStore.ENTRIES && candidates.count() < ENOUGH; place++) {
            final int row = categories.popular(category, place);
            if (row >= 0 && items.category(row) == items.category(history.row(0))) {
                add(row, Retrieved.SAME_CATEGORY, filter, candidates);
            }
        }
    }

    /** Adds the most popular items where the other sources left few, and more of them where the slate would not be full. */
    public void addTrending(RequestFilter filter, Candidates candidates) {
        final TrendingStore trending = stores.trending();
        for (int place = 0; place < trending.size(); place++) {
            final int wanted = place < TRENDING_MAX ? ENOUGH : filter.slateSize();
            if (candidates.count() >= wanted) {
                return;
            }
            add(trending.item(place), Retrieved.TRENDING, filter, candidates);
        }
    }
}
