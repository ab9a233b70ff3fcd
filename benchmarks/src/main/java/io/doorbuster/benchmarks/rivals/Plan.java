package io.doorbuster.benchmarks.rivals;

import java.util.List;

/**
 * What one measuring JVM is told.
 *
 * @param isPolluted whether all kernels, shapes and rivals run before, so that the compiler has seen more than the case.
 * @param tops for TOPK: the Ks.
 */
record Plan(
        Case measured,
        boolean isPolluted,
        int rounds,
        int blockMillis,
        int warmUpMillis,
        List<Integer> tops,
        int candidates,
        long seed) {}
