package io.doorbuster.client;

import io.doorbuster.codec.ModelRole;
import io.doorbuster.codec.Scenario;
import io.doorbuster.codec.Setting;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * One call, one answer. One thread; open several for several threads, each with a source of its own.
 *
 * <pre>{@code
 * try (DoorbusterClient client = DoorbusterClient.connect(new InetSocketAddress("127.0.0.1", port), token, source)) {
 *     client.viewed("shopper-17", itemId, 0);
 *     Slate slate = client.recommend("shopper-17", SlateFilter.of(20));
 * }
 * }</pre>
 *
 * Every method throws {@link RejectedException} when the gateway refuses the message, and then nothing was recorded; an
 * {@link IOException} when the connection is lost, and then the outcome is unknown: connect again with the same source, set
 * {@link PipelinedClient#nextSequence(long)} to the sequence that the message had, send it again, and the outcome that it
 * had the first time comes back.
 */
public final class DoorbusterClient implements AutoCloseable {
    private static final long PATIENCE_NS = 30_000_000_000L;

    private final PipelinedClient pipelined;
    private final Answers answers = new Answers();

    private DoorbusterClient(PipelinedClient pipelined) {
        this.pipelined = pipelined;
    }

    /**
     * Connects and says hello.
     *
     * @param token the secret of the server's token file.
     * @param source names the stream of this client's facts and commands; non-zero, one connection at a time.
     */
    public static DoorbusterClient connect(InetSocketAddress address, String token, long source) throws IOException {
        return new DoorbusterClient(PipelinedClient.connect(address, token, source));
    }

    /** The connection below, for its settings: next sequence, timeout, time of facts. Nothing may be in flight on it. */
    public PipelinedClient pipelined() {
        return pipelined;
    }

    private <T> T await(long correlationId, Class<T> type) throws IOException {
        answers.expect(correlationId);
        final long deadlineNs = System.nanoTime() + PATIENCE_NS;
        while (!answers.hasCome()) {
            if (System.nanoTime() > deadlineNs) {
                throw new IOException("no answer within 30 s; the outcome is unknown");
            }
            pipelined.poll(answers, PATIENCE_NS);
        }
        return answers.take(type);
    }

    /**
     * An item was created or its attributes changed.
     *
     * @param itemId non-zero; {@link ItemIds#of} makes one of the textual id.
     * @return what became of it.
     */
    public Acknowledgement itemUpserted(long itemId, CatalogueItem item) throws IOException {
        return await(pipelined.itemUpserted(itemId, item), Acknowledgement.class);
    }

    /**
     * The price of an item changed.
     *
     * @param itemId the item.
     * @param priceMinor 0 or more.
     * @return what became of it.
     */
    public Acknowledgement priceChanged(long itemId, long priceMinor) throws IOException {
        return await(pipelined.priceChanged(itemId, priceMinor), Acknowledgement.class);
    }

    /**
     * The count on hand was set.
     *
     * @param itemId the item.
     * @param onHand 0 or more.
     * @return what became of it.
     */
    public Acknowledgement stockSet(long itemId, int onHand) throws IOException {
        return await(pipelined.stockSet(itemId, onHand), Acknowledgement.class);
    }

    /**
     * The count on hand changed by a difference.
     *
     * @param itemId the item.
     * @param delta units; negative = shrinkage.
     * @return what became of it.
     */
    public Acknowledgement stockAdjusted(long itemId, int delta) throws IOException {
        return await(pipelined.stockAdjusted(itemId, delta), Acknowledgement.class);
    }

    /**
     * A shopper searched.
     *
     * @param shopper raw id; it ends at the gateway.
     * @param query 0 to 256 bytes.
     * @return what became of it.
     */
    public Acknowledgement searched(String shopper, String query) throws IOException {
        return await(pipelined.searched(shopper, query), Acknowledgement.class);
    }

    /**
     * A shopper opened an item's page.
     *
     * @param shopper raw id; it ends at the gateway.
     * @param itemId the item.
     * @param dwellMillis time on the page; 0 = unknown.
     * @return what became of it.
     */
    public Acknowledgement viewed(String shopper, long itemId, long dwellMillis) throws IOException {
        return await(pipelined.viewed(shopper, itemId, dwellMillis), Acknowledgement.class);
    }

    /**
     * A shopper clicked an item in a slate.
     *
     * @param shopper raw id; it ends at the gateway.
     * @param itemId the item.
     * @param slatePosition 0-based place in the slate; 65534 = unknown.
     * @param requestPosition journal position of the slate's request; 0 = unknown.
     * @return what became of it.
     */
    public Acknowledgement clicked(String shopper, long itemId, int slatePosition, long requestPosition)
            throws IOException {
        return await(pipelined.clicked(shopper, itemId, slatePosition, requestPosition), Acknowledgement.class);
    }

    /**
     * A shopper put an item into the cart.
     *
     * @param shopper raw id; it ends at the gateway.
     * @param itemId the item.
     * @param quantity 1 or more.
     * @return what became of it.
     */
    public Acknowledgement carted(String shopper, long itemId, int quantity) throws IOException {
        return await(pipelined.carted(shopper, itemId, quantity), Acknowledgement.class);
    }

    /**
     * A shopper bought an item. With a reservation its units are taken; without, on hand is lowered.
     *
     * @param shopper raw id; it ends at the gateway.
     * @param itemId the item.
     * @param quantity 1 or more.
     * @param priceMinor price paid for one unit; 0 or more.
     * @param reservationId reservation to take the units from; 0 = none.
     * @return what became of it.
     */
    public Acknowledgement purchased(String shopper, long itemId, int quantity, long priceMinor, long reservationId)
            throws IOException {
        return await(pipelined.purchased(shopper, itemId, quantity, priceMinor, reservationId), Acknowledgement.class);
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
     * @return what became of it.
     */
    public Acknowledgement campaignUpserted(
            long campaignId, long itemId, long bidMinor, long budgetMinor, long startsAtNs, long endsAtNs)
            throws IOException {
        return await(
                pipelined.campaignUpserted(campaignId, itemId, bidMinor, budgetMinor, startsAtNs, endsAtNs),
                Acknowledgement.class);
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
     * @return what became of it.
     */
    public Acknowledgement promotionUpserted(
            long promotionId, long itemId, int discountBasisPoints, int couponsMax, long startsAtNs, long endsAtNs)
            throws IOException {
        return await(
                pipelined.promotionUpserted(promotionId, itemId, discountBasisPoints, couponsMax, startsAtNs, endsAtNs),
                Acknowledgement.class);
    }

    /**
     * A service answer was created or changed.
     *
     * @param answerId non-zero.
     * @param question 1 to 1000 bytes.
     * @param text the answer, 1 to 2000 bytes.
     * @return what became of it.
     */
    public Acknowledgement answerUpserted(long answerId, String question, String text) throws IOException {
        return await(pipelined.answerUpserted(answerId, question, text), Acknowledgement.class);
    }

    /**
     * An item left the catalogue: in no slate any more; an upsert brings it back.
     *
     * @param itemId the item.
     * @return what became of it.
     */
    public Acknowledgement itemRetired(long itemId) throws IOException {
        return await(pipelined.itemRetired(itemId), Acknowledgement.class);
    }

    /**
     * What an item's text or image shows, as a vector that was computed outside.
     *
     * @param itemId the item.
     * @param vector fp32 little-endian, as many as CONTENT_DIMENSIONS; its length says nothing, and zeros alone take the item's vector
     *     away.
     * @return what became of it.
     */
    public Acknowledgement itemVectorSet(long itemId, float[] vector) throws IOException {
        return await(pipelined.itemVectorSet(itemId, vector), Acknowledgement.class);
    }

    /**
     * Promise units of an item to the caller for a while.
     *
     * @param reservationId set by the client; non-zero, unused.
     * @param itemId the item.
     * @param quantity 1 or more.
     * @param timeToLiveMillis 1 to 86400000.
     * @return what became of it.
     */
    public Acknowledgement reserveStock(long reservationId, long itemId, int quantity, long timeToLiveMillis)
            throws IOException {
        return await(pipelined.reserveStock(reservationId, itemId, quantity, timeToLiveMillis), Acknowledgement.class);
    }

    /**
     * The units are sold: on hand and reserved fall together.
     *
     * @param reservationId non-zero.
     * @return what became of it.
     */
    public Acknowledgement confirmReservation(long reservationId) throws IOException {
        return await(pipelined.confirmReservation(reservationId), Acknowledgement.class);
    }

    /**
     * The units are free again.
     *
     * @param reservationId non-zero.
     * @return what became of it.
     */
    public Acknowledgement releaseReservation(long reservationId) throws IOException {
        return await(pipelined.releaseReservation(reservationId), Acknowledgement.class);
    }

    /**
     * Write an image of the state at this position.
     *
     * @return what became of it.
     */
    public Acknowledgement checkpoint() throws IOException {
        return await(pipelined.checkpoint(), Acknowledgement.class);
    }

    /**
     * Rebuild the state without a source's events in a span.
     *
     * @param excludedSource source to leave out.
     * @param fromPosition first position left out.
     * @param toPosition last position left out.
     * @return what became of it.
     */
    public Acknowledgement rewindFilter(long excludedSource, long fromPosition, long toPosition) throws IOException {
        return await(pipelined.rewindFilter(excludedSource, fromPosition, toPosition), Acknowledgement.class);
    }

    /**
     * Ranked items for a query.
     *
     * @param shopper raw id; it ends at the gateway; empty = anonymous.
     * @param filter which items, and how many.
     * @param query 1 to 256 bytes.
     * @return what became of it.
     */
    public Acknowledgement search(String shopper, SlateFilter filter, String query) throws IOException {
        return await(pipelined.search(shopper, filter, query), Acknowledgement.class);
    }

    /**
     * Sponsored items for a shopper.
     *
     * @param shopper raw id; it ends at the gateway; empty = anonymous.
     * @param filter which items, and how many.
     * @return what became of it.
     */
    public Acknowledgement ads(String shopper, SlateFilter filter) throws IOException {
        return await(pipelined.ads(shopper, filter), Acknowledgement.class);
    }

    /**
     * An offer for a shopper.
     *
     * @param shopper raw id; it ends at the gateway; empty = anonymous.
     * @return what became of it.
     */
    public Acknowledgement promote(String shopper) throws IOException {
        return await(pipelined.promote(shopper), Acknowledgement.class);
    }

    /**
     * Service answers to a question.
     *
     * @param shopper raw id; it ends at the gateway; empty = anonymous.
     * @param answersMax 1 to 20.
     * @param question 1 to 1000 bytes.
     * @return what became of it.
     */
    public Acknowledgement ask(String shopper, int answersMax, String question) throws IOException {
        return await(pipelined.ask(shopper, answersMax, question), Acknowledgement.class);
    }

    /**
     * Reorder advice for an item.
     *
     * @param itemId the item.
     * @return what became of it.
     */
    public Acknowledgement restock(long itemId) throws IOException {
        return await(pipelined.restock(itemId), Acknowledgement.class);
    }

    /**
     * Why an item scores as it does for a shopper, exactly.
     *
     * @param shopper raw id; it ends at the gateway; empty = anonymous.
     * @param itemId the item.
     * @return what became of it.
     */
    public Explanation explain(String shopper, long itemId) throws IOException {
        return await(pipelined.explain(shopper, itemId), Explanation.class);
    }

    /** A slate was really shown, best place first. */
    public Acknowledgement impressionShown(String shopper, long requestPosition, long... itemIds) throws IOException {
        return await(pipelined.impressionShown(shopper, requestPosition, itemIds), Acknowledgement.class);
    }

    /** Two raw ids are one shopper: from now on {@code linked} means {@code shopper}. */
    public Acknowledgement shopperLinked(String shopper, String linked) throws IOException {
        return await(pipelined.shopperLinked(shopper, linked), Acknowledgement.class);
    }

    /** Everything known about a shopper is to be wiped. */
    public Acknowledgement shopperErased(String shopper) throws IOException {
        return await(pipelined.shopperErased(shopper), Acknowledgement.class);
    }

    /**
     * A model file takes effect, or none does any more.
     *
     * @param contentHash SHA-256 of the file, which lies in the server's directory of models; zeros = none. Not read when the role
     *     is ROLLBACK.
     * @return what became of it; its position is where the model takes effect.
     */
    public Acknowledgement modelReleased(ModelRole role, long modelId, byte[] contentHash, String name)
            throws IOException {
        return await(pipelined.modelReleased(role, modelId, contentHash, name), Acknowledgement.class);
    }

    /** Changes one setting; see the schema for which can be changed. */
    public Acknowledgement configured(Setting setting, long value) throws IOException {
        return await(pipelined.configured(setting, value), Acknowledgement.class);
    }

    /** Scores given items for a shopper, at most 500. */
    public Scores score(String shopper, long... itemIds) throws IOException {
        return await(pipelined.score(shopper, itemIds), Scores.class);
    }

    /** A slate for a shopper's home feed. */
    public Slate recommend(String shopper, SlateFilter filter) throws IOException {
        return recommend(shopper, Scenario.FEED, filter, new long[0], new long[0]);
    }

    /**
     * A slate.
     *
     * @param shopper raw id; empty = anonymous.
     * @param context items of the page or the cart, at most 64.
     * @param blocklist items not to show, at most 256.
     */
    public Slate recommend(String shopper, Scenario scenario, SlateFilter filter, long[] context, long[] blocklist)
            throws IOException {
        return await(pipelined.recommend(shopper, scenario, filter, context, blocklist), Slate.class);
    }

    @Override
    public void close() throws IOException {
        pipelined.close();
    }
}
