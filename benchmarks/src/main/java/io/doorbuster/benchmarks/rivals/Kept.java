package io.doorbuster.benchmarks.rivals;

/** Where results end that nobody needs: what is written here had to be computed. */
final class Kept {
    static volatile float value;

    private Kept() {}
}
