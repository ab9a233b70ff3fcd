package io.doorbuster.offpolicy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a study has come to.
 *
 * @param decisions in the log.
 * @param clip weights above it were cut down to it; null = none was.
 * @param seed of the intervals.
 * @param logged what the policy that made the log earned.
 */
public record OffPolicyRun(
        String log,
        String reward,
        List<String> notes,
        int decisions,
        @Nullable Double clip,
        long seed,
        Figure logged,
        List<Result> results) {
    /**
     * One policy in one stratum.
     *
     * @param onPolicy what it earned when it chose itself, or null where nobody knows.
     * @param ipsCovers whether the interval holds that; null where there is one of both only.
     */
    public record Result(
            String policy,
            String stratum,
            @Nullable Figure onPolicy,
            Estimate estimate,
            @Nullable Boolean ipsCovers,
            @Nullable Boolean snipsCovers,
            @Nullable Boolean drCovers) {}
}
