package io.doorbuster.diff;

import io.doorbuster.diff.DiffRun.Example;
import io.doorbuster.diff.DiffRun.Facts;
import io.doorbuster.diff.DiffRun.Pair;
import io.doorbuster.diff.DiffRun.Placed;
import io.doorbuster.diff.DiffRun.Share;
import io.doorbuster.diff.DiffRun.Shown;
import io.doorbuster.evaluation.HtmlPage;
import io.doorbuster.evaluation.HtmlPage.Bar;
import io.doorbuster.evaluation.Interval;
import io.doorbuster.offpolicy.OffPolicyRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A comparison as one page: facts, estimates apart from them, and requests one by one. */
public final class DiffHtml {
    /** Categories and sources that are plotted. */
    private static final int PLOTTED_MAX = 15;

    private final DiffRun run;
    private final HtmlPage page = new HtmlPage("Doorbuster diff", "Doorbuster diff: what would have been shown");

    private DiffHtml(DiffRun run) {
        this.run = run;
    }

    /** The page. */
    public static String of(DiffRun run) {
        return new DiffHtml(run).page();
    }

    private String page() {
        page.note(String.join("; ", DiffText.head(run)));
        page.list(run.notes());
        facts();
        shares("Share of places by category, %", run.facts().categories());
        shares("Share of places by retrieval source, %", run.facts().sources());
        items("Items shown more often, in slates", run.facts().gainedMost());
        items("Items shown less often, in slates", run.facts().lostMost());
        estimates();
        run.examples().forEach(this::example);
        return page.end();
    }

    private void facts() {
        final Facts facts = run.facts();
        page.heading("Facts: computed from the journal");
        page.list(DiffText.facts(facts));
        final List<List<String>> rows = new ArrayList<>();
        rows.add(row("places", facts.places(), "%,.0f", 1));
        rows.add(row("mean price, minor units", facts.priceMinor(), "%,.2f", 1));
        rows.add(row("sold-out items shown", facts.soldOut(), "%,.0f", 1));
        rows.add(row("what came next stood in the slate, %", facts.next().hits(), "%.2f", 100));
        rows.add(row("its mean place", facts.next().place(), "%.2f", 1));
        page.table(1, List.of("", "recorded", "changed", "change"), rows);
        page.note(DiffText.NEXT);
    }

    private static List<String> row(String name, Pair pair, String format, double scale) {
        return List.of(
                name,
                String.format(Locale.ROOT, format, scale * pair.recorded()),
                String.format(Locale.ROOT, format, scale * pair.changed()),
                String.format(Locale.ROOT, "%+.2f", scale * (pair.changed() - pair.recorded())));
    }

    private void shares(String title, List<Share> shares) {
        page.heading(title);
        final List<Bar> bars = new ArrayList<>();
        final List<List<String>> rows = new ArrayList<>();
        for (final Share share : shares) {
            if (bars.size() < 2 * PLOTTED_MAX) {
                bars.add(bar(share.name() + " recorded", share.recorded(), false));
                bars.add(bar(share.name() + " changed", share.changed(), true));
            }
            rows.add(List.of(
                    share.name(),
                    HtmlPage.percent(share.recorded()),
                    HtmlPage.percent(share.changed()),
                    String.format(Locale.ROOT, "%+.2f", 100 * (share.changed() - share.recorded()))));
        }
        page.bars(title, bars);
        page.table(1, List.of("", "recorded", "changed", "points"), rows);
    }

    private static Bar bar(String label, double value, boolean isStrong) {
        return new Bar(label, value, new Interval(value, value), isStrong);
    }

    private void items(String title, List<Shown> items) {
        page.heading(title);
        page.table(
                2,
                List.of("item", "id", "recorded", "changed", "change"),
                items.stream()
                        .map(item -> List.of(
                                item.externalId(),
                                item.itemId(),
                                String.format(Locale.ROOT, "%,d", item.recorded()),
                                String.format(Locale.ROOT, "%,d", item.changed()),
                                String.format(Locale.ROOT, "%+,d", item.changed() - item.recorded())))
                        .toList());
    }

    private void estimates() {
        page.heading("Estimates: not in the journal");
        page.note(run.estimates().reason());
        final OffPolicyRun estimated = run.estimates().run();
        if (estimated == null) {
            page.note(String.valueOf(run.estimates().refusal()));
            return;
        }
        page.list(estimated.notes());
        final List<List<String>> rows = new ArrayList<>();
        for (final OffPolicyRun.Result result : estimated.results()) {
            rows.add(List.of(result.stratum(), DiffText.estimate(result.estimate())));
        }
        page.note("As recorded " + DiffText.figure(estimated.logged()) + "; under the change:");
        page.table(2, List.of("places", "clicked or bought from, % [95 %]"), rows);
    }

    private void example(Example example) {
        page.heading(String.format(
                Locale.ROOT,
                "Position %,d, shopper %s, overlap %.3f",
                example.position(),
                example.shopper(),
                example.rankBiasedOverlap()));
        page.note("Newest items before: " + String.join(", ", example.history()));
        final List<List<String>> rows = new ArrayList<>();
        final int places = Math.max(example.recorded().size(), example.changed().size());
        for (int place = 0; place < places; place++) {
            final Placed recorded =
                    place < example.recorded().size() ? example.recorded().get(place) : null;
            final Placed changed =
                    place < example.changed().size() ? example.changed().get(place) : null;
            rows.add(List.of(
                    recorded == null ? "" : recorded.externalId() + " (" + recorded.retrieved() + ")",
                    changed == null ? "" : changed.externalId() + " (" + changed.retrieved() + ")",
                    recorded == null ? "" : String.format(Locale.ROOT, "%.4f", recorded.score()),
                    changed == null ? "" : String.format(Locale.ROOT, "%.4f", changed.score())));
        }
        page.table(2, List.of("recorded", "changed", "score", "score changed"), rows);
        page.note(String.join("; ", example.moves()));
    }
}
