package io.doorbuster.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.PipelinedClient;
import io.doorbuster.client.ReplyHandler;
import io.doorbuster.client.SlateFilter;
import io.doorbuster.codec.AckLevel;
import io.doorbuster.codec.ExplanationDecoder;
import io.doorbuster.codec.ModelRole;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.RejectCode;
import io.doorbuster.codec.Rung;
import io.doorbuster.codec.Scenario;
import io.doorbuster.codec.ScoresDecoder;
import io.doorbuster.codec.Setting;
import io.doorbuster.codec.SlateDecoder;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A client that sends every message there is: all kinds in turn, then a mix in which what is cheap is frequent. It runs
 * into every limit of {@link #SETTINGS}. One thread.
 */
final class EveryMessage implements ReplyHandler {
    private static final int DIMENSIONS = 48;

    /** Fewer rows than the client names, so that stores run full and evict. */
    static final Map<Setting, Long> SETTINGS = Map.of(
            Setting.DIMENSIONS, (long) DIMENSIONS,
            Setting.CONTENT_DIMENSIONS, (long) DIMENSIONS,
            Setting.ITEMS_MAX, 350L,
            Setting.SHOPPERS_MAX, 300L,
            Setting.RESERVATIONS_MAX, 32L,
            Setting.SOURCES_MAX, 4L,
            Setting.EXPLORATION_PERMILLE, 200L);

    private static final int ITEMS = 450;
    private static final int ITEMS_AT_FIRST = 300;
    private static final int SHOPPERS = 3_000;
    private static final int CATEGORIES = 12;
    private static final int IN_FLIGHT = 256; // Well within the ring: no request is refused as OVERLOADED.
    private static final int KINDS = 41;
    private static final int MODEL_EVERY = 16;
    private static final long PATIENCE_NS = 60_000_000_000L;

    private final PipelinedClient client;
    private final SplittableRandom random;
    private final Set<Outcome> outcomes = EnumSet.noneOf(Outcome.class);
    private final Set<Rung> rungs = EnumSet.noneOf(Rung.class);
    private final long firstItem;
    private List<byte[]> models = List.of();
    private int releases;
    private long slatePosition;
    private long reservations;

    /** Each client has a catalogue of its own, from an item on. */
    EveryMessage(PipelinedClient client, long seed) {
        this.client = client;
        firstItem = 1 + (seed - 1) * ITEMS_AT_FIRST;
        random = new SplittableRandom(seed);
        client.acknowledge(AckLevel.PROCESS);
        client.nextSequence(Math.max(1, client.nextSequence())); // 0 = no room for this source: it sends all the same.
    }

    /** Releases these too, by their hashes; their files are where the server looks for them. */
    EveryMessage withModels(List<byte[]> hashes) {
        models = hashes;
        return this;
    }

    /** Sends so many messages and waits for the last answer. */
    void send(int messages) throws IOException {
        for (int i = 0; i < messages; i++) {
            if (i < ITEMS_AT_FIRST) {
                upsert(firstItem + i);
            } else {
                send(i - ITEMS_AT_FIRST < KINDS ? i - ITEMS_AT_FIRST : kind(), client.nextSequence());
            }
            while (client.inFlight() >= IN_FLIGHT) {
                poll();
            }
        }
        while (client.inFlight() > 0) {
            poll();
        }
    }

    /** What facts and commands have come to so far. */
    Set<Outcome> outcomes() {
        return outcomes;
    }

    /** The rungs that slates were made on so far. */
    Set<Rung> rungs() {
        return rungs;
    }

    private void poll() throws IOException {
        assertThat(client.poll(this, PATIENCE_NS)).isPositive();
    }

    /** Nine in ten are what a shop hears all day. */
    private int kind() {
        return random.nextInt(10) == 0 ? random.nextInt(KINDS) : random.nextInt(8);
    }

    private void send(int kind, long sequence) throws IOException {
        switch (kind) {
            case 0, 1 -> client.viewed(shopper(), item(), random.nextInt(60_000));
            case 2 -> client.clicked(shopper(), item(), random.nextInt(20), slatePosition);
            case 3 -> client.carted(shopper(), item(), 1 + random.nextInt(3));
            case 4 -> client.stockAdjusted(item(), random.nextInt(-3, 6));
            case 5 -> client.reserveStock(++reservations, item(), 1 + random.nextInt(4), timeToLiveMillis());
            case 6 -> client.purchased(shopper(), item(), 1 + random.nextInt(2), 100, 0);
            case 7 -> client.priceChanged(item(), random.nextInt(10_000));
            case 8 -> upsert(1 + random.nextInt(ITEMS));
            case 9 -> client.itemRetired(item());
            case 10 -> client.itemVectorSet(item(), vector(random.nextInt(4) == 0 ? 32 : DIMENSIONS));
            case 11 -> client.stockSet(item(), random.nextInt(50));
            case 12 -> client.impressionShown(shopper(), slatePosition, items(1 + random.nextInt(20)));
            case 13 -> client.shopperLinked(shopper(), shopper());
            case 14 -> client.shopperErased(shopper());
            case 15 -> client.configured(Setting.NEGATIVES, random.nextInt(9));
            case 16 ->
                client.configured(random.nextBoolean() ? Setting.REPEAT_PURCHASES : Setting.SEED, random.nextInt(2));
            case 17 -> client.reserveStock(reservation(), item(), 1, 60_000);
            case 18 -> client.confirmReservation(reservation());
            case 19 -> client.releaseReservation(reservation());
            case 20 -> client.purchased(shopper(), item(), 1, 100, reservation());
            case 21 -> client.score(shopper(), items(500));
            case 22 -> client.score(shopper(), items(1 + random.nextInt(40)));
            case 23 -> client.recommend(shopper(), Scenario.FEED, SlateFilter.of(20), items(0), items(0));
            case 24 -> client.recommend(shopper(), Scenario.ITEM_PAGE, filter(), items(1), items(5));
            case 25 -> {
                final Scenario scenario = random.nextBoolean() ? Scenario.CART : Scenario.SESSION;
                client.recommend(shopper(), scenario, filter(), items(6), items(60));
            }
            case 26 -> client.recommend("", Scenario.FEED, SlateFilter.of(100), items(0), items(0));
            case 27, 28 -> client.explain(shopper(), item());
            case 29 -> unread();
            case 30 -> client.search(shopper(), filter(), "red lantern");
            case 31 -> client.ads(shopper(), filter());
            case 32 -> client.promote(shopper());
            case 33 -> client.ask(shopper(), 3, "Where is my parcel?");
            case 34 -> client.restock(item());
            case 35 -> client.checkpoint();
            case 36 -> client.rewindFilter(9, 1, 2);
            case 37 -> client.recommend(shopper(), Scenario.FEED, SlateFilter.of(101), items(0), items(0)); // Refused.
            case 38 -> inHaste();
            case 39 -> {
                client.nextSequence(sequence - 1); // Once more: it gets the outcome of the first.
                client.viewed(shopper(), item(), 0);
                client.nextSequence(1); // Too old for an outcome.
                client.viewed(shopper(), item(), 0);
                client.nextSequence(sequence);
            }
            default -> {
                client.nextSequence(sequence + 7); // A gap, which is not applied.
                client.viewed(shopper(), item(), 0);
                client.nextSequence(sequence);
            }
        }
    }

    /** With nothing before them, and from hardly any time to more than enough: slates on every rung. Some run out of time. */
    private void inHaste() throws IOException {
        while (client.inFlight() > 0) {
            poll();
        }
        for (long timeoutMicros = 45; timeoutMicros <= 240; timeoutMicros += 15) {
            client.timeoutMicros(timeoutMicros);
            client.recommend(shopper(), Scenario.FEED, filter(), items(1), items(2));
            poll();
        }
        client.timeoutMicros(0);
    }

    /** What is recorded for later releases. */
    private void unread() {
        client.searched(shopper(), "dritte Straße, İstanbul");
        client.campaignUpserted(1, item(), 5, 500, 0, Long.MAX_VALUE);
        client.promotionUpserted(1, item(), 500, 10, 0, Long.MAX_VALUE);
        client.answerUpserted(1, "Where is my parcel?", "On its way.");
        releaseModel();
    }

    /** A model now and then, in turn active and shadow; between them rollbacks. Without models, what is in use already. */
    private void releaseModel() {
        final int turn = releases++;
        if (models.isEmpty()) {
            client.modelReleased(ModelRole.ACTIVE, 1, new byte[32], "model");
        } else if (turn % MODEL_EVERY == 0) {
            final int number = turn / MODEL_EVERY;
            final ModelRole role = number % 3 == 2 ? ModelRole.SHADOW : ModelRole.ACTIVE;
            client.modelReleased(role, 1, models.get(number % models.size()), "model");
        } else {
            client.modelReleased(ModelRole.ROLLBACK, 1, new byte[32], "model");
        }
    }

    private void upsert(long item) {
        final long priceMinor = 50 + random.nextInt(10_000);
        final CatalogueItem plain =
                CatalogueItem.of("INDIGO-İı-" + (random.nextInt(20) == 0 ? 0 : item), priceMinor); // 0 collides.
        client.itemUpserted(
                item,
                new CatalogueItem(
                        plain.externalId(),
                        priceMinor,
                        1 + random.nextInt(40),
                        1 + random.nextInt(CATEGORIES),
                        random.nextInt(501),
                        "Title",
                        random.nextInt(30),
                        random.nextInt(20) == 0,
                        random.nextInt(8) == 0));
    }

    private String shopper() {
        return "shopper-" + random.nextInt(1 + random.nextInt(SHOPPERS));
    }

    /** Small ids are the popular ones. */
    private long item() {
        return 1 + random.nextInt(1 + random.nextInt(ITEMS));
    }

    /** Some are long enough for the store to run full, the rest for reservations to run out. */
    private long timeToLiveMillis() {
        return random.nextInt(4) == 0 ? 600_000 : 1 + random.nextInt(20);
    }

    private long[] items(int count) {
        return random.longs(count, 1, ITEMS + 1).toArray();
    }

    private long reservation() {
        return Math.max(1, reservations - random.nextInt(8));
    }

    private float[] vector(int dimensions) {
        final float[] vector = new float[dimensions];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    private SlateFilter filter() {
        return new SlateFilter(
                1 + random.nextInt(30),
                random.nextInt(3) == 0 ? 1 + random.nextInt(CATEGORIES) : 0,
                random.nextInt(4),
                random.nextInt(2_000),
                random.nextBoolean() ? 0 : 3_000 + random.nextInt(9_000));
    }

    @Override
    public void onAcknowledged(long correlationId, long position, Outcome outcome, long detail) {
        outcomes.add(outcome);
    }

    @Override
    public void onSlate(long correlationId, SlateDecoder slate) {
        slatePosition = slate.position();
        rungs.add(slate.rung());
    }

    @Override
    public void onScores(long correlationId, ScoresDecoder scores) {}

    @Override
    public void onExplanation(long correlationId, ExplanationDecoder explanation) {}

    @Override
    public void onRejected(long correlationId, RejectCode code, String message) {
        assertThat(code).as(message).isIn(RejectCode.INVALID_VALUE, RejectCode.EXPIRED);
    }
}
