package io.doorbuster.cli;

import io.doorbuster.gateway.JvmFlags;
import io.doorbuster.replay.DirectoryCopy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Copies a data directory that may be in use. */
@Command(
        name = "backup",
        mixinStandardHelpOptions = true,
        description = {
            "Copy journal and newest checkpoint of a data directory, which may be served meanwhile, and restore the copy to see",
            "that it is whole. Identities and token are not in it: the first must stay where they can be erased."
        },
        footer = {"", "Example:", "  doorbuster backup --data /var/lib/shop --to /mnt/backup/shop-2026-11-26"})
final class BackupCommand implements Callable<Integer> {
    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private Report report = new Report();

    @Option(names = "--to", required = true, paramLabel = "DIR", description = "New directory for the copy.")
    private Path target = Path.of("");

    @Override
    public Integer call() throws IOException {
        JvmFlags.check();
        final ProgressLine progress = new ProgressLine(report.err());
        final DirectoryCopy.Copied copied = new DirectoryCopy(data.directory, target)
                .copy(Long.MAX_VALUE, false, position -> progress.show("copied", position));
        progress.clear();
        RestoreCommand.print(report, copied, target);
        return 0;
    }
}
