package io.doorbuster.benchmarks.gate;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** All forks of one benchmark in one run, in the order of the rounds. */
record Series(String label, ReferenceKernel reference, List<ForkResult> forks) {
    @JsonIgnore
    double[] logRatios() {
        return values(ForkResult::logRatio);
    }

    @JsonIgnore
    double[] logNs() {
        return values(ForkResult::logNs);
    }

    @JsonIgnore
    double steal() {
        return mean(ForkResult::steal);
    }

    @JsonIgnore
    double pressure() {
        return mean(ForkResult::pressure);
    }

    /** Of the median fork: what a fork allocates once does not count. */
    @JsonIgnore
    double bytes() {
        return ForkResult.median(values(ForkResult::bytes));
    }

    /** Every second fork, from the first or from the second on: two halves that saw the same machine. */
    Series half(int first) {
        final List<ForkResult> half = new ArrayList<>();
        for (int i = first; i < forks.size(); i += 2) {
            half.add(forks.get(i));
        }
        return new Series(label, reference, half);
    }

    private double mean(ToDoubleFunction<ForkResult> value) {
        return forks.stream().mapToDouble(value).average().orElse(Double.NaN);
    }

    private double[] values(ToDoubleFunction<ForkResult> value) {
        return forks.stream().mapToDouble(value).toArray();
    }
}
