package io.doorbuster.benchmarks.gate;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Seeded forks of a benchmark that takes about 100 ns beside a reference of 10 ns. */
final class SyntheticForks {
    private final SplittableRandom random;

    /** How much slower than 100 ns. */
    double slowdown;

    /** Standard deviation between forks, of the benchmark alone. */
    double noise = 0.015;

    /** Standard deviation between forks that benchmark and reference share: the machine's speed. */
    double drift = 0.05;

    /** Share of forks that were compiled in a second way, 30 % slower. */
    double secondWay;

    /** How fast the machine is: 2 = everything takes half as long. */
    double speed = 1;

    double steal;
    double pressure;

    SyntheticForks(long seed) {
        random = new SplittableRandom(seed);
    }

    Series series(int forks) {
        final List<ForkResult> results = new ArrayList<>();
        for (int round = 0; round < forks; round++) {
            final double machine = Math.exp(drift * random.nextGaussian()) / speed;
            final double way = random.nextDouble() < secondWay ? 1.3 : 1;
            final double fork = 100 * (1 + slowdown) * way * Math.exp(noise * random.nextGaussian());
            final List<Double> ns = new ArrayList<>();
            final List<Double> reference = new ArrayList<>();
            for (int i = 0; i < ForkRunner.ITERATIONS; i++) {
                ns.add(machine * fork * Math.exp(0.005 * random.nextGaussian()));
                reference.add(machine * 10 * Math.exp(0.005 * random.nextGaussian()));
            }
            results.add(new ForkResult(round, ns, reference, 0, steal, pressure, 2.5));
        }
        return new Series("Synthetic.op size=1", ReferenceKernel.COMPUTE, results);
    }
}
