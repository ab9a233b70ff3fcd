package io.doorbuster.client;

import io.doorbuster.codec.ExplanationDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.RejectCode;
import io.doorbuster.codec.ScoresDecoder;
import io.doorbuster.codec.SlateDecoder;

/** Takes replies as they come; decoders are valid until the call returns. Replies may overtake each other. */
public interface ReplyHandler {
    void onAcknowledged(long correlationId, long position, Outcome outcome, long detail);

    void onSlate(long correlationId, SlateDecoder slate);

    void onScores(long correlationId, ScoresDecoder scores);

    void onExplanation(long correlationId, ExplanationDecoder explanation);

    /** The message was refused and nothing recorded; a fact's sequence number is taken back. */
    void onRejected(long correlationId, RejectCode code, String message);
}
