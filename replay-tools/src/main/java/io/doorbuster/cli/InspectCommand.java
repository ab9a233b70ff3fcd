package io.doorbuster.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.client.ItemIds;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.gateway.JvmFlags;
import io.doorbuster.gateway.identity.IdentityStore;
import io.doorbuster.replay.JournalInspector;
import io.doorbuster.replay.Replayer;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Looks into journal and stores. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = "Look into a journal: how many records of which type, or one event; or, after a replay, into the"
                + " stores: how full they are, one item, one shopper. Of a damaged journal it tells where, and what lies before"
                + " and behind; exit code 1.",
        footer = {
            "",
            "Examples:",
            "  doorbuster inspect --data /var/lib/shop",
            "  doorbuster inspect --data /var/lib/shop --position 4711",
            "  doorbuster inspect --data /var/lib/shop --item 85123A"
        })
final class InspectCommand implements Callable<Integer> {
    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private Report report = new Report();

    @ArgGroup
    private @Nullable What what;

    /** At most one of these. */
    static final class What {
        @Option(names = "--position", paramLabel = "N", description = "One event of the journal.")
        private long position;

        @Option(
                names = "--stores",
                description = "How full the stores are after the last event, and how often learning was frozen.")
        private boolean isStores;

        @Option(names = "--item", paramLabel = "ID", description = "One item, by the shop's textual id.")
        private @Nullable String item;

        @Option(names = "--shopper", paramLabel = "ID", description = "One shopper, by the raw id.")
        private @Nullable String shopper;
    }

    @Override
    public Integer call() throws IOException {
        final JournalInspector inspector = new JournalInspector(Report.MAPPER);
        final ObjectNode found;
        if (what == null) {
            found = inspector.summary(data.directory);
        } else if (what.position != 0) {
            found = inspector.event(data.directory, what.position);
        } else {
            found = afterReplay(inspector, what);
        }
        if (found == null) {
            throw new IOException("there is no such event, item or shopper in " + data.directory);
        }
        print(found);
        return found.has("damage") ? 1 : 0;
    }

    private @Nullable ObjectNode afterReplay(JournalInspector inspector, What asked) throws IOException {
        JvmFlags.check();
        final ProgressLine progress = new ProgressLine(report.err());
        try (Replayer replayer = new Replayer(data.directory)) {
            replayer.replay(Long.MAX_VALUE, position -> progress.show("replayed", position));
            progress.clear();
            if (asked.item != null) {
                return inspector.item(replayer.engine(), ItemIds.of(asked.item));
            }
            if (asked.shopper != null) {
                final long surrogate = IdentityStore.lookUp(DataDirectory.identities(data.directory), asked.shopper);
                return surrogate == 0 ? null : inspector.shopper(replayer.engine(), surrogate);
            }
            return asked.isStores ? inspector.stores(replayer.engine()) : null;
        }
    }

    private void print(ObjectNode found) throws JsonProcessingException {
        if (report.isJson) {
            report.json(found);
        } else {
            report.line("%s", Report.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(found));
        }
    }
}
