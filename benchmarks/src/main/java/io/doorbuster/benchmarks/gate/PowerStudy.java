package io.doorbuster.benchmarks.gate;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * How often does the gate find a slowdown that is known to be there, and how often one that is not? Real forks of kernels that
 * do 0, 2, 5 and 10 % more work are measured once, interleaved; then many pairs of baseline and run are drawn from them, no
 * fork in both, and each goes through the gate's whole verdict.
 */
final class PowerStudy {
    private static final List<Integer> SLOWDOWNS = List.of(0, 2, 5, 10);
    private static final double[] THRESHOLDS = {Math.log1p(0.01), Comparison.THRESHOLD, Math.log1p(0.03)};
    private static final int[] GATE_FORKS = {10, 20};
    static final int DRAWS = 1_000;
    private static final String ROW = "%-6s %5s %-7s %9s %9s  %7s %7s %7s  %7s %7s %8s  %8s%n";

    /** Each kernel without a slowdown twice, so that A/A has as many forks to draw from as A/B. */
    static final List<BenchCase> CASES = cases();

    private final List<Series> series;
    private final int draws;

    /** Baseline and run of one draw. */
    private record Pair(Series baseline, Series run) {}

    /** How a pair is drawn. */
    private interface Drawing {
        Pair draw(SplittableRandom random);
    }

    /**
     * @param series those of {@link #CASES}, in their order.
     * @param draws pairs for each line.
     */
    PowerStudy(List<Series> series, int draws) {
        this.series = series;
        this.draws = draws;
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
                rounds, series.size(), draws);
        out.printf("%42s  %23s  %24s%n", "", "slower beyond", "at the gate's own 2 %");
        out.printf(
                ROW,
                "kernel",
                "forks",
                "drawn",
                "slowdown",
                "measured",
                "1 %",
                "2 %",
                "3 %",
                "faster",
                "same",
                "unclear",
                "by time");
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
                "%nslowdown: work added; measured: what that came to beside the reference, over all forks; by time: slower beyond 2 %%"
                        + " if time alone decided, without twin and noise.%n");
    }

    private void print(PrintWriter out, List<Series> kernel, int forks) {
        final Series first = kernel.get(0);
        final String label = first.label();
        final String name = label.substring(label.indexOf('.') + 1, label.indexOf(' '));
        for (int i = 0; i < SLOWDOWNS.size(); i++) {
            final Series other = kernel.get(1 + i);
            final double measured =
                    Math.expm1(Interval.trimmedMean(other.logRatios()) - Interval.trimmedMean(first.logRatios()));
            final List<Object> row = List.of(
                    name, forks, SLOWDOWNS.get(i) + " %", String.format(Locale.ROOT, "%+.1f %%", 100 * measured));
            print(out, row, "random", random -> anywhere(first, other, forks, random));
            print(out, row, "apart", random -> apart(first, other, forks, random));
        }
    }

    private void print(PrintWriter out, List<Object> begin, String drawn, Drawing drawing) {
        final SplittableRandom random = new SplittableRandom(1);
        final int[] slower = new int[THRESHOLDS.length];
        final Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
        int byTime = 0;
        for (int i = 0; i < draws; i++) {
            final Pair pair = drawing.draw(random);
            final Comparison found = Comparison.of(pair.baseline, pair.run, true);
            verdicts.merge(found.verdict(), 1, Integer::sum);
            final Interval absolute = Objects.requireNonNull(found.absolute());
            final boolean isQuiet = Comparison.noise(pair.baseline).isEmpty()
                    && Comparison.noise(pair.run).isEmpty();
            for (int k = 0; isQuiet && k < slower.length; k++) {
                final Comparison judged = Comparison.judged(
                        found.label(),
                        Objects.requireNonNull(found.ratio()),
                        absolute,
                        Objects.requireNonNull(found.twin()),
                        THRESHOLDS[k]);
                slower[k] += judged.verdict() == Verdict.SLOWER ? 1 : 0;
            }
            byTime += absolute.low() > Comparison.THRESHOLD ? 1 : 0;
        }
        out.printf(
                ROW,
                begin.get(0),
                begin.get(1),
                drawn,
                begin.get(2),
                begin.get(3),
                share(slower[0]),
                share(slower[1]),
                share(slower[2]),
                share(verdicts.getOrDefault(Verdict.FASTER, 0)),
                share(verdicts.getOrDefault(Verdict.SAME, 0)),
                share(verdicts.getOrDefault(Verdict.INCONCLUSIVE, 0)),
                share(byTime));
        out.flush();
    }

    private String share(int times) {
        return String.format(Locale.ROOT, "%.1f %%", 100.0 * times / draws);
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
