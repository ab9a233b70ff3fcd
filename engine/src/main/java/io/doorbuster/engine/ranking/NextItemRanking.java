package io.doorbuster.engine.ranking;

import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.Feature;
import io.doorbuster.engine.decision.History;
import io.doorbuster.engine.decision.Imputation;
import io.doorbuster.engine.embedding.SessionEmbedding;
import io.doorbuster.engine.store.ContentStore;
import io.doorbuster.engine.store.EmbeddingStore;
import io.doorbuster.engine.store.ItemCount;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.OwnItemStore;
import io.doorbuster.engine.store.RankerStore;
import io.doorbuster.engine.store.SessionStore;
import io.doorbuster.engine.store.ShopperStore;
import io.doorbuster.engine.store.Stores;
import io.doorbuster.engine.store.VectorStore;
import io.doorbuster.kernels.Activation;
import io.doorbuster.kernels.Kernels;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/**
 * Scores candidates for what comes next after a history: named features, standardised, through rectified units and past
 * them. The same code computes the features of a request and those that the ranker learns from. Engine thread only.
 */
public final class NextItemRanking {
    private static final int STRIDE = 4 * Candidates.MAX;
    private static final int LANES = Kernels.TILE_ROWS;

    /** Stands for an item that is none of the shopper's own. */
    private static final double OWN_NONE = -9;

    /** Base-2 logarithm of a count that has faded away. */
    private static final double FADED = -4;

    private static final double NS_PER_MINUTE = 60e9;
    private static final double LN_2 = 0.6931471805599453;
    private static final float[] PLACE_WEIGHTS = new float[History.MAX];
    private static final float PLACES_SUM;

    static {
        float sum = 0;
        for (int place = 0; place < History.MAX; place++) {
            PLACE_WEIGHTS[place] = (float) StrictMath.exp(-place / 2.0);
            sum += PLACE_WEIGHTS[place];
        }
        PLACES_SUM = sum;
    }

    private final Stores stores;
    private final ItemStore items;
    private final SessionStore sessions;
    private final EmbeddingStore embedding;
    private final VectorStore itemVectors;
    private final ContentStore content;
    private final RankerStore ranker;
    private final Imputation imputation;
    private final ByteBuffer memory;
    private final long direct;
    private final long zero;
    private final long shown;
    private int clipped;

    public NextItemRanking(Stores stores) {
        this.stores = stores;
        items = stores.items();
        sessions = stores.sessions();
        embedding = stores.embedding();
        itemVectors = stores.itemVectors();
        ranker = stores.ranker();
        imputation = new Imputation(stores);
        content = stores.content();
        memory = BufferUtil.allocateDirectAligned(4 * Candidates.MAX + 64 + 4 * content.dimensions(), 64);
        direct = BufferUtil.address(memory);
        zero = direct + 4L * Candidates.MAX;
        shown = zero + 64;
    }

    /**
     * Fills features and scores of all candidates.
     *
     * @param shopperRow row of the shopper, or {@link ShopperStore#NONE}.
     * @param session the history's vector.
     */
    public void score(History history, int shopperRow, SessionEmbedding session, Candidates candidates) {
        final int count = candidates.count();
        clipped = 0;
        if (count == 0) {
            return;
        }
        fillNeighbours(candidates);
        fillEmbedding(history, session, candidates);
        fillItems(candidates);
        fillTrends(candidates);
        fillAttributes(history, candidates);
        fillContent(history, candidates);
        fillHistory(history, candidates);
        fillTaste(shopperRow, candidates);
        fillOwn(shopperRow, candidates);
        standardise(candidates);
        final int tileCount = (count + LANES - 1) / LANES;
        final long weights = ranker.weights();
        Kernels.dense(
                candidates.tiles(),
                tileCount,
                RankerStore.FEATURES,
                weights,
                weights + 4L * RankerStore.BIASES,
                RankerStore.HIDDEN,
                Activation.RELU,
                candidates.hidden());
        final long output = weights + 4L * RankerStore.OUTPUT;
        Kernels.dense(
                candidates.hidden(),
                tileCount,
                RankerStore.HIDDEN,
                output,
                zero,
                1,
                Activation.NONE,
                candidates.scores());
        final long skip = weights + 4L * RankerStore.DIRECT;
        Kernels.dense(candidates.tiles(), tileCount, RankerStore.FEATURES, skip, zero, 1, Activation.NONE, direct);
        for (int i = 0; i < count; i++) {
            final long address = candidates.scores() + 4L * i;
            UnsafeApi.putFloat(address, UnsafeApi.getFloat(address) + UnsafeApi.getFloat(direct + 4L * i));
        }
    }

    /** Values of features that the last scoring moved nearer to their mean, because they were too far from it. */
    public int clipped() {
        return clipped;
    }

    private static long column(Candidates candidates, Feature feature) {
        return candidates.columns() + (long) feature.ordinal() * STRIDE;
    }

    private static int padded(int count) {
        return count + LANES - 1 & -LANES;
    }

    private static void put(long column, int index, double value) {
        UnsafeApi.putFloat(column + 4L * index, (float) value);
    }

    private static float get(long column, int index) {
        return UnsafeApi.getFloat(column + 4L * index);
    }

    /** Replaces a column by its logarithms. */
    private static void logarithms(long column, int count) {
        for (int i = count; i < padded(count); i++) {
            put(column, i, 1);
        }
        Kernels.log(column, padded(count));
    }

    private static void fill(long column, int count, double value) {
        for (int i = 0; i < count; i++) {
            put(column, i, value);
        }
    }

    private void fillNeighbours(Candidates candidates) {
        final int count = candidates.count();
        final long behind = column(candidates, Feature.NEIGHBOURS_BEHIND);
        final long before = column(candidates, Feature.NEIGHBOURS_BEFORE);
        float most = 0;
        float all = 0;
        for (int i = 0; i < count; i++) {
            final double sessionsOfItem = sessions.sessionsOf(candidates.row(i)) + 1.0;
            final float discount = 1f / (float) Math.sqrt(Math.sqrt(sessionsOfItem));
            put(behind, i, candidates.forward(i) * discount);
            put(before, i, candidates.backward(i) * discount);
            final float sum = get(behind, i) + get(before, i);
            most = Math.max(most, sum);
            all += sum;
        }
        final float scale = most > 0 ? 1f / most : 0f;
        for (int i = 0; i < count; i++) {
            put(behind, i, get(behind, i) * scale + 0.001f);
            put(before, i, get(before, i) * scale + 0.001f);
        }
        logarithms(behind, count);
        logarithms(before, count);
        fill(column(candidates, Feature.NEIGHBOURS_SUM), count, 0.3f * Kernels.log(all + 0.001f));
    }

    private void fillEmbedding(History history, SessionEmbedding session, Candidates candidates) {
        final int count = candidates.count();
        final long addresses = candidates.rowAddresses();
        for (int i = 0; i < count; i++) {
            UnsafeApi.putLong(addresses + 8L * i, embedding.address(candidates.row(i)));
        }
        final long logits = column(candidates, Feature.EMBEDDING_LOGIT);
        final long cosines = column(candidates, Feature.COSINE_TO_LAST);
        if (session.length() == 0) {
            fill(logits, count, 0);
            fill(cosines, count, 0);
            return;
        }
        final int dims = embedding.dimensions();
        final int last = history.row(0);
        Kernels.gatherDot(session.unit(), addresses, count, dims, logits);
        Kernels.gatherDot(embedding.address(last), addresses, count, dims, cosines);
        final float lastInverse = embedding.inverseNorm(last);
        float best = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            final float inverse = embedding.inverseNorm(candidates.row(i));
            put(logits, i, get(logits, i) * inverse / SessionEmbedding.TEMPERATURE);
            put(cosines, i, get(cosines, i) * inverse * lastInverse * 5f);
            best = Math.max(best, get(logits, i));
        }
        for (int i = 0; i < count; i++) {
            put(logits, i, (get(logits, i) - best) * 0.3f);
        }
    }

    private void fillItems(Candidates candidates) {
        final int count = candidates.count();
        final long held = column(candidates, Feature.SESSIONS);
        final long popularity = column(candidates, Feature.POPULARITY);
        final long recency = column(candidates, Feature.RECENCY);
        final long conversion = column(candidates, Feature.CONVERSION);
        final double nowHalfLives = (stores.engine().timeNs() - stores.engine().firstTimeNs())
                / (double) stores.settings().trendingHalfLifeNs();
        for (int i = 0; i < count; i++) {
            final int row = candidates.row(i);
            final int sessionsOfItem = sessions.sessionsOf(row);
            put(held, i, sessionsOfItem + 1.0);
            final double halvings = items.popularity(row) - 1 - nowHalfLives;
            put(popularity, i, items.popularity(row) == 0 ? -20 : halvings * LN_2);
            final int age = sessionsOfItem == 0 ? sessions.remembered() : sessions.age(sessions.sessionOf(row, 0));
            put(recency, i, age + 10.0);
            put(
                    conversion,
                    i,
                    (items.count(row, ItemCount.PURCHASES) + 1.0) / (items.count(row, ItemCount.VIEWS) + 10.0));
        }
        logarithms(held, count);
        for (int i = count; i < padded(count); i++) {
            put(popularity, i, 0);
        }
        Kernels.exp(popularity, padded(count));
        for (int i = 0; i < count; i++) {
            put(popularity, i, get(popularity, i) + 0.1f);
        }
        logarithms(popularity, count);
        logarithms(recency, count);
        Kernels.combine(recency, 0.5f, recency, 0f, padded(count));
        logarithms(conversion, count);
    }

    /** Decayed counts of other half-lives, as logarithms that fade no further than {@link #FADED}. */
    private void fillTrends(Candidates candidates) {
        final long trend = column(candidates, Feature.TREND);
        final long lasting = column(candidates, Feature.LASTING);
        final double halfLives = (stores.engine().timeNs() - stores.engine().firstTimeNs())
                / (double) stores.settings().trendingHalfLifeNs();
        for (int i = 0; i < candidates.count(); i++) {
            final int row = candidates.row(i);
            final double now = faded(items.popularity(row), halfLives);
            put(trend, i, (faded(items.shortPopularity(row), halfLives * ItemStore.HALF_LIFE_RATIO) - now) * LN_2);
            put(lasting, i, faded(items.longPopularity(row), halfLives / ItemStore.HALF_LIFE_RATIO) * LN_2);
        }
    }

    private static double faded(double popularity, double halfLives) {
        return popularity == 0 ? FADED : Math.max(FADED, popularity - 1 - halfLives);
    }

    private void fillAttributes(History history, Candidates candidates) {
        final long distance = column(candidates, Feature.PRICE_DISTANCE);
        final long price = column(candidates, Feature.PRICE_IN_CATEGORY);
        final long rating = column(candidates, Feature.RATING);
        final float last = history.count() == 0 ? 0f : imputation.logPrice(history.row(0));
        for (int i = 0; i < candidates.count(); i++) {
            final int row = candidates.row(i);
            final float logPrice = imputation.logPrice(row);
            put(distance, i, last == 0 || logPrice == 0 ? 0f : Math.abs(logPrice - last));
            put(price, i, imputation.priceInCategory(row, logPrice));
            put(rating, i, imputation.rating(row));
        }
    }

    private void fillContent(History history, Candidates candidates) {
        final int count = candidates.count();
        final int dims = content.dimensions();
        final long cosines = column(candidates, Feature.CONTENT);
        final long addresses = candidates.rowAddresses();
        int known = 0;
        for (int place = 0; place < history.count(); place++) {
            if (content.has(history.row(place))) {
                UnsafeApi.putLong(addresses + 8L * known, content.address(history.row(place)));
                put(direct, known++, PLACE_WEIGHTS[place]);
            }
        }
        fill(cosines, count, 0);
        if (known == 0) {
            return;
        }
        Kernels.weightedSum(addresses, direct, known, dims, shown);
        final float norm = Kernels.norm(shown, dims);
        if (norm == 0) {
            return;
        }
        for (int i = 0; i < count; i++) {
            UnsafeApi.putLong(addresses + 8L * i, content.address(candidates.row(i)));
        }
        Kernels.gatherDot(shown, addresses, count, dims, cosines);
        Kernels.scale(cosines, 1f / norm, padded(count));
    }

    private void fillHistory(History history, Candidates candidates) {
        final int count = candidates.count();
        final long seen = column(candidates, Feature.TIMES_SEEN);
        final long isLast = column(candidates, Feature.IS_LAST);
        final long near = column(candidates, Feature.SEEN_NEAR);
        final long kind = column(candidates, Feature.SAME_KIND);
        for (int i = 0; i < count; i++) {
            final int row = candidates.row(i);
            final int place = history.isOfEarlierSession() ? -1 : history.firstPlaceOf(row);
            put(seen, i, 1.0 + (place < 0 ? 0 : history.countOf(row)));
            put(isLast, i, place == 0 ? 1 : 0);
            put(near, i, place < 0 ? 0 : 1f / (1 + place));
            put(kind, i, sameKind(history, row));
        }
        logarithms(seen, count);
        fill(column(candidates, Feature.AWAY), count, Kernels.log(1f + (float) (history.awayNs() / NS_PER_MINUTE)));
        fill(column(candidates, Feature.HISTORY_LENGTH), count, Kernels.log(history.count() + 1f));
    }

    private float sameKind(History history, int row) {
        final int category = items.category(row);
        final int brand = items.brand(row);
        float sum = 0;
        for (int place = 0; place < history.count(); place++) {
            final int other = history.row(place);
            if (category != 0 && items.category(other) == category) {
                sum += PLACE_WEIGHTS[place];
            }
            if (brand != 0 && items.brand(other) == brand) {
                sum += PLACE_WEIGHTS[place];
            }
        }
        return sum / PLACES_SUM;
    }

    private void fillTaste(int shopperRow, Candidates candidates) {
        final int count = candidates.count();
        final long taste = column(candidates, Feature.TASTE);
        if (shopperRow == ShopperStore.NONE) {
            fill(taste, count, 0);
            return;
        }
        final long addresses = candidates.rowAddresses();
        for (int i = 0; i < count; i++) {
            UnsafeApi.putLong(addresses + 8L * i, itemVectors.address(candidates.row(i)));
        }
        Kernels.gatherDot(
                stores.shoppers().vectors().address(shopperRow), addresses, count, itemVectors.dimensions(), taste);
        for (int i = 0; i < count; i++) {
            put(taste, i, get(taste, i) + itemVectors.bias(candidates.row(i)));
        }
    }

    private void fillOwn(int shopperRow, Candidates candidates) {
        final int count = candidates.count();
        final long column = column(candidates, Feature.OWN);
        fill(column, count, OWN_NONE);
        if (shopperRow == ShopperStore.NONE) {
            return;
        }
        final OwnItemStore own = stores.shoppers().ownItems();
        float most = 0;
        for (int entry = 0; entry < OwnItemStore.ENTRIES && own.item(shopperRow, entry) >= 0; entry++) {
            most = Math.max(most, own.weight(shopperRow, entry));
        }
        for (int entry = 0; entry < OwnItemStore.ENTRIES && own.item(shopperRow, entry) >= 0; entry++) {
            final int index = candidates.indexOf(own.item(shopperRow, entry));
            if (index >= 0) {
                put(column, index, Math.max(OWN_NONE + 1, (own.weight(shopperRow, entry) - most) * LN_2));
            }
        }
    }

    /** Columns to tiles: each feature less its mean, over its spread. */
    private void standardise(Candidates candidates) {
        final int count = candidates.count();
        final float clip = stores.settings().featureClip();
        for (int feature = 0; feature < RankerStore.FEATURES; feature++) {
            final boolean isOff = (stores.settings().featuresOff() >>> feature & 1) == 1;
            final long column = candidates.columns() + (long) feature * STRIDE;
            final float mean = ranker.mean(feature);
            final float inverse = 1f / (float) Math.sqrt(ranker.variance(feature) + 0.01f);
            long tile = candidates.tiles() + 4L * LANES * feature;
            for (int first = 0; first < count; first += LANES) {
                for (int i = first; i < first + LANES; i++) {
                    final float distance = i < count && !isOff ? (get(column, i) - mean) * inverse : 0f;
                    final float value = Math.max(-clip, Math.min(clip, distance));
                    clipped += value == distance ? 0 : 1;
                    put(tile, i - first, value);
                }
                tile += 4L * LANES * RankerStore.FEATURES;
            }
        }
    }
}
