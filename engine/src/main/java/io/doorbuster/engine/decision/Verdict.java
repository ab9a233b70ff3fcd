package io.doorbuster.engine.decision;

import io.doorbuster.codec.Outcome;

/** What became of one record; set by the stage that decides. Engine thread only. */
public final class Verdict {
    private Outcome outcome = Outcome.ACCEPTED;
    private long detail;

    public Outcome outcome() {
        return outcome;
    }

    /** See the outcome's description in the schema; otherwise 0. */
    public long detail() {
        return detail;
    }

    public void set(Outcome outcome) {
        set(outcome, 0);
    }

    public void set(Outcome outcome, long detail) {
        this.outcome = outcome;
        this.detail = detail;
    }

    /** Whether the record has been applied. */
    public boolean isApplied() {
        return outcome == Outcome.ACCEPTED || outcome == Outcome.OVERCOMMITTED;
    }
}
