package io.doorbuster.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.diff.Change;
import io.doorbuster.diff.DecisionDiff;
import io.doorbuster.diff.DiffHtml;
import io.doorbuster.diff.DiffRun;
import io.doorbuster.diff.DiffRun.Pair;
import io.doorbuster.diff.DiffText;
import io.doorbuster.engine.model.Model;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.gateway.JvmFlags;
import io.doorbuster.offpolicy.OffPolicyRun;
import io.doorbuster.replay.ModelDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells what other settings or another model would have shown. */
@Command(
        name = "diff",
        mixinStandardHelpOptions = true,
        description = {
            "Replay a journal beside itself under other settings or another model, and",
            "compare every slate: what would have been shown, gained and lost. Facts stand",
            "apart from estimates of what shoppers might have done. The recorded side must",
            "come to the hashes on record. Exit code 1 when it does not, when there is",
            "nothing to compare, or when a sold-out item was shown."
        },
        footer = {
            "",
            "Examples:",
            "  doorbuster diff --journal /var/lib/shop --set REPEAT_PURCHASES=0",
            "  doorbuster diff --journal /var/lib/shop --model towers.safetensors --report out",
            "  doorbuster diff --journal /var/lib/shop --model 3f9a1c02 --from 40000 --json"
        })
final class DiffCommand implements Callable<Integer> {
    private static final int EXAMPLES_MAX = 1_000;

    /** Items, categories and places that are printed; the report holds all. */
    private static final int PRINTED_MAX = 10;

    @Option(
            names = "--journal",
            required = true,
            paramLabel = "DIR",
            description = "The data directory of a shop, which may be served meanwhile.")
    private Path journal = Path.of("");

    @Mixin
    private SettingsOption settings = new SettingsOption();

    @Option(
            names = "--model",
            paramLabel = "FILE|HASH",
            description = "The model that orders the other side's slates: a file, or hash or name of one in the data"
                    + " directory.")
    private String model = "";

    @Option(
            names = "--from",
            paramLabel = "POSITION",
            description = "Where change and comparison begin (default: the first record).")
    private long from = 1;

    @Option(names = "--to", paramLabel = "POSITION", description = "Where they end (default: the journal's end).")
    private long to = Long.MAX_VALUE;

    @Option(
            names = "--examples",
            paramLabel = "N",
            description = "Requests to show one by one, biggest changes first (default: ${DEFAULT-VALUE}).",
            defaultValue = "3")
    private int examples = 3;

    @Option(names = "--report", paramLabel = "DIR", description = "Write diff.json and diff.html there.")
    private @Nullable Path directory;

    @Mixin
    private Report report = new Report();

    @Override
    public Integer call() throws IOException {
        JvmFlags.check();
        if (from < 1 || to < from) {
            throw new IllegalArgumentException(
                    "--from " + from + " --to " + to + ": positions begin at 1, and --to is not" + " before --from");
        }
        if (examples < 0 || examples > EXAMPLES_MAX) {
            throw new IllegalArgumentException("--examples " + examples + " is not in 0.." + EXAMPLES_MAX);
        }
        final Change change = new Change(settings.settings(), model(), from);
        final Path into = directory;
        Report.checkDirectory(into);
        final ProgressLine progress = new ProgressLine(report.err());
        try (DecisionDiff diff = new DecisionDiff(journal, change, to, examples)) {
            final DiffRun run = diff.run(position -> progress.show("compared", position));
            progress.clear();
            print(run);
            final ObjectNode json = Report.MAPPER.valueToTree(run);
            if (into != null) {
                Files.createDirectories(into);
                Report.MAPPER
                        .writerWithDefaultPrettyPrinter()
                        .writeValue(into.resolve("diff.json").toFile(), json);
                Files.writeString(into.resolve("diff.html"), DiffHtml.of(run));
                report.line("written: %s and diff.html", into.resolve("diff.json"));
            }
            report.json(json);
            final Pair soldOut = run.facts().soldOut();
            return soldOut.recorded() == 0 && soldOut.changed() == 0 ? 0 : 1;
        }
    }

    private @Nullable Model model() throws IOException {
        if (model.isEmpty()) {
            return null;
        }
        final Path file = Path.of(model);
        if (model.endsWith(".safetensors") && !Files.isRegularFile(file)) {
            throw new IOException("no file " + file + ": check the path");
        }
        return Model.of(Files.isRegularFile(file) ? ModelFile.read(file) : new ModelDirectory(journal).find(model));
    }

    private void print(DiffRun run) {
        DiffText.head(run).forEach(line -> report.line("%s", line));
        run.notes().forEach(line -> report.line("%s", line));
        report.line("%nFACTS, computed from the journal");
        DiffText.facts(run.facts()).forEach(line -> report.line("  %s", line));
        report.line("  %-30s %14s %14s", "", "recorded", "changed");
        pair("places", run.facts().places(), "%,14.0f", 1);
        pair("sold out", run.facts().soldOut(), "%,14.0f", 1);
        pair("mean price, minor units", run.facts().priceMinor(), "%,14.2f", 1);
        pair("what came next was shown, %", run.facts().next().hits(), "%14.2f", 100);
        pair("  at place, mean", run.facts().next().place(), "%14.2f", 1);
        shares("source", run.facts().sources());
        shares("category", run.facts().categories());
        items("shown more", run.facts().gainedMost());
        items("shown less", run.facts().lostMost());
        report.line("  %s", DiffText.NEXT);
        estimates(run.estimates());
        run.examples().forEach(this::example);
    }

    private void pair(String name, Pair pair, String format, double scale) {
        report.line("  %-30s " + format + " " + format, name, scale * pair.recorded(), scale * pair.changed());
    }

    private void shares(String what, List<DiffRun.Share> shares) {
        shares.stream()
                .limit(PRINTED_MAX)
                .forEach(share -> report.line(
                        "  %-30s %14.2f %14.2f %+9.2f",
                        what + " " + share.name() + ", %",
                        100 * share.recorded(),
                        100 * share.changed(),
                        100 * (share.changed() - share.recorded())));
    }

    private void items(String what, List<DiffRun.Shown> items) {
        items.stream()
                .limit(PRINTED_MAX)
                .forEach(item -> report.line(
                        "  %-30s %,14d %,14d %+,9d",
                        what + " " + item.externalId(),
                        item.recorded(),
                        item.changed(),
                        item.changed() - item.recorded()));
    }

    private void estimates(DiffRun.Estimates estimates) {
        report.line("%nESTIMATES, not in the journal");
        report.line("  %s", estimates.reason());
        final OffPolicyRun run = estimates.run();
        if (run == null) {
            report.line("  %s", String.valueOf(estimates.refusal()));
            return;
        }
        run.notes().forEach(note -> report.line("  %s", note));
        report.line("  clicked or bought from, in %% with 95 %%; as recorded %s", DiffText.figure(run.logged()));
        run.results()
                .forEach(result -> report.line("  %-10s %s", result.stratum(), DiffText.estimate(result.estimate())));
    }

    private void example(DiffRun.Example example) {
        report.line(
                "%nEXAMPLE position %,d, shopper %s, rank-biased overlap %.4f; newest items before: %s",
                example.position(),
                example.shopper(),
                example.rankBiasedOverlap(),
                String.join(", ", example.history()));
        for (int place = 0; place < PRINTED_MAX; place++) {
            if (place < Math.max(example.recorded().size(), example.changed().size())) {
                report.line("  %2d  %-40s %s", place, text(example.recorded(), place), text(example.changed(), place));
            }
        }
        report.line("  %s", String.join("; ", example.moves()));
    }

    private static String text(List<DiffRun.Placed> slate, int place) {
        if (place >= slate.size()) {
            return "";
        }
        final DiffRun.Placed item = slate.get(place);
        return String.format("%s %.4f (%s)", item.externalId(), item.score(), item.retrieved());
    }
}
