package io.doorbuster.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.store.Settings;
import io.doorbuster.evaluation.Interval;
import io.doorbuster.gateway.JvmFlags;
import io.doorbuster.offpolicy.Estimate;
import io.doorbuster.offpolicy.Figure;
import io.doorbuster.offpolicy.HillstromLog;
import io.doorbuster.offpolicy.JournalLog;
import io.doorbuster.offpolicy.OffPolicyRun;
import io.doorbuster.offpolicy.OpenBanditLog;
import io.doorbuster.offpolicy.Study;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells what another policy would have earned. */
@Command(
        name = "off-policy",
        mixinStandardHelpOptions = true,
        description = {
            "Estimate what another policy would have earned, from the log of one that",
            "chose by chance and knew its chances: IPS, SNIPS and DR with 95 %% intervals,",
            "or 'no support' where the log does not tell (exit code 1 when it tells nothing).",
            "A journal is asked about the same engine with another exploration; one that",
            "explores is recorded with: serve --set EXPLORATION_PERMILLE=50. Files may be",
            "gzip or plain.",
            "  open-bandit  item_id, position, click, propensity_score;",
            "               about the policy of --on-policy, or a uniform draw",
            "  hillstrom    history_segment, mens, womens, segment, visit;",
            "               about each arm, and the mail of what was bought"
        },
        footer = {
            "",
            "Examples:",
            "  doorbuster off-policy --format open-bandit --log random.csv.gz --on-policy bts.csv.gz",
            "  doorbuster off-policy --format hillstrom --log hillstrom.csv.gz --json",
            "  doorbuster off-policy --journal /var/lib/shop --places 5",
            "  doorbuster off-policy --journal /var/lib/shop --set EXPLORATION_PERMILLE=200"
        })
final class OffPolicyCommand implements Callable<Integer> {
    private static final int PLACES = 10;
    private static final int PLACES_MAX = 100;

    @Option(names = "--format", paramLabel = "NAME", description = "open-bandit or hillstrom.")
    private String format = "";

    @Option(names = "--log", paramLabel = "FILE", description = "The log to estimate from.")
    private @Nullable Path log;

    @Option(
            names = "--on-policy",
            paramLabel = "FILE",
            description = "open-bandit: the log of the policy asked about, to compare with.")
    private @Nullable Path onPolicy;

    @Option(names = "--journal", paramLabel = "DIR", description = "Instead: the data directory of a shop.")
    private @Nullable Path journal;

    @Option(
            names = "--set",
            paramLabel = "SETTING=VALUE",
            description = "journal: EXPLORATION_PERMILLE asked about (default: 0, always the greedy choice).")
    private Map<Setting, Long> settings = new LinkedHashMap<>();

    @Option(
            names = "--places",
            paramLabel = "N",
            description = "journal: places of each slate, from the first (default: " + PLACES + ").")
    private @Nullable Integer places;

    @Option(
            names = "--clip",
            paramLabel = "WEIGHT",
            description = "Cut larger weights down to this: less spread, and a bias (default: none is cut).")
    private double clip = Double.POSITIVE_INFINITY;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of the intervals (default: ${DEFAULT-VALUE}).",
            defaultValue = "1")
    private long seed = 1;

    @Mixin
    private Report report = new Report();

    @Override
    public Integer call() throws IOException {
        if (!(clip > 0)) {
            throw new IllegalArgumentException("--clip " + clip + ": a weight above 0");
        }
        final ProgressLine progress = new ProgressLine(report.err());
        final Study study = study(progress);
        final OffPolicyRun run = study.run(clip, seed, done -> progress.show("estimated", done));
        progress.clear();
        print(run);
        report.json(Report.MAPPER.<ObjectNode>valueToTree(run));
        return run.results().stream().anyMatch(result -> result.estimate().refusal() == null) ? 0 : 1;
    }

    private Study study(ProgressLine progress) throws IOException {
        final Path directory = journal;
        final Path file = log;
        if ((directory == null) == (file == null)) {
            throw new IllegalArgumentException("say what to estimate from: --format NAME --log FILE, or --journal DIR");
        }
        if (directory != null) {
            refuse("--format", !format.isEmpty(), "--log FILE");
            refuse("--on-policy", onPolicy != null, "--format open-bandit");
            JvmFlags.check();
            return JournalLog.study(directory, target(), checkedPlaces(), at -> progress.show("replayed", at));
        }
        refuse("--set", !settings.isEmpty(), "--journal DIR");
        refuse("--places", places != null, "--journal DIR, whose slates have places; a row of a log is one decision");
        final Path read = Objects.requireNonNull(file);
        refuse("--on-policy", onPolicy != null && !format.equals("open-bandit"), "--format open-bandit");
        return switch (format) {
            case "open-bandit" -> OpenBanditLog.study(read, onPolicy, rows -> progress.show("rows", rows));
            case "hillstrom" -> HillstromLog.study(read, rows -> progress.show("rows", rows));
            default ->
                throw new IllegalArgumentException(
                        "no format '" + format + "': say how to read the log, --format open-bandit or hillstrom");
        };
    }

    private static void refuse(String option, boolean isGiven, String owner) {
        if (isGiven) {
            throw new IllegalArgumentException(option + " belongs to " + owner + ": leave it out here");
        }
    }

    private int checkedPlaces() {
        final int given = Objects.requireNonNullElse(places, PLACES);
        if (given < 1 || given > PLACES_MAX) {
            throw new IllegalArgumentException("--places " + given + " is not in 1.." + PLACES_MAX);
        }
        return given;
    }

    private int target() {
        for (final Map.Entry<Setting, Long> setting : settings.entrySet()) {
            if (setting.getKey() != Setting.EXPLORATION_PERMILLE) {
                throw new IllegalArgumentException(
                        "--set " + setting.getKey()
                                + ": weights tell about EXPLORATION_PERMILLE alone; with another setting candidates are others");
            }
            Settings.DEFAULTS.with(setting.getKey(), setting.getValue()); // Refuses what the engine would.
        }
        return settings.getOrDefault(Setting.EXPLORATION_PERMILLE, 0L).intValue();
    }

    private void print(OffPolicyRun run) {
        report.line("%s: %,d decisions; value = %s", run.log(), run.decisions(), run.reward());
        run.notes().forEach(note -> report.line("%s", note));
        report.line("as logged %s", text(run.logged(), null));
        report.line(
                "%n%-26s %-12s %-24s %-26s %-26s %-26s %8s %7s",
                "in %, with 95 %", "", "on-policy", "IPS", "SNIPS", "DR", "ESS", "max w");
        for (final OffPolicyRun.Result result : run.results()) {
            final Estimate estimate = result.estimate();
            final String head = String.format(
                    "%-26s %-12s %-24s", shortened(result.policy()), result.stratum(), text(result.onPolicy(), null));
            final String refusal = estimate.refusal();
            report.line(
                    "%s %s %8.0f %7.1f",
                    head,
                    refusal != null
                            ? String.format("%-80s", refusal)
                            : String.format(
                                    "%-26s %-26s %-26s",
                                    text(estimate.ips(), result.ipsCovers()),
                                    text(estimate.snips(), result.snipsCovers()),
                                    text(estimate.dr(), result.drCovers())),
                    estimate.effectiveSample(),
                    estimate.weightMax());
        }
        report.line("");
        if (run.results().stream().anyMatch(result -> result.ipsCovers() != null)) {
            report.line("* = the interval holds the on-policy value");
        }
        final Double cut = run.clip();
        report.line(
                cut == null ? "weights: none is clipped; %s" : "weights: clipped at " + cut + ", %s",
                weights(run, cut != null));
    }

    private static String weights(OffPolicyRun run, boolean isClipped) {
        final StringBuilder text = new StringBuilder("mean (1 when propensities are right, but for chance)");
        for (final OffPolicyRun.Result result : run.results()) {
            if (result.stratum().equals("all")) {
                text.append(String.format(
                        " %.3f%s",
                        result.estimate().weightMean(),
                        isClipped
                                ? String.format(" (%,d cut)", result.estimate().clipped())
                                : ""));
            }
        }
        return text.toString();
    }

    private static String shortened(String name) {
        return name.length() <= 26 ? name : "..." + name.substring(name.length() - 23);
    }

    private static String text(@Nullable Figure figure, @Nullable Boolean covers) {
        if (figure == null) {
            return "-";
        }
        final Interval interval = figure.interval();
        return String.format(
                "%.3f [%.3f..%.3f]%s",
                100 * figure.value(),
                100 * interval.low(),
                100 * interval.high(),
                covers == null ? "" : covers ? " *" : "");
    }
}
