package io.doorbuster.simulator;

/**
 * What simulated runs have come to.
 *
 * @param seeds runs.
 * @param events journaled by processes, hash records not counted.
 * @param replayed events that were put through an engine once more.
 * @param restarts in order.
 * @param kills processes that ended at once, their page cache kept.
 * @param powerCuts the same, page cache lost in part.
 * @param ioErrors processes that ended since a force failed.
 * @param fromCheckpoint starts from a checkpoint.
 * @param fullReplays starts from the first record, and replays of everything at a seed's end.
 * @param lostEvents journaled, promised to nobody, and lost.
 * @param fullDisks times that facts were refused for want of space.
 * @param reconnects connections that broke.
 * @param duplicates answers that came again, and were the same.
 * @param clockSteps steps of the wall clock.
 * @param flips flipped bits of the journal, found or in padding.
 * @param hash over the state and reply hashes of all seeds at their ends.
 */
public record SimulationReport(
        long seeds,
        long events,
        long replayed,
        long restarts,
        long kills,
        long powerCuts,
        long ioErrors,
        long fromCheckpoint,
        long fullReplays,
        long lostEvents,
        long fullDisks,
        long reconnects,
        long duplicates,
        long clockSteps,
        long flips,
        long hash) {}
