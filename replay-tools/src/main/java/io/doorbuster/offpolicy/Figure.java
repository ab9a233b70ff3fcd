package io.doorbuster.offpolicy;

import io.doorbuster.evaluation.Interval;

/** A mean reward, and its interval of 95 %. */
public record Figure(double value, Interval interval) {
    /** Whether the interval holds a value. */
    boolean covers(double other) {
        return interval.low() <= other && other <= interval.high();
    }
}
