package io.doorbuster.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.client.PipelinedClient;
import io.doorbuster.client.ReplyHandler;
import io.doorbuster.codec.AckLevel;
import io.doorbuster.codec.ExplanationDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.RejectCode;
import io.doorbuster.codec.ScoresDecoder;
import io.doorbuster.codec.SlateDecoder;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * The facts of one source, over the lives of its server: an item, then +1 unit of it again and again, every other one
 * acknowledged on the disk. Remembers what was acknowledged. One thread at a time; the two last sequences any.
 */
final class FactLoad implements ReplyHandler {
    static final long SOURCE = 5;

    private static final long BUYER = 6;
    private static final long ITEM = 1;
    private static final long PATIENCE_NS = 60_000_000_000L;
    private static final int IN_FLIGHT = 200;

    private final Map<Long, Long> sequenceOfCorrelation = new HashMap<>();
    private final Map<Long, Long> positionOfSequence = new HashMap<>();
    private volatile long lastAcknowledged;
    private volatile long lastOnDisk;
    private long reservationId;

    /** Highest sequence acknowledged at any level; 0 = none. */
    long lastAcknowledged() {
        return lastAcknowledged;
    }

    /** Highest sequence acknowledged on the disk; 0 = none. */
    long lastOnDisk() {
        return lastOnDisk;
    }

    /** Positions that were acknowledged. */
    Map<Long, Long> positionOfSequence() {
        return positionOfSequence;
    }

    /** Sends until it is enough, with replies still on their way then; or until the connection ends. */
    void send(PipelinedClient client, BooleanSupplier isEnough) throws IOException {
        while (!isEnough.getAsBoolean()) {
            while (client.inFlight() < IN_FLIGHT) {
                sendOne(client);
            }
            assertThat(client.poll(this, PATIENCE_NS)).isPositive();
        }
    }

    /** Sends until so many more are acknowledged. */
    void send(PipelinedClient client, long more) throws IOException {
        final long until = lastAcknowledged + more;
        send(client, () -> lastAcknowledged >= until);
    }

    /** Sends one and waits for its reply, so that it is a batch of its own. */
    void sendAlone(PipelinedClient client) throws IOException {
        sendOne(client);
        drain(client);
    }

    /** Takes the replies that are on their way. */
    void drain(PipelinedClient client) throws IOException {
        while (client.inFlight() > 0) {
            assertThat(client.poll(this, PATIENCE_NS)).isPositive();
        }
    }

    private void sendOne(PipelinedClient client) {
        final long sequence = client.nextSequence();
        client.acknowledge(isOnDisk(sequence) ? AckLevel.DEFAULT : AckLevel.PROCESS);
        final long correlationId =
                sequence == 1 ? client.itemUpserted(ITEM, CatalogueItem.of("item", 5)) : client.stockAdjusted(ITEM, 1);
        sequenceOfCorrelation.put(correlationId, sequence);
    }

    private static boolean isOnDisk(long sequence) {
        return sequence % 2 == 0;
    }

    /** Counts by the shop itself which facts have been applied: the units of the item, no more and no less. */
    void checkUnits(ServedProcess server) throws IOException {
        final int units;
        try (PipelinedClient client = server.connect(SOURCE)) {
            units = (int) client.nextSequence() - 2; // The first one was the item's.
        }
        if (units > 0) {
            assertThat(reserve(server, units + 1)).isEqualTo(Outcome.INSUFFICIENT_STOCK);
            assertThat(reserve(server, units)).isEqualTo(Outcome.ACCEPTED);
        }
    }

    private Outcome reserve(ServedProcess server, int units) throws IOException {
        try (DoorbusterClient client = server.connectOneByOne(BUYER)) {
            return client.reserveStock(++reservationId, ITEM, units, 60_000).outcome();
        }
    }

    @Override
    public void onAcknowledged(long correlationId, long position, Outcome outcome, long detail) {
        final long sequence = sequenceOfCorrelation.getOrDefault(correlationId, 0L);
        assertThat(outcome).as("sequence %d", sequence).isEqualTo(Outcome.ACCEPTED);
        positionOfSequence.put(sequence, position);
        lastAcknowledged = Math.max(lastAcknowledged, sequence);
        if (isOnDisk(sequence)) {
            lastOnDisk = Math.max(lastOnDisk, sequence);
        }
    }

    @Override
    public void onSlate(long correlationId, SlateDecoder slate) {
        throw new AssertionError("nobody asked");
    }

    @Override
    public void onScores(long correlationId, ScoresDecoder scores) {
        throw new AssertionError("nobody asked");
    }

    @Override
    public void onExplanation(long correlationId, ExplanationDecoder explanation) {
        throw new AssertionError("nobody asked");
    }

    @Override
    public void onRejected(long correlationId, RejectCode code, String message) {
        throw new AssertionError(message);
    }
}
