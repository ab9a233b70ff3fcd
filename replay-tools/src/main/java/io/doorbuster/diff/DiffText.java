package io.doorbuster.diff;

import io.doorbuster.diff.DiffRun.Facts;
import io.doorbuster.offpolicy.Estimate;
import io.doorbuster.offpolicy.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a comparison says in sentences, on the terminal and on the page alike. */
public final class DiffText {
    /** How to read what came next. */
    public static final String NEXT =
            "What came next is a fact about the past: shoppers were looking at the recorded slates,"
                    + " which had the chance to lead them, and the changed ones had not.";

    private DiffText() {}

    /** What was compared. */
    public static List<String> head(DiffRun run) {
        return List.of(
                run.journal() + ", positions " + String.format(Locale.ROOT, "%,d to %,d", run.from(), run.to()),
                "changed: " + String.join(", ", run.changes()),
                String.format(
                        Locale.ROOT, "%,d events came out as recorded; %.1f s", run.comparedEvents(), run.seconds()));
    }

    /** The facts that are no table. */
    public static List<String> facts(Facts facts) {
        final List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%,d requests: %,d slates differ (%.2f %%), in the first item %,d (%.2f %%)",
                facts.requests(),
                facts.differ(),
                100.0 * facts.differ() / facts.requests(),
                facts.firstDiffer(),
                100.0 * facts.firstDiffer() / facts.requests()));
        lines.add(String.format(
                Locale.ROOT,
                "rank-biased overlap %.4f (RBO_EXT of Webber, Moffat, Zobel 2010, p = %.1f); top-%d overlap %.4f",
                facts.rankBiasedOverlap(),
                SlateChange.PERSISTENCE,
                SlateChange.TOP,
                facts.overlap()));
        lines.add(String.format(
                Locale.ROOT,
                "a slate gains %.3f items and loses %.3f; of the pairs of common items %.2f %% are swapped (Kendall 1938), and"
                        + " a common item moves by %.3f places",
                facts.gained(),
                facts.lost(),
                100 * facts.swapped(),
                facts.moved()));
        lines.add(String.format(
                Locale.ROOT,
                "%,d items were shown only as recorded, %,d only under the change",
                facts.onlyRecorded(),
                facts.onlyChanged()));
        lines.add(String.format(
                Locale.ROOT,
                "%,d clicks and %,d purchases followed a slate; the item stood in the recorded slate alone %,d times, in the"
                        + " changed one alone %,d",
                facts.next().clicks(),
                facts.next().purchases(),
                facts.next().onlyRecorded(),
                facts.next().onlyChanged()));
        lines.add(state(facts.state()));
        return lines;
    }

    private static String state(DiffRun.State state) {
        if (state.differsFrom() == null) {
            return "the engines are in the same state throughout: " + state.recordedHash();
        }
        final String hashes =
                String.format(Locale.ROOT, "state hashes differ from position %,d on", state.differsFrom());
        return state.learnedFrom() == null
                ? hashes + ", by the changed settings and model alone: both engines learned the same"
                : hashes
                        + String.format(
                                Locale.ROOT,
                                ", and from position %,d on by more than settings and model: there the changed engine also"
                                        + " learned otherwise",
                                state.learnedFrom());
    }

    /** An estimate in %, or why there is none. */
    public static String estimate(Estimate estimate) {
        final String refusal = estimate.refusal();
        return refusal != null
                ? refusal
                : "IPS " + figure(estimate.ips()) + ", SNIPS " + figure(estimate.snips()) + ", DR "
                        + figure(estimate.dr());
    }

    /** A figure in %, with its interval. */
    public static String figure(@Nullable Figure figure) {
        return figure == null
                ? "-"
                : String.format(
                        Locale.ROOT,
                        "%.3f [%.3f..%.3f]",
                        100 * figure.value(),
                        100 * figure.interval().low(),
                        100 * figure.interval().high());
    }
}
