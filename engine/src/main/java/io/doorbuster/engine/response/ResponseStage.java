package io.doorbuster.engine.response;

import io.doorbuster.codec.AcknowledgedEncoder;
import io.doorbuster.codec.ExplanationEncoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.Rung;
import io.doorbuster.codec.ScoresEncoder;
import io.doorbuster.codec.SlateEncoder;
import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.SlateBuffer;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.Stores;
import io.doorbuster.engine.store.VectorStore;
import org.agrona.MutableDirectBuffer;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes replies; every byte is determined by the journal, the correlation id is left 0 for the gateway. Engine thread only.
 */
public final class ResponseStage {
    private final ItemStore items;
    private final VectorStore itemVectors;
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final AcknowledgedEncoder acknowledged = new AcknowledgedEncoder();
    private final SlateEncoder slateEncoder = new SlateEncoder();
    private final ScoresEncoder scoresEncoder = new ScoresEncoder();
    private final ExplanationEncoder explanation = new ExplanationEncoder();
    private final UnsafeBuffer text = new UnsafeBuffer(new byte[ItemStore.EXTERNAL_ID_MAX]);
    private ScoresEncoder.ItemsEncoder scoreItems;

    public ResponseStage(Stores stores) {
        items = stores.items();
        itemVectors = stores.itemVectors();
        scoreItems = scoresEncoder.wrap(text, 0).itemsCount(0);
    }

    /** Answer to a fact, a command, or a request without a scenario. */
    public int acknowledge(MutableDirectBuffer reply, int offset, long position, Outcome outcome, long detail) {
        acknowledged
                .wrapAndApplyHeader(reply, offset, header)
                .correlationId(0)
                .position(position)
                .outcome(outcome)
                .detail(detail);
        return MessageHeaderEncoder.ENCODED_LENGTH + acknowledged.encodedLength();
    }

    /** Answer to recommend. */
    public int slate(
            MutableDirectBuffer reply, int offset, long position, Rung rung, Candidates candidates, SlateBuffer slate) {
        final SlateEncoder.ItemsEncoder group = slateEncoder
                .wrapAndApplyHeader(reply, offset, header)
                .correlationId(0)
                .position(position)
                .rung(rung)
                .itemsCount(slate.size());
        for (int place = 0; place < slate.size(); place++) {
            final int candidate = slate.candidate(place);
            final int row = candidates.row(candidate);
            items.copyExternalId(row, text, 0);
            group.next()
                    .itemId(items.itemId(row))
                    .priceMinor(items.priceMinor(row))
                    .score(candidates.score(candidate))
                    .retrieved(candidates.retrieved(candidate))
                    .propensity(slate.propensity(place))
                    .putExternalId(text, 0, items.externalIdLength(row));
        }
        return MessageHeaderEncoder.ENCODED_LENGTH + slateEncoder.encodedLength();
    }

    /** Begins the answer to score: one {@link #score} for each candidate must follow. */
    public void beginScores(MutableDirectBuffer reply, int offset, long position, int count) {
        scoreItems = scoresEncoder
                .wrapAndApplyHeader(reply, offset, header)
                .correlationId(0)
                .position(position)
                .itemsCount(count);
    }

    /** The next score of the answer. */
    public void score(long itemId, float score, Outcome outcome) {
        scoreItems.next().itemId(itemId).score(score).outcome(outcome);
    }

    /** Ends the answer to score. */
    public int endScores() {
        return MessageHeaderEncoder.ENCODED_LENGTH + scoresEncoder.encodedLength();
    }

    /** Answer to explain: the terms of the dot product and the bias. */
    public int explain(MutableDirectBuffer reply, int offset, long position, long shopperVector, int row, float score) {
        final int dims = itemVectors.dimensions();
        final ExplanationEncoder.TermsEncoder terms = explanation
                .wrapAndApplyHeader(reply, offset, header)
                .correlationId(0)
                .position(position)
                .itemId(items.itemId(row))
                .score(score)
                .bias(itemVectors.bias(row))
                .freeStock(items.free(row))
                .retired((short) (items.flags(row) == 0 ? 0 : 1))
                .termsCount(dims);
        final long itemVector = itemVectors.address(row);
        for (int d = 0; d < dims; d++) {
            final float u = UnsafeApi.getFloat(shopperVector + 4L * d);
            final float v = UnsafeApi.getFloat(itemVector + 4L * d);
            terms.next().shopperValue(u).itemValue(v).product(u * v);
        }
        return MessageHeaderEncoder.ENCODED_LENGTH + explanation.encodedLength();
    }
}
