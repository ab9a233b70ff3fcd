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
    long fullReplays;
    long lostEvents;
    long fullDisks;
    long reconnects;
    long duplicates;
    long clockSteps;
    long flips;
    long hash;

    /** Adds what another seed has come to; seeds go up. */
    void add(Tally seed) {
        seeds += seed.seeds;
        events += seed.events;
        replayed += seed.replayed;
        restarts += seed.restarts;
        kills += seed.kills;
        powerCuts += seed.powerCuts;
        ioErrors += seed.ioErrors;
        fromCheckpoint += seed.fromCheckpoint;
        fullReplays += seed.fullReplays;
        lostEvents += seed.lostEvents;
        fullDisks += seed.fullDisks;
        reconnects += seed.reconnects;
        duplicates += seed.duplicates;
        clockSteps += seed.clockSteps;
        flips += seed.flips;
        hash = Long.rotateLeft(hash, 7) ^ seed.hash;
    }

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
                fullReplays,
                lostEvents,
                fullDisks,
                reconnects,
                duplicates,
                clockSteps,
                flips,
                hash);
    }
}
