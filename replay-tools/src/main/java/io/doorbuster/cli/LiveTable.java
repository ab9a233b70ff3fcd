package io.doorbuster.cli;

import io.doorbuster.demo.PlayStatistics;
import io.doorbuster.demo.SalePlay;
import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** A table on the terminal that follows a sale, on a thread of its own; nothing when nobody looks. */
final class LiveTable {
    private static final int INTERVAL_MS = 500;
    private static final int LINES = 6;
    private static final String CLEAR_LINE = "\u001B[K";

    private final SalePlay play;
    private final PrintWriter err;
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "doorbuster-table");
    private final boolean isSeen = ProgressLine.isTerminal();
    private final long beginNs = System.nanoTime();
    private long lastEvents;
    private boolean isDrawn;

    LiveTable(SalePlay play, PrintWriter err) {
        this.play = play;
        this.err = err;
        thread.setDaemon(true);
        if (isSeen) {
            thread.start();
        }
    }

    private void run() {
        try {
            while (!over.await(INTERVAL_MS, TimeUnit.MILLISECONDS)) {
                draw();
            }
            draw();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void draw() {
        final PlayStatistics seen = play.statistics();
        final Histogram latency = seen.latencyNs();
        final long events = seen.events();
        if (isDrawn) {
            err.printf("\u001B[%dA", LINES);
        }
        isDrawn = true;
        row("sale", String.format("%s, %.0f s", play.phase(), (System.nanoTime() - beginNs) / 1e9));
        row("events", String.format("%,d (%,d a second)", events, (events - lastEvents) * 1000 / INTERVAL_MS));
        row("requests", String.format("%,d", seen.requests()));
        row("slate, us", String.format("p50 %,d  p99 %,d", micros(latency, 50), micros(latency, 99)));
        row("purchases", String.format("%,d", seen.purchases()));
        row("sold out", String.format("%,d answers", seen.soldOutAnswers()));
        err.flush();
        lastEvents = events;
    }

    private static long micros(Histogram latency, double percentile) {
        return latency.getValueAtPercentile(percentile) / 1000;
    }

    private void row(String name, String value) {
        err.printf("%-10s %s%s%n", name, value, CLEAR_LINE);
    }

    /** Draws once more and ends. */
    void stop() throws InterruptedException {
        over.countDown();
        if (isSeen) {
            thread.join();
        }
    }
}
