package io.doorbuster.engine;

import io.doorbuster.codec.Rung;
import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.History;
import io.doorbuster.engine.decision.RequestFilter;
import io.doorbuster.engine.embedding.SessionEmbedding;
import io.doorbuster.engine.ranking.LogLinearRanking;
import io.doorbuster.engine.ranking.NextItemRanking;
import io.doorbuster.engine.retrieval.RetrievalStage;
import io.doorbuster.engine.store.ItemCount;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.ShopperStore;
import io.doorbuster.engine.store.Stores;

/**
 * From a history to scored candidates: the one way for requests and for what the ranker learns from, so that neither sees
 * what the other does not. Changes no state. Engine thread only.
 */
final class Proposal {
    /** With so many candidates at hand, the scan costs more than all else and brings no hit: it is for strict filters. */
    private static final int SCAN_BELOW = 60;

    /** Different items that a shopper had, beyond which a session is the smaller part of what is known of them. */
    private static final int LONG_HISTORY = ShopperStore.RECENT_MAX;

    /** Items that are scanned beside the other sources, at most. */
    private static final int TASTE_SCAN_ROWS_MAX = 8_192;

    private final Stores stores;
    private final ShopperStore shoppers;
    private final RetrievalStage retrieval;
    private final SessionEmbedding session;
    private final NextItemRanking ranking;
    private final LogLinearRanking logLinear;
    private final Candidates candidates;
    private final History history = new History();

    Proposal(Stores stores, Candidates candidates) {
        this.stores = stores;
        this.candidates = candidates;
        shoppers = stores.shoppers();
        retrieval = new RetrievalStage(stores);
        session = new SessionEmbedding(stores.embedding());
        ranking = new NextItemRanking(stores);
        logLinear = new LogLinearRanking(stores);
    }

    /** The history of the next proposal; empty after {@link #begin}. */
    History history() {
        return history;
    }

    /** The history as a vector; of the last proposal. */
    SessionEmbedding session() {
        return session;
    }

    /** Forgets the proposal before. */
    void begin(int shopperRow) {
        candidates.reset();
        history.reset();
        if (shopperRow != ShopperStore.NONE) {
            history.session(shoppers.session(shopperRow));
        }
    }

    /** Adds what the engine remembers of a shopper behind what is in the history already. */
    void addRemembered(int shopperRow) {
        if (history.count() == 0) {
            final long awayNs = stores.engine().timeNs() - shoppers.lastActiveNs(shopperRow);
            history.away(awayNs, awayNs > stores.settings().sessionGapNs());
        }
        int newer = ItemStore.NONE;
        for (int age = 0, count = shoppers.recentCount(shopperRow); age < count; age++) {
            final int row = shoppers.recentItem(shopperRow, age);
            if (row != newer) {
                history.addOlder(row);
            }
            final boolean isStep = shoppers.recentKind(shopperRow, age) > ItemCount.CLICKS.ordinal();
            newer = isStep ? row : ItemStore.NONE; // A view and then a purchase of one item are one visit to it.
        }
    }

    /** Candidates for a request, scored as its rung says; what the filter keeps out is kept out on each. */
    void propose(int shopperRow, RequestFilter filter, long position, Rung rung) {
        retrieval.blockPurchases(shopperRow, filter);
        switch (rung) {
            case POPULARITY -> {
                retrieval.addTrending(filter, candidates);
                candidates.scoreAsAdded();
            }
            case NEIGHBOURS -> {
                retrieval.addNeighboursAlone(history, filter, candidates);
                addOwn(shopperRow, filter);
                retrieval.addTrending(filter, candidates);
                logLinear.scoreWithoutEmbedding(shopperRow, candidates);
            }
            case LOG_LINEAR -> {
                addAll(shopperRow, filter, position);
                logLinear.score(shopperRow, session, candidates);
            }
            default -> {
                addAll(shopperRow, filter, position);
                ranking.score(history, shopperRow, session, candidates);
            }
        }
    }

    private void addAll(int shopperRow, RequestFilter filter, long position) {
        addKnown(shopperRow, filter);
        retrieval.addTrending(filter, candidates);
        if (candidates.count() < SCAN_BELOW || isTasteScanned(shopperRow)) {
            retrieval.addNearest(shopperRow, filter, candidates, position);
        }
        session.encode(history);
    }

    /** Of who had more than a history holds, taste says more than the history; in a small shop it is asked of all items. */
    private boolean isTasteScanned(int shopperRow) {
        return shopperRow != ShopperStore.NONE
                && shoppers.ownItems().item(shopperRow, LONG_HISTORY) >= 0
                && stores.items().highWater() <= TASTE_SCAN_ROWS_MAX;
    }

    /** Candidates to learn from, scored: without the scan, whose items say little of the order. */
    void proposeForLearning(int shopperRow, RequestFilter everything) {
        addKnown(shopperRow, everything);
        retrieval.addTrending(everything, candidates);
        session.encode(history);
        ranking.score(history, shopperRow, session, candidates);
    }

    /** Values of features that the last proposal moved nearer to their mean. */
    int clipped() {
        return ranking.clipped();
    }

    private void addKnown(int shopperRow, RequestFilter filter) {
        retrieval.addNeighbours(history, filter, candidates);
        addOwn(shopperRow, filter);
        retrieval.addCategory(history, filter, candidates);
    }

    private void addOwn(int shopperRow, RequestFilter filter) {
        if (shopperRow != ShopperStore.NONE) {
            retrieval.addOwn(shopperRow, filter, candidates);
        }
    }
}
