package io.doorbuster.training;

/**
 * One epoch.
 *
 * @param epoch from 1.
 * @param trainLoss mean over the lessons as they were learned from.
 * @param validation on the lessons held back.
 * @param best the epoch of the lowest validation loss so far.
 */
public record EpochReport(int epoch, double trainLoss, ListMetrics validation, int best) {}
