package io.doorbuster.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.gateway.JvmFlags;
import io.doorbuster.replay.JournalRepair;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes a damaged journal one that can be served again. */
@Command(
        name = "repair",
        mixinStandardHelpOptions = true,
        description = {
            "Make a journal whose end is damaged one that can be served again: it ends before the damage then, and the damaged",
            "one is kept beside it. Look with inspect first. Whole records behind the damage are lost only when told so."
        },
        footer = {"", "Example:", "  doorbuster repair --data /var/lib/shop --cut-tail"})
final class RepairCommand implements Callable<Integer> {
    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private Report report = new Report();

    @Option(names = "--cut-tail", required = true, description = "Cut what cannot be read at the journal's end.")
    private boolean cutsTail;

    @Option(
            names = "--lose-up-to",
            paramLabel = "POSITION",
            description = "Lose whole records behind the damage too, up to this position.")
    private long loseUpTo;

    @Override
    public Integer call() throws IOException {
        JvmFlags.check();
        if (!cutsTail) {
            throw new IllegalArgumentException("--cut-tail=false leaves nothing to do");
        }
        final ProgressLine progress = new ProgressLine(report.err());
        final JournalRepair.Repaired repaired =
                JournalRepair.cutTail(data.directory, loseUpTo, position -> progress.show("read", position));
        progress.clear();
        final ObjectNode node = Report.MAPPER.createObjectNode();
        node.put("position", repaired.position());
        node.put("lostRecords", repaired.lost());
        if (repaired.kept() == null) {
            report.line("nothing is damaged: the journal ends at position %,d", repaired.position());
        } else {
            report.line(
                    "the journal ends at position %,d; %,d whole records behind the damage were lost; the damaged journal is"
                            + " kept in %s",
                    repaired.position(), repaired.lost(), repaired.kept());
            node.put("kept", String.valueOf(repaired.kept()));
        }
        report.json(node);
        return 0;
    }
}
