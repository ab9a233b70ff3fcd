package io.doorbuster.client;

import io.doorbuster.codec.ExplanationDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.RejectCode;
import io.doorbuster.codec.ScoresDecoder;
import io.doorbuster.codec.SlateDecoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns the one reply that is awaited into an object. */
final class Answers implements ReplyHandler {
    private long expected;
    private @Nullable Object answer;
    private @Nullable RejectedException rejection;

    void expect(long correlationId) {
        expected = correlationId;
        answer = null;
        rejection = null;
    }

    boolean hasCome() {
        return answer != null || rejection != null;
    }

    <T> T take(Class<T> type) throws IOException {
        final RejectedException rejected = rejection;
        if (rejected != null) {
            throw rejected;
        }
        final Object come = answer;
        if (type.isInstance(come)) {
            return type.cast(come);
        }
        throw new IOException("the server answered " + come + " instead of a " + type.getSimpleName());
    }

    private void come(long correlationId, Object object) {
        if (correlationId == expected) {
            answer = object;
        }
    }

    @Override
    public void onAcknowledged(long correlationId, long position, Outcome outcome, long detail) {
        come(correlationId, new Acknowledgement(position, outcome, detail));
    }

    @Override
    public void onSlate(long correlationId, SlateDecoder slate) {
        come(correlationId, Slate.of(slate));
    }

    @Override
    public void onScores(long correlationId, ScoresDecoder scores) {
        final long position = scores.position();
        final List<Scores.Item> items = new ArrayList<>();
        for (final ScoresDecoder.ItemsDecoder item : scores.items()) {
            items.add(new Scores.Item(item.itemId(), item.score(), item.outcome()));
        }
        come(correlationId, new Scores(position, items));
    }

    @Override
    public void onExplanation(long correlationId, ExplanationDecoder explanation) {
        final List<Explanation.Term> terms = new ArrayList<>();
        for (final ExplanationDecoder.TermsDecoder term : explanation.terms()) {
            terms.add(new Explanation.Term(term.shopperValue(), term.itemValue(), term.product()));
        }
        come(
                correlationId,
                new Explanation(
                        explanation.position(),
                        explanation.itemId(),
                        explanation.score(),
                        explanation.bias(),
                        explanation.freeStock(),
                        explanation.retired() != 0,
                        terms));
    }

    @Override
    public void onRejected(long correlationId, RejectCode code, String message) {
        if (correlationId == expected || correlationId == 0) {
            rejection = new RejectedException(code, message);
        }
    }
}
