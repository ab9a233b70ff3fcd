package io.doorbuster.replay;

import io.doorbuster.engine.RecordedHashes.Difference;
import org.jspecify.annotations.Nullable;

/**
 * What a replay came to.
 *
 * @param position position of the last record replayed.
 * @param stateHash of all stores after it.
 * @param recomputedStateHash the same, from every byte of every store.
 * @param replyHash of all replies up to it.
 * @param ledgerHash of units, reservations and outcomes; the same for every release.
 * @param hashRecords hash records found in the journal.
 * @param otherVersions hash records of other versions of the engine, which say nothing about this one.
 * @param comparedEvents events whose digest was recorded, and compared.
 * @param firstDifference the first event that did not come out as recorded, or null.
 * @param checkpoints checkpoints that lie there and were compared.
 * @param checkpointProblem what is wrong with one of them, or null.
 * @param nanos time taken.
 */
public record ReplayReport(
        long position,
        long stateHash,
        long recomputedStateHash,
        long replyHash,
        long ledgerHash,
        long hashRecords,
        long otherVersions,
        long comparedEvents,
        @Nullable Difference firstDifference,
        long checkpoints,
        @Nullable String checkpointProblem,
        long nanos) {
    /** Whether something was recorded, and all of it came out again. */
    public boolean isIdentical() {
        return comparedEvents > 0
                && firstDifference == null
                && checkpointProblem == null
                && stateHash == recomputedStateHash;
    }

    public long eventsPerSecond() {
        return nanos == 0 ? 0 : Math.round(position * 1e9 / nanos);
    }
}
