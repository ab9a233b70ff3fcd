package io.doorbuster.gateway.wire;

import static io.doorbuster.journal.RecordDescriptor.MESSAGE_OFFSET;

import io.doorbuster.codec.CartedDecoder;
import io.doorbuster.codec.CartedRecordEncoder;
import io.doorbuster.codec.ClickedDecoder;
import io.doorbuster.codec.ClickedRecordEncoder;
import io.doorbuster.codec.ImpressionShownDecoder;
import io.doorbuster.codec.ImpressionShownRecordEncoder;
import io.doorbuster.codec.PurchasedDecoder;
import io.doorbuster.codec.PurchasedRecordEncoder;
import io.doorbuster.codec.SearchedDecoder;
import io.doorbuster.codec.SearchedRecordEncoder;
import io.doorbuster.codec.ShopperErasedDecoder;
import io.doorbuster.codec.ShopperErasedRecordEncoder;
import io.doorbuster.codec.ShopperLinkedDecoder;
import io.doorbuster.codec.ShopperLinkedRecordEncoder;
import io.doorbuster.codec.ViewedDecoder;
import io.doorbuster.codec.ViewedRecordEncoder;
import io.doorbuster.gateway.identity.IdentityStore;
import org.agrona.DirectBuffer;

/** Facts about shoppers: wire message to record, raw ids replaced by surrogates. Network thread only. */
final class BehaviourTranslator {
    private final Translation at;
    private final SearchedDecoder searched = new SearchedDecoder();
    private final SearchedRecordEncoder searchedRecord = new SearchedRecordEncoder();
    private final ViewedDecoder viewed = new ViewedDecoder();
    private final ViewedRecordEncoder viewedRecord = new ViewedRecordEncoder();
    private final ClickedDecoder clicked = new ClickedDecoder();
    private final ClickedRecordEncoder clickedRecord = new ClickedRecordEncoder();
    private final CartedDecoder carted = new CartedDecoder();
    private final CartedRecordEncoder cartedRecord = new CartedRecordEncoder();
    private final PurchasedDecoder purchased = new PurchasedDecoder();
    private final PurchasedRecordEncoder purchasedRecord = new PurchasedRecordEncoder();
    private final ImpressionShownDecoder impressionShown = new ImpressionShownDecoder();
    private final ImpressionShownRecordEncoder impressionShownRecord = new ImpressionShownRecordEncoder();
    private final ShopperLinkedDecoder shopperLinked = new ShopperLinkedDecoder();
    private final ShopperLinkedRecordEncoder shopperLinkedRecord = new ShopperLinkedRecordEncoder();
    private final ShopperErasedDecoder shopperErased = new ShopperErasedDecoder();
    private final ShopperErasedRecordEncoder shopperErasedRecord = new ShopperErasedRecordEncoder();

    BehaviourTranslator(Translation at) {
        this.at = at;
    }

    /** Writes the record of a message; the length of its SBE block and data, or -1 when the template id is none of these. */
    int translate(int templateId, DirectBuffer frame, int offset, int blockLength, int version) {
        return switch (templateId) {
            case SearchedDecoder.TEMPLATE_ID -> onSearched(frame, offset, blockLength, version);
            case ViewedDecoder.TEMPLATE_ID -> onViewed(frame, offset, blockLength, version);
            case ClickedDecoder.TEMPLATE_ID -> onClicked(frame, offset, blockLength, version);
            case CartedDecoder.TEMPLATE_ID -> onCarted(frame, offset, blockLength, version);
            case PurchasedDecoder.TEMPLATE_ID -> onPurchased(frame, offset, blockLength, version);
            case ImpressionShownDecoder.TEMPLATE_ID -> onImpressionShown(frame, offset, blockLength, version);
            case ShopperLinkedDecoder.TEMPLATE_ID -> onShopperLinked(frame, offset, blockLength, version);
            case ShopperErasedDecoder.TEMPLATE_ID -> onShopperErased(frame, offset, blockLength, version);
            default -> -1;
        };
    }

    private int onSearched(DirectBuffer frame, int offset, int blockLength, int version) {
        searched.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, SearchedDecoder.BLOCK_LENGTH);
        at.correlationId = searched.correlationId();
        at.sourceSequence = searched.sourceSequence();
        at.occurredAtNs = searched.occurredAtNs();
        at.acknowledge = searched.acknowledgeRaw();
        searched.wrapShopper(at.text);
        at.requireShopper(at.text);
        searchedRecord.wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header);
        searched.wrapQuery(at.secondText);
        at.requireRange("query length", at.secondText.capacity(), 0, 256);
        searchedRecord.putQuery(at.secondText, 0, at.problem == null ? at.secondText.capacity() : 0);
        at.end(searched.limit(), searchedRecord.encodedLength());
        searchedRecord.shopper(at.obtainShopper(at.text));
        return at.encodedLength;
    }

    private int onViewed(DirectBuffer frame, int offset, int blockLength, int version) {
        viewed.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, ViewedDecoder.BLOCK_LENGTH);
        at.correlationId = viewed.correlationId();
        at.sourceSequence = viewed.sourceSequence();
        at.occurredAtNs = viewed.occurredAtNs();
        at.acknowledge = viewed.acknowledgeRaw();
        at.requireId("itemId", viewed.itemId());
        viewed.wrapShopper(at.text);
        at.requireShopper(at.text);
        viewedRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .itemId(viewed.itemId())
                .dwellMillis(viewed.dwellMillis());
        at.end(viewed.limit(), viewedRecord.encodedLength());
        viewedRecord.shopper(at.obtainShopper(at.text));
        return at.encodedLength;
    }

    private int onClicked(DirectBuffer frame, int offset, int blockLength, int version) {
        clicked.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, ClickedDecoder.BLOCK_LENGTH);
        at.correlationId = clicked.correlationId();
        at.sourceSequence = clicked.sourceSequence();
        at.occurredAtNs = clicked.occurredAtNs();
        at.acknowledge = clicked.acknowledgeRaw();
        at.requireId("itemId", clicked.itemId());
        at.requireRange("slatePosition", clicked.slatePosition(), 0, 65534);
        clicked.wrapShopper(at.text);
        at.requireShopper(at.text);
        clickedRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .itemId(clicked.itemId())
                .slatePosition(clicked.slatePosition())
                .requestPosition(clicked.requestPosition());
        at.end(clicked.limit(), clickedRecord.encodedLength());
        clickedRecord.shopper(at.obtainShopper(at.text));
        return at.encodedLength;
    }

    private int onCarted(DirectBuffer frame, int offset, int blockLength, int version) {
        carted.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, CartedDecoder.BLOCK_LENGTH);
        at.correlationId = carted.correlationId();
        at.sourceSequence = carted.sourceSequence();
        at.occurredAtNs = carted.occurredAtNs();
        at.acknowledge = carted.acknowledgeRaw();
        at.requireId("itemId", carted.itemId());
        at.requireRange("quantity", carted.quantity(), 1, Integer.MAX_VALUE);
        carted.wrapShopper(at.text);
        at.requireShopper(at.text);
        cartedRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .itemId(carted.itemId())
                .quantity(carted.quantity());
        at.end(carted.limit(), cartedRecord.encodedLength());
        cartedRecord.shopper(at.obtainShopper(at.text));
        return at.encodedLength;
    }

    private int onPurchased(DirectBuffer frame, int offset, int blockLength, int version) {
        purchased.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, PurchasedDecoder.BLOCK_LENGTH);
        at.correlationId = purchased.correlationId();
        at.sourceSequence = purchased.sourceSequence();
        at.occurredAtNs = purchased.occurredAtNs();
        at.acknowledge = purchased.acknowledgeRaw();
        at.requireId("itemId", purchased.itemId());
        at.requireRange("quantity", purchased.quantity(), 1, Integer.MAX_VALUE);
        at.requireRange("priceMinor", purchased.priceMinor(), 0, Long.MAX_VALUE);
        purchased.wrapShopper(at.text);
        at.requireShopper(at.text);
        purchasedRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .itemId(purchased.itemId())
                .quantity(purchased.quantity())
                .priceMinor(purchased.priceMinor())
                .reservationId(purchased.reservationId());
        at.end(purchased.limit(), purchasedRecord.encodedLength());
        purchasedRecord.shopper(at.obtainShopper(at.text));
        return at.encodedLength;
    }

    private int onImpressionShown(DirectBuffer frame, int offset, int blockLength, int version) {
        impressionShown.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, ImpressionShownDecoder.BLOCK_LENGTH);
        at.correlationId = impressionShown.correlationId();
        at.sourceSequence = impressionShown.sourceSequence();
        at.occurredAtNs = impressionShown.occurredAtNs();
        at.acknowledge = impressionShown.acknowledgeRaw();
        final ImpressionShownDecoder.ItemsDecoder items = impressionShown.items();
        at.requireRange("items", items.count(), 1, 64);
        at.requireBlock(items.actingBlockLength(), ImpressionShownDecoder.ItemsDecoder.sbeBlockLength());
        if (at.problem != null) {
            return 0;
        }
        final int count = items.count();
        final ImpressionShownRecordEncoder.ItemsEncoder written = impressionShownRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .requestPosition(impressionShown.requestPosition())
                .itemsCount(count);
        for (int i = 0; i < count; i++) {
            written.next().itemId(items.next().itemId());
        }
        impressionShown.wrapShopper(at.text);
        at.requireShopper(at.text);
        at.end(impressionShown.limit(), impressionShownRecord.encodedLength());
        impressionShownRecord.shopper(at.obtainShopper(at.text));
        return at.encodedLength;
    }

    private int onShopperLinked(DirectBuffer frame, int offset, int blockLength, int version) {
        shopperLinked.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, ShopperLinkedDecoder.BLOCK_LENGTH);
        at.correlationId = shopperLinked.correlationId();
        at.sourceSequence = shopperLinked.sourceSequence();
        at.occurredAtNs = shopperLinked.occurredAtNs();
        at.acknowledge = shopperLinked.acknowledgeRaw();
        shopperLinked.wrapShopper(at.text);
        shopperLinked.wrapLinked(at.secondText);
        at.requireRange("shopper length", at.text.capacity(), 1, IdentityStore.RAW_ID_MAX);
        at.requireRange("linked length", at.secondText.capacity(), 1, IdentityStore.RAW_ID_MAX);
        shopperLinkedRecord.wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header);
        at.end(shopperLinked.limit(), shopperLinkedRecord.encodedLength());
        if (at.isSound()) {
            final long had = at.isInTurn()
                    ? at.identities.link(at.text, 0, at.text.capacity(), at.secondText, 0, at.secondText.capacity())
                    : 0;
            shopperLinkedRecord.shopper(at.obtainShopper(at.text)).linked(had);
        }
        return at.encodedLength;
    }

    private int onShopperErased(DirectBuffer frame, int offset, int blockLength, int version) {
        shopperErased.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, ShopperErasedDecoder.BLOCK_LENGTH);
        at.correlationId = shopperErased.correlationId();
        at.sourceSequence = shopperErased.sourceSequence();
        at.occurredAtNs = shopperErased.occurredAtNs();
        at.acknowledge = shopperErased.acknowledgeRaw();
        shopperErased.wrapShopper(at.text);
        at.requireRange("shopper length", at.text.capacity(), 1, IdentityStore.RAW_ID_MAX);
        shopperErasedRecord.wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header);
        at.end(shopperErased.limit(), shopperErasedRecord.encodedLength());
        if (at.isSound()) {
            shopperErasedRecord.shopper(at.isInTurn() ? at.identities.erase(at.text, 0, at.text.capacity()) : 0);
        }
        return at.encodedLength;
    }
}
