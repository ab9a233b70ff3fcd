package io.doorbuster.benchmarks.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The study on synthetic forks: it finds what is there, and nothing where nothing is. */
class PowerStudyTest {
    @Test
    void detectionShouldGrowWithTheSlowdown() {
        final List<Series> series = new ArrayList<>();
        for (final BenchCase one : PowerStudy.CASES) {
            final SyntheticForks forks = new SyntheticForks(series.size());
            forks.slowdown = Integer.parseInt(one.parameters().get("slowdown")) / 100.0;
            series.add(new Series(one.label(), one.reference(), forks.series(24).forks()));
        }
        final StringWriter out = new StringWriter();

        new PowerStudy(series, 100).print(new PrintWriter(out));

        final List<String> random =
                out.toString().lines().filter(line -> line.contains(" random ")).toList();
        assertThat(random).hasSize(8);
        assertThat(slowerBeyondTwoPercent(random.get(0))).as("A/A").isLessThanOrEqualTo(1);
        assertThat(slowerBeyondTwoPercent(random.get(3))).as("10 %").isGreaterThanOrEqualTo(95);
        assertThat(slowerBeyondTwoPercent(random.get(1))).isLessThan(slowerBeyondTwoPercent(random.get(2)));
        assertThat(out.toString()).contains("A verdict of 10 forks takes 0.4 minutes");
    }

    /** Columns: kernel, forks, drawn, slowdown %, measured %, slower beyond 1 %, 2 %. */
    private static double slowerBeyondTwoPercent(String line) {
        return Double.parseDouble(line.strip().split(" +")[9]);
    }
}
