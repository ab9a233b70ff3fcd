package io.doorbuster.benchmarks.rivals;

/** A contender that scores rows one after the other, and lets the scores of its last call be looked at. */
interface RowScorer extends CalledContender {
    /** Scores that are kept: of the last positions of a call, or all where there are fewer. A power of two. */
    int KEPT = 4096;

    /** Score of a position of the last call; NaN where it is not among those that the contender returns. */
    float scoreAt(int position);
}
