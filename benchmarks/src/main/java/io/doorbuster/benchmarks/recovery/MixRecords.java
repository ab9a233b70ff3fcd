package io.doorbuster.benchmarks.recovery;

import static io.doorbuster.journal.RecordDescriptor.MESSAGE_OFFSET;

import io.doorbuster.codec.CartedRecordEncoder;
import io.doorbuster.codec.ClickedRecordEncoder;
import io.doorbuster.codec.ConfiguredRecordEncoder;
import io.doorbuster.codec.ConfirmReservationRecordEncoder;
import io.doorbuster.codec.ItemUpsertedRecordEncoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.PriceChangedRecordEncoder;
import io.doorbuster.codec.PurchasedRecordEncoder;
import io.doorbuster.codec.RecommendRecordEncoder;
import io.doorbuster.codec.ReserveStockRecordEncoder;
import io.doorbuster.codec.Rung;
import io.doorbuster.codec.Scenario;
import io.doorbuster.codec.Setting;
import io.doorbuster.codec.StockSetRecordEncoder;
import io.doorbuster.codec.ViewedRecordEncoder;
import io.doorbuster.engine.store.Settings;
import io.doorbuster.journal.RecordDescriptor;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.agrona.MutableDirectBuffer;

/** The records of a seeded shop, as its gateway would make them: all items first, then the mix. One thread. */
final class MixRecords {
    static final int ITEMS = 20_000;

    private static final int SHOPPERS = 80_000;
    private static final long SOURCE = 1;
    private static final long BEGIN_NS = 1_700_000_000_000_000_000L;
    private static final long STEP_NS = 50_000;

    private final SplittableRandom random = new SplittableRandom(1);
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final ItemUpsertedRecordEncoder item = new ItemUpsertedRecordEncoder();
    private final StockSetRecordEncoder stock = new StockSetRecordEncoder();
    private final PriceChangedRecordEncoder price = new PriceChangedRecordEncoder();
    private final PurchasedRecordEncoder purchased = new PurchasedRecordEncoder();
    private final ReserveStockRecordEncoder reserve = new ReserveStockRecordEncoder();
    private final ConfirmReservationRecordEncoder confirm = new ConfirmReservationRecordEncoder();
    private final ViewedRecordEncoder viewed = new ViewedRecordEncoder();
    private final ClickedRecordEncoder clicked = new ClickedRecordEncoder();
    private final CartedRecordEncoder carted = new CartedRecordEncoder();
    private final RecommendRecordEncoder recommend = new RecommendRecordEncoder();
    private final Mix mix;
    private long timeNs = BEGIN_NS;
    private long sequence;
    private long reservation;
    private final int itemsMax;
    private int items;

    MixRecords(Mix mix, int itemsMax) {
        this.mix = mix;
        this.itemsMax = itemsMax;
    }

    /** The first record of the journal. */
    void configured(MutableDirectBuffer record) {
        final ConfiguredRecordEncoder configured = new ConfiguredRecordEncoder();
        final ConfiguredRecordEncoder.SettingsEncoder group =
                configured.wrapAndApplyHeader(record, MESSAGE_OFFSET, header).settingsCount(Settings.LAST.value());
        for (final Setting setting : Setting.values()) {
            if (setting != Setting.NONE && setting != Setting.NULL_VAL) {
                final long value = Settings.DEFAULTS.value(setting);
                group.next().setting(setting).value(setting == Setting.ITEMS_MAX ? Math.max(value, itemsMax) : value);
            }
        }
        frame(record, configured.encodedLength(), 0, 0);
    }

    /** The next record. */
    void next(MutableDirectBuffer record) {
        final int length;
        if (items < itemsMax) {
            items++;
            final byte[] id = Integer.toString(items).getBytes(StandardCharsets.US_ASCII);
            item.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                    .itemId(items)
                    .priceMinor(100 + items)
                    .brand(items % 50)
                    .category(items % 100)
                    .ratingCenti(400)
                    .blocked((short) 0)
                    .createOnly((short) 0)
                    .initialOnHand(1_000)
                    .putExternalId(id, 0, id.length)
                    .putTitle(id, 0, 0);
            length = item.encodedLength();
        } else {
            length = mix == Mix.LEDGER ? ledger(record, random.nextInt(100)) : shop(record, random.nextInt(100));
        }
        if (length > 0) {
            frame(record, length, SOURCE, ++sequence);
        }
    }

    private void frame(MutableDirectBuffer record, int length, long source, long sourceSequence) {
        timeNs += STEP_NS;
        RecordDescriptor.length(record, 0, RecordDescriptor.BODY_OFFSET + length);
        RecordDescriptor.journalTimeNs(record, 0, timeNs);
        RecordDescriptor.occurredAtNs(record, 0, source == 0 ? 0 : timeNs);
        RecordDescriptor.source(record, 0, source);
        RecordDescriptor.sourceSequence(record, 0, sourceSequence);
    }

    /** Few things are asked for often, as in any shop. */
    private int skewed(int count) {
        return 1 + (int) (count * random.nextDouble() * random.nextDouble() * random.nextDouble());
    }

    private int ledger(MutableDirectBuffer record, int percent) {
        final int itemId = skewed(itemsMax);
        if (percent < 20) {
            return stock(record, itemId);
        }
        if (percent < 35) {
            return price(record, itemId);
        }
        if (percent < 55) {
            reserve.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                    .reservationId(++reservation)
                    .itemId(itemId)
                    .quantity(1)
                    .timeToLiveMillis(2_000);
            return reserve.encodedLength();
        }
        if (percent < 75) {
            confirm.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                    .reservationId(Math.max(1, reservation - random.nextInt(100)));
            return confirm.encodedLength();
        }
        return purchased(record, itemId, 0);
    }

    private int shop(MutableDirectBuffer record, int percent) {
        final int itemId = skewed(itemsMax);
        final long shopper = skewed(SHOPPERS);
        if (percent < 50) {
            viewed.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                    .shopper(shopper)
                    .itemId(itemId)
                    .dwellMillis(100);
            return viewed.encodedLength();
        }
        if (percent < 65) {
            clicked.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                    .shopper(shopper)
                    .itemId(itemId)
                    .slatePosition(3)
                    .requestPosition(0);
            return clicked.encodedLength();
        }
        if (percent < 70) {
            carted.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                    .shopper(shopper)
                    .itemId(itemId)
                    .quantity(1);
            return carted.encodedLength();
        }
        if (percent < 75) {
            recommend(record, shopper);
            return 0;
        }
        return percent < 80 ? purchased(record, itemId, shopper) : ledger(record, random.nextInt(75));
    }

    private int stock(MutableDirectBuffer record, int itemId) {
        stock.wrapAndApplyHeader(record, MESSAGE_OFFSET, header).itemId(itemId).onHand(1_000);
        return stock.encodedLength();
    }

    private int price(MutableDirectBuffer record, int itemId) {
        price.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .itemId(itemId)
                .priceMinor(100 + random.nextInt(10_000));
        return price.encodedLength();
    }

    private int purchased(MutableDirectBuffer record, int itemId, long shopper) {
        purchased
                .wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .shopper(shopper)
                .itemId(itemId)
                .quantity(1)
                .priceMinor(100)
                .reservationId(0);
        return purchased.encodedLength();
    }

    /** A request: nobody's sequence. */
    private void recommend(MutableDirectBuffer record, long shopper) {
        recommend
                .wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .shopper(shopper)
                .scenario(Scenario.FEED)
                .rung(Rung.NETWORK);
        recommend
                .filter()
                .category(0)
                .categoryCap(0)
                .slateSize(20)
                .priceMinMinor(0)
                .priceMaxMinor(0);
        recommend.contextCount(0);
        recommend.blocklistCount(0);
        frame(record, recommend.encodedLength(), 0, 0);
    }
}
