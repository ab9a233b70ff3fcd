package io.doorbuster.engine.feature;

import io.doorbuster.codec.ImpressionShownRecordDecoder;
import io.doorbuster.codec.ItemRetiredRecordDecoder;
import io.doorbuster.codec.ItemUpsertedRecordDecoder;
import io.doorbuster.codec.ItemVectorSetRecordDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.PriceChangedRecordDecoder;
import io.doorbuster.engine.decision.Verdict;
import io.doorbuster.engine.store.CategoryStore;
import io.doorbuster.engine.store.ItemCount;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.NeighbourStore;
import io.doorbuster.engine.store.OwnItemStore;
import io.doorbuster.engine.store.SessionStore;
import io.doorbuster.engine.store.ShopperStore;
import io.doorbuster.engine.store.Stores;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/** Turns facts into what is known of items and shoppers. Engine thread only. */
public final class FeatureStage {
    /** Earlier events of the session among which a purchase looks for others. */
    static final int SESSION_ITEMS_MAX = 8;

    /** Largest component of a vector from outside. */
    private static final float COMPONENT_MAX = 1e9f;

    private static final ItemCount[] KINDS = ItemCount.values();
    private static final double LN_2 = 0.6931471805599453;

    private final Stores stores;
    private final ItemStore items;
    private final ShopperStore shoppers;
    private final NeighbourStore coBought;
    private final SessionStore sessions;
    private final CategoryStore categories;
    private final AttributeCleaning cleaning;
    private final UnsafeBuffer given = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer text = new UnsafeBuffer(new byte[ItemStore.EXTERNAL_ID_MAX]);

    public FeatureStage(Stores stores) {
        this.stores = stores;
        items = stores.items();
        shoppers = stores.shoppers();
        coBought = stores.coBought();
        sessions = stores.sessions();
        categories = stores.categories();
        cleaning = new AttributeCleaning(stores);
    }

    /**
     * Creates an item or changes its attributes.
     *
     * @return the row of an item that is new, or -1.
     */
    public int onItemUpserted(ItemUpsertedRecordDecoder fact, Verdict verdict) {
        final int textLength = fact.getExternalId(text, 0, ItemStore.EXTERNAL_ID_MAX);
        int row = items.rowOf(fact.itemId());
        final boolean isNew = row == ItemStore.NONE;
        if (isNew) {
            row = items.add(fact.itemId());
            if (row == ItemStore.NONE) {
                verdict.set(Outcome.ITEM_STORE_FULL);
                return ItemStore.NONE;
            }
        } else if (!items.hasExternalId(row, text, 0, textLength)) {
            verdict.set(Outcome.ITEM_ID_COLLISION);
            return ItemStore.NONE;
        } else if (fact.createOnly() == 1) {
            verdict.set(Outcome.ACCEPTED);
            return ItemStore.NONE;
        }
        items.open(row);
        cleaning.onAttributes(row, isNew, fact.priceMinor(), (int) fact.category(), fact.ratingCenti());
        items.brand(row, (int) fact.brand());
        items.flags(row, fact.blocked() == 0 ? 0 : ItemStore.BLOCKED);
        if (isNew) {
            items.externalId(row, text, 0, textLength);
            items.onHand(row, fact.initialOnHand());
        }
        items.close(row);
        verdict.set(Outcome.ACCEPTED);
        return isNew ? row : ItemStore.NONE;
    }

    public void onPriceChanged(PriceChangedRecordDecoder fact, Verdict verdict) {
        final int row = items.rowOf(fact.itemId());
        if (row == ItemStore.NONE) {
            verdict.set(Outcome.UNKNOWN_ITEM);
            return;
        }
        items.open(row);
        cleaning.onPrice(row, fact.priceMinor());
        items.close(row);
        verdict.set(Outcome.ACCEPTED);
    }

    /** Takes an item out of every slate. Its row stays, so that history keeps its meaning; an upsert brings it back. */
    public void onItemRetired(ItemRetiredRecordDecoder fact, Verdict verdict) {
        final int row = items.rowOf(fact.itemId());
        if (row == ItemStore.NONE) {
            verdict.set(Outcome.UNKNOWN_ITEM);
            return;
        }
        items.open(row);
        items.flags(row, items.flags(row) | ItemStore.RETIRED);
        items.close(row);
        verdict.set(Outcome.ACCEPTED);
    }

    /** Takes what an item's text or image shows, checked here at the door: no cosine may overflow. */
    public void onItemVectorSet(ItemVectorSetRecordDecoder fact, Verdict verdict) {
        final int row = items.rowOf(fact.itemId());
        if (row == ItemStore.NONE) {
            verdict.set(Outcome.UNKNOWN_ITEM);
            return;
        }
        fact.wrapVector(given);
        final int dims = stores.content().dimensions();
        boolean isUsable = dims > 0 && given.capacity() == 4 * dims;
        for (int d = 0; d < dims && isUsable; d++) {
            isUsable = Math.abs(given.getFloat(4 * d, ByteOrder.LITTLE_ENDIAN)) <= COMPONENT_MAX; // Not of NaN either.
        }
        if (!isUsable) {
            verdict.set(Outcome.INVALID_VECTOR, dims);
            return;
        }
        stores.content().set(row, given);
        verdict.set(Outcome.ACCEPTED);
    }

    /** What a view, click, cart or purchase says about the item and, unless anonymous, the shopper. */
    public void onBehaviour(long shopper, int itemRow, ItemCount kind, long nowNs) {
        final double before = items.popularity(itemRow);
        items.open(itemRow);
        items.increment(itemRow, kind);
        final double halfLifeNs = stores.settings().trendingHalfLifeNs();
        items.popularity(itemRow, raised(before, kind.weightBits(), nowNs, halfLifeNs));
        items.otherPopularities(
                itemRow,
                raised(
                        items.shortPopularity(itemRow),
                        kind.weightBits(),
                        nowNs,
                        halfLifeNs / ItemStore.HALF_LIFE_RATIO),
                raised(
                        items.longPopularity(itemRow),
                        kind.weightBits(),
                        nowNs,
                        halfLifeNs * ItemStore.HALF_LIFE_RATIO));
        items.close(itemRow);
        stores.trending().onPopularity(itemRow, before);
        final int category = categories.rowOf(items.category(itemRow));
        if (category != CategoryStore.NONE) {
            categories.onPopularity(category, itemRow);
        }
        stores.embedding().remember(itemRow);
        if (shopper == 0) {
            return;
        }
        final int row = shoppers.obtain(shopper);
        final int session = sessionOf(row, nowNs);
        if (kind == ItemCount.PURCHASES) {
            countPurchase(row, itemRow, category);
            linkPurchases(row, itemRow, nowNs);
        }
        final int length = sessions.length(session);
        final boolean isStep = kind == ItemCount.CARTS || kind == ItemCount.PURCHASES;
        if (!isStep || length == 0 || sessions.item(session, length - 1) != itemRow) {
            sessions.append(session, itemRow);
        }
        addOwn(row, itemRow, kind, nowNs);
        shoppers.open(row);
        shoppers.session(row, session);
        shoppers.lastActiveNs(row, nowNs);
        shoppers.events(row, shoppers.events(row) + 1);
        if (kind == ItemCount.PURCHASES) {
            shoppers.purchases(row, shoppers.purchases(row) + 1);
        }
        shoppers.remember(row, itemRow, items.generation(itemRow), kind, nowNs);
        shoppers.close(row);
    }

    /**
     * Adds an event to a forward-decayed count kept as 1 + its base-2 logarithm, after Cormode, Shkapenyuk, Srivastava and
     * Xu 2009: time enters as half-lives since the first event, so old counts need no touch to fade.
     */
    private double raised(double before, int bits, long nowNs, double halfLifeNs) {
        final double halfLives = (nowNs - stores.engine().firstTimeNs()) / halfLifeNs;
        final double event = 1 + halfLives + bits;
        if (before == 0) {
            return event;
        }
        final double high = Math.max(before, event);
        final double low = Math.min(before, event);
        return high + StrictMath.log1p(StrictMath.exp((low - high) * LN_2)) / LN_2;
    }

    private void addOwn(int shopperRow, int itemRow, ItemCount kind, long nowNs) {
        final OwnItemStore own = shoppers.ownItems();
        final int entry = own.entryOf(shopperRow, itemRow);
        final double before = own.item(shopperRow, entry) == itemRow ? own.weight(shopperRow, entry) : 0;
        own.put(shopperRow, entry, itemRow, (float)
                raised(before, kind.weightBits(), nowNs, OwnItemStore.HALF_LIFE_NS));
    }

    /** The session that an event of now belongs to: the shopper's last one, or one that begins. */
    private int sessionOf(int shopperRow, long nowNs) {
        final int last = shoppers.session(shopperRow);
        final boolean goesOn = sessions.remembers(last)
                && nowNs - shoppers.lastActiveNs(shopperRow)
                        <= stores.settings().sessionGapNs();
        return goesOn ? last : sessions.begin();
    }

    /** Whether a shopper buys again what they bought, by category. */
    private void countPurchase(int shopperRow, int itemRow, int category) {
        boolean isAgain = false;
        for (int age = 0, count = shoppers.recentCount(shopperRow); age < count; age++) {
            isAgain |= shoppers.recentItem(shopperRow, age) == itemRow
                    && shoppers.recentKind(shopperRow, age) == ItemCount.PURCHASES.ordinal();
        }
        categories.onPurchase(CategoryStore.WHOLE_SHOP, isAgain);
        if (category != CategoryStore.NONE) {
            categories.onPurchase(category, isAgain);
        }
    }

    private void linkPurchases(int shopperRow, int itemRow, long nowNs) {
        final int generation = items.generation(itemRow);
        final long gapNs = stores.settings().sessionGapNs();
        final int count = Math.min(SESSION_ITEMS_MAX, shoppers.recentCount(shopperRow));
        long laterNs = nowNs;
        for (int age = 0; age < count; age++) {
            final long timeNs = shoppers.recentTimeNs(shopperRow, age);
            if (laterNs - timeNs > gapNs) {
                return;
            }
            laterNs = timeNs;
            final int other = shoppers.recentItem(shopperRow, age);
            final int otherGeneration = shoppers.recentGeneration(shopperRow, age);
            if (shoppers.recentKind(shopperRow, age) == ItemCount.PURCHASES.ordinal()
                    && other != itemRow
                    && items.isLive(other, otherGeneration)) {
                coBought.add(itemRow, other, otherGeneration, 1f);
                coBought.add(other, itemRow, generation, 1f);
            }
        }
    }

    /** Remembers what was shown last, for learning; a shopper who is unknown stays so. */
    public void onImpressionShown(ImpressionShownRecordDecoder fact, Verdict verdict) {
        final int shopperRow = fact.shopper() == 0 ? ShopperStore.NONE : shoppers.rowOf(fact.shopper());
        int place = 0;
        for (final ImpressionShownRecordDecoder.ItemsDecoder shown : fact.items()) {
            final int row = items.rowOf(shown.itemId());
            if (row == ItemStore.NONE) {
                continue;
            }
            items.open(row);
            items.increment(row, ItemCount.SHOWN);
            items.close(row);
            if (shopperRow != ShopperStore.NONE && place < ShopperStore.SHOWN_MAX) {
                shoppers.open(shopperRow);
                shoppers.shown(shopperRow, place++, row, items.generation(row));
                shoppers.shownCount(shopperRow, place);
                shoppers.close(shopperRow);
            }
        }
        verdict.set(Outcome.ACCEPTED);
    }

    /** Forgets a shopper. */
    public void onShopperErased(long shopper, Verdict verdict) {
        final int row = shoppers.rowOf(shopper);
        if (row == ShopperStore.NONE) {
            verdict.set(Outcome.UNKNOWN_SHOPPER);
            return;
        }
        shoppers.erase(row);
        verdict.set(Outcome.ACCEPTED);
    }

    /** Merges what the second shopper did into the first, oldest event first, and forgets the second. */
    public void onShopperLinked(long shopper, long linked, Verdict verdict) {
        verdict.set(Outcome.ACCEPTED);
        final int from = linked == 0 || linked == shopper ? ShopperStore.NONE : shoppers.rowOf(linked);
        if (from == ShopperStore.NONE) {
            return;
        }
        if (shoppers.rowOf(shopper) == ShopperStore.NONE && shoppers.isFull()) {
            shoppers.erase(from); // No room for the merged row without evicting a third shopper for it.
            return;
        }
        final int to = shoppers.obtain(shopper);
        shoppers.open(to);
        for (int age = shoppers.recentCount(from) - 1; age >= 0; age--) {
            shoppers.remember(
                    to,
                    shoppers.recentItem(from, age),
                    shoppers.recentGeneration(from, age),
                    KINDS[shoppers.recentKind(from, age)],
                    shoppers.recentTimeNs(from, age));
        }
        shoppers.events(to, shoppers.events(to) + shoppers.events(from));
        shoppers.purchases(to, shoppers.purchases(to) + shoppers.purchases(from));
        shoppers.lastActiveNs(to, Math.max(shoppers.lastActiveNs(to), shoppers.lastActiveNs(from)));
        shoppers.close(to);
        shoppers.erase(from);
    }
}
