package io.doorbuster.gateway.wire;

import static io.doorbuster.journal.RecordDescriptor.MESSAGE_OFFSET;

import io.doorbuster.codec.AnswerUpsertedDecoder;
import io.doorbuster.codec.AnswerUpsertedRecordEncoder;
import io.doorbuster.codec.CampaignUpsertedDecoder;
import io.doorbuster.codec.CampaignUpsertedRecordEncoder;
import io.doorbuster.codec.ConfiguredDecoder;
import io.doorbuster.codec.ConfiguredRecordEncoder;
import io.doorbuster.codec.ItemRetiredDecoder;
import io.doorbuster.codec.ItemRetiredRecordEncoder;
import io.doorbuster.codec.ItemUpsertedDecoder;
import io.doorbuster.codec.ItemUpsertedRecordEncoder;
import io.doorbuster.codec.ItemVectorSetDecoder;
import io.doorbuster.codec.ItemVectorSetRecordEncoder;
import io.doorbuster.codec.ModelReleasedDecoder;
import io.doorbuster.codec.ModelReleasedRecordEncoder;
import io.doorbuster.codec.ModelRole;
import io.doorbuster.codec.PriceChangedDecoder;
import io.doorbuster.codec.PriceChangedRecordEncoder;
import io.doorbuster.codec.PromotionUpsertedDecoder;
import io.doorbuster.codec.PromotionUpsertedRecordEncoder;
import io.doorbuster.codec.Setting;
import io.doorbuster.codec.StockAdjustedDecoder;
import io.doorbuster.codec.StockAdjustedRecordEncoder;
import io.doorbuster.codec.StockSetDecoder;
import io.doorbuster.codec.StockSetRecordEncoder;
import io.doorbuster.engine.store.Settings;
import org.agrona.DirectBuffer;

/** Facts about items, campaigns, promotions, answers and models: wire message to record. Network thread only. */
final class CatalogueTranslator {
    private final Translation at;
    private final ItemUpsertedDecoder itemUpserted = new ItemUpsertedDecoder();
    private final ItemUpsertedRecordEncoder itemUpsertedRecord = new ItemUpsertedRecordEncoder();
    private final PriceChangedDecoder priceChanged = new PriceChangedDecoder();
    private final PriceChangedRecordEncoder priceChangedRecord = new PriceChangedRecordEncoder();
    private final StockSetDecoder stockSet = new StockSetDecoder();
    private final StockSetRecordEncoder stockSetRecord = new StockSetRecordEncoder();
    private final StockAdjustedDecoder stockAdjusted = new StockAdjustedDecoder();
    private final StockAdjustedRecordEncoder stockAdjustedRecord = new StockAdjustedRecordEncoder();
    private final CampaignUpsertedDecoder campaignUpserted = new CampaignUpsertedDecoder();
    private final CampaignUpsertedRecordEncoder campaignUpsertedRecord = new CampaignUpsertedRecordEncoder();
    private final PromotionUpsertedDecoder promotionUpserted = new PromotionUpsertedDecoder();
    private final PromotionUpsertedRecordEncoder promotionUpsertedRecord = new PromotionUpsertedRecordEncoder();
    private final AnswerUpsertedDecoder answerUpserted = new AnswerUpsertedDecoder();
    private final AnswerUpsertedRecordEncoder answerUpsertedRecord = new AnswerUpsertedRecordEncoder();
    private final ItemRetiredDecoder itemRetired = new ItemRetiredDecoder();
    private final ItemRetiredRecordEncoder itemRetiredRecord = new ItemRetiredRecordEncoder();
    private final ItemVectorSetDecoder itemVectorSet = new ItemVectorSetDecoder();
    private final ItemVectorSetRecordEncoder itemVectorSetRecord = new ItemVectorSetRecordEncoder();
    private final ModelReleasedDecoder modelReleased = new ModelReleasedDecoder();
    private final ModelReleasedRecordEncoder modelReleasedRecord = new ModelReleasedRecordEncoder();
    private final ConfiguredDecoder configured = new ConfiguredDecoder();
    private final ConfiguredRecordEncoder configuredRecord = new ConfiguredRecordEncoder();

    CatalogueTranslator(Translation at) {
        this.at = at;
    }

    /** Writes the record of a message; the length of its SBE block and data, or -1 when the template id is none of these. */
    int translate(int templateId, DirectBuffer frame, int offset, int blockLength, int version) {
        return switch (templateId) {
            case ItemUpsertedDecoder.TEMPLATE_ID -> onItemUpserted(frame, offset, blockLength, version);
            case PriceChangedDecoder.TEMPLATE_ID -> onPriceChanged(frame, offset, blockLength, version);
            case StockSetDecoder.TEMPLATE_ID -> onStockSet(frame, offset, blockLength, version);
            case StockAdjustedDecoder.TEMPLATE_ID -> onStockAdjusted(frame, offset, blockLength, version);
            case CampaignUpsertedDecoder.TEMPLATE_ID -> onCampaignUpserted(frame, offset, blockLength, version);
            case PromotionUpsertedDecoder.TEMPLATE_ID -> onPromotionUpserted(frame, offset, blockLength, version);
            case AnswerUpsertedDecoder.TEMPLATE_ID -> onAnswerUpserted(frame, offset, blockLength, version);
            case ItemRetiredDecoder.TEMPLATE_ID -> onItemRetired(frame, offset, blockLength, version);
            case ItemVectorSetDecoder.TEMPLATE_ID -> onItemVectorSet(frame, offset, blockLength, version);
            case ModelReleasedDecoder.TEMPLATE_ID -> onModelReleased(frame, offset, blockLength, version);
            case ConfiguredDecoder.TEMPLATE_ID -> onConfigured(frame, offset, blockLength, version);
            default -> -1;
        };
    }

    private int onItemUpserted(DirectBuffer frame, int offset, int blockLength, int version) {
        itemUpserted.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, ItemUpsertedDecoder.BLOCK_LENGTH);
        at.correlationId = itemUpserted.correlationId();
        at.sourceSequence = itemUpserted.sourceSequence();
        at.occurredAtNs = itemUpserted.occurredAtNs();
        at.acknowledge = itemUpserted.acknowledgeRaw();
        at.requireId("itemId", itemUpserted.itemId());
        at.requireRange("priceMinor", itemUpserted.priceMinor(), 0, Long.MAX_VALUE);
        at.requireRange("ratingCenti", itemUpserted.ratingCenti(), 0, 500);
        at.requireRange("blocked", itemUpserted.blocked(), 0, 1);
        at.requireRange("createOnly", itemUpserted.createOnly(), 0, 1);
        at.requireRange("initialOnHand", itemUpserted.initialOnHand(), 0, Integer.MAX_VALUE);
        itemUpsertedRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .itemId(itemUpserted.itemId())
                .priceMinor(itemUpserted.priceMinor())
                .brand(itemUpserted.brand())
                .category(itemUpserted.category())
                .ratingCenti(itemUpserted.ratingCenti())
                .blocked(itemUpserted.blocked())
                .createOnly(itemUpserted.createOnly())
                .initialOnHand(itemUpserted.initialOnHand());
        itemUpserted.wrapExternalId(at.secondText);
        at.requireRange("externalId length", at.secondText.capacity(), 1, 40);
        itemUpsertedRecord.putExternalId(at.secondText, 0, at.problem == null ? at.secondText.capacity() : 0);
        itemUpserted.wrapTitle(at.secondText);
        at.requireRange("title length", at.secondText.capacity(), 0, 256);
        itemUpsertedRecord.putTitle(at.secondText, 0, at.problem == null ? at.secondText.capacity() : 0);
        at.end(itemUpserted.limit(), itemUpsertedRecord.encodedLength());
        return at.encodedLength;
    }

    private int onPriceChanged(DirectBuffer frame, int offset, int blockLength, int version) {
        priceChanged.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, PriceChangedDecoder.BLOCK_LENGTH);
        at.correlationId = priceChanged.correlationId();
        at.sourceSequence = priceChanged.sourceSequence();
        at.occurredAtNs = priceChanged.occurredAtNs();
        at.acknowledge = priceChanged.acknowledgeRaw();
        at.requireId("itemId", priceChanged.itemId());
        at.requireRange("priceMinor", priceChanged.priceMinor(), 0, Long.MAX_VALUE);
        priceChangedRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .itemId(priceChanged.itemId())
                .priceMinor(priceChanged.priceMinor());
        at.end(priceChanged.limit(), priceChangedRecord.encodedLength());
        return at.encodedLength;
    }

    private int onStockSet(DirectBuffer frame, int offset, int blockLength, int version) {
        stockSet.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, StockSetDecoder.BLOCK_LENGTH);
        at.correlationId = stockSet.correlationId();
        at.sourceSequence = stockSet.sourceSequence();
        at.occurredAtNs = stockSet.occurredAtNs();
        at.acknowledge = stockSet.acknowledgeRaw();
        at.requireId("itemId", stockSet.itemId());
        at.requireRange("onHand", stockSet.onHand(), 0, Integer.MAX_VALUE);
        stockSetRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .itemId(stockSet.itemId())
                .onHand(stockSet.onHand());
        at.end(stockSet.limit(), stockSetRecord.encodedLength());
        return at.encodedLength;
    }

    private int onStockAdjusted(DirectBuffer frame, int offset, int blockLength, int version) {
        stockAdjusted.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, StockAdjustedDecoder.BLOCK_LENGTH);
        at.correlationId = stockAdjusted.correlationId();
        at.sourceSequence = stockAdjusted.sourceSequence();
        at.occurredAtNs = stockAdjusted.occurredAtNs();
        at.acknowledge = stockAdjusted.acknowledgeRaw();
        at.requireId("itemId", stockAdjusted.itemId());
        at.requireRange("delta", stockAdjusted.delta(), -Integer.MAX_VALUE, Integer.MAX_VALUE);
        stockAdjustedRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .itemId(stockAdjusted.itemId())
                .delta(stockAdjusted.delta());
        at.end(stockAdjusted.limit(), stockAdjustedRecord.encodedLength());
        return at.encodedLength;
    }

    private int onCampaignUpserted(DirectBuffer frame, int offset, int blockLength, int version) {
        campaignUpserted.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, CampaignUpsertedDecoder.BLOCK_LENGTH);
        at.correlationId = campaignUpserted.correlationId();
        at.sourceSequence = campaignUpserted.sourceSequence();
        at.occurredAtNs = campaignUpserted.occurredAtNs();
        at.acknowledge = campaignUpserted.acknowledgeRaw();
        at.requireId("campaignId", campaignUpserted.campaignId());
        at.requireId("itemId", campaignUpserted.itemId());
        at.requireRange("bidMinor", campaignUpserted.bidMinor(), 0, Long.MAX_VALUE);
        at.requireRange("budgetMinor", campaignUpserted.budgetMinor(), 0, Long.MAX_VALUE);
        at.requireRange("startsAtNs", campaignUpserted.startsAtNs(), 0, Long.MAX_VALUE);
        at.requireRange("endsAtNs", campaignUpserted.endsAtNs(), 0, Long.MAX_VALUE);
        campaignUpsertedRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .campaignId(campaignUpserted.campaignId())
                .itemId(campaignUpserted.itemId())
                .bidMinor(campaignUpserted.bidMinor())
                .budgetMinor(campaignUpserted.budgetMinor())
                .startsAtNs(campaignUpserted.startsAtNs())
                .endsAtNs(campaignUpserted.endsAtNs());
        at.end(campaignUpserted.limit(), campaignUpsertedRecord.encodedLength());
        return at.encodedLength;
    }

    private int onPromotionUpserted(DirectBuffer frame, int offset, int blockLength, int version) {
        promotionUpserted.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, PromotionUpsertedDecoder.BLOCK_LENGTH);
        at.correlationId = promotionUpserted.correlationId();
        at.sourceSequence = promotionUpserted.sourceSequence();
        at.occurredAtNs = promotionUpserted.occurredAtNs();
        at.acknowledge = promotionUpserted.acknowledgeRaw();
        at.requireId("promotionId", promotionUpserted.promotionId());
        at.requireRange("discountBasisPoints", promotionUpserted.discountBasisPoints(), 0, 10000);
        at.requireRange("couponsMax", promotionUpserted.couponsMax(), 0, Integer.MAX_VALUE);
        at.requireRange("startsAtNs", promotionUpserted.startsAtNs(), 0, Long.MAX_VALUE);
        at.requireRange("endsAtNs", promotionUpserted.endsAtNs(), 0, Long.MAX_VALUE);
        promotionUpsertedRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .promotionId(promotionUpserted.promotionId())
                .itemId(promotionUpserted.itemId())
                .discountBasisPoints(promotionUpserted.discountBasisPoints())
                .couponsMax(promotionUpserted.couponsMax())
                .startsAtNs(promotionUpserted.startsAtNs())
                .endsAtNs(promotionUpserted.endsAtNs());
        at.end(promotionUpserted.limit(), promotionUpsertedRecord.encodedLength());
        return at.encodedLength;
    }

    private int onAnswerUpserted(DirectBuffer frame, int offset, int blockLength, int version) {
        answerUpserted.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, AnswerUpsertedDecoder.BLOCK_LENGTH);
        at.correlationId = answerUpserted.correlationId();
        at.sourceSequence = answerUpserted.sourceSequence();
        at.occurredAtNs = answerUpserted.occurredAtNs();
        at.acknowledge = answerUpserted.acknowledgeRaw();
        at.requireId("answerId", answerUpserted.answerId());
        answerUpsertedRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .answerId(answerUpserted.answerId());
        answerUpserted.wrapQuestion(at.secondText);
        at.requireRange("question length", at.secondText.capacity(), 1, 1000);
        answerUpsertedRecord.putQuestion(at.secondText, 0, at.problem == null ? at.secondText.capacity() : 0);
        answerUpserted.wrapText(at.secondText);
        at.requireRange("text length", at.secondText.capacity(), 1, 2000);
        answerUpsertedRecord.putText(at.secondText, 0, at.problem == null ? at.secondText.capacity() : 0);
        at.end(answerUpserted.limit(), answerUpsertedRecord.encodedLength());
        return at.encodedLength;
    }

    private int onItemRetired(DirectBuffer frame, int offset, int blockLength, int version) {
        itemRetired.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, ItemRetiredDecoder.BLOCK_LENGTH);
        at.correlationId = itemRetired.correlationId();
        at.sourceSequence = itemRetired.sourceSequence();
        at.occurredAtNs = itemRetired.occurredAtNs();
        at.acknowledge = itemRetired.acknowledgeRaw();
        at.requireId("itemId", itemRetired.itemId());
        itemRetiredRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .itemId(itemRetired.itemId());
        at.end(itemRetired.limit(), itemRetiredRecord.encodedLength());
        return at.encodedLength;
    }

    private int onItemVectorSet(DirectBuffer frame, int offset, int blockLength, int version) {
        itemVectorSet.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, ItemVectorSetDecoder.BLOCK_LENGTH);
        at.correlationId = itemVectorSet.correlationId();
        at.sourceSequence = itemVectorSet.sourceSequence();
        at.occurredAtNs = itemVectorSet.occurredAtNs();
        at.acknowledge = itemVectorSet.acknowledgeRaw();
        at.requireId("itemId", itemVectorSet.itemId());
        itemVectorSetRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .itemId(itemVectorSet.itemId());
        itemVectorSet.wrapVector(at.secondText);
        at.requireRange("vector length", at.secondText.capacity(), 64, 2048);
        itemVectorSetRecord.putVector(at.secondText, 0, at.problem == null ? at.secondText.capacity() : 0);
        at.end(itemVectorSet.limit(), itemVectorSetRecord.encodedLength());
        return at.encodedLength;
    }

    private int onModelReleased(DirectBuffer frame, int offset, int blockLength, int version) {
        modelReleased.wrap(frame, offset, blockLength, version);
        final int least = version < ModelReleasedDecoder.roleSinceVersion()
                ? ModelReleasedDecoder.roleEncodingOffset()
                : ModelReleasedDecoder.BLOCK_LENGTH;
        at.requireBlock(blockLength, least);
        at.correlationId = modelReleased.correlationId();
        at.sourceSequence = modelReleased.sourceSequence();
        at.occurredAtNs = modelReleased.occurredAtNs();
        at.acknowledge = modelReleased.acknowledgeRaw();
        at.requireId("modelId", modelReleased.modelId());
        final int role = modelReleased.roleRaw();
        final boolean isOlder = role == ModelRole.NULL_VAL.value(); // An older client's, which knows of none.
        at.require(isOlder || role <= ModelRole.ROLLBACK.value(), "role", role, "a model's role");
        modelReleasedRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .modelId(modelReleased.modelId());
        for (int i = 0; i < ModelReleasedDecoder.contentHashLength(); i++) {
            modelReleasedRecord.contentHash(i, modelReleased.contentHash(i));
        }
        modelReleasedRecord.role(isOlder || at.problem != null ? ModelRole.ACTIVE : modelReleased.role());
        modelReleased.wrapName(at.secondText);
        at.requireRange("name length", at.secondText.capacity(), 1, 64);
        modelReleasedRecord.putName(at.secondText, 0, at.problem == null ? at.secondText.capacity() : 0);
        at.end(modelReleased.limit(), modelReleasedRecord.encodedLength());
        return at.encodedLength;
    }

    private int onConfigured(DirectBuffer frame, int offset, int blockLength, int version) {
        configured.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, ConfiguredDecoder.BLOCK_LENGTH);
        at.correlationId = configured.correlationId();
        at.sourceSequence = configured.sourceSequence();
        at.occurredAtNs = configured.occurredAtNs();
        at.acknowledge = configured.acknowledgeRaw();
        final ConfiguredDecoder.SettingsDecoder settings = configured.settings();
        at.requireRange("settings", settings.count(), 1, 64);
        at.requireBlock(settings.actingBlockLength(), ConfiguredDecoder.SettingsDecoder.sbeBlockLength());
        final int count = at.problem == null ? settings.count() : 0;
        final ConfiguredRecordEncoder.SettingsEncoder written = configuredRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .settingsCount(count);
        for (int i = 0; i < count; i++) {
            settings.next();
            at.requireRange("setting", settings.settingRaw(), 1, Settings.LAST.value());
            if (at.problem != null) {
                return 0;
            }
            final Setting setting = settings.setting();
            final boolean valid = Settings.isValid(setting, settings.value());
            at.require(valid, setting.name(), settings.value(), "in its range");
            written.next().setting(setting).value(settings.value());
        }
        at.end(configured.limit(), configuredRecord.encodedLength());
        return at.encodedLength;
    }
}
