package io.doorbuster.engine.retrieval;

import io.doorbuster.engine.decision.History;
import io.doorbuster.engine.decision.Selection;
import io.doorbuster.engine.store.SessionStore;
import java.util.Arrays;

/**
 * What the sessions most like this one held: vector multiplication session-kNN (Ludewig and Jannach 2018) with discounts for
 * popular items, long and old sessions, and distance. Engine thread only.
 *
 * <p>An item i at distance a from the session's end weighs {@code exp(-a/2) * (sessionsOf(i) + 1)^-0.4} in each of its newest
 * sessions; a session's similarity is the sum of these, over its length to the power 0.2 and its age; the {@link #SESSIONS_MAX}
 * most similar ones each add {@code similarity * exp(-|distance to the anchor| / 5)} to each of their items, where the anchor
 * is the last place of the most recent item that both share. What stands at or behind the anchor and what stands before it
 * are two sums: a shop's order says which counts more, and the ranker learns it. Touches at most 6 x 111 sessions.
 */
public final class SessionNeighbours {
    /** Items of the history that neighbours are looked up for. */
    static final int ANCHORS_MAX = 6;

    /** Sessions that are listened to. */
    static final int SESSIONS_MAX = 160;

    private static final int TABLE = 2_048;
    static final int ITEMS_MAX = SESSIONS_MAX * SessionStore.ITEMS_MAX;
    private static final int AGES = 4_096;
    private static final int COUNTS = 65_536;
    private static final double AGE_WEIGHT = 1.75;
    private static final float[] PLACE_WEIGHTS = new float[ANCHORS_MAX];
    private static final float[] LENGTH_WEIGHTS = new float[SessionStore.ITEMS_MAX + 1];
    private static final float[] DISTANCE_WEIGHTS = new float[SessionStore.ITEMS_MAX];
    private static final float[] AGE_WEIGHTS = new float[AGES + 1];
    private static final float[] ITEM_WEIGHTS = new float[COUNTS];

    static {
        for (int a = 0; a < ANCHORS_MAX; a++) {
            PLACE_WEIGHTS[a] = (float) StrictMath.exp(-a / 2.0);
        }
        for (int n = 1; n < LENGTH_WEIGHTS.length; n++) {
            LENGTH_WEIGHTS[n] = (float) StrictMath.pow(n, -0.2);
        }
        for (int d = 0; d < DISTANCE_WEIGHTS.length; d++) {
            DISTANCE_WEIGHTS[d] = (float) StrictMath.exp(-d / 5.0);
        }
        for (int age = 0; age <= AGES; age++) {
            AGE_WEIGHTS[age] = (float) StrictMath.exp(-AGE_WEIGHT * age / AGES);
        }
        for (int count = 0; count < COUNTS; count++) {
            ITEM_WEIGHTS[count] = (float) StrictMath.pow(count + 1.0, -0.4);
        }
    }

    private final SessionStore sessions;
    private final int sessionsMax;
    private final int[] tableSessions = new int[TABLE];
    private final int[] tableEntries = new int[TABLE];
    private final int[] tableStamps = new int[TABLE];
    private final int[] numbers = new int[TABLE];
    private final int[] anchors = new int[TABLE];
    private final float[] similarities = new float[TABLE];
    private final long[] keys = new long[TABLE];
    private final int[] itemStamps;
    private final int[] itemSlots;
    private final int[] rows = new int[ITEMS_MAX];
    private final float[] forward = new float[ITEMS_MAX];
    private final float[] backward = new float[ITEMS_MAX];
    private int sessionCount;
    private int itemCount;
    private int epoch;

    SessionNeighbours(SessionStore sessions, int itemsMax, int sessionsMax) {
        this.sessions = sessions;
        this.sessionsMax = sessionsMax;
        itemStamps = new int[itemsMax];
        itemSlots = new int[itemsMax];
    }

    /** Finds the items beside a history; those of its own session are not asked. */
    void find(History history) {
        epoch++;
        if (epoch == Integer.MAX_VALUE) {
            Arrays.fill(tableStamps, 0);
            Arrays.fill(itemStamps, 0);
            epoch = 1;
        }
        sessionCount = 0;
        itemCount = 0;
        for (int place = 0; place < Math.min(ANCHORS_MAX, history.count()); place++) {
            if (!history.isRepeat(place)) {
                addSessionsOf(history.row(place), PLACE_WEIGHTS[place], history.session());
            }
        }
        for (int i = 0; i < sessionCount; i++) {
            final int session = numbers[i];
            similarities[i] *= LENGTH_WEIGHTS[sessions.length(session)]
                    * AGE_WEIGHTS[(int) ((long) sessions.age(session) * AGES / sessionsMax)];
            keys[i] = (long) Float.floatToRawIntBits(similarities[i]) << 32 | ~i & 0xFFFF_FFFFL;
        }
        final int chosen = Math.min(SESSIONS_MAX, sessionCount);
        Selection.greatestFirst(keys, sessionCount, chosen);
        for (int i = 0; i < chosen; i++) {
            addItemsOf(~(int) keys[i]);
        }
    }

    private void addSessionsOf(int itemRow, float placeWeight, int own) {
        final int count = sessions.sessionsOf(itemRow);
        final float weight = placeWeight * ITEM_WEIGHTS[Math.min(count, COUNTS - 1)];
        for (int age = 0; age < Math.min(count, SessionStore.POSTINGS_MAX); age++) {
            final int session = sessions.sessionOf(itemRow, age);
            if (!sessions.remembers(session)) {
                return; // What follows is older still.
            }
            if (session != own) {
                final int entry = entryOf(session, itemRow);
                similarities[entry] += weight;
            }
        }
    }

    private int entryOf(int session, int itemRow) {
        int slot = (int) ((session * 0x9E3779B97F4A7C15L) >>> 53);
        while (tableStamps[slot] == epoch) {
            if (tableSessions[slot] == session) {
                return tableEntries[slot];
            }
            slot = (slot + 1) & (TABLE - 1);
        }
        final int entry = sessionCount++;
        tableStamps[slot] = epoch;
        tableSessions[slot] = session;
        tableEntries[slot] = entry;
        numbers[entry] = session;
        anchors[entry] = itemRow; // The first item that finds a session is the most recent one.
        similarities[entry] = 0;
        return entry;
    }

    private void addItemsOf(int entry) {
        final int session = numbers[entry];
        final int length = sessions.length(session);
        int anchor = length - 1;
        while (anchor > 0 && sessions.item(session, anchor) != anchors[entry]) {
            anchor--;
        }
        for (int place = 0; place < length; place++) {
            final int slot = slotOf(sessions.item(session, place));
            final float weight = similarities[entry] * DISTANCE_WEIGHTS[Math.abs(place - anchor)];
            if (place >= anchor) {
                forward[slot] += weight;
            } else {
                backward[slot] += weight;
            }
        }
    }

    private int slotOf(int itemRow) {
        if (itemStamps[itemRow] == epoch) {
            return itemSlots[itemRow];
        }
        final int slot = itemCount++;
        itemStamps[itemRow] = epoch;
        itemSlots[itemRow] = slot;
        rows[slot] = itemRow;
        forward[slot] = 0;
        backward[slot] = 0;
        return slot;
    }

    /** Items found. */
    int count() {
        return itemCount;
    }

    int row(int index) {
        return rows[index];
    }

    /** What stood at the anchor or behind it. */
    float forward(int index) {
        return forward[index];
    }

    /** What stood before the anchor. */
    float backward(int index) {
        return backward[index];
    }

    /** Where an item is among those found, or -1. */
    int indexOf(int itemRow) {
        return itemStamps[itemRow] == epoch ? itemSlots[itemRow] : -1;
    }

    /** Sum over both, discounted for items that are everywhere. */
    float score(int index) {
        final double sessionsOfItem = sessions.sessionsOf(rows[index]) + 1.0;
        return (forward[index] + backward[index]) / (float) Math.sqrt(Math.sqrt(sessionsOfItem));
    }
}
