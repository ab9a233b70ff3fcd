package io.doorbuster.benchmarks.gateway;

import io.doorbuster.client.PipelinedClient;
import io.doorbuster.client.ReplyHandler;
import io.doorbuster.codec.ExplanationDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.RejectCode;
import io.doorbuster.codec.ScoresDecoder;
import io.doorbuster.codec.SlateDecoder;
import java.io.IOException;

/** Takes the replies to facts, and is content only when each was accepted. One thread. */
final class AcceptedReplies implements ReplyHandler {
    private static final long PATIENCE_NS = 30_000_000_000L;

    private String refusal = "";

    /** Waits for all that is in flight. */
    void drain(PipelinedClient client) throws IOException {
        while (client.inFlight() > 0) {
            if (client.poll(this, PATIENCE_NS) == 0) {
                throw new IOException("no answer within 30 s while the shop was filled");
            }
        }
        if (!refusal.isEmpty()) {
            throw new IOException("the shop cannot be filled: " + refusal);
        }
    }

    @Override
    public void onAcknowledged(long correlationId, long position, Outcome outcome, long detail) {
        if (outcome != Outcome.ACCEPTED) {
            refusal = outcome + ", detail " + detail;
        }
    }

    @Override
    public void onRejected(long correlationId, RejectCode code, String message) {
        refusal = code + ": " + message;
    }

    @Override
    public void onSlate(long correlationId, SlateDecoder slate) {
        refusal = "a fact was answered by a slate";
    }

    @Override
    public void onScores(long correlationId, ScoresDecoder scores) {
        refusal = "a fact was answered by scores";
    }

    @Override
    public void onExplanation(long correlationId, ExplanationDecoder explanation) {
        refusal = "a fact was answered by an explanation";
    }
}
