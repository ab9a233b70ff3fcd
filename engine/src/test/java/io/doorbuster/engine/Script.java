package io.doorbuster.engine;

import static io.doorbuster.journal.RecordDescriptor.MESSAGE_OFFSET;

import io.doorbuster.codec.AcknowledgedDecoder;
import io.doorbuster.codec.CartedRecordEncoder;
import io.doorbuster.codec.ClickedRecordEncoder;
import io.doorbuster.codec.ConfiguredRecordEncoder;
import io.doorbuster.codec.ConfirmReservationRecordEncoder;
import io.doorbuster.codec.ExplainRecordEncoder;
import io.doorbuster.codec.ExplanationDecoder;
import io.doorbuster.codec.ImpressionShownRecordEncoder;
import io.doorbuster.codec.ItemRetiredRecordEncoder;
import io.doorbuster.codec.ItemUpsertedRecordEncoder;
import io.doorbuster.codec.ItemVectorSetRecordEncoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.ModelReleasedRecordEncoder;
import io.doorbuster.codec.ModelRole;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.PriceChangedRecordEncoder;
import io.doorbuster.codec.PurchasedRecordEncoder;
import io.doorbuster.codec.RecommendRecordEncoder;
import io.doorbuster.codec.ReleaseReservationRecordEncoder;
import io.doorbuster.codec.ReserveStockRecordEncoder;
import io.doorbuster.codec.Rung;
import io.doorbuster.codec.Scenario;
import io.doorbuster.codec.ScoreRecordEncoder;
import io.doorbuster.codec.ScoresDecoder;
import io.doorbuster.codec.Setting;
import io.doorbuster.codec.ShopperErasedRecordEncoder;
import io.doorbuster.codec.SlateDecoder;
import io.doorbuster.codec.StockAdjustedRecordEncoder;
import io.doorbuster.codec.StockSetRecordEncoder;
import io.doorbuster.codec.ViewedRecordEncoder;
import io.doorbuster.journal.RecordDescriptor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;

/** Writes records as the gateway and the journal would, and applies them to an engine at once. */
final class Script {
    static final long SOURCE = 7;
    static final long SECOND_NS = 1_000_000_000L;

    final UnsafeBuffer record = new UnsafeBuffer(new byte[RecordDescriptor.RECORD_MAX]);
    final UnsafeBuffer reply = new UnsafeBuffer(new byte[Engine.REPLY_MAX]);
    final AcknowledgedDecoder acknowledged = new AcknowledgedDecoder();

    /** Filter of the next recommend. */
    int category;

    /** How far the shop's clock is before journal time, in seconds; negative = ahead of it. */
    long occurredSecondsAgo;

    int categoryCap;
    Rung rung = Rung.NETWORK;
    int slateSize = 20;
    long priceMax;
    long priceMin;

    private final Engine engine;
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final MessageHeaderDecoder replyHeader = new MessageHeaderDecoder();
    private final ViewedRecordEncoder viewed = new ViewedRecordEncoder();
    private final ClickedRecordEncoder clicked = new ClickedRecordEncoder();
    private final PurchasedRecordEncoder purchased = new PurchasedRecordEncoder();
    private final RecommendRecordEncoder recommend = new RecommendRecordEncoder();
    private final StockSetRecordEncoder stockSet = new StockSetRecordEncoder();
    private final ReserveStockRecordEncoder reserve = new ReserveStockRecordEncoder();
    private final ConfirmReservationRecordEncoder confirm = new ConfirmReservationRecordEncoder();
    /** Of items upserted from now on. */
    int ratingCenti = 400;

    private long position;
    private long sequence;
    private long timeNs = 1_700_000_000L * SECOND_NS;

    Script(Engine engine) {
        this.engine = engine;
    }

    void configure(Object... settingsAndValues) {
        final ConfiguredRecordEncoder configured = new ConfiguredRecordEncoder();
        final ConfiguredRecordEncoder.SettingsEncoder group = configured
                .wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .settingsCount(settingsAndValues.length / 2);
        for (int i = 0; i < settingsAndValues.length; i += 2) {
            group.next().setting((Setting) settingsAndValues[i]).value(((Number) settingsAndValues[i + 1]).longValue());
        }
        apply(configured.encodedLength(), 0, 0);
    }

    Outcome outcomeOfConfigure() {
        acknowledged.wrapAndApplyHeader(reply, 0, replyHeader);
        return acknowledged.outcome();
    }

    void passSeconds(long seconds) {
        timeNs += seconds * SECOND_NS;
    }

    long sequence() {
        return sequence;
    }

    /** Applies the record that was encoded, as the next of the source. */
    Outcome fact(int encodedLength) {
        return fact(encodedLength, sequence + 1);
    }

    Outcome fact(int encodedLength, long withSequence) {
        apply(encodedLength, SOURCE, withSequence);
        if (withSequence == sequence + 1) {
            sequence++;
        }
        acknowledged.wrapAndApplyHeader(reply, 0, replyHeader);
        return acknowledged.outcome();
    }

    int apply(int encodedLength, long source, long sourceSequence) {
        timeNs += 1_000_000;
        RecordDescriptor.length(record, 0, RecordDescriptor.BODY_OFFSET + encodedLength);
        RecordDescriptor.position(record, 0, ++position);
        RecordDescriptor.journalTimeNs(record, 0, timeNs);
        RecordDescriptor.occurredAtNs(record, 0, timeNs - occurredSecondsAgo * SECOND_NS);
        RecordDescriptor.source(record, 0, source);
        RecordDescriptor.sourceSequence(record, 0, sourceSequence);
        return engine.onRecord(record, 0, reply, 0);
    }

    Outcome item(long itemId, int category, long priceMinor, String text) {
        return item(itemId, category, priceMinor, text, false, 0);
    }

    Outcome item(long itemId, int category, long priceMinor, String text, boolean createOnly, int initialOnHand) {
        final ItemUpsertedRecordEncoder item = new ItemUpsertedRecordEncoder();
        item.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .itemId(itemId)
                .priceMinor(priceMinor)
                .brand(category * 10L)
                .category(category)
                .ratingCenti(ratingCenti)
                .blocked((short) 0)
                .createOnly((short) (createOnly ? 1 : 0))
                .initialOnHand(initialOnHand)
                .externalId(text)
                .title("");
        return fact(item.encodedLength());
    }

    Outcome stock(long itemId, int onHand) {
        stockSet.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .itemId(itemId)
                .onHand(onHand);
        return fact(stockSet.encodedLength());
    }

    Outcome adjust(long itemId, int delta) {
        final StockAdjustedRecordEncoder adjusted = new StockAdjustedRecordEncoder();
        adjusted.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .itemId(itemId)
                .delta(delta);
        return fact(adjusted.encodedLength());
    }

    Outcome price(long itemId, long priceMinor) {
        final PriceChangedRecordEncoder price = new PriceChangedRecordEncoder();
        price.wrapAndApplyHeader(record, MESSAGE_OFFSET, header).itemId(itemId).priceMinor(priceMinor);
        return fact(price.encodedLength());
    }

    Outcome vector(long itemId, float[] vector) {
        final ByteBuffer bytes = ByteBuffer.allocate(4 * vector.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        final ItemVectorSetRecordEncoder vectorSet = new ItemVectorSetRecordEncoder();
        vectorSet
                .wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .itemId(itemId)
                .putVector(bytes.array(), 0, bytes.capacity());
        return fact(vectorSet.encodedLength());
    }

    Outcome retire(long itemId) {
        final ItemRetiredRecordEncoder retired = new ItemRetiredRecordEncoder();
        retired.wrapAndApplyHeader(record, MESSAGE_OFFSET, header).itemId(itemId);
        return fact(retired.encodedLength());
    }

    Outcome view(long shopper, long itemId) {
        viewed.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .shopper(shopper)
                .itemId(itemId)
                .dwellMillis(0);
        return fact(viewed.encodedLength());
    }

    Outcome click(long shopper, long itemId, int slatePosition) {
        clicked.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .shopper(shopper)
                .itemId(itemId)
                .slatePosition(slatePosition)
                .requestPosition(0);
        return fact(clicked.encodedLength());
    }

    Outcome cart(long shopper, long itemId) {
        final CartedRecordEncoder carted = new CartedRecordEncoder();
        carted.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .shopper(shopper)
                .itemId(itemId)
                .quantity(1);
        return fact(carted.encodedLength());
    }

    Outcome buy(long shopper, long itemId, int quantity, long reservationId) {
        purchased
                .wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .shopper(shopper)
                .itemId(itemId)
                .quantity(quantity)
                .priceMinor(100)
                .reservationId(reservationId);
        return fact(purchased.encodedLength());
    }

    Outcome shown(long shopper, long... itemIds) {
        final ImpressionShownRecordEncoder shown = new ImpressionShownRecordEncoder();
        final ImpressionShownRecordEncoder.ItemsEncoder group = shown.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .shopper(shopper)
                .requestPosition(0)
                .itemsCount(itemIds.length);
        for (final long itemId : itemIds) {
            group.next().itemId(itemId);
        }
        return fact(shown.encodedLength());
    }

    Outcome erase(long shopper) {
        final ShopperErasedRecordEncoder erased = new ShopperErasedRecordEncoder();
        erased.wrapAndApplyHeader(record, MESSAGE_OFFSET, header).shopper(shopper);
        return fact(erased.encodedLength());
    }

    Outcome reserve(long reservationId, long itemId, int quantity, long timeToLiveMillis) {
        reserve.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .reservationId(reservationId)
                .itemId(itemId)
                .quantity(quantity)
                .timeToLiveMillis(timeToLiveMillis);
        return fact(reserve.encodedLength());
    }

    Outcome confirm(long reservationId) {
        confirm.wrapAndApplyHeader(record, MESSAGE_OFFSET, header).reservationId(reservationId);
        return fact(confirm.encodedLength());
    }

    Outcome release(long reservationId) {
        final ReleaseReservationRecordEncoder release = new ReleaseReservationRecordEncoder();
        release.wrapAndApplyHeader(record, MESSAGE_OFFSET, header).reservationId(reservationId);
        return fact(release.encodedLength());
    }

    Outcome release(ModelRole role, byte[] contentHash) {
        final ModelReleasedRecordEncoder released = new ModelReleasedRecordEncoder();
        released.wrapAndApplyHeader(record, MESSAGE_OFFSET, header).modelId(1).role(role);
        for (int i = 0; i < contentHash.length; i++) {
            released.contentHash(i, (short) (contentHash[i] & 0xFF));
        }
        released.name("model");
        return fact(released.encodedLength());
    }

    /** Encodes and applies a recommend; the reply lies in {@link #reply}. */
    int recommend(long shopper, long[] context, long... blocked) {
        return recommend(shopper, context.length == 0 ? Scenario.FEED : Scenario.ITEM_PAGE, context, blocked);
    }

    int recommend(long shopper, Scenario scenario, long[] context, long... blocked) {
        encode(shopper, scenario, context, blocked);
        return apply(recommend.encodedLength(), 0, 0);
    }

    /** A recommend as schema 2 wrote it: its block ended before the rung. */
    int recommendOfSchemaTwo(long shopper) {
        encode(shopper, Scenario.FEED, new long[0]);
        final int rungAt =
                MESSAGE_OFFSET + MessageHeaderEncoder.ENCODED_LENGTH + RecommendRecordEncoder.rungEncodingOffset();
        final byte[] groups = new byte[recommend.limit() - rungAt - 1];
        record.getBytes(rungAt + 1, groups);
        record.putBytes(rungAt, groups);
        header.wrap(record, MESSAGE_OFFSET)
                .blockLength(RecommendRecordEncoder.BLOCK_LENGTH - 1)
                .version(2);
        return apply(recommend.encodedLength() - 1, 0, 0);
    }

    private void encode(long shopper, Scenario scenario, long[] context, long... blocked) {
        recommend
                .wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .shopper(shopper)
                .scenario(scenario)
                .rung(rung);
        recommend
                .filter()
                .category(category)
                .categoryCap(categoryCap)
                .slateSize(slateSize)
                .priceMinMinor(priceMin)
                .priceMaxMinor(priceMax);
        final RecommendRecordEncoder.ContextEncoder contextGroup = recommend.contextCount(context.length);
        for (final long itemId : context) {
            contextGroup.next().itemId(itemId);
        }
        final RecommendRecordEncoder.BlocklistEncoder blockGroup = recommend.blocklistCount(blocked.length);
        for (final long itemId : blocked) {
            blockGroup.next().itemId(itemId);
        }
    }

    /** Item ids of the slate for a shopper. */
    List<Long> slate(long shopper, long... blocked) {
        recommend(shopper, new long[0], blocked);
        return slateItems();
    }

    List<Long> slateItems() {
        final SlateDecoder slate = new SlateDecoder();
        slate.wrapAndApplyHeader(reply, 0, replyHeader);
        final List<Long> ids = new ArrayList<>();
        for (final SlateDecoder.ItemsDecoder item : slate.items()) {
            ids.add(item.itemId());
            item.externalId();
        }
        return ids;
    }

    ScoresDecoder score(long shopper, long... itemIds) {
        final ScoreRecordEncoder score = new ScoreRecordEncoder();
        final ScoreRecordEncoder.CandidatesEncoder group = score.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .shopper(shopper)
                .candidatesCount(itemIds.length);
        for (final long itemId : itemIds) {
            group.next().itemId(itemId);
        }
        apply(score.encodedLength(), 0, 0);
        final ScoresDecoder scores = new ScoresDecoder();
        scores.wrapAndApplyHeader(reply, 0, replyHeader);
        return scores;
    }

    float scoreOf(long shopper, long itemId) {
        return score(shopper, itemId).items().next().score();
    }

    ExplanationDecoder explain(long shopper, long itemId) {
        final ExplainRecordEncoder explain = new ExplainRecordEncoder();
        explain.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .shopper(shopper)
                .itemId(itemId);
        apply(explain.encodedLength(), 0, 0);
        final ExplanationDecoder explanation = new ExplanationDecoder();
        explanation.wrapAndApplyHeader(reply, 0, replyHeader);
        return explanation;
    }

    /** One event of any kind about few enough items and shoppers that all of them meet. */
    void anything(SplittableRandom random, int items, int shoppers) {
        final long item = 1 + random.nextInt(items);
        final long shopper = 1 + random.nextInt(shoppers);
        final long reservation = 1 + random.nextInt(100);
        switch (random.nextInt(14)) {
            case 0 -> item(item, random.nextInt(9), 100 + random.nextInt(1_000), "item-" + item);
            case 1 -> stock(item, random.nextInt(50));
            case 2 -> adjust(item, random.nextInt(9) - 4);
            case 3 -> price(item, 100 + random.nextInt(1_000));
            case 4 -> click(shopper, item, random.nextInt(20));
            case 5 -> cart(shopper, item);
            case 6 -> buy(shopper, item, 1 + random.nextInt(3), reservation);
            case 7 -> reserve(reservation, item, 1 + random.nextInt(3), 5_000);
            case 8 -> confirm(reservation);
            case 9 -> recommend(shopper, new long[] {item});
            case 10 -> shown(shopper, item, 1 + item % items);
            case 11 -> passSeconds(random.nextInt(3));
            case 12 -> erase(shopper);
            default -> view(shopper, item);
        }
    }
}
