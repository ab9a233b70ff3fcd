package io.doorbuster.benchmarks.gate;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * What an exact gate counted: bytes for each operation, everything else for 10^6 operations.
 *
 * @param limit the most that passes; NaN = reported only.
 */
record ExactCount(String operation, String counter, double value, double limit) {
    /** What cannot be read here (NaN) passes. */
    @JsonIgnore
    boolean isOver() {
        return value > limit;
    }
}
