package io.doorbuster.benchmarks.gateway;

import java.util.List;
import java.util.Locale;

/** What a ratio was over the rounds: the median, and where eight of ten rounds lie. */
record RatioRange(double median, double low, double high) {
    /** Of at least one ratio; by nearest rank, so that each number was measured in a round. */
    static RatioRange of(List<Double> ratios) {
        final double[] sorted =
                ratios.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return new RatioRange(at(sorted, 0.5), at(sorted, 0.1), at(sorted, 0.9));
    }

    private static double at(double[] sorted, double fraction) {
        return sorted[(int) Math.round(fraction * (sorted.length - 1))];
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.2f [%.2f..%.2f]", median, low, high);
    }
}
