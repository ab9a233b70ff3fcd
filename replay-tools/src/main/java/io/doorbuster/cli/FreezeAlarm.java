package io.doorbuster.cli;

import io.doorbuster.engine.learning.FreezeCounts;
import io.doorbuster.engine.learning.RankerLearning;
import io.doorbuster.gateway.GatewayServer;
import java.io.PrintWriter;

/** Says in a line when a server's learning freezes, and when it goes on. One thread, which looks a few times a second. */
final class FreezeAlarm {
    private static final long LOOK_MILLIS = 200;

    private final GatewayServer server;
    private final FreezeCounts counts;
    private final PrintWriter err;
    private long seen;

    /** What froze before is not told, unless it is frozen still. */
    FreezeAlarm(GatewayServer server, PrintWriter err) {
        this.server = server;
        this.err = err;
        counts = server.freezeCounts();
        seen = counts.changes() & ~1L;
    }

    /** Looks until the server has ended. */
    void watch() throws InterruptedException {
        while (!server.awaitTermination(LOOK_MILLIS)) {
            look();
        }
        look();
    }

    private void look() {
        final long changes = counts.changes();
        if (changes == seen) {
            return;
        }
        if ((changes + 1) / 2 > (seen + 1) / 2) {
            err.printf(
                    "doorbuster: learning is frozen%s: what shoppers do surprises the ranker far more than before. Look at what"
                            + " the sources send; a bad one can be left out with rewind. It goes on when that is over, after"
                            + " %,d cases at the latest%n",
                    counts.frozenAt() == 0 ? "" : " since position %,d".formatted(counts.frozenAt()),
                    RankerLearning.FROZEN_CASES);
        }
        if ((changes & 1) == 0) {
            err.printf(
                    "doorbuster: learning goes on since position %,d; %,d lessons were left out since this process began%n",
                    counts.thawedAt(), counts.leftOut());
        }
        err.flush();
        seen = changes;
    }
}
