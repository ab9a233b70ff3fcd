package io.doorbuster.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.gateway.JvmFlags;
import io.doorbuster.replay.DirectoryCopy;
import io.doorbuster.replay.Hashes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes the data directory of an earlier moment. */
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        description = {
            "Make a new data directory that ends at a position of another one's journal: the shop as of that moment, to look at",
            "or to serve. The other one, which may be served meanwhile, or be a backup, stays as it is. Identities are taken",
            "along as they are now, so whoever was erased stays erased."
        },
        footer = {"", "Example:", "  doorbuster restore --data /var/lib/shop --at 4711 --to /var/lib/shop-before"})
final class RestoreCommand implements Callable<Integer> {
    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private Report report = new Report();

    @Option(names = "--at", required = true, paramLabel = "POSITION", description = "Last position to keep.")
    private long position;

    @Option(names = "--to", required = true, paramLabel = "DIR", description = "New directory.")
    private Path target = Path.of("");

    @Override
    public Integer call() throws IOException {
        JvmFlags.check();
        if (position < 1) {
            throw new IllegalArgumentException("--at " + position + " is no position: positions begin with 1");
        }
        final ProgressLine progress = new ProgressLine(report.err());
        final DirectoryCopy.Copied copied = new DirectoryCopy(data.directory, target)
                .copy(position, true, copying -> progress.show("copied", copying));
        progress.clear();
        print(report, copied, target);
        return 0;
    }

    static void print(Report report, DirectoryCopy.Copied copied, Path target) {
        report.line("%s: position %,d, whole", target, copied.position());
        report.line("state hash %s", Hashes.hex(copied.stateHash()));
        report.line("reply hash %s", Hashes.hex(copied.replyHash()));
        final ObjectNode node = Report.MAPPER.createObjectNode();
        node.put("position", copied.position());
        node.put("recoveredFrom", copied.checkpoint());
        node.put("stateHash", Hashes.hex(copied.stateHash()));
        node.put("replyHash", Hashes.hex(copied.replyHash()));
        report.json(node);
    }
}
