package io.doorbuster.benchmarks.rivals;

import io.doorbuster.kernels.Kernels;
import io.doorbuster.kernels.ScanFormat;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;

/** Runs every kernel and every rival at several sizes, so that the compiler has seen more than what is measured next. */
final class Pollution {
    private static final long NS = 30_000_000;
    private static final int ROWS = 2_048;
    private static final int SCANS = 200;
    private static final int CALLS = 20_000;

    private Pollution() {}

    static void run(Plan plan) throws IOException {
        for (final int dims : new int[] {Kernels.DIMS_STEP, 64, 128, 256, Kernels.DIMS_MAX}) {
            run(new Case(Case.Kind.DOT, "scan", dims, ROWS), plan);
            run(new Case(Case.Kind.DOT, "gather", dims, ROWS), plan);
            scans(dims);
            updates(dims);
        }
        for (final String shape : List.of("two-tower/uniform", "interaction/zipf")) {
            run(new Case(Case.Kind.RANK, shape, RankModel.USER_DIMS, ROWS), plan);
        }
    }

    private static void run(Case small, Plan plan) throws IOException {
        try (Contest contest = MeasuringJvm.contest(small, plan)) {
            for (final Contender contender : contest.contenders()) {
                Duel.warmUp(contender, contest.queries(), NS, plan.seed());
            }
        }
    }

    private static void scans(int dims) {
        final float[] values = DotData.unitVector(dims, new SplittableRandom(dims));
        final long vector = OffHeap.copyOf(values);
        final long quantised = OffHeap.allocate(Kernels.quantisedBytes(dims));
        Kernels.quantise(vector, dims, quantised);
        for (final ScanFormat format : ScanFormat.values()) {
            final ScanTable table = new ScanTable(format, ROWS, dims, OurDots.TOP);
            for (int row = 0; row < ROWS; row++) {
                table.put(row, values);
            }
            for (int i = 0; i < SCANS; i++) {
                table.scan(format == ScanFormat.INT8 ? quantised : vector, table.all(), OurDots.TOP);
            }
            Kept.value = table.topScore(0);
        }
    }

    private static void updates(int dims) {
        final long u = OffHeap.allocate(4L * dims);
        final long v = OffHeap.allocate(4L * dims);
        float sum = 0;
        for (int i = 0; i < CALLS; i++) {
            Kernels.sgdPair(u, v, 0.1f, 0.01f, 1f, dims);
            Kernels.blend(u, v, 0.5f, dims);
            Kernels.scale(u, 0.5f, dims);
            sum += Kernels.squaredNorm(u, dims) + Kernels.sigmoid(i) + Kernels.log(i);
        }
        Kept.value = sum;
    }
}
