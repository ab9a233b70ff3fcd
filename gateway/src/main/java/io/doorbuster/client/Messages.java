package io.doorbuster.client;

import io.doorbuster.codec.AdsEncoder;
import io.doorbuster.codec.AnswerUpsertedEncoder;
import io.doorbuster.codec.AskEncoder;
import io.doorbuster.codec.CampaignUpsertedEncoder;
import io.doorbuster.codec.CartedEncoder;
import io.doorbuster.codec.CheckpointEncoder;
import io.doorbuster.codec.ClickedEncoder;
import io.doorbuster.codec.ConfiguredEncoder;
import io.doorbuster.codec.ConfirmReservationEncoder;
import io.doorbuster.codec.ExplainEncoder;
import io.doorbuster.codec.ImpressionShownEncoder;
import io.doorbuster.codec.ItemRetiredEncoder;
import io.doorbuster.codec.ItemUpsertedEncoder;
import io.doorbuster.codec.ItemVectorSetEncoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.ModelReleasedEncoder;
import io.doorbuster.codec.PriceChangedEncoder;
import io.doorbuster.codec.PromoteEncoder;
import io.doorbuster.codec.PromotionUpsertedEncoder;
import io.doorbuster.codec.PurchasedEncoder;
import io.doorbuster.codec.RecommendEncoder;
import io.doorbuster.codec.ReleaseReservationEncoder;
import io.doorbuster.codec.ReserveStockEncoder;
import io.doorbuster.codec.RestockEncoder;
import io.doorbuster.codec.RewindFilterEncoder;
import io.doorbuster.codec.Scenario;
import io.doorbuster.codec.ScoreEncoder;
import io.doorbuster.codec.SearchEncoder;
import io.doorbuster.codec.SearchedEncoder;
import io.doorbuster.codec.Setting;
import io.doorbuster.codec.ShopperErasedEncoder;
import io.doorbuster.codec.ShopperLinkedEncoder;
import io.doorbuster.codec.StockAdjustedEncoder;
import io.doorbuster.codec.StockSetEncoder;
import io.doorbuster.codec.ViewedEncoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One method for each message that can be sent. Each encodes one frame and gives its correlation id back; nothing is
 * answered here. One thread.
 */
public abstract sealed class Messages permits PipelinedClient {
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final ItemUpsertedEncoder itemUpserted = new ItemUpsertedEncoder();
    private final PriceChangedEncoder priceChanged = new PriceChangedEncoder();
    private final StockSetEncoder stockSet = new StockSetEncoder();
    private final StockAdjustedEncoder stockAdjusted = new StockAdjustedEncoder();
    private final SearchedEncoder searched = new SearchedEncoder();
    private final ViewedEncoder viewed = new ViewedEncoder();
    private final ClickedEncoder clicked = new ClickedEncoder();
    private final CartedEncoder carted = new CartedEncoder();
    private final PurchasedEncoder purchased = new PurchasedEncoder();
    private final CampaignUpsertedEncoder campaignUpserted = new CampaignUpsertedEncoder();
    private final PromotionUpsertedEncoder promotionUpserted = new PromotionUpsertedEncoder();
    private final AnswerUpsertedEncoder answerUpserted = new AnswerUpsertedEncoder();
    private final ItemRetiredEncoder itemRetired = new ItemRetiredEncoder();
    private final ItemVectorSetEncoder itemVectorSet = new ItemVectorSetEncoder();
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
    private final ImpressionShownEncoder impressionShown = new ImpressionShownEncoder();
    private final ShopperLinkedEncoder shopperLinked = new ShopperLinkedEncoder();
    private final ShopperErasedEncoder shopperErased = new ShopperErasedEncoder();
    private final ModelReleasedEncoder modelReleased = new ModelReleasedEncoder();
    private final ConfiguredEncoder configured = new ConfiguredEncoder();
    private final ScoreEncoder score = new ScoreEncoder();
    private final RecommendEncoder recommend = new RecommendEncoder();

    /** Puts text into the message that is being encoded. */
    private interface Put {
        Object put(byte[] bytes, int offset, int length);
    }

    Messages() {}

    abstract UnsafeBuffer out();

    /** Where the next message header goes. */
    abstract int bodyAt();

    abstract long nextCorrelationId(boolean isSequenced);

    abstract long takeSequence();

    abstract long occurredAtNs();

    abstract long timeoutMicros();

    /** Frames what was encoded. */
    abstract long sent(int encodedLength);

    private static void text(Put field, String text) {
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        field.put(bytes, 0, bytes.length);
    }

    private static byte[] bytesOf(float[] vector) {
        final ByteBuffer bytes = ByteBuffer.allocate(4 * vector.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return bytes.array();
    }

    /**
     * An item was created or its attributes changed.
     *
     * @param itemId non-zero; {@link ItemIds#of} makes one of the textual id.
     * @return the correlation id.
     */
    public long itemUpserted(long itemId, CatalogueItem item) {
        itemUpserted
                .wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs())
                .itemId(itemId)
                .priceMinor(item.priceMinor())
                .brand(item.brand())
                .category(item.category())
                .ratingCenti(item.ratingCenti())
                .blocked((short) (item.isBlocked() ? 1 : 0))
                .createOnly((short) (item.isCreateOnly() ? 1 : 0))
                .initialOnHand(item.initialOnHand());
        text(itemUpserted::putExternalId, item.externalId());
        text(itemUpserted::putTitle, item.title());
        return sent(itemUpserted.encodedLength());
    }

    /**
     * The price of an item changed.
     *
     * @param itemId the item.
     * @param priceMinor 0 or more.
     * @return the correlation id.
     */
    public long priceChanged(long itemId, long priceMinor) {
        priceChanged
                .wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs())
                .itemId(itemId)
                .priceMinor(priceMinor);
        return sent(priceChanged.encodedLength());
    }

    /**
     * The count on hand was set.
     *
     * @param itemId the item.
     * @param onHand 0 or more.
     * @return the correlation id.
     */
    public long stockSet(long itemId, int onHand) {
        stockSet.wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs())
                .itemId(itemId)
                .onHand(onHand);
        return sent(stockSet.encodedLength());
    }

    /**
     * The count on hand changed by a difference.
     *
     * @param itemId the item.
     * @param delta units; negative = shrinkage.
     * @return the correlation id.
     */
    public long stockAdjusted(long itemId, int delta) {
        stockAdjusted
                .wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs())
                .itemId(itemId)
                .delta(delta);
        return sent(stockAdjusted.encodedLength());
    }

    /**
     * A shopper searched.
     *
     * @param shopper raw id; it ends at the gateway.
     * @param query 0 to 256 bytes.
     * @return the correlation id.
     */
    public long searched(String shopper, String query) {
        searched.wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs());
        text(searched::putShopper, shopper);
        text(searched::putQuery, query);
        return sent(searched.encodedLength());
    }

    /**
     * A shopper opened an item's page.
     *
     * @param shopper raw id; it ends at the gateway.
     * @param itemId the item.
     * @param dwellMillis time on the page; 0 = unknown.
     * @return the correlation id.
     */
    public long viewed(String shopper, long itemId, long dwellMillis) {
        viewed.wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs())
                .itemId(itemId)
                .dwellMillis(dwellMillis);
        text(viewed::putShopper, shopper);
        return sent(viewed.encodedLength());
    }

    /**
     * A shopper clicked an item in a slate.
     *
     * @param shopper raw id; it ends at the gateway.
     * @param itemId the item.
     * @param slatePosition 0-based place in the slate; 65534 = unknown.
     * @param requestPosition journal position of the slate's request; 0 = unknown.
     * @return the correlation id.
     */
    public long clicked(String shopper, long itemId, int slatePosition, long requestPosition) {
        clicked.wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs())
                .itemId(itemId)
                .slatePosition(slatePosition)
                .requestPosition(requestPosition);
        text(clicked::putShopper, shopper);
        return sent(clicked.encodedLength());
    }

    /**
     * A shopper put an item into the cart.
     *
     * @param shopper raw id; it ends at the gateway.
     * @param itemId the item.
     * @param quantity 1 or more.
     * @return the correlation id.
     */
    public long carted(String shopper, long itemId, int quantity) {
        carted.wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs())
                .itemId(itemId)
                .quantity(quantity);
        text(carted::putShopper, shopper);
        return sent(carted.encodedLength());
    }

    /**
     * A shopper bought an item. With a reservation its units are taken; without, on hand is lowered.
     *
     * @param shopper raw id; it ends at the gateway.
     * @param itemId the item.
     * @param quantity 1 or more.
     * @param priceMinor price paid for one unit; 0 or more.
     * @param reservationId reservation to take the units from; 0 = none.
     * @return the correlation id.
     */
    public long purchased(String shopper, long itemId, int quantity, long priceMinor, long reservationId) {
        purchased
                .wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs())
                .itemId(itemId)
                .quantity(quantity)
                .priceMinor(priceMinor)
                .reservationId(reservationId);
        text(purchased::putShopper, shopper);
        return sent(purchased.encodedLength());
    }

    /**
     * An advertising campaign was created or changed.
     *
     * @param campaignId non-zero.
     * @param itemId the item.
     * @param bidMinor bid for one click, 0 or more.
     * @param budgetMinor hard budget, 0 or more.
     * @param startsAtNs first instant.
     * @param endsAtNs instant after the last.
     * @return the correlation id.
     */
    public long campaignUpserted(
            long campaignId, long itemId, long bidMinor, long budgetMinor, long startsAtNs, long endsAtNs) {
        campaignUpserted
                .wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs())
                .campaignId(campaignId)
                .itemId(itemId)
                .bidMinor(bidMinor)
                .budgetMinor(budgetMinor)
                .startsAtNs(startsAtNs)
                .endsAtNs(endsAtNs);
        return sent(campaignUpserted.encodedLength());
    }

    /**
     * A promotion was created or changed.
     *
     * @param promotionId non-zero.
     * @param itemId item; 0 = the whole shop.
     * @param discountBasisPoints 0 to 10000.
     * @param couponsMax hard cap, 0 or more.
     * @param startsAtNs first instant.
     * @param endsAtNs instant after the last.
     * @return the correlation id.
     */
    public long promotionUpserted(
            long promotionId, long itemId, int discountBasisPoints, int couponsMax, long startsAtNs, long endsAtNs) {
        promotionUpserted
                .wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs())
                .promotionId(promotionId)
                .itemId(itemId)
                .discountBasisPoints(discountBasisPoints)
                .couponsMax(couponsMax)
                .startsAtNs(startsAtNs)
                .endsAtNs(endsAtNs);
        return sent(promotionUpserted.encodedLength());
    }

    /**
     * A service answer was created or changed.
     *
     * @param answerId non-zero.
     * @param question 1 to 1000 bytes.
     * @param text the answer, 1 to 2000 bytes.
     * @return the correlation id.
     */
    public long answerUpserted(long answerId, String question, String text) {
        answerUpserted
                .wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs())
                .answerId(answerId);
        text(answerUpserted::putQuestion, question);
        text(answerUpserted::putText, text);
        return sent(answerUpserted.encodedLength());
    }

    /**
     * An item left the catalogue: in no slate any more; an upsert brings it back.
     *
     * @param itemId the item.
     * @return the correlation id.
     */
    public long itemRetired(long itemId) {
        itemRetired
                .wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs())
                .itemId(itemId);
        return sent(itemRetired.encodedLength());
    }

    /**
     * An item's vector was computed outside and replaces the learned one.
     *
     * @param itemId the item.
     * @param vector fp32 little-endian, as many as configured dimensions.
     * @return the correlation id.
     */
    public long itemVectorSet(long itemId, float[] vector) {
        itemVectorSet
                .wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs())
                .itemId(itemId);
        final byte[] bytes = bytesOf(vector);
        itemVectorSet.putVector(bytes, 0, bytes.length);
        return sent(itemVectorSet.encodedLength());
    }

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
                .wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs())
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
                .wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs())
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
                .wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs())
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
                .wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs());
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
                .wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs())
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
        search.wrapAndApplyHeader(out(), bodyAt(), header)
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
        ads.wrapAndApplyHeader(out(), bodyAt(), header)
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
        promote.wrapAndApplyHeader(out(), bodyAt(), header)
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
        ask.wrapAndApplyHeader(out(), bodyAt(), header)
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
        restock.wrapAndApplyHeader(out(), bodyAt(), header)
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
        explain.wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(false))
                .timeoutMicros(timeoutMicros())
                .itemId(itemId);
        text(explain::putShopper, shopper);
        return sent(explain.encodedLength());
    }

    /** A slate was really shown, best place first. */
    public long impressionShown(String shopper, long requestPosition, long... itemIds) {
        final ImpressionShownEncoder.ItemsEncoder group = impressionShown
                .wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs())
                .requestPosition(requestPosition)
                .itemsCount(itemIds.length);
        for (final long itemId : itemIds) {
            group.next().itemId(itemId);
        }
        text(impressionShown::putShopper, shopper);
        return sent(impressionShown.encodedLength());
    }

    /** Two raw ids are one shopper: from now on {@code linked} means {@code shopper}. */
    public long shopperLinked(String shopper, String linked) {
        shopperLinked
                .wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs());
        text(shopperLinked::putShopper, shopper);
        text(shopperLinked::putLinked, linked);
        return sent(shopperLinked.encodedLength());
    }

    /** Everything known about a shopper is to be wiped. */
    public long shopperErased(String shopper) {
        shopperErased
                .wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs());
        text(shopperErased::putShopper, shopper);
        return sent(shopperErased.encodedLength());
    }

    /** A model file takes effect. */
    public long modelReleased(long modelId, byte[] contentHash, String name) {
        modelReleased
                .wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs())
                .modelId(modelId);
        for (int i = 0; i < ModelReleasedEncoder.contentHashLength(); i++) {
            modelReleased.contentHash(i, (short) (contentHash[i] & 0xFF));
        }
        text(modelReleased::putName, name);
        return sent(modelReleased.encodedLength());
    }

    /** Changes one setting; see the schema for which can be changed. */
    public long configured(Setting setting, long value) {
        configured
                .wrapAndApplyHeader(out(), bodyAt(), header)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(takeSequence())
                .occurredAtNs(occurredAtNs())
                .settingsCount(1)
                .next()
                .setting(setting)
                .value(value);
        return sent(configured.encodedLength());
    }

    /** Scores given items for a shopper, at most 500. */
    public long score(String shopper, long... itemIds) {
        final ScoreEncoder.CandidatesEncoder group = score.wrapAndApplyHeader(out(), bodyAt(), header)
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
        recommend
                .wrapAndApplyHeader(out(), bodyAt(), header)
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
