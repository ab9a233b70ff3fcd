package io.doorbuster.benchmarks.gateway;

import io.doorbuster.codec.AckLevel;
import io.doorbuster.codec.AcknowledgedDecoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.RecommendEncoder;
import io.doorbuster.codec.RejectedDecoder;
import io.doorbuster.codec.Scenario;
import io.doorbuster.codec.ScoreEncoder;
import io.doorbuster.codec.ScoresDecoder;
import io.doorbuster.codec.SlateDecoder;
import io.doorbuster.codec.ViewedEncoder;
import io.doorbuster.gateway.frame.FrameDescriptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** What is sent through the gateway and compared with an echo. */
enum ComparedRequest {
    SCORE_ONE("score 1"),
    SCORE_FIVE_HUNDRED("score 500"),
    RECOMMEND_TWENTY("recommend 20"),
    VIEWED("viewed");

    private static final int SLATE_SIZE = 20;
    private static final int CANDIDATES = 500;

    private final String label;

    ComparedRequest(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    /** Whether the gateway wants a dense sequence number behind the correlation id. */
    boolean isSequenced() {
        return this == VIEWED;
    }

    /**
     * Writes one frame about a random shopper and random items.
     *
     * @return its length.
     */
    int encode(MutableDirectBuffer frame, Shop shop, SplittableRandom random) {
        final int encodedLength = switch (this) {
            case SCORE_ONE -> encodeScore(frame, shop, random, 1);
            case SCORE_FIVE_HUNDRED -> encodeScore(frame, shop, random, CANDIDATES);
            case RECOMMEND_TWENTY -> encodeRecommend(frame, shop, random);
            case VIEWED -> encodeViewed(frame, shop, random);
        };
        final int length = FrameDescriptor.BODY_OFFSET + encodedLength;
        FrameDescriptor.write(frame, 0, length);
        return length;
    }

    private static int encodeScore(MutableDirectBuffer frame, Shop shop, SplittableRandom random, int candidates) {
        final ScoreEncoder score = new ScoreEncoder();
        final ScoreEncoder.CandidatesEncoder group = score.wrapAndApplyHeader(
                        frame, FrameDescriptor.FRAMING_LENGTH, new MessageHeaderEncoder())
                .correlationId(0)
                .timeoutMicros(0)
                .candidatesCount(candidates);
        for (int i = 0; i < candidates; i++) {
            group.next().itemId(shop.randomItem(random));
        }
        final byte[] shopper = randomShopper(shop, random);
        return score.putShopper(shopper, 0, shopper.length).encodedLength();
    }

    private static int encodeRecommend(MutableDirectBuffer frame, Shop shop, SplittableRandom random) {
        final RecommendEncoder recommend = new RecommendEncoder();
        recommend
                .wrapAndApplyHeader(frame, FrameDescriptor.FRAMING_LENGTH, new MessageHeaderEncoder())
                .correlationId(0)
                .timeoutMicros(0)
                .scenario(Scenario.FEED);
        recommend
                .filter()
                .category(0)
                .categoryCap(0)
                .slateSize(SLATE_SIZE)
                .priceMinMinor(0)
                .priceMaxMinor(0);
        recommend.contextCount(0);
        recommend.blocklistCount(0);
        final byte[] shopper = randomShopper(shop, random);
        return recommend.putShopper(shopper, 0, shopper.length).encodedLength();
    }

    private static int encodeViewed(MutableDirectBuffer frame, Shop shop, SplittableRandom random) {
        final ViewedEncoder viewed = new ViewedEncoder();
        viewed.wrapAndApplyHeader(frame, FrameDescriptor.FRAMING_LENGTH, new MessageHeaderEncoder())
                .correlationId(0)
                .sourceSequence(0)
                .occurredAtNs(0)
                .acknowledge(AckLevel.DEFAULT)
                .itemId(shop.randomItem(random))
                .dwellMillis(0);
        final byte[] shopper = randomShopper(shop, random);
        return viewed.putShopper(shopper, 0, shopper.length).encodedLength();
    }

    private static byte[] randomShopper(Shop shop, SplittableRandom random) {
        return shop.randomShopper(random).getBytes(StandardCharsets.UTF_8);
    }

    /** Fails unless the engine's reply is a whole success: nobody wants to know how fast a refusal is. */
    void check(DirectBuffer reply) throws IOException {
        final MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(reply, FrameDescriptor.FRAMING_LENGTH);
        if (header.templateId() == RejectedDecoder.TEMPLATE_ID) {
            final RejectedDecoder rejected = new RejectedDecoder();
            rejected.wrap(reply, FrameDescriptor.BODY_OFFSET, header.blockLength(), header.version());
            throw new IOException(label + " was rejected: " + rejected.code() + ", " + rejected.message());
        }
        final boolean isSuccess = switch (this) {
            case SCORE_ONE -> isScores(reply, header, 1);
            case SCORE_FIVE_HUNDRED -> isScores(reply, header, CANDIDATES);
            case RECOMMEND_TWENTY -> isSlate(reply, header);
            case VIEWED -> isAccepted(reply, header);
        };
        if (!isSuccess) {
            throw new IOException(
                    label + " was not answered in full; the reply has template id " + header.templateId());
        }
    }

    private static boolean isScores(DirectBuffer reply, MessageHeaderDecoder header, int count) {
        if (header.templateId() != ScoresDecoder.TEMPLATE_ID) {
            return false;
        }
        final ScoresDecoder scores = new ScoresDecoder();
        scores.wrap(reply, FrameDescriptor.BODY_OFFSET, header.blockLength(), header.version());
        int accepted = 0;
        for (final ScoresDecoder.ItemsDecoder item : scores.items()) {
            accepted += item.outcome() == Outcome.ACCEPTED ? 1 : 0;
        }
        return accepted == count;
    }

    private static boolean isSlate(DirectBuffer reply, MessageHeaderDecoder header) {
        if (header.templateId() != SlateDecoder.TEMPLATE_ID) {
            return false;
        }
        final SlateDecoder slate = new SlateDecoder();
        slate.wrap(reply, FrameDescriptor.BODY_OFFSET, header.blockLength(), header.version());
        return slate.items().count() == SLATE_SIZE;
    }

    private static boolean isAccepted(DirectBuffer reply, MessageHeaderDecoder header) {
        if (header.templateId() != AcknowledgedDecoder.TEMPLATE_ID) {
            return false;
        }
        final AcknowledgedDecoder acknowledged = new AcknowledgedDecoder();
        acknowledged.wrap(reply, FrameDescriptor.BODY_OFFSET, header.blockLength(), header.version());
        return acknowledged.outcome() == Outcome.ACCEPTED;
    }
}
