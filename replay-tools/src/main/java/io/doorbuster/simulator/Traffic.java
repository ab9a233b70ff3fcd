package io.doorbuster.simulator;

import io.doorbuster.codec.AckLevel;
import io.doorbuster.codec.CartedEncoder;
import io.doorbuster.codec.ClickedEncoder;
import io.doorbuster.codec.ConfirmReservationEncoder;
import io.doorbuster.codec.ExplainEncoder;
import io.doorbuster.codec.ImpressionShownEncoder;
import io.doorbuster.codec.ItemRetiredEncoder;
import io.doorbuster.codec.ItemUpsertedEncoder;
import io.doorbuster.codec.ItemVectorSetEncoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.PriceChangedEncoder;
import io.doorbuster.codec.PurchasedEncoder;
import io.doorbuster.codec.RecommendEncoder;
import io.doorbuster.codec.ReleaseReservationEncoder;
import io.doorbuster.codec.ReserveStockEncoder;
import io.doorbuster.codec.Scenario;
import io.doorbuster.codec.ScoreEncoder;
import io.doorbuster.codec.SearchedEncoder;
import io.doorbuster.codec.ShopperErasedEncoder;
import io.doorbuster.codec.ShopperLinkedEncoder;
import io.doorbuster.codec.StockAdjustedEncoder;
import io.doorbuster.codec.StockSetEncoder;
import io.doorbuster.codec.ViewedEncoder;
import io.doorbuster.gateway.frame.FrameDescriptor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;

/** Chooses what a client sends next, and encodes its frame. */
final class Traffic {
    static final int FRAME_BYTES = 1024;
    static final int ITEMS = 256;
    static final int DIMENSIONS = 16;

    private static final int SHOPPERS = 400;
    private static final int RECENT = 16;
    private static final int RESERVATION_BITS = 40;

    private final SimulationMix mix;
    private final SplittableRandom random;
    private final byte[][] shoppers = texts("shopper-", SHOPPERS);
    private final byte[][] externalIds = texts("item-", ITEMS + 1);
    private final byte[] query = "red lantern".getBytes(StandardCharsets.UTF_8);
    private final byte[] vector = new byte[4 * DIMENSIONS];
    private final long[] lastReservation;
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final ItemUpsertedEncoder itemUpserted = new ItemUpsertedEncoder();
    private final PriceChangedEncoder priceChanged = new PriceChangedEncoder();
    private final StockSetEncoder stockSet = new StockSetEncoder();
    private final StockAdjustedEncoder stockAdjusted = new StockAdjustedEncoder();
    private final PurchasedEncoder purchased = new PurchasedEncoder();
    private final ReserveStockEncoder reserveStock = new ReserveStockEncoder();
    private final ConfirmReservationEncoder confirm = new ConfirmReservationEncoder();
    private final ReleaseReservationEncoder release = new ReleaseReservationEncoder();
    private final ViewedEncoder viewed = new ViewedEncoder();
    private final ClickedEncoder clicked = new ClickedEncoder();
    private final CartedEncoder carted = new CartedEncoder();
    private final SearchedEncoder searched = new SearchedEncoder();
    private final ImpressionShownEncoder impressionShown = new ImpressionShownEncoder();
    private final ItemRetiredEncoder itemRetired = new ItemRetiredEncoder();
    private final ItemVectorSetEncoder itemVectorSet = new ItemVectorSetEncoder();
    private final ShopperLinkedEncoder shopperLinked = new ShopperLinkedEncoder();
    private final ShopperErasedEncoder shopperErased = new ShopperErasedEncoder();
    private final ScoreEncoder score = new ScoreEncoder();
    private final RecommendEncoder recommend = new RecommendEncoder();
    private final ExplainEncoder explain = new ExplainEncoder();
    private UnsafeBuffer out;
    private int at;
    private long sequence;

    Traffic(SimulationMix mix, SplittableRandom random, int clients) {
        this.mix = mix;
        this.random = random;
        lastReservation = new long[clients];
        out = new UnsafeBuffer(0, 0);
    }

    private static byte[][] texts(String prefix, int count) {
        final byte[][] texts = new byte[count][];
        for (int i = 0; i < count; i++) {
            texts[i] = (prefix + i).getBytes(StandardCharsets.UTF_8);
        }
        return texts;
    }

    /** Whether the next frame is a request. */
    boolean isRequestNext() {
        return mix == SimulationMix.SHOP && random.nextInt(12) == 0;
    }

    /**
     * Encodes a request.
     *
     * @return length of the frame.
     */
    int request(UnsafeBuffer target, int offset, long correlationId) {
        begin(target, offset, correlationId);
        final byte[] shopper = shopper();
        return switch (random.nextInt(3)) {
            case 0 -> score(correlationId, shopper);
            case 1 -> explain(correlationId, shopper);
            default -> recommend(correlationId, shopper);
        };
    }

    private int score(long correlationId, byte[] shopper) {
        final int count = 1 + random.nextInt(20);
        final ScoreEncoder.CandidatesEncoder group = score.wrapAndApplyHeader(out, at, header)
                .correlationId(correlationId)
                .timeoutMicros(0)
                .candidatesCount(count);
        for (int i = 0; i < count; i++) {
            group.next().itemId(item());
        }
        score.putShopper(shopper, 0, shopper.length);
        return end(score.encodedLength());
    }

    private int explain(long correlationId, byte[] shopper) {
        explain.wrapAndApplyHeader(out, at, header)
                .correlationId(correlationId)
                .timeoutMicros(0)
                .itemId(item())
                .putShopper(shopper, 0, shopper.length);
        return end(explain.encodedLength());
    }

    private int recommend(long correlationId, byte[] shopper) {
        recommend
                .wrapAndApplyHeader(out, at, header)
                .correlationId(correlationId)
                .timeoutMicros(0)
                .scenario(random.nextBoolean() ? Scenario.FEED : Scenario.CART);
        recommend
                .filter()
                .category(random.nextInt(4))
                .categoryCap(random.nextInt(4))
                .slateSize(1 + random.nextInt(20))
                .priceMinMinor(0)
                .priceMaxMinor(0);
        recommend.contextCount(1).next().itemId(item());
        recommend.blocklistCount(1).next().itemId(item());
        recommend.putShopper(shopper, 0, shopper.length);
        return end(recommend.encodedLength());
    }

    /**
     * Encodes the next fact or command of a client.
     *
     * @param operation receives what it says.
     * @return length of the frame.
     */
    int next(int client, int clients, long nextSequence, UnsafeBuffer target, int offset, Operation operation) {
        begin(target, offset, nextSequence);
        final long firstItem = client + 1 + (nextSequence - 1) * clients;
        if (firstItem <= ITEMS) {
            return upsert((int) firstItem, operation);
        }
        if (mix == SimulationMix.SHOP && random.nextInt(10) < 6) {
            return behaviour(operation);
        }
        final int dice = random.nextInt(100);
        if (dice < 40) {
            return reserve(client, operation);
        }
        if (dice < 60) {
            return confirm(client, operation);
        }
        if (dice < 70) {
            return release(client, operation);
        }
        if (dice < 80) {
            return purchase(client, operation);
        }
        return count(dice, operation);
    }

    private void begin(UnsafeBuffer target, int offset, long newSequence) {
        out = target;
        at = offset + FrameDescriptor.FRAMING_LENGTH;
        sequence = newSequence;
    }

    private int end(int encodedLength) {
        final int length = FrameDescriptor.BODY_OFFSET + encodedLength;
        FrameDescriptor.write(out, at - FrameDescriptor.FRAMING_LENGTH, length);
        return length;
    }

    /** One in four asks for less than units get by default; some ask for more. */
    private AckLevel level() {
        final int dice = random.nextInt(8);
        return dice < 2 ? AckLevel.PROCESS : dice == 2 ? AckLevel.DISK : AckLevel.DEFAULT;
    }

    private int item() {
        return 1 + random.nextInt(1 + random.nextInt(ITEMS));
    }

    private byte[] shopper() {
        return shoppers[random.nextInt(SHOPPERS)];
    }

    private long reservation(int client) {
        return ((long) client + 1 << RESERVATION_BITS) + lastReservation[client] - random.nextInt(RECENT);
    }

    private int upsert(int item, Operation operation) {
        final int onHand = random.nextInt(50);
        operation.set(ItemUpsertedEncoder.TEMPLATE_ID, item, onHand, 0, 0);
        itemUpserted
                .wrapAndApplyHeader(out, at, header)
                .correlationId(sequence)
                .sourceSequence(sequence)
                .occurredAtNs(0)
                .acknowledge(level())
                .itemId(item)
                .priceMinor(100 + random.nextInt(10_000))
                .brand(random.nextInt(8))
                .category(random.nextInt(4))
                .ratingCenti(random.nextInt(501))
                .blocked((short) 0)
                .createOnly((short) 0)
                .initialOnHand(onHand)
                .putExternalId(externalIds[item], 0, externalIds[item].length)
                .putTitle(query, 0, query.length);
        return end(itemUpserted.encodedLength());
    }

    private int reserve(int client, Operation operation) {
        final long reservation = random.nextInt(16) == 0
                ? reservation(client)
                : ((long) client + 1 << RESERVATION_BITS) + ++lastReservation[client];
        operation.set(
                ReserveStockEncoder.TEMPLATE_ID, item(), 1 + random.nextInt(3), reservation, 1 + random.nextInt(30));
        reserveStock
                .wrapAndApplyHeader(out, at, header)
                .correlationId(sequence)
                .sourceSequence(sequence)
                .occurredAtNs(0)
                .acknowledge(level())
                .reservationId(reservation)
                .itemId(operation.item)
                .quantity(operation.quantity)
                .timeToLiveMillis(operation.millis);
        return end(reserveStock.encodedLength());
    }

    private int confirm(int client, Operation operation) {
        operation.set(ConfirmReservationEncoder.TEMPLATE_ID, 0, 0, reservation(client), 0);
        confirm.wrapAndApplyHeader(out, at, header)
                .correlationId(sequence)
                .sourceSequence(sequence)
                .occurredAtNs(0)
                .acknowledge(level())
                .reservationId(operation.reservation);
        return end(confirm.encodedLength());
    }

    private int release(int client, Operation operation) {
        operation.set(ReleaseReservationEncoder.TEMPLATE_ID, 0, 0, reservation(client), 0);
        release.wrapAndApplyHeader(out, at, header)
                .correlationId(sequence)
                .sourceSequence(sequence)
                .occurredAtNs(0)
                .acknowledge(level())
                .reservationId(operation.reservation);
        return end(release.encodedLength());
    }

    private int purchase(int client, Operation operation) {
        final long reservation = random.nextInt(4) == 0 ? reservation(client) : 0;
        operation.set(PurchasedEncoder.TEMPLATE_ID, item(), 1 + random.nextInt(3), reservation, 0);
        final byte[] shopper = shopper();
        purchased
                .wrapAndApplyHeader(out, at, header)
                .correlationId(sequence)
                .sourceSequence(sequence)
                .occurredAtNs(0)
                .acknowledge(level())
                .itemId(operation.item)
                .quantity(operation.quantity)
                .priceMinor(100)
                .reservationId(reservation)
                .putShopper(shopper, 0, shopper.length);
        return end(purchased.encodedLength());
    }

    private int count(int dice, Operation operation) {
        if (dice < 90) {
            operation.set(PriceChangedEncoder.TEMPLATE_ID, item(), 0, 0, 0);
            priceChanged
                    .wrapAndApplyHeader(out, at, header)
                    .correlationId(sequence)
                    .sourceSequence(sequence)
                    .occurredAtNs(0)
                    .acknowledge(level())
                    .itemId(operation.item)
                    .priceMinor(random.nextInt(10_000));
            return end(priceChanged.encodedLength());
        }
        if (dice < 92) {
            operation.set(StockSetEncoder.TEMPLATE_ID, item(), random.nextInt(100), 0, 0);
            stockSet.wrapAndApplyHeader(out, at, header)
                    .correlationId(sequence)
                    .sourceSequence(sequence)
                    .occurredAtNs(0)
                    .acknowledge(level())
                    .itemId(operation.item)
                    .onHand(operation.quantity);
            return end(stockSet.encodedLength());
        }
        operation.set(StockAdjustedEncoder.TEMPLATE_ID, item(), random.nextInt(-5, 20), 0, 0);
        stockAdjusted
                .wrapAndApplyHeader(out, at, header)
                .correlationId(sequence)
                .sourceSequence(sequence)
                .occurredAtNs(0)
                .acknowledge(level())
                .itemId(operation.item)
                .delta(operation.quantity);
        return end(stockAdjusted.encodedLength());
    }

    /** Facts that say nothing about units; the model knows the kinds that say something about an item's being there. */
    private int behaviour(Operation operation) {
        final int item = item();
        final byte[] shopper = shopper();
        final int dice = random.nextInt(100);
        if (dice < 45) {
            operation.set(ViewedEncoder.TEMPLATE_ID, item, 0, 0, 0);
            viewed.wrapAndApplyHeader(out, at, header)
                    .correlationId(sequence)
                    .sourceSequence(sequence)
                    .occurredAtNs(0)
                    .acknowledge(level())
                    .itemId(item)
                    .dwellMillis(random.nextInt(60_000))
                    .putShopper(shopper, 0, shopper.length);
            return end(viewed.encodedLength());
        }
        if (dice < 65) {
            operation.set(ClickedEncoder.TEMPLATE_ID, item, 0, 0, 0);
            clicked.wrapAndApplyHeader(out, at, header)
                    .correlationId(sequence)
                    .sourceSequence(sequence)
                    .occurredAtNs(0)
                    .acknowledge(level())
                    .itemId(item)
                    .slatePosition(random.nextInt(20))
                    .requestPosition(0)
                    .putShopper(shopper, 0, shopper.length);
            return end(clicked.encodedLength());
        }
        if (dice < 80) {
            operation.set(CartedEncoder.TEMPLATE_ID, item, 0, 0, 0);
            carted.wrapAndApplyHeader(out, at, header)
                    .correlationId(sequence)
                    .sourceSequence(sequence)
                    .occurredAtNs(0)
                    .acknowledge(level())
                    .itemId(item)
                    .quantity(1)
                    .putShopper(shopper, 0, shopper.length);
            return end(carted.encodedLength());
        }
        if (dice < 86) {
            operation.set(SearchedEncoder.TEMPLATE_ID, 0, 0, 0, 0);
            searched.wrapAndApplyHeader(out, at, header)
                    .correlationId(sequence)
                    .sourceSequence(sequence)
                    .occurredAtNs(0)
                    .acknowledge(level())
                    .putShopper(shopper, 0, shopper.length)
                    .putQuery(query, 0, query.length);
            return end(searched.encodedLength());
        }
        return rare(dice, item, shopper, operation);
    }

    private int rare(int dice, int item, byte[] shopper, Operation operation) {
        if (dice < 92) {
            operation.set(ImpressionShownEncoder.TEMPLATE_ID, 0, 0, 0, 0);
            final int count = 1 + random.nextInt(10);
            final ImpressionShownEncoder.ItemsEncoder group = impressionShown
                    .wrapAndApplyHeader(out, at, header)
                    .correlationId(sequence)
                    .sourceSequence(sequence)
                    .occurredAtNs(0)
                    .acknowledge(level())
                    .requestPosition(0)
                    .itemsCount(count);
            for (int i = 0; i < count; i++) {
                group.next().itemId(item());
            }
            impressionShown.putShopper(shopper, 0, shopper.length);
            return end(impressionShown.encodedLength());
        }
        if (dice < 94) {
            operation.set(ItemRetiredEncoder.TEMPLATE_ID, item, 0, 0, 0);
            itemRetired
                    .wrapAndApplyHeader(out, at, header)
                    .correlationId(sequence)
                    .sourceSequence(sequence)
                    .occurredAtNs(0)
                    .acknowledge(level())
                    .itemId(item);
            return end(itemRetired.encodedLength());
        }
        if (dice < 97) {
            return upsert(item, operation);
        }
        if (dice < 98) {
            operation.set(ItemVectorSetEncoder.TEMPLATE_ID, item, 0, 0, 0);
            final ByteBuffer values = ByteBuffer.wrap(vector).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < DIMENSIONS; i++) {
                values.putFloat((float) (random.nextDouble() - 0.5));
            }
            itemVectorSet
                    .wrapAndApplyHeader(out, at, header)
                    .correlationId(sequence)
                    .sourceSequence(sequence)
                    .occurredAtNs(0)
                    .acknowledge(level())
                    .itemId(item)
                    .putVector(vector, 0, vector.length);
            return end(itemVectorSet.encodedLength());
        }
        if (dice < 99) {
            final byte[] other = shopper();
            operation.set(ShopperLinkedEncoder.TEMPLATE_ID, 0, 0, 0, 0);
            shopperLinked
                    .wrapAndApplyHeader(out, at, header)
                    .correlationId(sequence)
                    .sourceSequence(sequence)
                    .occurredAtNs(0)
                    .acknowledge(level())
                    .putShopper(shopper, 0, shopper.length)
                    .putLinked(other, 0, other.length);
            return end(shopperLinked.encodedLength());
        }
        operation.set(ShopperErasedEncoder.TEMPLATE_ID, 0, 0, 0, 0);
        shopperErased
                .wrapAndApplyHeader(out, at, header)
                .correlationId(sequence)
                .sourceSequence(sequence)
                .occurredAtNs(0)
                .acknowledge(level())
                .putShopper(shopper, 0, shopper.length);
        return end(shopperErased.encodedLength());
    }
}
