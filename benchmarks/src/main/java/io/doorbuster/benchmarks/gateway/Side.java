package io.doorbuster.benchmarks.gateway;

import java.io.IOException;
import org.HdrHistogram.Histogram;

/** The echo or the engine under one kind of request: its connection, its frames, and what was measured. One thread. */
final class Side {
    private static final long DURATION_NS_MAX = 20_000_000_000L;
    private static final int DIGITS = 3;

    private final TimedConnection connection;
    private final FramePool frames;
    private final int replyLength;
    private final Histogram all = newHistogram();
    private final Histogram discarded = newHistogram();
    private long measuredNs;

    Side(TimedConnection connection, FramePool frames, int replyLength) {
        this.connection = connection;
        this.frames = frames;
        this.replyLength = replyLength;
    }

    /** Nanoseconds, up to more than a round trip may take. */
    static Histogram newHistogram() {
        return new Histogram(DURATION_NS_MAX, DIGITS);
    }

    /** Round trips whose times nobody keeps. */
    void warmUp(long durationNs) throws IOException {
        run(durationNs, discarded);
    }

    /**
     * Settles, because the other side ran before and this one's thread slept, then measures.
     *
     * @return nanoseconds of each round trip; the settling is not in it.
     */
    Histogram slice(long settleNs, long durationNs) throws IOException {
        final Histogram histogram = newHistogram();
        run(settleNs, discarded);
        measuredNs += run(durationNs, histogram);
        all.add(histogram);
        return histogram;
    }

    /** At least one round trip, so that there is always a last reply; gives the time that they took. */
    private long run(long durationNs, Histogram histogram) throws IOException {
        final long beginNs = System.nanoTime();
        long elapsedNs;
        do {
            histogram.recordValue(connection.roundTripNs(frames.take()));
            if (connection.replyLength() != replyLength || connection.replyCorrelationId() != frames.lastId()) {
                throw new IOException("a reply of " + connection.replyLength() + " bytes to "
                        + connection.replyCorrelationId() + " instead of one of " + replyLength + " to "
                        + frames.lastId());
            }
            elapsedNs = System.nanoTime() - beginNs;
        } while (elapsedNs < durationNs);
        return elapsedNs;
    }

    /** All slices together. */
    Histogram all() {
        return all;
    }

    /** Requests that were sent, with those that were not measured. */
    long sent() {
        return frames.lastId();
    }

    double requestsPerSecond() {
        return all.getTotalCount() * 1e9 / measuredNs;
    }

    int requestLength() {
        return frames.frameLength();
    }

    int replyLength() {
        return replyLength;
    }
}
