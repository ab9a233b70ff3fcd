package io.doorbuster.offpolicy;

import org.jspecify.annotations.Nullable;

/**
 * What a log tells about a policy that did not make it.
 *
 * @param decisions in the log.
 * @param unsupported share of what the policy would do that the log's policy never does.
 * @param effectiveSample decisions made by the policy itself that would tell as much: (sum of weights)^2 / sum of squares.
 * @param weightMean 1 when the propensities are right, but for chance.
 * @param weightMax largest weight, before clipping.
 * @param clipped weights that were cut down.
 * @param refusal why there are no figures, or null.
 * @param ips inverse propensity score: mean of weight x reward; unbiased when nothing is clipped.
 * @param snips the same over the mean weight: a little biased, less spread, never outside the rewards.
 * @param dr doubly robust: a reward model's expectation, and weights on what it missed.
 */
public record Estimate(
        int decisions,
        double unsupported,
        double effectiveSample,
        double weightMean,
        double weightMax,
        int clipped,
        @Nullable String refusal,
        @Nullable Figure ips,
        @Nullable Figure snips,
        @Nullable Figure dr) {}
