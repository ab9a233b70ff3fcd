package io.doorbuster.engine.learning;

import io.doorbuster.engine.decision.Chance;
import io.doorbuster.engine.store.ItemCount;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.OwnItemStore;
import io.doorbuster.engine.store.Settings;
import io.doorbuster.engine.store.ShopperStore;
import io.doorbuster.engine.store.Stores;
import io.doorbuster.engine.store.VectorStore;
import io.doorbuster.kernels.Kernels;
import org.agrona.UnsafeApi;

/**
 * Bounded steps of logistic matrix factorisation with every feedback fact. Engine thread only.
 *
 * <p>The item of the fact is a positive example for the shopper; items that stood above it in the slate that was shown, and
 * a few items drawn by the seed of the event, are negative ones. With g = label - sigmoid(u.v + b), both rows and the bias
 * move by rate * weight * g along the gradient of the log-likelihood, each component by at most the configured step.
 * Touches at most 1 + {@link #ABOVE_MAX} + 16 item rows, three feature rows and one shopper row; and what is learned again,
 * see {@link #REPLAYS}, as many shopper rows with 1 + {@link #REPLAY_NEGATIVES} item rows each.
 */
public final class LearningStage {
    /** Items above the clicked one that count as seen and passed over. */
    static final int ABOVE_MAX = 4;

    /** Places of what shoppers had that are drawn to be learned from again with a fact of a young shop. */
    static final int REPLAYS = 32;

    /** Records of a journal after which nothing is learned again. */
    private static final long YOUNG_RECORDS = 1 << 20;

    /** Items drawn beside one of them. */
    static final int REPLAY_NEGATIVES = 4;

    private static final float REPLAY_WEIGHT = 0.5f;

    private static final float[] WEIGHTS = {0.25f, 0.5f, 0.75f, 1f};
    private static final float NEGATIVE_WEIGHT = 0.5f;
    private static final float FEATURE_BLEND = 0.05f;
    private static final float NOISE = 0.1f;
    private static final int FEATURES = 3;

    private final Stores stores;
    private final ItemStore items;
    private final ShopperStore shoppers;
    private final OwnItemStore own;
    private final VectorStore itemVectors;
    private final VectorStore features;
    private final VectorStore shopperVectors;
    private final int dims;

    public LearningStage(Stores stores) {
        this.stores = stores;
        items = stores.items();
        shoppers = stores.shoppers();
        itemVectors = stores.itemVectors();
        features = stores.featureVectors();
        shopperVectors = shoppers.vectors();
        own = shoppers.ownItems();
        dims = itemVectors.dimensions();
    }

    /** A new item begins as the mean of what was learned for its category, brand and price band, plus a little noise. */
    public void onNewItem(int itemRow) {
        final long vector = itemVectors.open(itemRow);
        noise(vector, items.itemId(itemRow));
        float bias = 0;
        for (int feature = 0; feature < FEATURES; feature++) {
            final int featureRow = featureRow(itemRow, feature);
            if (features.updates(featureRow) > 0) {
                Kernels.blend(vector, features.address(featureRow), 1f / (2 + feature), dims);
                bias += features.bias(featureRow) / FEATURES;
            }
        }
        itemVectors.bias(itemRow, bias);
        itemVectors.updates(itemRow, 0);
        itemVectors.close(itemRow);
    }

    private int featureRow(int itemRow, int feature) {
        final long value = switch (feature) {
            case 0 -> items.category(itemRow);
            case 1 -> items.brand(itemRow);
            default -> 64 - Long.numberOfLeadingZeros(items.priceMinor(itemRow));
        };
        return (int) Chance.mix(value * FEATURES + feature) & (Stores.FEATURE_ROWS - 1);
    }

    private void noise(long vector, long key) {
        final long seed = Chance.mix(stores.settings().seed() ^ key);
        for (int d = 0; d < dims; d++) {
            UnsafeApi.putFloat(vector + 4L * d, Chance.uniform(seed, d) * NOISE);
        }
    }

    /**
     * Learns from one feedback fact; the shopper's row exists.
     *
     * @param slatePosition place of the item in the last slate shown; beyond it = unknown.
     */
    public void onFeedback(int shopperRow, int itemRow, ItemCount kind, int slatePosition, long position) {
        final Settings settings = stores.settings();
        if (settings.learningRate() == 0) {
            return;
        }
        if (shopperVectors.updates(shopperRow) == 0) {
            noise(shopperVectors.open(shopperRow), shoppers.surrogate(shopperRow));
            shopperVectors.close(shopperRow);
        }
        final float weight = WEIGHTS[kind.ordinal()];
        update(shopperRow, itemRow, 1f, weight, settings);
        learnFeatures(itemRow);
        learnFromAbove(shopperRow, itemRow, slatePosition, weight, settings);
        final int bound = items.highWater();
        final long seed = Chance.seed(settings.seed(), position);
        for (int i = 0; i < settings.negatives(); i++) {
            final int row = Chance.below(bound, seed, i);
            if (row != itemRow && items.itemId(row) != 0) {
                update(shopperRow, row, 0f, weight * NEGATIVE_WEIGHT, settings);
            }
        }
        if (position < YOUNG_RECORDS) {
            replay(bound, Chance.mix(seed), settings);
        }
    }

    /**
     * Learns again that shoppers had what they are remembered to have had, and not what is drawn beside it: one pass tells
     * little of a taste. A drawn place is empty where a shopper had less, so that a shop of short histories hardly replays.
     */
    private void replay(int bound, long seed, Settings settings) {
        final int rows = shoppers.highWater();
        for (int i = 0; i < REPLAYS; i++) {
            final long drawn = Chance.mix(seed + i);
            final int shopperRow = Chance.below(rows, drawn, 0);
            final int itemRow = own.item(shopperRow, Chance.below(OwnItemStore.ENTRIES, drawn, 1));
            if (itemRow < 0 || shopperVectors.updates(shopperRow) == 0) {
                continue;
            }
            update(shopperRow, itemRow, 1f, REPLAY_WEIGHT, settings);
            for (int n = 0; n < REPLAY_NEGATIVES; n++) {
                final int row = Chance.below(bound, drawn, 2 + n);
                if (items.itemId(row) != 0 && own.item(shopperRow, own.entryOf(shopperRow, row)) != row) {
                    update(shopperRow, row, 0f, REPLAY_WEIGHT * NEGATIVE_WEIGHT, settings);
                }
            }
        }
    }

    private void learnFromAbove(int shopperRow, int itemRow, int slatePosition, float weight, Settings settings) {
        if (slatePosition >= shoppers.shownCount(shopperRow)) {
            return;
        }
        for (int place = Math.max(0, slatePosition - ABOVE_MAX); place < slatePosition; place++) {
            final int row = shoppers.shownItem(shopperRow, place);
            if (row != itemRow && items.isLive(row, shoppers.shownGeneration(shopperRow, place))) {
                update(shopperRow, row, 0f, weight, settings);
            }
        }
    }

    private void update(int shopperRow, int itemRow, float label, float weight, Settings settings) {
        final long u = shopperVectors.open(shopperRow);
        final long v = itemVectors.open(itemRow);
        final float bias = itemVectors.bias(itemRow);
        final float gradient = label - Kernels.sigmoid(Kernels.dot(u, v, dims) + bias);
        final float step = settings.learningRate() * weight * gradient;
        final float decay = settings.learningRate() * settings.regularisation();
        Kernels.sgdPair(u, v, step, decay, settings.stepMax(), dims);
        final float change = step - decay * bias;
        itemVectors.bias(itemRow, bias + Math.max(-settings.stepMax(), Math.min(settings.stepMax(), change)));
        itemVectors.updates(itemRow, increment(itemVectors.updates(itemRow)));
        itemVectors.close(itemRow);
        shopperVectors.updates(shopperRow, increment(shopperVectors.updates(shopperRow)));
        shopperVectors.close(shopperRow);
    }

    private static int increment(int count) {
        return count == Integer.MAX_VALUE ? count : count + 1;
    }

    private void learnFeatures(int itemRow) {
        for (int feature = 0; feature < FEATURES; feature++) {
            final int row = featureRow(itemRow, feature);
            final long vector = features.open(row);
            final float blend = features.updates(row) == 0 ? 1f : FEATURE_BLEND;
            Kernels.blend(vector, itemVectors.address(itemRow), blend, dims);
            features.bias(row, features.bias(row) + blend * (itemVectors.bias(itemRow) - features.bias(row)));
            features.updates(row, increment(features.updates(row)));
            features.close(row);
        }
    }
}
