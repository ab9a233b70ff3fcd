package io.doorbuster.demo;

import io.doorbuster.client.PipelinedClient;
import io.doorbuster.intake.EventFile;
import io.doorbuster.intake.EventSender;
import io.doorbuster.intake.Importer;
import io.doorbuster.intake.IntakeReport;
import io.doorbuster.intake.RowFormat;
import io.doorbuster.intake.ShopEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** A sale from its first to its last action, against a running gateway. Plays on threads of its own. */
public final class SalePlay {
    private static final int LANES = 4;
    private static final long CATALOGUE_SOURCE = 1_000;

    private final InetSocketAddress address;
    private final String token;
    private final ReplyLog replies = new ReplyLog();
    private final PlayStatistics statistics = new PlayStatistics();
    private final IntakeReport report = new IntakeReport();
    private volatile String phase = "starting";

    /** A play against a gateway. */
    public SalePlay(InetSocketAddress address, String token) {
        this.address = address;
        this.token = token;
    }

    /** What the clients saw so far. */
    public PlayStatistics statistics() {
        return statistics;
    }

    /** What the clients were answered. */
    public ReplyLog replies() {
        return replies;
    }

    /** Rows of a log; of a generated sale nothing. Complete once the play is over. */
    public IntakeReport report() {
        return report;
    }

    /** What goes on now, for people. */
    public String phase() {
        return phase;
    }

    /** Plays a generated sale in {@link #LANES} lanes at once. */
    public void generated(long seed, double scale) throws IOException, InterruptedException {
        final SaleGenerator generator = new SaleGenerator(seed, scale, LANES);
        phase = "catalogue";
        try (PipelinedClient client = PipelinedClient.connect(address, token, CATALOGUE_SOURCE)) {
            final EventSender sender = new EventSender(client, report, false);
            for (final ShopEvent event : generator.catalogue()) {
                sender.send(event);
                statistics.onEvent();
            }
            sender.drain();
        }
        final List<Future<?>> lanes = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(LANES)) {
            for (int lane = 0; lane < LANES; lane++) {
                final int number = lane;
                lanes.add(threads.submit(() -> {
                    play(generator.lane(number), number);
                    return null;
                }));
            }
        }
        for (final Future<?> lane : lanes) {
            try {
                lane.get();
            } catch (ExecutionException e) {
                throw new IOException("a client of the sale failed: " + e.getCause(), e);
            }
        }
        phase = "over";
    }

    private void play(SaleGenerator.Lane lane, int number) throws IOException {
        try (PipelinedClient client = PipelinedClient.connect(address, token, CATALOGUE_SOURCE + 1 + number)) {
            final SalePlayer player = new SalePlayer(client, number, false, new IntakeReport(), replies, statistics);
            while (lane.hasNext()) {
                player.play(lane.next());
                if (number == 0) {
                    phase = SaleGenerator.phase(lane.progress());
                }
            }
            player.finish();
        }
    }

    /** Plays a log, strictly in its order. */
    public void log(Path path, RowFormat format) throws IOException {
        phase = "log";
        try (EventFile file = EventFile.open(path, format, report);
                PipelinedClient client = PipelinedClient.connect(address, token, Importer.source(path, format))) {
            final LogActions actions = new LogActions(file);
            final SalePlayer player = new SalePlayer(client, 0, true, report, replies, statistics);
            @Nullable SaleAction action = actions.next();
            while (action != null) {
                player.play(action);
                action = actions.next();
            }
            player.finish();
        }
        phase = "over";
    }
}
