package io.doorbuster.demo;

import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** What the clients of a sale saw. Any thread. */
public final class PlayStatistics {
    private static final long HIGHEST_NS = 60_000_000_000L;

    private final LongAdder events = new LongAdder();
    private final LongAdder requests = new LongAdder();
    private final LongAdder purchases = new LongAdder();
    private final LongAdder foreseen = new LongAdder();
    private final LongAdder soldOutAnswers = new LongAdder();
    private final ConcurrentHistogram latencyNs = new ConcurrentHistogram(HIGHEST_NS, 3);

    void onEvent() {
        events.increment();
    }

    void onAnswered(long nanos) {
        requests.increment();
        latencyNs.recordValue(Math.min(nanos, HIGHEST_NS));
    }

    void onPurchase(boolean wasRecommended) {
        purchases.increment();
        if (wasRecommended) {
            foreseen.increment();
        }
    }

    void onSoldOutAnswer() {
        soldOutAnswers.increment();
    }

    /** Facts and commands sent for what happened; upserts that bring an item in are not counted. */
    public long events() {
        return events.sum();
    }

    /** Requests answered. */
    public long requests() {
        return requests.sum();
    }

    /** Purchases that took place. */
    public long purchases() {
        return purchases.sum();
    }

    /** Reservations refused for lack of units. */
    public long soldOutAnswers() {
        return soldOutAnswers.sum();
    }

    /** Share of purchases whose item stood among the 20 that were recommended when the visit began. */
    public double recallAt20() {
        return purchases() == 0 ? 0 : (double) foreseen.sum() / purchases();
    }

    /** Nanoseconds from sending a request to having its answer; a copy. */
    public Histogram latencyNs() {
        return latencyNs.copy();
    }
}
