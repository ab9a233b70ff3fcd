package io.doorbuster.engine.learning;

import io.doorbuster.engine.decision.Chance;
import io.doorbuster.engine.decision.History;
import io.doorbuster.engine.embedding.SessionEmbedding;
import io.doorbuster.engine.store.CategoryStore;
import io.doorbuster.engine.store.EmbeddingStore;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.SessionStore;
import io.doorbuster.engine.store.Stores;
import io.doorbuster.kernels.Kernels;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/**
 * Teaches the item embedding, in the stream, what came next: softmax over the item that did and some that are drawn, half of
 * them from all items alike, half from the newest events; a drawn item's logit is lowered by the logarithm of how often it is
 * drawn, so that the sum stands for the one over all items (sampled softmax, Bengio and Senécal 2008). Adagrad with one
 * accumulator for each row. The gradient of a cosine is at right angles to the row, so its length needs no sum. Engine thread
 * only.
 *
 * <p>An event is learned once as it comes, and, in the shop's first million events, once more by each of so many cursors as the
 * configuration says, which follow the newest session at fixed distances: a small shop needs several passes over what it knows,
 * and each session is to have as many as any other.
 */
public final class EmbeddingLearning {
    /** Events after which nothing is learned again: by then each item has been seen often enough. */
    private static final long YOUNG_EVENTS = 1 << 20;

    private static final float RATE = 0.12f;
    private static final float PLACE_RATE = 0.3f * RATE;
    private static final float SQUARES_BEGIN = 1e-3f;
    private static final float BEGIN_LENGTH = 0.5f;
    private static final float PLACE_DECAY = 0.7f;

    /** Smaller errors are rounded by chance: five rows of six stay as they are, and what is learned is as good. */
    private static final float ERROR_STEP = 0.02f;

    private static final int DRAWN_MAX = 512;

    /** How many sessions behind the newest each cursor keeps. */
    private static final int[] LAGS = {1_024, 8_192, 128, 32_768, 16, 65_536, 4_096, 512};

    /** Sessions that a cursor passes with one event, at most. */
    private static final int TRIES = 8;

    private static final float NOWHERE = -1e9f;

    private final Stores stores;
    private final ItemStore items;
    private final SessionStore sessions;
    private final CategoryStore categories;
    private final EmbeddingStore store;
    private final SessionEmbedding session;
    private final History replayed = new History();
    private final int dims;
    private final int[] rows;
    private final float[] cosines;
    private final ByteBuffer memory;
    private final long addresses;
    private final long shares;
    private final long draws;
    private final long back;
    private final long placeStep;
    private final long itemStep;

    public EmbeddingLearning(Stores stores) {
        this.stores = stores;
        items = stores.items();
        sessions = stores.sessions();
        categories = stores.categories();
        store = stores.embedding();
        session = new SessionEmbedding(store);
        dims = store.dimensions();
        final int count = DRAWN_MAX + Kernels.TILE_ROWS;
        rows = new int[count];
        cosines = new float[count];
        memory = BufferUtil.allocateDirectAligned(16 * count + 12 * dims, 64);
        addresses = BufferUtil.address(memory);
        shares = addresses + 8L * count;
        draws = shares + 4L * count;
        back = draws + 4L * count;
        placeStep = back + 4L * dims;
        itemStep = placeStep + 4L * dims;
        if (store.placeSquares(0) == 0) {
            begin();
        }
    }

    private void begin() {
        for (int place = 0; place < SessionStore.ITEMS_MAX; place++) {
            final long weights = store.openPlace(place);
            for (int d = 0; d < dims; d++) {
                UnsafeApi.putFloat(weights + 4L * d, 1f / (1f + PLACE_DECAY * place));
            }
            store.placeSquares(place, SQUARES_BEGIN);
            store.closePlace(place);
        }
    }

    /** A new item begins at a random place of length about 0.3, nearer to what is popular in its category if anything is. */
    public void onNewItem(int itemRow) {
        final long seed = Chance.mix(stores.settings().seed() + 1 ^ items.itemId(itemRow));
        final float scale = (float) Math.sqrt(1f / dims);
        final long vector = store.open(itemRow);
        for (int d = 0; d < dims; d++) {
            UnsafeApi.putFloat(vector + 4L * d, Chance.uniform(seed, d) * scale);
        }
        addCategory(items.category(itemRow), vector);
        store.squares(itemRow, SQUARES_BEGIN);
        store.inverseNorm(itemRow, 1f / Kernels.norm(vector, dims));
        store.close(itemRow);
    }

    private void addCategory(int category, long vector) {
        final int categoryRow = categories.rowOf(category);
        int known = 0;
        for (int place = 0; categoryRow != CategoryStore.NONE && place < CategoryStore.ENTRIES; place++) {
            final int row = categories.popular(categoryRow, place);
            if (row >= 0 && items.category(row) == category) { // Some may have moved to another since.
                rows[known++] = row;
            }
        }
        for (int i = 0; i < known; i++) {
            final float share = BEGIN_LENGTH * store.inverseNorm(rows[i]) / known;
            Kernels.combine(vector, 1f, store.address(rows[i]), share, dims);
        }
    }

    /**
     * Learns that an item came behind a history, and again from remembered sessions.
     *
     * @param position of the event; its seed decides what is drawn.
     */
    public void onNext(History history, int itemRow, long position) {
        final long seed = Chance.seed(stores.settings().seed() + 2, position);
        if (history.count() > 0 && history.row(0) != itemRow) {
            learn(history, itemRow, seed);
        }
        final int replays = store.events() < YOUNG_EVENTS ? stores.settings().embeddingReplays() : 0;
        for (int i = 1; i <= replays; i++) {
            replay(i - 1, Chance.mix(seed + i));
        }
    }

    /** Moves a cursor on by one place that has an item before it, as long as it stays behind the newest session, and learns it. */
    private void replay(int cursor, long seed) {
        int number = store.cursorSession(cursor);
        int place = store.cursorPlace(cursor) + 1;
        if (!sessions.remembers(number)) {
            number = sessions.newest()
                    - sessions.remembered()
                    + 1; // The first, or it was overtaken by what is forgotten.
            place = 1;
        }
        for (int i = 0; i < TRIES && place >= sessions.length(number); i++) {
            if (sessions.age(number) <= LAGS[cursor]) {
                return;
            }
            number++;
            place = 1;
        }
        if (sessions.age(number) < LAGS[cursor]) {
            return;
        }
        store.cursor(cursor, number, place);
        if (place < sessions.length(number)) {
            replayed.reset();
            for (int earlier = place - 1; earlier >= 0; earlier--) {
                replayed.addOlder(sessions.item(number, earlier));
            }
            learn(replayed, sessions.item(number, place), seed);
        }
    }

    private void learn(History history, int target, long seed) {
        session.encode(history);
        if (session.length() == 0) {
            return;
        }
        final int count = draw(target, seed);
        Kernels.gatherDot(session.unit(), addresses, count, dims, shares);
        for (int i = 0; i < count; i++) {
            final float cosine = UnsafeApi.getFloat(shares + 4L * i) * store.inverseNorm(rows[i]);
            cosines[i] = cosine;
            final float logit = cosine / SessionEmbedding.TEMPERATURE - UnsafeApi.getFloat(draws + 4L * i);
            UnsafeApi.putFloat(shares + 4L * i, i > 0 && rows[i] == target ? NOWHERE : logit);
        }
        Kernels.softmax(shares, count);
        for (int i = 0; i < count; i++) {
            final float error = UnsafeApi.getFloat(shares + 4L * i) - (i == 0 ? 1f : 0f);
            final float pull = rounded(error, seed, i) * store.inverseNorm(rows[i]) / SessionEmbedding.TEMPERATURE;
            UnsafeApi.putFloat(shares + 4L * i, pull);
        }
        Kernels.weightedSum(addresses, shares, count, dims, back);
        final float along = Kernels.dot(session.unit(), back, dims) / session.length();
        Kernels.combine(back, 1f / session.length(), session.unit(), -along, dims);
        for (int i = 0; i < count; i++) {
            final float pull = UnsafeApi.getFloat(shares + 4L * i);
            if (pull != 0f) {
                move(rows[i], pull, cosines[i]);
            }
        }
        for (int place = 0; place < history.count(); place++) {
            movePlace(history.row(place), place);
        }
    }

    /** An error below the step becomes none or a whole one, by chance and as often as keeps its mean. */
    static float rounded(float error, long seed, int number) {
        if (Math.abs(error) >= ERROR_STEP) {
            return error;
        }
        final boolean isKept = Chance.uniform(seed, DRAWN_MAX + 8 + number) + 0.5f < Math.abs(error) / ERROR_STEP;
        return isKept ? Math.copySign(ERROR_STEP, error) : 0f;
    }

    /** Draws items beside the target, and the logarithm of how often each is drawn. */
    private int draw(int target, long seed) {
        final int count = 1 + Math.min(DRAWN_MAX, stores.settings().embeddingNegatives());
        final int bound = items.highWater();
        final int occurrences = store.occurrences();
        rows[0] = target;
        for (int i = 1; i < count; i++) {
            rows[i] = (i & 1) == 0 || occurrences == 0
                    ? Chance.below(bound, seed, i + 8)
                    : store.occurrence(Chance.below(occurrences, seed, i + 8));
        }
        final float uniform = 0.5f * (count - 1) / bound;
        final float recent = occurrences == 0 ? 0f : 0.5f * (count - 1) / occurrences;
        for (int i = 0; i < count; i++) {
            UnsafeApi.putLong(addresses + 8L * i, store.address(rows[i]));
            final float often = i == 0 ? 1f : uniform + recent * store.occurrencesOf(rows[i]);
            UnsafeApi.putFloat(draws + 4L * i, often);
        }
        final int padded = count + Kernels.TILE_ROWS - 1 & -Kernels.TILE_ROWS;
        for (int i = count; i < padded; i++) {
            UnsafeApi.putFloat(draws + 4L * i, 1f);
        }
        Kernels.log(draws, padded);
        return count;
    }

    /** Moves a row along the gradient {@code pull * (unit - cosine * row / length)}. */
    private void move(int itemRow, float pull, float cosine) {
        final long vector = store.open(itemRow);
        final float inverse = store.inverseNorm(itemRow);
        final float squares = store.squares(itemRow) + pull * pull * Math.max(0f, 1f - cosine * cosine) / dims;
        final float rate = RATE / (float) Math.sqrt(squares);
        Kernels.combine(vector, 1f + rate * pull * cosine * inverse, session.unit(), -rate * pull, dims);
        store.squares(itemRow, squares);
        store.inverseNorm(itemRow, 1f / Kernels.norm(vector, dims));
        store.close(itemRow);
    }

    private void movePlace(int itemRow, int place) {
        UnsafeApi.setMemory(placeStep, 8L * dims, (byte) 0);
        Kernels.multiplyAdd(placeStep, store.address(itemRow), back, dims);
        Kernels.multiplyAdd(itemStep, store.placeAddress(place), back, dims);
        final long weights = store.openPlace(place);
        final float placeSquares = store.placeSquares(place) + Kernels.squaredNorm(placeStep, dims) / dims;
        Kernels.combine(weights, 1f, placeStep, -PLACE_RATE / (float) Math.sqrt(placeSquares), dims);
        store.placeSquares(place, placeSquares);
        store.closePlace(place);
        final long vector = store.open(itemRow);
        final float squares = store.squares(itemRow) + Kernels.squaredNorm(itemStep, dims) / dims;
        Kernels.combine(vector, 1f, itemStep, -RATE / (float) Math.sqrt(squares), dims);
        store.squares(itemRow, squares);
        store.inverseNorm(itemRow, 1f / Kernels.norm(vector, dims));
        store.close(itemRow);
    }
}
