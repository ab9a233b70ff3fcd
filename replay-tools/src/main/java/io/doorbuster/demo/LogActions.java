package io.doorbuster.demo;

import io.doorbuster.intake.EventFile;
import io.doorbuster.intake.ShopEvent;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A real log as actions, in its order. A visit begins after 30 minutes of silence. One thread. */
final class LogActions {
    private static final long GAP_NS = 1_800_000_000_000L;

    private final EventFile file;
    private final Map<String, Long> lastSeenNs = new HashMap<>();

    LogActions(EventFile file) {
        this.file = file;
    }

    /** The next action, or null at the end. */
    @Nullable
    SaleAction next() throws IOException {
        final ShopEvent event = file.next();
        if (event == null) {
            return null;
        }
        boolean begins = false;
        if (event.kind().isBehaviour()) {
            final Long last = lastSeenNs.put(event.shopper(), event.timeNs());
            begins = last == null || event.timeNs() - last > GAP_NS;
        }
        return new SaleAction(event, begins, false);
    }
}
