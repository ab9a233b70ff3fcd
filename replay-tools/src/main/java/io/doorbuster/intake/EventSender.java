package io.doorbuster.intake;

import io.doorbuster.client.Acknowledgement;
import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.ItemIds;
import io.doorbuster.client.PipelinedClient;
import io.doorbuster.client.ReplyHandler;
import io.doorbuster.client.Slate;
import io.doorbuster.client.SlateFilter;
import io.doorbuster.codec.ExplanationDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.RejectCode;
import io.doorbuster.codec.Scenario;
import io.doorbuster.codec.ScoresDecoder;
import io.doorbuster.codec.SlateDecoder;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns what happened in a shop into facts on a connection, pipelined, and books each outcome to its row. An item is
 * created, with stock where the log does not count it, before the first fact about it. One thread.
 *
 * <p>The facts depend on the events alone, never on outcomes: sent again from the same source, each has its old number and
 * is taken once. So a fact about an item that was refused is replaced by the refused upsert.
 */
public final class EventSender implements ReplyHandler {
    /** Units given to items of a log, which does not say what was on hand. */
    public static final int PLENTY = 1_000_000;

    private static final int IN_FLIGHT_MAX = 512;
    private static final int ROWS = 1 << 14;
    private static final long PATIENCE_NS = 30_000_000_000L;
    private static final int POSITION_UNKNOWN = 65_534;

    private final PipelinedClient client;
    private final IntakeReport report;
    private final boolean isLog;
    private final Map<String, Item> items = new HashMap<>();
    private final long[] rowOfCorrelation = new long[ROWS];
    private long awaited;
    private @Nullable Object answer;

    private static final class Item {
        final long id;
        ShopEvent attributes;
        long priceMinor;

        @Nullable
        Outcome refusal;

        Item(ShopEvent attributes) {
            id = ItemIds.of(attributes.item());
            this.attributes = attributes;
            priceMinor = Math.max(0, attributes.priceMinor());
        }
    }

    /**
     * A sender on a connection that nobody else uses.
     *
     * @param isLog whether events carry their own times and items their {@link #PLENTY} of stock; otherwise events are
     *     happening now, and stock is what STOCK_SET says.
     */
    public EventSender(PipelinedClient client, IntakeReport report, boolean isLog) {
        this.client = client;
        this.report = report;
        this.isLog = isLog;
    }

    /** Sends what an event means; its outcome comes with a later call, at the latest with {@link #drain}. */
    public void send(ShopEvent event) throws IOException {
        client.occurredAtNs(isLog ? event.timeNs() : 0);
        if (event.kind() == ShopEvent.Kind.ITEM && !items.containsKey(event.item())) {
            introduce(event, false, event.row());
            return;
        }
        final Item item = prepare(event);
        if (event.kind() != ShopEvent.Kind.ITEM && isNewPrice(event, item)) {
            item.priceMinor = event.priceMinor();
            rowOf(item.refusal == null ? client.priceChanged(item.id, item.priceMinor) : upsert(item, true), 0);
        }
        rowOf(item.refusal == null ? fact(event, item) : upsert(item, true), event.row());
        while (client.inFlight() > IN_FLIGHT_MAX) {
            poll();
        }
    }

    /** The item of an event, created with what the event says of it when it is not there. */
    private Item prepare(ShopEvent event) throws IOException {
        client.occurredAtNs(isLog ? event.timeNs() : 0);
        final Item known = items.get(event.item());
        return known == null ? introduce(event, true, 0) : known;
    }

    private Item introduce(ShopEvent event, boolean isMention, long row) throws IOException {
        final Item item = new Item(event);
        items.put(event.item(), item);
        final long correlationId = upsert(item, isMention);
        rowOf(correlationId, row);
        final Acknowledgement upserted = await(correlationId, Acknowledgement.class);
        if (!isTaken(upserted.outcome())) {
            item.refusal = upserted.outcome();
        }
        return item;
    }

    private static boolean isTaken(Outcome outcome) {
        return outcome == Outcome.ACCEPTED || outcome == Outcome.OVERCOMMITTED || outcome == Outcome.SEQUENCE_STALE;
    }

    /** Of a log the catalogue says what an item is: a mere mention creates it, and never changes it. */
    private long upsert(Item item, boolean isMention) {
        final ShopEvent attributes = item.attributes;
        final CatalogueItem known = CatalogueItem.of(attributes.item(), item.priceMinor)
                .with(ItemIds.code(attributes.brand()), ItemIds.code(attributes.category()))
                .withTitle(attributes.title())
                .withInitialOnHand(isLog ? PLENTY : 0);
        return client.itemUpserted(item.id, isMention ? known.createOnly() : known);
    }

    private long fact(ShopEvent event, Item item) {
        return switch (event.kind()) {
            case ITEM -> {
                item.attributes = event;
                item.priceMinor = Math.max(0, event.priceMinor());
                yield upsert(item, false);
            }
            case STOCK_SET -> client.stockSet(item.id, event.quantity());
            case STOCK_ADJUSTED -> client.stockAdjusted(item.id, event.quantity());
            case VIEWED -> client.viewed(event.shopper(), item.id, 0);
            case CLICKED -> client.clicked(event.shopper(), item.id, POSITION_UNKNOWN, 0);
            case CARTED -> client.carted(event.shopper(), item.id, event.quantity());
            case PURCHASED ->
                client.purchased(event.shopper(), item.id, event.quantity(), Math.max(0, event.priceMinor()), 0);
        };
    }

    /** What a page shows is the price; what was paid may have been less, and counts only while no price is known. */
    private static boolean isNewPrice(ShopEvent event, Item item) {
        return event.priceMinor() > 0
                && event.priceMinor() != item.priceMinor
                && (event.kind() == ShopEvent.Kind.VIEWED || item.priceMinor == 0);
    }

    private void rowOf(long correlationId, long row) {
        rowOfCorrelation[(int) correlationId & (ROWS - 1)] = row;
    }

    /** Asks for a slate and waits for it; all facts sent before count in it. */
    public Slate recommend(String shopper, Scenario scenario, int size, List<String> context) throws IOException {
        final long[] ids = context.stream().mapToLong(ItemIds::of).toArray();
        return await(client.recommend(shopper, scenario, SlateFilter.of(size), ids, new long[0]), Slate.class);
    }

    /** Promises units and waits for the outcome. */
    public Acknowledgement reserve(long reservationId, ShopEvent event, long timeToLiveMillis) throws IOException {
        final Item item = prepare(event);
        return await(
                client.reserveStock(reservationId, item.id, event.quantity(), timeToLiveMillis), Acknowledgement.class);
    }

    /** Buys reserved units and waits for the outcome, which is booked to the row. */
    public Acknowledgement purchase(long reservationId, ShopEvent event) throws IOException {
        final Item item = prepare(event);
        final long correlationId = client.purchased(
                event.shopper(), item.id, event.quantity(), Math.max(0, event.priceMinor()), reservationId);
        rowOf(correlationId, event.row());
        return await(correlationId, Acknowledgement.class);
    }

    /** Gives reserved units back; nobody waits. */
    public void release(long reservationId) {
        rowOf(client.releaseReservation(reservationId), 0);
    }

    private <T> T await(long correlationId, Class<T> type) throws IOException {
        awaited = correlationId;
        answer = null;
        final long deadlineNs = System.nanoTime() + PATIENCE_NS;
        while (answer == null) {
            if (System.nanoTime() > deadlineNs) {
                throw new IOException("no answer within 30 s; the outcome is unknown");
            }
            client.poll(this, PATIENCE_NS);
        }
        final Object come = answer;
        if (!type.isInstance(come)) {
            throw new IOException("the server answered " + come + " instead of a " + type.getSimpleName());
        }
        return type.cast(come);
    }

    private void poll() throws IOException {
        if (client.poll(this, PATIENCE_NS) == 0) {
            throw new IOException("no answer within 30 s; the outcome is unknown");
        }
    }

    /** Waits until every outcome is booked. */
    public void drain() throws IOException {
        while (client.inFlight() > 0) {
            poll();
        }
    }

    @Override
    public void onAcknowledged(long correlationId, long position, Outcome outcome, long detail) {
        final int slot = (int) correlationId & (ROWS - 1);
        final long row = rowOfCorrelation[slot];
        rowOfCorrelation[slot] = 0;
        if (row != 0) {
            if (outcome == Outcome.SEQUENCE_STALE || position <= client.serverPosition()) {
                report.onKnown();
            } else if (!isTaken(outcome)) {
                report.onRejected(row, outcome.name());
            }
        }
        if (correlationId == awaited) {
            answer = new Acknowledgement(position, outcome, detail);
        }
    }

    @Override
    public void onSlate(long correlationId, SlateDecoder slate) {
        if (correlationId == awaited) {
            answer = Slate.of(slate);
        }
    }

    @Override
    public void onScores(long correlationId, ScoresDecoder scores) {
        throw new IllegalStateException("scores that nobody asked for");
    }

    @Override
    public void onExplanation(long correlationId, ExplanationDecoder explanation) {
        throw new IllegalStateException("an explanation that nobody asked for");
    }

    @Override
    public void onRejected(long correlationId, RejectCode code, String message) {
        final long row = rowOfCorrelation[(int) correlationId & (ROWS - 1)];
        throw new IllegalStateException("the gateway refused row " + row + " (0 = none): " + code + ", " + message);
    }
}
