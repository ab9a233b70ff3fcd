package io.doorbuster.benchmarks.gateway;

import io.doorbuster.client.PipelinedClient;
import io.doorbuster.client.ReplyHandler;
import io.doorbuster.client.SlateFilter;
import io.doorbuster.codec.ExplanationDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.RejectCode;
import io.doorbuster.codec.Scenario;
import io.doorbuster.codec.ScoresDecoder;
import io.doorbuster.codec.SlateDecoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;

/** Asks for slates at a steady rate, whatever becomes of those before: an open loop. One thread, which spins. */
final class SlateLoad implements ReplyHandler, AutoCloseable {
    private static final long LATENCY_MAX_NS = 60_000_000_000L;
    private static final int DUE_SLOTS = 1 << 16;

    /** The gateway reads no more of one connection. */
    private static final int IN_FLIGHT_MAX = 100;

    private static final long[] NONE = {};

    private final PipelinedClient client;
    private final Shop shop;
    private final long intervalNs;
    private final SlateFilter filter;
    private final SplittableRandom random = new SplittableRandom(5);
    private final long[] dueNs = new long[DUE_SLOTS];
    private Histogram latencies = new Histogram(LATENCY_MAX_NS, 3);
    private String refusal = "";

    private SlateLoad(PipelinedClient client, Shop shop, int rate, int slateSize) {
        this.client = client;
        this.shop = shop;
        intervalNs = 1_000_000_000L / rate;
        filter = SlateFilter.of(slateSize);
    }

    static SlateLoad connect(InetSocketAddress address, String token, long source, Shop shop, int rate, int slateSize)
            throws IOException {
        return new SlateLoad(PipelinedClient.connect(address, token, source), shop, rate, slateSize);
    }

    /**
     * Asks for so long, or until something is so; then waits for the last answers.
     *
     * @return time of each answer since its request was due.
     */
    Histogram run(long forNs, BooleanSupplier isOver) throws IOException {
        latencies = new Histogram(LATENCY_MAX_NS, 3);
        final long beginNs = System.nanoTime();
        long nextNs = beginNs;
        while (nextNs - beginNs < forNs && !isOver.getAsBoolean()) {
            if (System.nanoTime() >= nextNs && client.inFlight() < IN_FLIGHT_MAX) {
                final long correlationId =
                        client.recommend(shop.randomShopper(random), Scenario.FEED, filter, NONE, NONE);
                dueNs[(int) correlationId & DUE_SLOTS - 1] = nextNs;
                nextNs += intervalNs;
            }
            client.poll(this, 0);
        }
        while (client.inFlight() > 0) {
            client.poll(this, 0);
        }
        if (!refusal.isEmpty()) {
            throw new IOException("a request was refused: " + refusal);
        }
        return latencies;
    }

    @Override
    public void onSlate(long correlationId, SlateDecoder slate) {
        final long latencyNs = System.nanoTime() - dueNs[(int) correlationId & DUE_SLOTS - 1];
        latencies.recordValue(Math.min(LATENCY_MAX_NS, latencyNs));
    }

    @Override
    public void onAcknowledged(long correlationId, long position, Outcome outcome, long detail) {
        refusal = outcome.name();
    }

    @Override
    public void onScores(long correlationId, ScoresDecoder scores) {
        refusal = "answered by scores";
    }

    @Override
    public void onExplanation(long correlationId, ExplanationDecoder explanation) {
        refusal = "answered by an explanation";
    }

    @Override
    public void onRejected(long correlationId, RejectCode code, String message) {
        refusal = code + ": " + message;
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
