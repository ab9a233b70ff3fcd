package io.doorbuster.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.codec.Setting;
import io.doorbuster.foreign.KnownIds;
import io.doorbuster.gateway.GatewayConfig;
import io.doorbuster.gateway.GatewayServer;
import io.doorbuster.intake.Importer;
import io.doorbuster.intake.IntakeReport;
import io.doorbuster.intake.RowFormat;
import io.doorbuster.intake.VectorImporter;
import io.doorbuster.replay.Hashes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Brings a log or a catalogue into a data directory. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = {
            "Bring a catalogue or a log of events into a data directory that nobody serves.",
            "The shop lives by the time of the events meanwhile, and by the clock again when it is served. Of the same file",
            "again, nothing counts twice.",
            "With --vectors-of, FILE holds what the items' texts or images show, a vector of CONTENT_DIMENSIONS for each."
        },
        footer = {
            "",
            "Examples:",
            "  doorbuster import --data /var/lib/shop --format uci-online-retail online_retail.csv.gz",
            "  doorbuster import --data /var/lib/shop --format csv --type item --map item=sku --map price=eur items.csv",
            "  doorbuster import --data /var/lib/shop --vectors-of skus.txt titles.npy"
        })
final class ImportCommand implements Callable<Integer> {
    /** Sends what a file holds. */
    private interface Intake {
        void send(InetSocketAddress address, String token, IntakeReport report, LongConsumer progress)
                throws IOException;
    }

    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private FormatOption format = new FormatOption();

    @Option(
            names = "--vectors-of",
            paramLabel = "FILE",
            description =
                    "The shop's id of each item, an id a line: what is imported is a matrix, .npy or .safetensors.")
    private @Nullable Path vectorsOf;

    @Option(names = "--tensor", paramLabel = "NAME", description = "Which matrix of a .safetensors file.")
    private @Nullable String tensor;

    @Mixin
    private SettingsOption settingsOption = new SettingsOption();

    @Mixin
    private Report report = new Report();

    @Parameters(paramLabel = "FILE", description = "What to read.")
    private Path file = Path.of("");

    @Override
    public Integer call() throws IOException {
        final long beginNs = System.nanoTime();
        final IntakeReport intake = new IntakeReport();
        final ProgressLine progress = new ProgressLine(report.err());
        final Intake brought = intake();
        final Map<Setting, Long> settings = settingsOption.settings();
        settings.put(Setting.ENGINE_TIME, 1L);
        final GatewayServer server = GatewayServer.start(
                GatewayConfig.local(data.directory, settings), position -> progress.show("replayed", position));
        try (server) {
            final InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
            final String token =
                    Files.readString(data.directory.resolve("token")).strip();
            brought.send(address, token, intake, read -> progress.show("rows", read));
            progress.clear();
        }
        final double seconds = (System.nanoTime() - beginNs) / 1e9;
        lines(report, intake);
        report.line("position %,d, state hash %s, %.1f s", server.position(), Hashes.hex(server.stateHash()), seconds);
        final ObjectNode node = Report.MAPPER.createObjectNode();
        put(node, intake);
        node.put("position", server.position());
        node.put("stateHash", Hashes.hex(server.stateHash()));
        node.put("replyHash", Hashes.hex(server.replyHash()));
        node.put("seconds", seconds);
        report.json(node);
        return 0;
    }

    private Intake intake() throws IOException {
        final Path ids = vectorsOf;
        if (ids == null ? tensor != null : format.isGiven()) {
            throw new IllegalArgumentException("--tensor belongs to --vectors-of, and --format does not");
        }
        if (ids != null) {
            requireFile(ids);
            requireFile(file);
            return VectorImporter.read(file, tensor, ids, KnownIds.read(data.directory))::send;
        }
        final RowFormat rows = format.format();
        requireFile(file);
        return (address, token, intake, progress) -> Importer.run(file, rows, address, token, intake, progress);
    }

    private static void requireFile(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new IOException("no file " + path + ": check the path");
        }
    }

    static void lines(Report report, IntakeReport intake) {
        report.line("%,d rows read = %,d accepted + %,d rejected", intake.read(), intake.accepted(), intake.rejected());
        if (intake.known() > 0) {
            report.line("  %,d accepted rows had been imported before and were not taken twice", intake.known());
        }
        for (final Map.Entry<String, IntakeReport.Rejections> reason :
                intake.rejectedByReason().entrySet()) {
            report.line(
                    "  %,d rejected: %s (first: row %d)",
                    reason.getValue().count(),
                    reason.getKey(),
                    reason.getValue().firstRow());
        }
    }

    static void put(ObjectNode node, IntakeReport intake) {
        node.put("rowsRead", intake.read());
        node.put("rowsAccepted", intake.accepted());
        node.put("rowsKnown", intake.known());
        node.put("rejectedRows", intake.rejected());
        final ObjectNode reasons = node.putObject("rejectedByReason");
        intake.rejectedByReason().forEach((reason, rejections) -> reasons.put(reason, rejections.count()));
    }
}
