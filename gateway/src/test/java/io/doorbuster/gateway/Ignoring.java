package io.doorbuster.gateway;

import io.doorbuster.client.ReplyHandler;
import io.doorbuster.codec.ExplanationDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.RejectCode;
import io.doorbuster.codec.ScoresDecoder;
import io.doorbuster.codec.SlateDecoder;

/** Takes every reply that is none of a refusal. */
final class Ignoring implements ReplyHandler {
    @Override
    public void onAcknowledged(long correlationId, long position, Outcome outcome, long detail) {}

    @Override
    public void onSlate(long correlationId, SlateDecoder slate) {}

    @Override
    public void onScores(long correlationId, ScoresDecoder scores) {}

    @Override
    public void onExplanation(long correlationId, ExplanationDecoder explanation) {}

    @Override
    public void onRejected(long correlationId, RejectCode code, String message) {
        throw new AssertionError(code + ": " + message);
    }
}
