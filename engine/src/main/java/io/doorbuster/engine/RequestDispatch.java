package io.doorbuster.engine;

import static io.doorbuster.journal.RecordDescriptor.MESSAGE_OFFSET;

import io.doorbuster.codec.ExplainRecordDecoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.RecommendRecordDecoder;
import io.doorbuster.codec.Retrieved;
import io.doorbuster.codec.Rung;
import io.doorbuster.codec.Scenario;
import io.doorbuster.codec.ScoreRecordDecoder;
import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.Chance;
import io.doorbuster.engine.decision.RequestFilter;
import io.doorbuster.engine.decision.SlateBuffer;
import io.doorbuster.engine.model.ReleasedModels;
import io.doorbuster.engine.ranking.ModelRanking;
import io.doorbuster.engine.ranking.RankingStage;
import io.doorbuster.engine.reranking.RerankingStage;
import io.doorbuster.engine.response.ResponseStage;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.Settings;
import io.doorbuster.engine.store.ShopperStore;
import io.doorbuster.engine.store.Stores;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Takes each request through retrieval, ranking and reranking to its reply; changes no state but counts. Engine thread only. */
final class RequestDispatch {
    private final Stores stores;
    private final ItemStore items;
    private final Proposal proposal;
    private final RankingStage ranking;
    private final ModelRanking models;
    private final RerankingStage reranking;
    private final ResponseStage response;
    private final Candidates candidates;
    private final SlateBuffer slate = new SlateBuffer();
    private final RequestFilter filter;
    private final int[] givenRows = new int[Candidates.MAX];
    private final long[] givenItems = new long[Candidates.MAX];
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final ScoreRecordDecoder score = new ScoreRecordDecoder();
    private final RecommendRecordDecoder recommend = new RecommendRecordDecoder();
    private final ExplainRecordDecoder explain = new ExplainRecordDecoder();

    RequestDispatch(Stores stores, ReleasedModels released, ResponseStage response) {
        this.stores = stores;
        this.response = response;
        items = stores.items();
        ranking = new RankingStage(stores);
        models = new ModelRanking(stores, released);
        reranking = new RerankingStage(stores);
        candidates = new Candidates(stores.settings().itemsMax());
        proposal = new Proposal(stores, candidates);
        filter = new RequestFilter(stores.settings().itemsMax());
    }

    /** Answers a request; a scenario that is not there is answered with {@code NOT_SUPPORTED}. */
    int onRequest(
            int templateId,
            DirectBuffer record,
            int offset,
            long position,
            MutableDirectBuffer reply,
            int replyOffset) {
        final int at = offset + MESSAGE_OFFSET;
        return switch (templateId) {
            case ScoreRecordDecoder.TEMPLATE_ID -> {
                score.wrapAndApplyHeader(record, at, header);
                yield onScore(position, reply, replyOffset);
            }
            case RecommendRecordDecoder.TEMPLATE_ID -> {
                recommend.wrapAndApplyHeader(record, at, header);
                yield onRecommend(position, reply, replyOffset);
            }
            case ExplainRecordDecoder.TEMPLATE_ID -> {
                explain.wrapAndApplyHeader(record, at, header);
                yield onExplain(position, reply, replyOffset);
            }
            default -> response.acknowledge(reply, replyOffset, position, Outcome.NOT_SUPPORTED, 0);
        };
    }

    private int shopperRow(long shopper) {
        return shopper == 0 ? ShopperStore.NONE : stores.shoppers().rowOf(shopper);
    }

    private int onScore(long position, MutableDirectBuffer reply, int replyOffset) {
        candidates.reset();
        int count = 0;
        for (final ScoreRecordDecoder.CandidatesDecoder candidate : score.candidates()) {
            final int row = items.rowOf(candidate.itemId());
            givenRows[count] = row;
            givenItems[count] = candidate.itemId();
            count++;
            if (row != ItemStore.NONE) {
                candidates.add(row, Retrieved.GIVEN);
            }
        }
        ranking.score(shopperRow(score.shopper()), candidates);
        response.beginScores(reply, replyOffset, position, count);
        for (int i = 0; i < count; i++) {
            final int row = givenRows[i];
            if (row == ItemStore.NONE) {
                response.score(givenItems[i], 0f, Outcome.UNKNOWN_ITEM);
            } else {
                final Outcome outcome = items.isRetired(row) ? Outcome.ITEM_RETIRED : Outcome.ACCEPTED;
                response.score(givenItems[i], candidates.score(candidates.indexOf(row)), outcome);
            }
        }
        return response.endScores();
    }

    private int onRecommend(long position, MutableDirectBuffer reply, int replyOffset) {
        final int shopperRow = shopperRow(recommend.shopper());
        final boolean isSession = recommend.scenario() == Scenario.SESSION;
        final Rung rung =
                recommend.rung() == Rung.NULL_VAL ? Rung.NETWORK : recommend.rung(); // Older records have none.
        stores.engine().onSlate(rung);
        filter.wrap(recommend.filter(), stores.settings().slateMax());
        int contextCount = 0;
        for (final RecommendRecordDecoder.ContextDecoder context : recommend.context()) {
            final int row = items.rowOf(context.itemId());
            if (row != ItemStore.NONE) {
                givenRows[contextCount++] = row;
                if (!isSession) {
                    filter.block(row); // What the page or cart shows already is not recommended beside it.
                }
            }
        }
        for (final RecommendRecordDecoder.BlocklistDecoder blocked : recommend.blocklist()) {
            block(blocked.itemId());
        }
        proposal.begin(shopperRow);
        for (int i = contextCount - 1; i >= 0; i--) {
            proposal.history().addOlder(givenRows[i]);
        }
        if (shopperRow != ShopperStore.NONE && !isSession) {
            proposal.addRemembered(shopperRow);
        }
        proposal.propose(shopperRow, filter, position, rung);
        if (rung == Rung.NETWORK) {
            models.rank(proposal.history(), shopperRow, proposal.session(), candidates);
        }
        final Settings settings = stores.settings();
        reranking.rerank(
                candidates, filter, settings.explorationPermille(), Chance.seed(settings.seed(), position), slate);
        return response.slate(reply, replyOffset, position, rung, candidates, slate);
    }

    /** See {@link Engine#lastPool}. */
    int lastPool(int slatePosition, long[] itemIds) {
        final int size = slate.poolSize(slatePosition);
        for (int i = 0; i < size; i++) {
            itemIds[i] = items.itemId(candidates.row(slate.pooled(slatePosition, i)));
        }
        return size;
    }

    private void block(long itemId) {
        final int row = items.rowOf(itemId);
        if (row != ItemStore.NONE) {
            filter.block(row);
        }
    }

    private int onExplain(long position, MutableDirectBuffer reply, int replyOffset) {
        final int row = items.rowOf(explain.itemId());
        if (row == ItemStore.NONE) {
            return response.acknowledge(reply, replyOffset, position, Outcome.UNKNOWN_ITEM, 0);
        }
        final int shopperRow = shopperRow(explain.shopper());
        candidates.reset();
        candidates.add(row, Retrieved.GIVEN);
        ranking.score(shopperRow, candidates);
        return response.explain(
                reply, replyOffset, position, ranking.shopperVector(shopperRow), row, candidates.score(0));
    }
}
