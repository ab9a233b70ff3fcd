package io.doorbuster.client;

import io.doorbuster.codec.AckLevel;
import io.doorbuster.codec.AnswerUpsertedEncoder;
import io.doorbuster.codec.CampaignUpsertedEncoder;
import io.doorbuster.codec.CartedEncoder;
import io.doorbuster.codec.ClickedEncoder;
import io.doorbuster.codec.ConfiguredEncoder;
import io.doorbuster.codec.ImpressionShownEncoder;
import io.doorbuster.codec.ItemRetiredEncoder;
import io.doorbuster.codec.ItemUpsertedEncoder;
import io.doorbuster.codec.ItemVectorSetEncoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.ModelReleasedEncoder;
import io.doorbuster.codec.ModelRole;
import io.doorbuster.codec.PriceChangedEncoder;
import io.doorbuster.codec.PromotionUpsertedEncoder;
import io.doorbuster.codec.PurchasedEncoder;
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

/** One method for each fact, and what all messages share; see {@link Messages}. One thread. */
public abstract sealed class FactMessages permits Messages {
    /** Longest text of any message, in bytes. */
    static final int TEXT_MAX = 2_000;

    private static final int SHOWN_MAX = 64;
    private static final int DIMENSIONS_MAX = 512;

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
    private final ImpressionShownEncoder impressionShown = new ImpressionShownEncoder();
    private final ShopperLinkedEncoder shopperLinked = new ShopperLinkedEncoder();
    private final ShopperErasedEncoder shopperErased = new ShopperErasedEncoder();
    private final ModelReleasedEncoder modelReleased = new ModelReleasedEncoder();
    private final ConfiguredEncoder configured = new ConfiguredEncoder();

    final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();

    /** Puts text into the message that is being encoded. */
    interface Put {
        Object put(byte[] bytes, int offset, int length);
    }

    abstract UnsafeBuffer out();

    /** Where the next message header goes. */
    abstract int bodyAt();

    /** Begins a message; whatever is wrong with it until {@link #sent} leaves nothing behind. */
    abstract long nextCorrelationId(boolean isSequenced);

    /** Sequence of the fact or command that is being encoded. */
    abstract long sequence();

    abstract long occurredAtNs();

    abstract AckLevel acknowledge();

    /** Frames what was encoded. */
    abstract long sent(int encodedLength);

    static void text(Put field, String text) {
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        checkCount("length in bytes of a text", bytes.length, TEXT_MAX);
        field.put(bytes, 0, bytes.length);
    }

    static void checkCount(String what, int count, int max) {
        if (count > max) {
            throw new IllegalArgumentException(what + "=" + count + " is more than " + max + "; nothing was sent");
        }
    }

    private static byte[] bytesOf(float[] vector) {
        checkCount("dimensions", vector.length, DIMENSIONS_MAX);
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
                .wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge())
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
                .wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge())
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
        stockSet.wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge())
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
                .wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge())
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
        searched.wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge());
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
        viewed.wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge())
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
        clicked.wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge())
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
        carted.wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge())
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
                .wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge())
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
                .wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge())
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
                .wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge())
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
                .wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge())
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
                .wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge())
                .itemId(itemId);
        return sent(itemRetired.encodedLength());
    }

    /**
     * What an item's text or image shows, as a vector that was computed outside.
     *
     * @param itemId the item.
     * @param vector fp32 little-endian, as many as CONTENT_DIMENSIONS; its length says nothing, and zeros alone take the item's vector
     *     away.
     * @return the correlation id.
     */
    public long itemVectorSet(long itemId, float[] vector) {
        itemVectorSet
                .wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge())
                .itemId(itemId);
        final byte[] bytes = bytesOf(vector);
        itemVectorSet.putVector(bytes, 0, bytes.length);
        return sent(itemVectorSet.encodedLength());
    }

    /** A slate was really shown, best place first. */
    public long impressionShown(String shopper, long requestPosition, long... itemIds) {
        checkCount("items shown", itemIds.length, SHOWN_MAX);
        final ImpressionShownEncoder.ItemsEncoder group = impressionShown
                .wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge())
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
                .wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge());
        text(shopperLinked::putShopper, shopper);
        text(shopperLinked::putLinked, linked);
        return sent(shopperLinked.encodedLength());
    }

    /** Everything known about a shopper is to be wiped. */
    public long shopperErased(String shopper) {
        shopperErased
                .wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge());
        text(shopperErased::putShopper, shopper);
        return sent(shopperErased.encodedLength());
    }

    /**
     * A model file takes effect, or none does any more.
     *
     * @param contentHash SHA-256 of the file, which lies in the server's directory of models; zeros = none. Not read when the role
     *     is ROLLBACK.
     */
    public long modelReleased(ModelRole role, long modelId, byte[] contentHash, String name) {
        if (contentHash.length != ModelReleasedEncoder.contentHashLength()) {
            throw new IllegalArgumentException("contentHash has " + contentHash.length + " bytes, not "
                    + ModelReleasedEncoder.contentHashLength() + " (SHA-256)");
        }
        modelReleased
                .wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge())
                .modelId(modelId)
                .role(role);
        for (int i = 0; i < ModelReleasedEncoder.contentHashLength(); i++) {
            modelReleased.contentHash(i, (short) (contentHash[i] & 0xFF));
        }
        text(modelReleased::putName, name);
        return sent(modelReleased.encodedLength());
    }

    /** Changes one setting; see the schema for which can be changed. */
    public long configured(Setting setting, long value) {
        configured
                .wrapAndApplyHeader(out(), bodyAt(), headerEncoder)
                .correlationId(nextCorrelationId(true))
                .sourceSequence(sequence())
                .occurredAtNs(occurredAtNs())
                .acknowledge(acknowledge())
                .settingsCount(1)
                .next()
                .setting(setting)
                .value(value);
        return sent(configured.encodedLength());
    }
}
