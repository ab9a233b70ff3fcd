package io.doorbuster.benchmarks.gate;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Arrays;
import java.util.List;

/**
 * What one fork measured.
 *
 * @param round which round of the run it belongs to.
 * @param ns of each iteration, per operation.
 * @param referenceNs of each iteration, beside it.
 * @param bytes allocated per operation, as JMH's own profiler counts them: its harness's included.
 * @param steal share of the processors' time that was stolen.
 * @param pressure share of the time in which some thread waited for a processor.
 * @param seconds that the whole fork took.
 */
record ForkResult(
        int round,
        List<Double> ns,
        List<Double> referenceNs,
        double bytes,
        double steal,
        double pressure,
        double seconds) {
    /** Logarithm of the median iteration's time beside the reference. */
    @JsonIgnore
    double logRatio() {
        final double[] logs = new double[ns.size()];
        for (int i = 0; i < logs.length; i++) {
            logs[i] = Math.log(ns.get(i) / referenceNs.get(i));
        }
        return median(logs);
    }

    /** Logarithm of the median iteration's time. */
    @JsonIgnore
    double logNs() {
        return Math.log(median(ns.stream().mapToDouble(Double::doubleValue).toArray()));
    }

    /** Sorts what it is given. */
    static double median(double[] values) {
        Arrays.sort(values);
        final int middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
