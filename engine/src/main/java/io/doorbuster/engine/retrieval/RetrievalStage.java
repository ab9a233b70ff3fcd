package io.doorbuster.engine.retrieval;

import io.doorbuster.codec.Retrieved;
import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.RequestFilter;
import io.doorbuster.engine.store.ItemCount;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.NeighbourStore;
import io.doorbuster.engine.store.ScanTiles;
import io.doorbuster.engine.store.ShopperStore;
import io.doorbuster.engine.store.Stores;
import io.doorbuster.engine.store.TrendingStore;
import io.doorbuster.kernels.Kernels;
import io.doorbuster.kernels.ScanFormat;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/**
 * Many items to hundreds, from three sources with a quota each; what the filter keeps out is in none. Engine thread only.
 *
 * <ul>
 *   <li>NEIGHBOUR: what recent sessions held beside the context items and the shopper's last items, and the latter
 *       themselves where buying again is allowed. Evidence: sum of link weights, halved with each step back in history,
 *       over the fourth root of the item's own count, so that what everybody buys does not stand beside everything.
 *   <li>NEAREST: highest u.v + b over all items, an exact scan with the filter inside it. With more rows than the
 *       configured bound it scans a window of that many rows, beginning where the event's seed says.
 *   <li>TRENDING: highest decayed popularity.
 * </ul>
 */
public final class RetrievalStage {
    /** Items of the shopper's history, and of the context, that neighbours are looked up for. */
    static final int ANCHORS_MAX = 16;

    static final int NEIGHBOUR_MAX = 256;
    static final int NEAREST_MAX = 100;
    static final int TRENDING_MAX = 150;

    private static final float[] KIND_WEIGHTS = {0.5f, 0.75f, 1f, 1f};

    private static final ItemCount[] KINDS = ItemCount.values();

    private final Stores stores;
    private final ItemStore items;
    private final ShopperStore shoppers;
    private final NeighbourStore neighbours;
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
        neighbours = stores.neighbours();
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
        if (stores.settings().repeatPurchases() || shopperRow == ShopperStore.NONE) {
            return;
        }
        for (int age = 0, count = shoppers.recentCount(shopperRow); age < count; age++) {
            if (shoppers.recentKind(shopperRow, age) == ItemCount.PURCHASES.ordinal()) {
                filter.block(shoppers.recentItem(shopperRow, age));
            }
        }
    }

    /** Adds the neighbours of one context item. */
    public void addNeighbours(int itemRow, float weight, RequestFilter filter, Candidates candidates) {
        for (int entry = 0; entry < NeighbourStore.ENTRIES; entry++) {
            final int row = neighbours.item(itemRow, entry);
            if (row >= 0 && items.isLive(row, neighbours.generation(itemRow, entry)) && filter.passes(items, row)) {
                addNeighbour(row, weight * neighbours.weight(itemRow, entry), candidates);
            }
        }
    }

    /** Neighbours are gathered first; what is beyond their quota only adds to what is there. */
    private static void addNeighbour(int row, float evidence, Candidates candidates) {
        if (candidates.count() < NEIGHBOUR_MAX || candidates.indexOf(row) >= 0) {
            candidates.add(row, Retrieved.NEIGHBOUR, evidence);
        }
    }

    /** Adds the shopper's own items and their neighbours. */
    public void addHistory(int shopperRow, RequestFilter filter, Candidates candidates) {
        final int count = Math.min(ANCHORS_MAX, shoppers.recentCount(shopperRow));
        float recency = 1f;
        for (int age = 0; age < count; age++) {
            final int row = shoppers.recentItem(shopperRow, age);
            if (items.isLive(row, shoppers.recentGeneration(shopperRow, age))) {
                final float weight = recency * KIND_WEIGHTS[shoppers.recentKind(shopperRow, age)];
                if (stores.settings().repeatPurchases() && filter.passes(items, row)) {
                    addNeighbour(row, weight, candidates);
                }
                addNeighbours(row, weight, filter, candidates);
            }
            recency *= 0.75f;
        }
    }

    /** Divides the evidence gathered so far by the fourth root of each item's count. */
    public void discountPopular(Candidates candidates) {
        for (int i = 0; i < candidates.count(); i++) {
            final int row = candidates.row(i);
            float events = 1;
            for (int kind = 0; kind <= ItemCount.PURCHASES.ordinal(); kind++) {
                events += (float) items.count(row, KINDS[kind]);
            }
            candidates.scaleEvidence(i, 1f / (float) Math.sqrt(Math.sqrt(events)));
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
                ScanFormat.FP32,
                isKnown ? shoppers.vectors().address(shopperRow) : nobody,
                tiles.tiles() + firstTile * ScanFormat.FP32.tileBytes(dims),
                windowTiles,
                dims,
                bitmap,
                Math.min(NEAREST_MAX, windowTiles * Kernels.TILE_ROWS),
                topRows,
                topScores,
                scratch);
        for (int i = 0; i < found; i++) {
            final int row = firstTile * Kernels.TILE_ROWS + UnsafeApi.getInt(topRows + 4L * i);
            candidates.add(row, Retrieved.NEAREST, UnsafeApi.getFloat(topScores + 4L * i));
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

    /** Adds the most popular items. */
    public void addTrending(RequestFilter filter, Candidates candidates) {
        final TrendingStore trending = stores.trending();
        int added = 0;
        for (int place = 0, size = trending.size(); place < size && added < TRENDING_MAX; place++) {
            final int row = trending.item(place);
            if (filter.passes(items, row)) {
                candidates.add(row, Retrieved.TRENDING, -place);
                added++;
            }
        }
    }
}
