package io.doorbuster.simulator;

/** Counts while runs go on; see {@link SimulationReport}. */
final class Tally {
    long seeds;
    long events;
    long replayed;
    long restarts;
    long kills;
    long powerCuts;
    long ioErrors;
    long fromCheckpoint;
    long lostEvents;
    long fullDisks;
    long reconnects;
    long duplicates;
    long clockSteps;
    long flips;
    long hash;

    SimulationReport report() {
        return new SimulationReport(
                seeds,
                events,
                replayed,
                restarts,
                kills,
                powerCuts,
                ioErrors,
                fromCheckpoint,
                lostEvents,
                fullDisks,
                reconnects,
                duplicates,
                clockSteps,
                flips,
                hash);
    }
}
