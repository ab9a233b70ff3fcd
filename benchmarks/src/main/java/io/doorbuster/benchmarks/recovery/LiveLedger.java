package io.doorbuster.benchmarks.recovery;

import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.PipelinedClient;
import io.doorbuster.client.ReplyHandler;
import io.doorbuster.codec.AckLevel;
import io.doorbuster.codec.ExplanationDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.RejectCode;
import io.doorbuster.codec.ScoresDecoder;
import io.doorbuster.codec.SlateDecoder;
import io.doorbuster.gateway.GatewayConfig;
import io.doorbuster.gateway.GatewayServer;
import io.doorbuster.gateway.Progress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;

/** The facts and commands of the ledger mix, through a gateway that does nothing else: what a live shop comes to. One thread. */
final class LiveLedger implements ReplyHandler {
    private static final int IN_FLIGHT = 2_000;
    private static final long PATIENCE_NS = 30_000_000_000L;

    private final SplittableRandom random = new SplittableRandom(1);
    private final PipelinedClient client;
    private long reservation;
    private long rejected;

    private LiveLedger(PipelinedClient client) {
        this.client = client;
    }

    /**
     * Serves from a new data directory, and sends as fast as it is answered.
     *
     * @return events a second.
     */
    static double eventsPerSecond(Path data, long events) throws IOException {
        try (GatewayServer server = GatewayServer.start(GatewayConfig.local(data, Map.of()), Progress.NONE);
                PipelinedClient client = PipelinedClient.connect(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()),
                        Files.readString(data.resolve("token")).strip(),
                        1)) {
            final LiveLedger ledger = new LiveLedger(client);
            for (int item = 1; item <= MixRecords.ITEMS; item++) {
                client.itemUpserted(item, CatalogueItem.of(Integer.toString(item), 1_000));
                ledger.answered(IN_FLIGHT);
            }
            ledger.send(events / 4); // For the compiler.
            final long beginNs = System.nanoTime();
            ledger.send(events);
            final double seconds = (System.nanoTime() - beginNs) / 1e9;
            if (ledger.rejected > 0) {
                throw new IOException(ledger.rejected + " facts were rejected");
            }
            return events / seconds;
        }
    }

    private void send(long events) throws IOException {
        for (long i = 0; i < events; i++) {
            next();
            answered(IN_FLIGHT);
        }
        answered(1);
    }

    /** Waits until fewer than so many are under way. */
    private void answered(int below) throws IOException {
        while (client.inFlight() >= below) {
            if (client.poll(this, PATIENCE_NS) == 0) {
                throw new IOException("no answer within 30 s");
            }
        }
    }

    /** As {@link MixRecords} has them, none waiting for the disk. */
    private void next() {
        client.acknowledge(AckLevel.PROCESS);
        final long item =
                1 + (long) (MixRecords.ITEMS * random.nextDouble() * random.nextDouble() * random.nextDouble());
        final int percent = random.nextInt(100);
        if (percent < 20) {
            client.stockSet(item, 1_000);
        } else if (percent < 35) {
            client.priceChanged(item, 100 + random.nextInt(10_000));
        } else if (percent < 55) {
            client.reserveStock(++reservation, item, 1, 2_000);
        } else if (percent < 75) {
            client.confirmReservation(Math.max(1, reservation - random.nextInt(100)));
        } else {
            client.stockAdjusted(item, -1); // Sold elsewhere, to nobody that is known.
        }
    }

    @Override
    public void onAcknowledged(long correlationId, long position, Outcome outcome, long detail) {
        // Some are short of stock; that is the mix.
    }

    @Override
    public void onSlate(long correlationId, SlateDecoder slate) {
        rejected++;
    }

    @Override
    public void onScores(long correlationId, ScoresDecoder scores) {
        rejected++;
    }

    @Override
    public void onExplanation(long correlationId, ExplanationDecoder explanation) {
        rejected++;
    }

    @Override
    public void onRejected(long correlationId, RejectCode code, String message) {
        rejected++;
    }
}
