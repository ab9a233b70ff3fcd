package io.doorbuster.engine;

import static io.doorbuster.journal.RecordDescriptor.MESSAGE_OFFSET;

import io.doorbuster.codec.AnswerUpsertedRecordDecoder;
import io.doorbuster.codec.CampaignUpsertedRecordDecoder;
import io.doorbuster.codec.CartedRecordDecoder;
import io.doorbuster.codec.ClickedRecordDecoder;
import io.doorbuster.codec.ImpressionShownRecordDecoder;
import io.doorbuster.codec.ItemRetiredRecordDecoder;
import io.doorbuster.codec.ItemUpsertedRecordDecoder;
import io.doorbuster.codec.ItemVectorSetRecordDecoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.ModelReleasedRecordDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.PriceChangedRecordDecoder;
import io.doorbuster.codec.PromotionUpsertedRecordDecoder;
import io.doorbuster.codec.PurchasedRecordDecoder;
import io.doorbuster.codec.SearchedRecordDecoder;
import io.doorbuster.codec.ShopperErasedRecordDecoder;
import io.doorbuster.codec.ShopperLinkedRecordDecoder;
import io.doorbuster.codec.StockAdjustedRecordDecoder;
import io.doorbuster.codec.StockSetRecordDecoder;
import io.doorbuster.codec.ViewedRecordDecoder;
import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.RequestFilter;
import io.doorbuster.engine.decision.Verdict;
import io.doorbuster.engine.feature.FeatureStage;
import io.doorbuster.engine.learning.EmbeddingLearning;
import io.doorbuster.engine.learning.LearningStage;
import io.doorbuster.engine.learning.LessonObserver;
import io.doorbuster.engine.learning.RankerLearning;
import io.doorbuster.engine.learning.SimilarLearning;
import io.doorbuster.engine.model.ReleasedModels;
import io.doorbuster.engine.stock.StockStage;
import io.doorbuster.engine.store.ItemCount;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.ShopperStore;
import io.doorbuster.engine.store.Stores;
import org.agrona.DirectBuffer;

/** Takes each fact to the stages that it concerns. Engine thread only. */
final class FactDispatch {
    private static final int UNKNOWN_PLACE = Integer.MAX_VALUE;

    private final Stores stores;
    private final FeatureStage features;
    private final StockStage stock;
    private final ReleasedModels models;
    private final LearningStage learning;
    private final EmbeddingLearning embeddingLearning;
    private final SimilarLearning similarLearning;
    private final RankerLearning rankerLearning;
    private final Candidates candidates;
    private final RequestFilter everything;
    private final Proposal proposal;
    private final LessonObserver observer;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final ItemUpsertedRecordDecoder itemUpserted = new ItemUpsertedRecordDecoder();
    private final PriceChangedRecordDecoder priceChanged = new PriceChangedRecordDecoder();
    private final StockSetRecordDecoder stockSet = new StockSetRecordDecoder();
    private final StockAdjustedRecordDecoder stockAdjusted = new StockAdjustedRecordDecoder();
    private final ViewedRecordDecoder viewed = new ViewedRecordDecoder();
    private final ClickedRecordDecoder clicked = new ClickedRecordDecoder();
    private final CartedRecordDecoder carted = new CartedRecordDecoder();
    private final PurchasedRecordDecoder purchased = new PurchasedRecordDecoder();
    private final ImpressionShownRecordDecoder impressionShown = new ImpressionShownRecordDecoder();
    private final ShopperLinkedRecordDecoder shopperLinked = new ShopperLinkedRecordDecoder();
    private final ShopperErasedRecordDecoder shopperErased = new ShopperErasedRecordDecoder();
    private final ItemRetiredRecordDecoder itemRetired = new ItemRetiredRecordDecoder();
    private final ItemVectorSetRecordDecoder itemVectorSet = new ItemVectorSetRecordDecoder();
    private final ModelReleasedRecordDecoder modelReleased = new ModelReleasedRecordDecoder();

    FactDispatch(Stores stores, StockStage stock, ReleasedModels models, LessonObserver observer) {
        this.stores = stores;
        this.stock = stock;
        this.models = models;
        this.observer = observer;
        features = new FeatureStage(stores);
        learning = new LearningStage(stores);
        embeddingLearning = new EmbeddingLearning(stores);
        similarLearning = new SimilarLearning(stores);
        rankerLearning = new RankerLearning(stores);
        candidates = new Candidates(stores.settings().itemsMax());
        everything = new RequestFilter(stores.settings().itemsMax());
        proposal = new Proposal(stores, candidates);
    }

    /** The ranker, and what it tells of freezes. */
    RankerLearning rankerLearning() {
        return rankerLearning;
    }

    /** Applies a fact; false when the template id is none of a fact. */
    boolean onFact(int templateId, DirectBuffer record, int offset, long position, Verdict verdict) {
        final int at = offset + MESSAGE_OFFSET;
        switch (templateId) {
            case ViewedRecordDecoder.TEMPLATE_ID -> {
                viewed.wrapAndApplyHeader(record, at, header);
                behave(viewed.shopper(), viewed.itemId(), ItemCount.VIEWS, UNKNOWN_PLACE, position, verdict);
            }
            case ClickedRecordDecoder.TEMPLATE_ID -> {
                clicked.wrapAndApplyHeader(record, at, header);
                behave(
                        clicked.shopper(),
                        clicked.itemId(),
                        ItemCount.CLICKS,
                        clicked.slatePosition(),
                        position,
                        verdict);
            }
            case CartedRecordDecoder.TEMPLATE_ID -> {
                carted.wrapAndApplyHeader(record, at, header);
                behave(carted.shopper(), carted.itemId(), ItemCount.CARTS, UNKNOWN_PLACE, position, verdict);
            }
            case PurchasedRecordDecoder.TEMPLATE_ID -> {
                purchased.wrapAndApplyHeader(record, at, header);
                onPurchased(position, verdict);
            }
            case ImpressionShownRecordDecoder.TEMPLATE_ID -> {
                impressionShown.wrapAndApplyHeader(record, at, header);
                features.onImpressionShown(impressionShown, verdict);
            }
            case ShopperLinkedRecordDecoder.TEMPLATE_ID -> {
                shopperLinked.wrapAndApplyHeader(record, at, header);
                features.onShopperLinked(shopperLinked.shopper(), shopperLinked.linked(), verdict);
            }
            case ShopperErasedRecordDecoder.TEMPLATE_ID -> {
                shopperErased.wrapAndApplyHeader(record, at, header);
                features.onShopperErased(shopperErased.shopper(), verdict);
            }
            case ModelReleasedRecordDecoder.TEMPLATE_ID -> {
                modelReleased.wrapAndApplyHeader(record, at, header);
                models.onModelReleased(modelReleased, position, verdict);
            }
            case SearchedRecordDecoder.TEMPLATE_ID,
                    CampaignUpsertedRecordDecoder.TEMPLATE_ID,
                    PromotionUpsertedRecordDecoder.TEMPLATE_ID,
                    AnswerUpsertedRecordDecoder.TEMPLATE_ID ->
                verdict.set(Outcome.ACCEPTED); // Counted; nothing reads them.
            default -> {
                return onItemFact(templateId, record, at, verdict);
            }
        }
        return true;
    }

    private boolean onItemFact(int templateId, DirectBuffer record, int at, Verdict verdict) {
        switch (templateId) {
            case ItemUpsertedRecordDecoder.TEMPLATE_ID -> {
                itemUpserted.wrapAndApplyHeader(record, at, header);
                final int newRow = features.onItemUpserted(itemUpserted, verdict);
                if (newRow != ItemStore.NONE) {
                    learning.onNewItem(newRow);
                    embeddingLearning.onNewItem(newRow);
                }
            }
            case PriceChangedRecordDecoder.TEMPLATE_ID -> {
                priceChanged.wrapAndApplyHeader(record, at, header);
                features.onPriceChanged(priceChanged, verdict);
            }
            case StockSetRecordDecoder.TEMPLATE_ID -> {
                stockSet.wrapAndApplyHeader(record, at, header);
                stock.onStockSet(stockSet, verdict);
            }
            case StockAdjustedRecordDecoder.TEMPLATE_ID -> {
                stockAdjusted.wrapAndApplyHeader(record, at, header);
                stock.onStockAdjusted(stockAdjusted, verdict);
            }
            case ItemRetiredRecordDecoder.TEMPLATE_ID -> {
                itemRetired.wrapAndApplyHeader(record, at, header);
                features.onItemRetired(itemRetired, verdict);
            }
            case ItemVectorSetRecordDecoder.TEMPLATE_ID -> {
                itemVectorSet.wrapAndApplyHeader(record, at, header);
                features.onItemVectorSet(itemVectorSet, verdict);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void onPurchased(long position, Verdict verdict) {
        stock.onPurchased(purchased, stores.engine().timeNs(), verdict);
        if (verdict.isApplied()) {
            final Outcome outcome = verdict.outcome();
            final long detail = verdict.detail();
            behave(purchased.shopper(), purchased.itemId(), ItemCount.PURCHASES, UNKNOWN_PLACE, position, verdict);
            verdict.set(outcome, detail);
        }
    }

    private void behave(long shopper, long itemId, ItemCount kind, int slatePosition, long position, Verdict verdict) {
        final int itemRow = stores.items().rowOf(itemId);
        if (itemRow == ItemStore.NONE) {
            verdict.set(Outcome.UNKNOWN_ITEM);
            return;
        }
        if (shopper != 0) {
            learnNext(stores.shoppers().rowOf(shopper), itemRow, kind, position);
        }
        features.onBehaviour(shopper, itemRow, kind, stores.engine().timeNs());
        if (shopper != 0 && !isFrozen()) {
            learning.onFeedback(stores.shoppers().rowOf(shopper), itemRow, kind, slatePosition, position);
        }
        verdict.set(Outcome.ACCEPTED);
    }

    /** Whether nothing is to be learned now; a ranker that is switched off holds nothing back. */
    private boolean isFrozen() {
        return stores.settings().rankerInterval() > 0 && rankerLearning.isFrozen();
    }

    /** What came behind a shopper's history is learned before it is part of it, or of anything that proposals are made from. */
    private void learnNext(int shopperRow, int itemRow, ItemCount kind, long position) {
        if (shopperRow == ShopperStore.NONE) {
            return;
        }
        proposal.begin(shopperRow);
        proposal.addRemembered(shopperRow);
        if (proposal.history().count() > 0
                && proposal.history().row(0) == itemRow
                && kind.ordinal() > ItemCount.CLICKS.ordinal()) {
            return; // Putting into the cart what was just looked at is a step with an item, not a step to one.
        }
        final boolean isYoung = stores.ranker().cases() < RankerLearning.YOUNG_CASES;
        final int interval = isYoung
                ? Math.min(1, stores.settings().rankerInterval())
                : stores.settings().rankerInterval();
        if (interval > 0
                && (position * 0x9E3779B97F4A7C15L >>> 33) % interval == 0
                && proposal.history().count() > 0) {
            everything.open();
            proposal.proposeForLearning(shopperRow, everything);
            final int target = candidates.indexOf(itemRow);
            observer.onLesson(
                    stores,
                    candidates,
                    target,
                    proposal.history(),
                    proposal.session(),
                    stores.shoppers().surrogate(shopperRow),
                    position);
            rankerLearning.learn(candidates, target, kind);
            stores.engine().addClipped(proposal.clipped());
        }
        if (stores.settings().embeddingNegatives() > 0 && !isFrozen()) {
            embeddingLearning.onNext(proposal.history(), itemRow, position);
            similarLearning.onNext(proposal.history(), itemRow, position);
        }
    }
}
