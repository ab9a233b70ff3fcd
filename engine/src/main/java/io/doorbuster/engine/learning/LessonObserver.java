package io.doorbuster.engine.learning;

import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.History;
import io.doorbuster.engine.embedding.SessionEmbedding;
import io.doorbuster.engine.store.Stores;

/**
 * Looks at the lessons that the live ranker takes, for training sets: what it sees is what a request at that moment would
 * have been decided by, before what came next is part of anything. It must change nothing, and keep nothing of what it is
 * shown: all of it is reused. Called on the engine thread.
 */
@FunctionalInterface
public interface LessonObserver {
    /** Nobody looks. */
    LessonObserver NONE = (stores, candidates, target, history, session, shopper, position) -> {};

    /**
     * One lesson.
     *
     * @param stores of the engine, to look at.
     * @param candidates scored; their feature columns are as ranking left them.
     * @param target index of the candidate that came next, or -1 when none of them did.
     * @param session the vector of the history.
     * @param shopper surrogate of whoever took the step.
     * @param position of the event that is learned from.
     */
    void onLesson(
            Stores stores,
            Candidates candidates,
            int target,
            History history,
            SessionEmbedding session,
            long shopper,
            long position);
}
