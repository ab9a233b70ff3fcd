package io.doorbuster.client;

import io.doorbuster.codec.AdsEncoder;
import io.doorbuster.codec.AskEncoder;
import io.doorbuster.codec.CheckpointEncoder;
import io.doorbuster.codec.ConfirmReservationEncoder;
import io.doorbuster.codec.ExplainEncoder;
import io.doorbuster.codec.PromoteEncoder;
import io.doorbuster.codec.RecommendEncoder;
import io.doorbuster.codec.ReleaseReservationEncoder;
import io.doorbuster.codec.ReserveStockEncoder;
import io.doorbuster.codec.RestockEncoder;
import io.doorbuster.codec.RewindFilterEncoder;
import io.doorbuster.codec.Scenario;
import io.doorbuster.codec.ScoreEncoder;
import io.doorbuster.codec.SearchEncoder;

/**
 * One method for each message that can be sent. Each encodes one frame and gives its correlation id back; nothing is
 * answered here. What cannot be encoded is an {@link IllegalArgumentException}, and then nothing was sent and no sequence
 * is used up; what the gateway refuses comes back as a rejection. One thread.
 */
public abstract sealed class Messages extends FactMessages permits PipelinedClient {
    private static final int CANDIDATES_MAX = 500;
    private static final int CONTEXT_MAX = 64;
    private static final int BLOCKLIST_MAX = 256;

    private final ReserveStockEncoder reserveStock = new ReserveStockEncoder();
    private final ConfirmReservationEncoder confirmReservation = new ConfirmReservationEncoder();
    private final ReleaseReservationEncoder releaseReservation = new ReleaseReservationEncoder();
    private final CheckpointEncoder checkpoint = new CheckpointEncoder();
    private final RewindFilterEncoder rewindFilter = new RewindFilterEncoder();
    private final SearchEncoder search = new SearchEncoder();
    private final AdsEncoder ads = new AdsEncoder();
    private final PromoteEncoder promote = new PromoteEncoder();
    private final AskEncoder ask = new AskEncoder();
    private final RestockEncoder restock = new RestockEncoder();
    private final ExplainEncoder explain = new ExplainEncoder();
    private final ScoreEncoder score = new ScoreEncoder();
    private final RecommendEncoder recommend = new RecommendEncoder();

    abstract long timeoutMicros();

    /**
     * Promise units of an item to the caller for a while.
     *
     * @param reservationId set by the client; non-zero, unused.
     * @param itemId the item.
     * @param quantity 1 or more.
     * @param timeToLiveMillis 1 to 86400000.
     * @return the correlation id.
     */
    public long reserveStock(long reservationId, long itemId, int quantity, long timeToLiveMillis) {
        reserveStock
                .wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge())
                .reservationId(reservationId)
                .itemId(itemId)
                .quantity(quantity)
                .timeToLiveMillis(timeToLiveMillis);
        return sent(reserveStock.encodedLength());
    }

    /**
     * The units are sold: on hand and reserved fall together.
     *
     * @param reservationId non-zero.
     * @return the correlation id.
     */
    public long confirmReservation(long reservationId) {
        confirmReservation
                .wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge())
                .reservationId(reservationId);
        return sent(confirmReservation.encodedLength());
    }

    /**
     * The units are free again.
     *
     * @param reservationId non-zero.
     * @return the correlation id.
     */
    public long releaseReservation(long reservationId) {
        releaseReservation
                .wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge())
                .reservationId(reservationId);
        return sent(releaseReservation.encodedLength());
    }

    /**
     * Write an image of the state at this position.
     *
     * @return the correlation id.
     */
    public long checkpoint() {
        checkpoint
                .wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge());
        return sent(checkpoint.encodedLength());
    }

    /**
     * Rebuild the state without a source's events in a span.
     *
     * @param excludedSource source to leave out.
     * @param fromPosition first position left out.
     * @param toPosition last position left out.
     * @return the correlation id.
     */
    public long rewindFilter(long excludedSource, long fromPosition, long toPosition) {
        rewindFilter
                .wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge())
                .excludedSource(excludedSource)
                .fromPosition(fromPosition)
                .toPosition(toPosition);
        return sent(rewindFilter.encodedLength());
    }

    /**
     * Ranked items for a query.
     *
     * @param shopper raw id; it ends at the gateway; empty = anonymous.
     * @param filter which items, and how many.
     * @param query 1 to 256 bytes.
     * @return the correlation id.
     */
    public long search(String shopper, SlateFilter filter, String query) {
        search.wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(false))
                .timeoutMicros(timeoutMicros());
        filter.writeTo(search.filter());
        text(search::putShopper, shopper);
        text(search::putQuery, query);
        return sent(search.encodedLength());
    }

    /**
     * Sponsored items for a shopper.
     *
     * @param shopper raw id; it ends at the gateway; empty = anonymous.
     * @param filter which items, and how many.
     * @return the correlation id.
     */
    public long ads(String shopper, SlateFilter filter) {
        ads.wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(false))
                .timeoutMicros(timeoutMicros());
        filter.writeTo(ads.filter());
        text(ads::putShopper, shopper);
        return sent(ads.encodedLength());
    }

    /**
     * An offer for a shopper.
     *
     * @param shopper raw id; it ends at the gateway; empty = anonymous.
     * @return the correlation id.
     */
    public long promote(String shopper) {
        promote.wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(false))
                .timeoutMicros(timeoutMicros());
        text(promote::putShopper, shopper);
        return sent(promote.encodedLength());
    }

    /**
     * Service answers to a question.
     *
     * @param shopper raw id; it ends at the gateway; empty = anonymous.
     * @param answersMax 1 to 20.
     * @param question 1 to 1000 bytes.
     * @return the correlation id.
     */
    public long ask(String shopper, int answersMax, String question) {
        ask.wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(false))
                .timeoutMicros(timeoutMicros())
                .answersMax(answersMax);
        text(ask::putShopper, shopper);
        text(ask::putQuestion, question);
        return sent(ask.encodedLength());
    }

    /**
     * Reorder advice for an item.
     *
     * @param itemId the item.
     * @return the correlation id.
     */
    public long restock(long itemId) {
        restock.wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(false))
                .timeoutMicros(timeoutMicros())
                .itemId(itemId);
        return sent(restock.encodedLength());
    }

    /**
     * Why an item scores as it does for a shopper, exactly.
     *
     * @param shopper raw id; it ends at the gateway; empty = anonymous.
     * @param itemId the item.
     * @return the correlation id.
     */
    public long explain(String shopper, long itemId) {
        explain.wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(false))
                .timeoutMicros(timeoutMicros())
                .itemId(itemId);
        text(explain::putShopper, shopper);
        return sent(explain.encodedLength());
    }

    /** Scores given items for a shopper, at most 500. */
    public long score(String shopper, long... itemIds) {
        checkCount("candidates", itemIds.length, CANDIDATES_MAX);
        final ScoreEncoder.CandidatesEncoder group = score.wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(false))
                .timeoutMicros(timeoutMicros())
                .candidatesCount(itemIds.length);
        for (final long itemId : itemIds) {
            group.next().itemId(itemId);
        }
        text(score::putShopper, shopper);
        return sent(score.encodedLength());
    }

    /**
     * Asks for a slate.
     *
     * @param shopper raw id; empty = anonymous.
     * @param context items of the page or the cart, at most 64.
     * @param blocklist items not to show, at most 256.
     */
    public long recommend(String shopper, Scenario scenario, SlateFilter filter, long[] context, long[] blocklist) {
        checkCount("context", context.length, CONTEXT_MAX);
        checkCount("blocklist", blocklist.length, BLOCKLIST_MAX);
        recommend
                .wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(false))
                .timeoutMicros(timeoutMicros())
                .scenario(scenario);
        filter.writeTo(recommend.filter());
        final RecommendEncoder.ContextEncoder contextGroup = recommend.contextCount(context.length);
        for (final long itemId : context) {
            contextGroup.next().itemId(itemId);
        }
        final RecommendEncoder.BlocklistEncoder blockGroup = recommend.blocklistCount(blocklist.length);
        for (final long itemId : blocklist) {
            blockGroup.next().itemId(itemId);
        }
        text(recommend::putShopper, shopper);
        return sent(recommend.encodedLength());
    }
}
