package io.doorbuster.training;

import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.Feature;
import io.doorbuster.engine.decision.History;
import io.doorbuster.engine.embedding.SessionEmbedding;
import io.doorbuster.engine.learning.LessonObserver;
import io.doorbuster.engine.store.EmbeddingStore;
import io.doorbuster.engine.store.SessionStore;
import io.doorbuster.engine.store.Stores;
import java.util.Random;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/**
 * Keeps lessons as the engine takes them: the candidate that came next, and others drawn by seed and position. One thread.
 */
final class LessonCollector implements LessonObserver, AutoCloseable {
    private final Columns columns;
    private final boolean keepsHistory;
    private final int negatives;
    private final long seed;
    private final int[] drawn = new int[Candidates.MAX];
    private @Nullable LessonStore lessons;
    private int dimensions;
    private long withoutTarget;
    private long withoutOthers;

    LessonCollector(Columns columns, boolean keepsHistory, int negatives, long seed) {
        this.columns = columns;
        this.keepsHistory = keepsHistory;
        this.negatives = negatives;
        this.seed = seed;
    }

    /** Lessons in which what came next was among the candidates, beside others; null when there is none. */
    @Nullable
    LessonStore lessons() {
        return lessons;
    }

    /** Dimensions of the engine's embedding; known with the first lesson. */
    int dimensions() {
        return dimensions;
    }

    /** Lessons left out because what came next was none of the candidates. */
    long withoutTarget() {
        return withoutTarget;
    }

    /** Lessons left out because there was no other candidate. */
    long withoutOthers() {
        return withoutOthers;
    }

    @Override
    public void onLesson(
            Stores from,
            Candidates candidates,
            int target,
            History history,
            SessionEmbedding session,
            long shopper,
            long position) {
        if (target < 0) {
            withoutTarget++;
            return;
        }
        if (candidates.count() == 1) {
            withoutOthers++;
            return;
        }
        final LessonStore to = store(from);
        final int others = draw(candidates.count(), target, position);
        final int historyCount = keepsHistory ? Math.min(SessionStore.ITEMS_MAX, history.count()) : 0;
        final int lesson = to.add(position, from.engine().timeNs(), shopper, 1 + others, historyCount);
        for (int place = 0; place < historyCount; place++) {
            to.historyItem(lesson, place, from.items().itemId(history.row(place)));
        }
        keepShared(to, lesson, candidates, session);
        for (int i = 0; i <= others; i++) {
            keepCandidate(to, lesson, i, candidates, drawn[i], from);
        }
    }

    private LessonStore store(Stores from) {
        LessonStore to = lessons;
        if (to == null) {
            dimensions = from.embedding().dimensions();
            to = new LessonStore(new LessonFormat(
                    1 + negatives,
                    keepsHistory ? SessionStore.ITEMS_MAX : 0,
                    columns.sharedFloats(dimensions),
                    columns.ownFloats(dimensions)));
            lessons = to;
        }
        return to;
    }

    /** The target, and others without repeats: the first places of a shuffle that goes no further. */
    private int draw(int count, int target, long position) {
        int others = 0;
        drawn[0] = target;
        for (int i = 0; i < count; i++) {
            if (i != target) {
                drawn[++others] = i;
            }
        }
        final Random random = new Random(seed ^ position * 0x9E3779B97F4A7C15L);
        final int wanted = Math.min(negatives, others);
        for (int i = 1; i <= wanted; i++) {
            final int chosen = i + random.nextInt(others - i + 1);
            final int swapped = drawn[i];
            drawn[i] = drawn[chosen];
            drawn[chosen] = swapped;
        }
        return wanted;
    }

    private void keepShared(LessonStore to, int lesson, Candidates candidates, SessionEmbedding session) {
        int index = 0;
        if (columns.sessionVector()) {
            for (; index < dimensions; index++) {
                to.shared(lesson, index, UnsafeApi.getFloat(session.unit() + 4L * index));
            }
        }
        for (final Feature feature : columns.shared()) {
            to.shared(lesson, index++, value(candidates, feature, 0));
        }
    }

    private void keepCandidate(
            LessonStore to, int lesson, int candidate, Candidates candidates, int from, Stores engine) {
        final int row = candidates.row(from);
        to.candidate(lesson, candidate, engine.items().itemId(row), candidates.score(from));
        int index = 0;
        if (columns.itemVector()) {
            final EmbeddingStore embedding = engine.embedding();
            final float inverse = embedding.inverseNorm(row);
            for (; index < dimensions; index++) {
                to.own(lesson, candidate, index, UnsafeApi.getFloat(embedding.address(row) + 4L * index) * inverse);
            }
        }
        for (final Feature feature : columns.own()) {
            to.own(lesson, candidate, index++, value(candidates, feature, from));
        }
    }

    private static float value(Candidates candidates, Feature feature, int candidate) {
        return UnsafeApi.getFloat(candidates.columns() + 4L * ((long) feature.ordinal() * Candidates.MAX + candidate));
    }

    @Override
    public void close() {
        if (lessons != null) {
            lessons.close();
        }
    }
}
