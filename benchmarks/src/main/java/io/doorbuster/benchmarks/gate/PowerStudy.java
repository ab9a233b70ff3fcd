package io.doorbuster.benchmarks.gate;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * How often does the gate find a slowdown that is known to be there, and how often one that is not? Real forks of kernels that
 * do 0, 2, 5 and 10 % more work are measured once, interleaved; then many pairs of baseline and run are drawn from them, no
 * fork in both, and each goes through the gate's whole verdict.
 */
final class PowerStudy {
    private static final List<Integer> SLOWDOWNS = List.of(0, 2, 5, 10);
    private static final double[] THRESHOLDS = {0.01, 0.02, 0.03};
    private static final int[] GATE_FORKS = {10, 20};
    private static final int DRAWS = 1_000;
    private static final String ROW = "%-6s %6s %-9s %9s %9s  %8s %8s %8s %8s %9s%n";

    /** Each kernel without a slowdown twice, so that A/A has as many forks to draw from as A/B. */
    static final List<BenchCase> CASES = cases();

    private final List<Series> series;

    /** Baseline and run of one draw. */
    private record Pair(Series baseline, Series run) {}

    /** How a pair is drawn. */
    private interface Drawing {
        Pair draw(SplittableRandom random);
    }

    /** @param series those of {@link #CASES}, in their order. */
    PowerStudy(List<Series> series) {
        this.series = series;
    }

    private static List<BenchCase> cases() {
        final List<BenchCase> cases = new ArrayList<>();
        for (final ReferenceKernel reference : List.of(ReferenceKernel.COMPUTE, ReferenceKernel.STREAM)) {
            final String method =
                    PowerBenchmark.class.getName() + (reference == ReferenceKernel.COMPUTE ? ".rank" : ".scan");
            cases.add(new BenchCase(method, Map.of("slowdown", "0"), reference, false));
            for (final int slowdown : SLOWDOWNS) {
                cases.add(new BenchCase(method, Map.of("slowdown", Integer.toString(slowdown)), reference, false));
            }
        }
        return cases;
    }

    void print(PrintWriter out) {
        final int rounds = series.getFirst().forks().size();
        out.printf(
                "%d forks of each of %d variants, interleaved; %,d draws for each line. random: forks of baseline and run from"
                        + " anywhere; apart: each from rounds in a row, not overlapping, so that drift is in it.%n%n",
                rounds, series.size(), DRAWS);
        out.printf(
                ROW,
                "kernel",
                "forks",
                "drawn",
                "slowdown",
                "measured",
                "slower",
                "faster",
                "same",
                "unclear",
                "threshold");
        for (int begin = 0; begin < series.size(); begin += SLOWDOWNS.size() + 1) {
            for (final int forks : GATE_FORKS) {
                if (2 * forks <= rounds) {
                    print(out, series.subList(begin, begin + SLOWDOWNS.size() + 1), forks);
                }
            }
        }
        final double seconds = series.stream()
                .flatMap(one -> one.forks().stream())
                .mapToDouble(ForkResult::seconds)
                .average()
                .orElse(Double.NaN);
        for (final int forks : GATE_FORKS) {
            out.printf(
                    Locale.ROOT,
                    "%nA verdict of %d forks takes %.1f minutes a benchmark (%.1f s a fork).",
                    forks,
                    forks * seconds / 60,
                    seconds);
        }
        out.printf(
                "%nslowdown: percent of work added; measured: what that came to beside the reference, over all forks.%n");
    }

    private static void print(PrintWriter out, List<Series> kernel, int forks) {
        final Series first = kernel.get(0);
        final String label = first.label();
        final String name = label.substring(label.indexOf('.') + 1, label.indexOf(' '));
        for (int i = 0; i < SLOWDOWNS.size(); i++) {
            final Series other = kernel.get(1 + i);
            final double measured =
                    Math.expm1(Interval.trimmedMean(other.logRatios()) - Interval.trimmedMean(first.logRatios()));
            for (final double threshold : THRESHOLDS) {
                print(
                        out,
                        name,
                        i,
                        forks,
                        measured,
                        threshold,
                        "random",
                        random -> anywhere(first, other, forks, random));
                print(out, name, i, forks, measured, threshold, "apart", random -> apart(first, other, forks, random));
            }
        }
    }

    private static void print(
            PrintWriter out,
            String name,
            int slowdown,
            int forks,
            double measured,
            double threshold,
            String how,
            Drawing drawing) {
        final SplittableRandom random = new SplittableRandom(1);
        final Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
        for (int i = 0; i < DRAWS; i++) {
            final Pair pair = drawing.draw(random);
            verdicts.merge(
                    Comparison.of(pair.baseline, pair.run, true, Math.log1p(threshold))
                            .verdict(),
                    1,
                    Integer::sum);
        }
        out.printf(
                ROW,
                name,
                forks,
                how,
                SLOWDOWNS.get(slowdown) + " %",
                String.format(Locale.ROOT, "%+.1f %%", 100 * measured),
                share(verdicts, Verdict.SLOWER),
                share(verdicts, Verdict.FASTER),
                share(verdicts, Verdict.SAME),
                share(verdicts, Verdict.INCONCLUSIVE),
                String.format(Locale.ROOT, "%.0f %%", 100 * threshold));
        out.flush();
    }

    private static String share(Map<Verdict, Integer> verdicts, Verdict verdict) {
        return String.format(Locale.ROOT, "%.1f %%", 100.0 * verdicts.getOrDefault(verdict, 0) / DRAWS);
    }

    private static Pair anywhere(Series baseline, Series run, int forks, SplittableRandom random) {
        return new Pair(drawn(baseline, forks, random), drawn(run, forks, random));
    }

    private static Series drawn(Series from, int forks, SplittableRandom random) {
        final List<ForkResult> left = new ArrayList<>(from.forks());
        final List<ForkResult> drawn = new ArrayList<>();
        for (int i = 0; i < forks; i++) {
            drawn.add(left.remove(random.nextInt(left.size())));
        }
        drawn.sort(Comparator.comparingInt(ForkResult::round)); // The twin's halves interleave in time.
        return new Series(from.label(), from.reference(), drawn);
    }

    /** Rounds in a row for either; which is first is drawn as well. */
    private static Pair apart(Series baseline, Series run, int forks, SplittableRandom random) {
        final int rounds = Math.min(baseline.forks().size(), run.forks().size());
        final int early = random.nextInt(rounds - 2 * forks + 1);
        final int late = early + forks + random.nextInt(rounds - 2 * forks - early + 1);
        final boolean isBaselineFirst = random.nextBoolean();
        return new Pair(
                inARow(baseline, isBaselineFirst ? early : late, forks),
                inARow(run, isBaselineFirst ? late : early, forks));
    }

    private static Series inARow(Series from, int first, int forks) {
        return new Series(from.label(), from.reference(), from.forks().subList(first, first + forks));
    }
}
