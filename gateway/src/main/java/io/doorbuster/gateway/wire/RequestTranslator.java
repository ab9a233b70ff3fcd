package io.doorbuster.gateway.wire;

import static io.doorbuster.journal.RecordDescriptor.MESSAGE_OFFSET;

import io.doorbuster.codec.AdsDecoder;
import io.doorbuster.codec.AdsRecordEncoder;
import io.doorbuster.codec.AskDecoder;
import io.doorbuster.codec.AskRecordEncoder;
import io.doorbuster.codec.ExplainDecoder;
import io.doorbuster.codec.ExplainRecordEncoder;
import io.doorbuster.codec.PromoteDecoder;
import io.doorbuster.codec.PromoteRecordEncoder;
import io.doorbuster.codec.RecommendDecoder;
import io.doorbuster.codec.RecommendRecordEncoder;
import io.doorbuster.codec.RestockDecoder;
import io.doorbuster.codec.RestockRecordEncoder;
import io.doorbuster.codec.Rung;
import io.doorbuster.codec.Scenario;
import io.doorbuster.codec.ScoreDecoder;
import io.doorbuster.codec.ScoreRecordEncoder;
import io.doorbuster.codec.SearchDecoder;
import io.doorbuster.codec.SearchRecordEncoder;
import org.agrona.DirectBuffer;

/** Requests: wire message to record; a shopper who is not known is nobody. Network thread only. */
final class RequestTranslator {
    private static final int CANDIDATES_MAX = 500;
    private static final int CONTEXT_MAX = 64;
    private static final int BLOCKLIST_MAX = 256;

    private final Translation at;
    private final SearchDecoder search = new SearchDecoder();
    private final SearchRecordEncoder searchRecord = new SearchRecordEncoder();
    private final AdsDecoder ads = new AdsDecoder();
    private final AdsRecordEncoder adsRecord = new AdsRecordEncoder();
    private final PromoteDecoder promote = new PromoteDecoder();
    private final PromoteRecordEncoder promoteRecord = new PromoteRecordEncoder();
    private final AskDecoder ask = new AskDecoder();
    private final AskRecordEncoder askRecord = new AskRecordEncoder();
    private final RestockDecoder restock = new RestockDecoder();
    private final RestockRecordEncoder restockRecord = new RestockRecordEncoder();
    private final ExplainDecoder explain = new ExplainDecoder();
    private final ExplainRecordEncoder explainRecord = new ExplainRecordEncoder();
    private final ScoreDecoder score = new ScoreDecoder();
    private final ScoreRecordEncoder scoreRecord = new ScoreRecordEncoder();
    private final RecommendDecoder recommend = new RecommendDecoder();
    private final RecommendRecordEncoder recommendRecord = new RecommendRecordEncoder();

    RequestTranslator(Translation at) {
        this.at = at;
    }

    /** Writes the record of a message; the length of its SBE block and data, or -1 when the template id is none of these. */
    int translate(int templateId, DirectBuffer frame, int offset, int blockLength, int version) {
        return switch (templateId) {
            case SearchDecoder.TEMPLATE_ID -> onSearch(frame, offset, blockLength, version);
            case AdsDecoder.TEMPLATE_ID -> onAds(frame, offset, blockLength, version);
            case PromoteDecoder.TEMPLATE_ID -> onPromote(frame, offset, blockLength, version);
            case AskDecoder.TEMPLATE_ID -> onAsk(frame, offset, blockLength, version);
            case RestockDecoder.TEMPLATE_ID -> onRestock(frame, offset, blockLength, version);
            case ExplainDecoder.TEMPLATE_ID -> onExplain(frame, offset, blockLength, version);
            case ScoreDecoder.TEMPLATE_ID -> onScore(frame, offset, blockLength, version);
            case RecommendDecoder.TEMPLATE_ID -> onRecommend(frame, offset, blockLength, version);
            default -> -1;
        };
    }

    /** Writes how the slate is to be made into the record of a recommend, which must be what was translated last. */
    void rung(Rung rung) {
        recommendRecord.rung(rung);
    }

    private int onSearch(DirectBuffer frame, int offset, int blockLength, int version) {
        search.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, SearchDecoder.BLOCK_LENGTH);
        at.correlationId = search.correlationId();
        at.timeoutMicros = search.timeoutMicros();
        FilterTranslator.check(search.filter(), at);
        search.wrapShopper(at.text);
        final long shopper = at.findShopper(at.text);
        searchRecord.wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header).shopper(shopper);
        FilterTranslator.copy(search.filter(), searchRecord.filter());
        search.wrapQuery(at.secondText);
        at.requireRange("query length", at.secondText.capacity(), 1, 256);
        searchRecord.putQuery(at.secondText, 0, at.problem == null ? at.secondText.capacity() : 0);
        at.end(search.limit(), searchRecord.encodedLength());
        return at.encodedLength;
    }

    private int onAds(DirectBuffer frame, int offset, int blockLength, int version) {
        ads.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, AdsDecoder.BLOCK_LENGTH);
        at.correlationId = ads.correlationId();
        at.timeoutMicros = ads.timeoutMicros();
        FilterTranslator.check(ads.filter(), at);
        ads.wrapShopper(at.text);
        final long shopper = at.findShopper(at.text);
        adsRecord.wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header).shopper(shopper);
        FilterTranslator.copy(ads.filter(), adsRecord.filter());
        at.end(ads.limit(), adsRecord.encodedLength());
        return at.encodedLength;
    }

    private int onPromote(DirectBuffer frame, int offset, int blockLength, int version) {
        promote.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, PromoteDecoder.BLOCK_LENGTH);
        at.correlationId = promote.correlationId();
        at.timeoutMicros = promote.timeoutMicros();
        promote.wrapShopper(at.text);
        final long shopper = at.findShopper(at.text);
        promoteRecord.wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header).shopper(shopper);
        at.end(promote.limit(), promoteRecord.encodedLength());
        return at.encodedLength;
    }

    private int onAsk(DirectBuffer frame, int offset, int blockLength, int version) {
        ask.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, AskDecoder.BLOCK_LENGTH);
        at.correlationId = ask.correlationId();
        at.timeoutMicros = ask.timeoutMicros();
        at.requireRange("answersMax", ask.answersMax(), 1, 20);
        ask.wrapShopper(at.text);
        final long shopper = at.findShopper(at.text);
        askRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .shopper(shopper)
                .answersMax(ask.answersMax());
        ask.wrapQuestion(at.secondText);
        at.requireRange("question length", at.secondText.capacity(), 1, 1000);
        askRecord.putQuestion(at.secondText, 0, at.problem == null ? at.secondText.capacity() : 0);
        at.end(ask.limit(), askRecord.encodedLength());
        return at.encodedLength;
    }

    private int onRestock(DirectBuffer frame, int offset, int blockLength, int version) {
        restock.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, RestockDecoder.BLOCK_LENGTH);
        at.correlationId = restock.correlationId();
        at.timeoutMicros = restock.timeoutMicros();
        at.requireId("itemId", restock.itemId());
        restockRecord.wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header).itemId(restock.itemId());
        at.end(restock.limit(), restockRecord.encodedLength());
        return at.encodedLength;
    }

    private int onExplain(DirectBuffer frame, int offset, int blockLength, int version) {
        explain.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, ExplainDecoder.BLOCK_LENGTH);
        at.correlationId = explain.correlationId();
        at.timeoutMicros = explain.timeoutMicros();
        at.requireId("itemId", explain.itemId());
        explain.wrapShopper(at.text);
        final long shopper = at.findShopper(at.text);
        explainRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .shopper(shopper)
                .itemId(explain.itemId());
        at.end(explain.limit(), explainRecord.encodedLength());
        return at.encodedLength;
    }

    private int onScore(DirectBuffer frame, int offset, int blockLength, int version) {
        score.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, ScoreDecoder.BLOCK_LENGTH);
        at.correlationId = score.correlationId();
        at.timeoutMicros = score.timeoutMicros();
        final ScoreDecoder.CandidatesDecoder candidates = score.candidates();
        at.requireRange("candidates", candidates.count(), 1, CANDIDATES_MAX);
        at.requireBlock(candidates.actingBlockLength(), ScoreDecoder.CandidatesDecoder.sbeBlockLength());
        if (at.problem != null) {
            return 0;
        }
        final int count = candidates.count();
        final ScoreRecordEncoder.CandidatesEncoder written = scoreRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .candidatesCount(count);
        for (int i = 0; i < count; i++) {
            written.next().itemId(candidates.next().itemId());
        }
        score.wrapShopper(at.text);
        scoreRecord.shopper(at.findShopper(at.text));
        at.end(score.limit(), scoreRecord.encodedLength());
        return at.encodedLength;
    }

    private int onRecommend(DirectBuffer frame, int offset, int blockLength, int version) {
        recommend.wrap(frame, offset, blockLength, version);
        at.requireBlock(blockLength, RecommendDecoder.BLOCK_LENGTH);
        at.correlationId = recommend.correlationId();
        at.timeoutMicros = recommend.timeoutMicros();
        at.requireRange("scenario", recommend.scenarioRaw(), Scenario.FEED.value(), Scenario.SESSION.value());
        FilterTranslator.check(recommend.filter(), at);
        if (at.problem != null) {
            return 0;
        }
        recommendRecord
                .wrapAndApplyHeader(at.record, MESSAGE_OFFSET, at.header)
                .scenario(recommend.scenario())
                .rung(Rung.NETWORK);
        FilterTranslator.copy(recommend.filter(), recommendRecord.filter());
        final RecommendDecoder.ContextDecoder context = recommend.context();
        at.requireRange("context", context.count(), 0, CONTEXT_MAX);
        at.requireBlock(context.actingBlockLength(), RecommendDecoder.ContextDecoder.sbeBlockLength());
        final int contextCount = at.problem == null ? context.count() : 0;
        final RecommendRecordEncoder.ContextEncoder writtenContext = recommendRecord.contextCount(contextCount);
        for (int i = 0; i < contextCount; i++) {
            writtenContext.next().itemId(context.next().itemId());
        }
        if (at.problem != null) {
            return 0;
        }
        final RecommendDecoder.BlocklistDecoder blocklist = recommend.blocklist();
        at.requireRange("blocklist", blocklist.count(), 0, BLOCKLIST_MAX);
        at.requireBlock(blocklist.actingBlockLength(), RecommendDecoder.BlocklistDecoder.sbeBlockLength());
        final int blockedCount = at.problem == null ? blocklist.count() : 0;
        final RecommendRecordEncoder.BlocklistEncoder writtenBlocklist = recommendRecord.blocklistCount(blockedCount);
        for (int i = 0; i < blockedCount; i++) {
            writtenBlocklist.next().itemId(blocklist.next().itemId());
        }
        if (at.problem != null) {
            return 0;
        }
        recommend.wrapShopper(at.text);
        recommendRecord.shopper(at.findShopper(at.text));
        at.end(recommend.limit(), recommendRecord.encodedLength());
        return at.encodedLength;
    }
}
