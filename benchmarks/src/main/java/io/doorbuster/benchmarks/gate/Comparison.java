package io.doorbuster.benchmarks.gate;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One benchmark beside its baseline.
 *
 * @param reason why it is inconclusive, otherwise empty.
 * @param ratio the difference of the times beside the reference kernel: what decides.
 * @param absolute that of the times themselves; null for a baseline of another machine. Must allow for what the ratio says.
 * @param twin every second fork of the run compared with the others, in the same way: the run's own noise.
 */
record Comparison(
        String label,
        Verdict verdict,
        String reason,
        @Nullable Interval ratio,
        @Nullable Interval absolute,
        @Nullable Interval twin) {
    /** Slower or faster needs an interval that lies beyond this; {@code bench --power} shows what others would find. */
    static final double THRESHOLD = Math.log1p(0.02);

    /** An interval that lies within this is the same. */
    static final double SAME_WITHIN = Math.log1p(0.05);

    static final int FORKS_MIN = 6;
    static final double STEAL_MAX = 0.02;
    static final double PRESSURE_MAX = 0.10;

    static Comparison of(Series baseline, Series run, boolean sameMachine) {
        final String label = run.label();
        if (baseline.forks().size() < FORKS_MIN || run.forks().size() < FORKS_MIN) {
            return unknown(label, "fewer than " + FORKS_MIN + " forks");
        }
        if (baseline.reference() != run.reference()) {
            return unknown(label, "the baseline's reference kernel is " + baseline.reference());
        }
        final Interval ratio = Interval.ofDifference(baseline.logRatios(), run.logRatios());
        final Interval absolute = sameMachine ? Interval.ofDifference(baseline.logNs(), run.logNs()) : null;
        final Interval twin =
                Interval.ofDifference(run.half(0).logRatios(), run.half(1).logRatios());
        final String noise = noise(baseline, run);
        return noise.isEmpty()
                ? judged(label, ratio, absolute, twin, THRESHOLD)
                : new Comparison(label, Verdict.INCONCLUSIVE, noise, ratio, absolute, twin);
    }

    /** The verdict on a quiet machine. */
    static Comparison judged(
            String label, Interval ratio, @Nullable Interval absolute, Interval twin, double threshold) {
        final boolean isSlower = ratio.low() > threshold;
        Verdict verdict = Verdict.INCONCLUSIVE;
        String reason = "";
        if (isBeyond(twin, threshold)) {
            reason = "the run differs from itself";
        } else if (isBeyond(ratio, threshold)) {
            if (absolute == null || (isSlower ? absolute.high() > threshold : absolute.low() < -threshold)) {
                verdict = isSlower ? Verdict.SLOWER : Verdict.FASTER;
            } else {
                reason = "only beside the reference kernel, not in time";
            }
        } else if (ratio.low() > -SAME_WITHIN && ratio.high() < SAME_WITHIN) {
            verdict = Verdict.SAME;
        } else {
            reason = "the interval is too wide: more forks";
        }
        return new Comparison(label, verdict, reason, ratio, absolute, twin);
    }

    /** A benchmark that the baseline does not hold. */
    static Comparison withoutBaseline(String label) {
        return new Comparison(label, Verdict.NEW, "not in the baseline", null, null, null);
    }

    private static Comparison unknown(String label, String reason) {
        return new Comparison(label, Verdict.INCONCLUSIVE, reason, null, null, null);
    }

    private static boolean isBeyond(Interval interval, double threshold) {
        return interval.low() > threshold || interval.high() < -threshold;
    }

    private static String noise(Series baseline, Series run) {
        final String ofRun = noise(run);
        if (!ofRun.isEmpty()) {
            return ofRun;
        }
        final String ofBaseline = noise(baseline);
        return ofBaseline.isEmpty() ? "" : "the baseline: " + ofBaseline;
    }

    /** What others took while it ran, if too much; else empty. What cannot be read is taken for quiet. */
    static String noise(Series series) {
        if (series.steal() > STEAL_MAX) {
            return String.format(Locale.ROOT, "%.1f %% of the processors was stolen", 100 * series.steal());
        }
        return series.pressure() > PRESSURE_MAX
                ? String.format(
                        Locale.ROOT, "others waited for a processor %.0f %% of the time", 100 * series.pressure())
                : "";
    }
}
