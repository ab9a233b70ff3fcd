package io.doorbuster.benchmarks.gateway;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;

/**
 * One kind of request, engine beside echo. A round is echo, engine, engine, echo: a machine that gets slower or faster
 * meanwhile does so to both. One thread.
 */
final class RoundTripComparison {
    private static final double P50 = 50;
    private static final double P99 = 99;

    private final ComparedRequest request;
    private final TimedConnection engineConnection;
    private final Side echo;
    private final Side engine;
    private final List<Double> ratiosP50 = new ArrayList<>();
    private final List<Double> ratiosP99 = new ArrayList<>();
    private final List<Double> echoRatiosP50 = new ArrayList<>();
    private final List<Double> echoRatiosP99 = new ArrayList<>();
    private long allocatedBytes;
    private long allocatingRequests;

    private RoundTripComparison(ComparedRequest request, TimedConnection engineConnection, Side echo, Side engine) {
        this.request = request;
        this.engineConnection = engineConnection;
        this.echo = echo;
        this.engine = engine;
    }

    /** Sends the request once to learn the size of its reply, which the echo is then asked for. */
    static RoundTripComparison of(ComparedRequest request, Shop shop, TimedConnection echo, TimedConnection engine)
            throws IOException {
        final FramePool frames = FramePool.of(request, shop, new SplittableRandom(shop.seed() + request.ordinal()));
        engine.roundTripNs(frames.take());
        request.check(engine.reply());
        final int replyLength = engine.replyLength();
        return new RoundTripComparison(
                request,
                engine,
                new Side(echo, frames.forEcho(replyLength), replyLength),
                new Side(engine, frames, replyLength));
    }

    void warmUp(long durationNs) throws IOException {
        echo.warmUp(durationNs);
        engine.warmUp(durationNs);
        request.check(engineConnection.reply());
    }

    void round(ServerProcess server, long settleNs, long sliceNs) throws IOException {
        final Histogram echoBefore = echo.slice(settleNs, sliceNs);
        final long sentBefore = engine.sent();
        final long allocatedBefore = server.allocatedBytes();
        final Histogram engineTwice = engine.slice(settleNs, sliceNs);
        engineTwice.add(engine.slice(settleNs, sliceNs));
        request.check(engineConnection.reply());
        allocatedBytes += server.allocatedBytes() - allocatedBefore;
        allocatingRequests += engine.sent() - sentBefore;
        final Histogram echoAfter = echo.slice(settleNs, sliceNs);
        echoRatiosP50.add(ratio(echoAfter, echoBefore, P50));
        echoRatiosP99.add(ratio(echoAfter, echoBefore, P99));
        echoBefore.add(echoAfter);
        ratiosP50.add(ratio(engineTwice, echoBefore, P50));
        ratiosP99.add(ratio(engineTwice, echoBefore, P99));
    }

    private static double ratio(Histogram above, Histogram below, double percentile) {
        return (double) above.getValueAtPercentile(percentile) / below.getValueAtPercentile(percentile);
    }

    String label() {
        return request.label();
    }

    Side echo() {
        return echo;
    }

    Side engine() {
        return engine;
    }

    RatioRange ratioP50() {
        return RatioRange.of(ratiosP50);
    }

    RatioRange ratioP99() {
        return RatioRange.of(ratiosP99);
    }

    /** Last slice of a round to its first, both echo: what the machine does by itself. */
    RatioRange echoRatioP50() {
        return RatioRange.of(echoRatiosP50);
    }

    RatioRange echoRatioP99() {
        return RatioRange.of(echoRatiosP99);
    }

    /** By the gateway's threads, for one request. */
    double allocatedBytesPerRequest() {
        return (double) allocatedBytes / allocatingRequests;
    }
}
