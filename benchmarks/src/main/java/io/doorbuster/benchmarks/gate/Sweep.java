package io.doorbuster.benchmarks.gate;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Runs all forks in rounds, one fork of each benchmark in each. A round begins one benchmark further than the one before, and
 * every second goes backwards: no benchmark always follows the same other, and a machine that drifts drifts for all.
 */
final class Sweep {
    private final ForkRunner runner;
    private final PrintWriter err;

    Sweep(ForkRunner runner, PrintWriter err) {
        this.runner = runner;
        this.err = err;
    }

    /** One series for each case, in their order; a case may be there twice. */
    List<Series> run(List<BenchCase> cases, int rounds) {
        final List<Series> series = new ArrayList<>();
        cases.forEach(one -> series.add(new Series(one.label(), one.reference(), new ArrayList<>())));
        final long begin = System.nanoTime();
        final int all = rounds * cases.size();
        int done = 0;
        for (int round = 0; round < rounds; round++) {
            for (final int index : order(cases.size(), round)) {
                final ForkResult fork = runner.run(cases.get(index), round);
                series.get(index).forks().add(fork);
                done++;
                final double secondsLeft = (System.nanoTime() - begin) / 1e9 / done * (all - done);
                err.printf(
                        "[%d/%d] %s: %s, %.3f of the reference; %d:%02d left%n",
                        done,
                        all,
                        cases.get(index).label(),
                        BenchReport.time(Math.exp(fork.logNs())),
                        Math.exp(fork.logRatio()),
                        (int) secondsLeft / 60,
                        (int) secondsLeft % 60);
            }
        }
        return series;
    }

    static List<Integer> order(int count, int round) {
        final List<Integer> order = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            order.add((i + round / 2) % count);
        }
        if (round % 2 == 1) {
            Collections.reverse(order);
        }
        return order;
    }
}
