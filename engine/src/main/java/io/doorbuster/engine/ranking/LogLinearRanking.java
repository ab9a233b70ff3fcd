package io.doorbuster.engine.ranking;

import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.embedding.SessionEmbedding;
import io.doorbuster.engine.store.EmbeddingStore;
import io.doorbuster.engine.store.OwnItemStore;
import io.doorbuster.engine.store.SessionStore;
import io.doorbuster.engine.store.ShopperStore;
import io.doorbuster.engine.store.Stores;
import io.doorbuster.kernels.Kernels;
import org.agrona.UnsafeApi;

/**
 * Scores candidates without the ranker's features and weights, when there is no time for them. What session neighbours say and
 * what the shopper comes back to are two shares of the best, of which the larger counts; its logarithm, plus
 * {@link #EMBEDDING_WEIGHT} times the embedding's logit, is the score. Nothing of it is learned. Engine thread only.
 */
public final class LogLinearRanking {
    static final float EMBEDDING_WEIGHT = 0.4f;

    /** Share of the best that a candidate has of which nobody says anything. */
    static final float SHARE_NONE = 0.001f;

    /** What it is less for each candidate before, so that these stay in the order in which they were retrieved. */
    static final float SHARE_STEP = SHARE_NONE / (2 * Candidates.MAX);

    private static final int LANES = Kernels.TILE_ROWS;
    private static final float LN_2 = 0.6931472f;

    /** Stands for an item that is none of the shopper's own: far below every share that counts. */
    private static final float OWN_NONE = -20;

    private final SessionStore sessions;
    private final EmbeddingStore embedding;
    private final OwnItemStore own;

    public LogLinearRanking(Stores stores) {
        sessions = stores.sessions();
        embedding = stores.embedding();
        own = stores.shoppers().ownItems();
    }

    /**
     * Fills the scores of all candidates, by neighbours, own items and embedding.
     *
     * @param shopperRow row of the shopper, or {@link ShopperStore#NONE}.
     * @param session the history's vector.
     */
    public void score(int shopperRow, SessionEmbedding session, Candidates candidates) {
        scoreWithoutEmbedding(shopperRow, candidates);
        if (candidates.count() > 0 && session.length() > 0) {
            addEmbedding(session, candidates);
        }
    }

    /** The same by neighbours and own items alone. */
    public void scoreWithoutEmbedding(int shopperRow, Candidates candidates) {
        final int count = candidates.count();
        if (count == 0) {
            return;
        }
        final int padded = count + LANES - 1 & -LANES;
        final long scores = candidates.scores();
        final long shares = candidates.columns();
        fillOwn(shopperRow, candidates, shares, padded);
        final float most = fillNeighbours(candidates);
        final float scale = most > 0 ? 1f / most : 0f;
        for (int i = 0; i < count; i++) {
            final float neighbours = UnsafeApi.getFloat(scores + 4L * i) * scale;
            final float share = Math.max(neighbours, UnsafeApi.getFloat(shares + 4L * i));
            UnsafeApi.putFloat(scores + 4L * i, share + (SHARE_NONE - SHARE_STEP * i));
        }
        for (int i = count; i < padded; i++) {
            UnsafeApi.putFloat(scores + 4L * i, 1f);
        }
        Kernels.log(scores, padded);
    }

    /** The decayed weights of the shopper's own items over the largest. */
    private void fillOwn(int shopperRow, Candidates candidates, long shares, int padded) {
        for (int i = 0; i < padded; i++) {
            UnsafeApi.putFloat(shares + 4L * i, OWN_NONE);
        }
        if (shopperRow != ShopperStore.NONE) {
            float most = Float.NEGATIVE_INFINITY;
            for (int entry = 0; entry < OwnItemStore.ENTRIES && own.item(shopperRow, entry) >= 0; entry++) {
                most = Math.max(most, own.weight(shopperRow, entry));
            }
            for (int entry = 0; entry < OwnItemStore.ENTRIES && own.item(shopperRow, entry) >= 0; entry++) {
                final int index = candidates.indexOf(own.item(shopperRow, entry));
                if (index >= 0) {
                    final float logShare = (own.weight(shopperRow, entry) - most) * LN_2;
                    UnsafeApi.putFloat(shares + 4L * index, Math.max(OWN_NONE, logShare));
                }
            }
        }
        Kernels.exp(shares, padded);
    }

    /** What neighbours say, discounted for items that are everywhere; the most of it. */
    private float fillNeighbours(Candidates candidates) {
        float most = 0;
        for (int i = 0; i < candidates.count(); i++) {
            final double sessionsOfItem = sessions.sessionsOf(candidates.row(i)) + 1.0;
            final float sum =
                    (candidates.forward(i) + candidates.backward(i)) / (float) Math.sqrt(Math.sqrt(sessionsOfItem));
            UnsafeApi.putFloat(candidates.scores() + 4L * i, sum);
            most = Math.max(most, sum);
        }
        return most;
    }

    private void addEmbedding(SessionEmbedding session, Candidates candidates) {
        final int count = candidates.count();
        final long addresses = candidates.rowAddresses();
        for (int i = 0; i < count; i++) {
            UnsafeApi.putLong(addresses + 8L * i, embedding.address(candidates.row(i)));
        }
        final long cosines = candidates.columns();
        Kernels.gatherDot(session.unit(), addresses, count, embedding.dimensions(), cosines);
        final float weight = EMBEDDING_WEIGHT / SessionEmbedding.TEMPERATURE;
        for (int i = 0; i < count; i++) {
            final long score = candidates.scores() + 4L * i;
            final float logit = UnsafeApi.getFloat(cosines + 4L * i) * embedding.inverseNorm(candidates.row(i));
            UnsafeApi.putFloat(score, UnsafeApi.getFloat(score) + weight * logit);
        }
    }
}
