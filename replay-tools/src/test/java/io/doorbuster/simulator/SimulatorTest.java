package io.doorbuster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A short run of what {@code doorbuster simulate} does. */
class SimulatorTest {
    @ParameterizedTest
    @EnumSource(SimulationMix.class)
    void nothingPromisedShouldBeLost(SimulationMix mix) throws IOException, InterruptedException {
        final SimulationReport found = Simulator.run(mix, 1, 1, 60_000, 1, soFar -> {});
        assertThat(found.events()).isGreaterThanOrEqualTo(60_000);
        assertThat(found.restarts() + found.kills() + found.powerCuts() + found.ioErrors())
                .isPositive();
        assertThat(found.duplicates()).isPositive();
        assertThat(found.flips()).isPositive();
        assertThat(found.fullDisks()).isPositive();
    }

    @Test
    void sameSeedsShouldBeSameRunOnMoreThreads() throws IOException, InterruptedException {
        final SimulationReport first = Simulator.run(SimulationMix.SHOP, 7, 2, 15_000, 1, soFar -> {});
        assertThat(Simulator.run(SimulationMix.SHOP, 7, 2, 15_000, 2, soFar -> {}))
                .isEqualTo(first);
    }
}
