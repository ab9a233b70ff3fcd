package io.doorbuster.training;

/**
 * What is kept of each lesson; a model says what it reads.
 *
 * @param candidatesMax the one that came next, and those drawn from the others.
 * @param historyMax items of the history, the newest ones.
 * @param sharedFloats what all candidates of a lesson have in common.
 * @param candidateFloats what each has of its own.
 */
record LessonFormat(int candidatesMax, int historyMax, int sharedFloats, int candidateFloats) {
    private static final int HEADER_BYTES = 32;

    int historyOffset() {
        return HEADER_BYTES;
    }

    int sharedOffset() {
        return historyOffset() + 8 * historyMax;
    }

    int candidateOffset(int candidate) {
        return sharedOffset() + 4 * sharedFloats + candidate * candidateBytes();
    }

    private int candidateBytes() {
        return 12 + 4 * candidateFloats;
    }

    int lessonBytes() {
        return candidateOffset(candidatesMax);
    }
}
