package io.doorbuster.gateway.tcp;

import static io.doorbuster.gateway.tcp.FallbackLadder.LOG_LINEAR_MICROS;
import static io.doorbuster.gateway.tcp.FallbackLadder.NEIGHBOURS_MICROS;
import static io.doorbuster.gateway.tcp.FallbackLadder.NETWORK_MICROS;
import static io.doorbuster.gateway.tcp.FallbackLadder.WAITING_MICROS;
import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.codec.Rung;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FallbackLadderTest {
    private static final long LONGEST_NS = 0xFFFF_FFFFL * 1_000; // What a timeout can say.

    private static Rung rung(long leftMicros, int waiting) {
        return FallbackLadder.rung(leftMicros * 1_000, waiting);
    }

    @Test
    void dearestRungThatFitsShouldBeTaken() {
        assertThat(rung(NETWORK_MICROS, 0)).isEqualTo(Rung.NETWORK);
        assertThat(rung(NETWORK_MICROS - 1, 0)).isEqualTo(Rung.LOG_LINEAR);
        assertThat(rung(LOG_LINEAR_MICROS, 0)).isEqualTo(Rung.LOG_LINEAR);
        assertThat(rung(LOG_LINEAR_MICROS - 1, 0)).isEqualTo(Rung.NEIGHBOURS);
        assertThat(rung(NEIGHBOURS_MICROS, 0)).isEqualTo(Rung.NEIGHBOURS);
        assertThat(rung(NEIGHBOURS_MICROS - 1, 0)).isEqualTo(Rung.POPULARITY);
        assertThat(rung(0, 0)).isEqualTo(Rung.POPULARITY);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1_024})
    void whatWaitsBeforeShouldTakeItsTimeFirst(int waiting) {
        final long before = (long) WAITING_MICROS * waiting;
        assertThat(rung(before + NETWORK_MICROS, waiting)).isEqualTo(Rung.NETWORK);
        assertThat(rung(before + NETWORK_MICROS - 1, waiting)).isEqualTo(Rung.LOG_LINEAR);
        assertThat(rung(before, waiting)).isEqualTo(Rung.POPULARITY);
    }

    @Test
    void longestTimeoutBehindTheLongestQueueShouldNotOverflow() {
        assertThat(FallbackLadder.rung(LONGEST_NS, 65_536)).isEqualTo(Rung.NETWORK);
        assertThat(FallbackLadder.rung(1, 65_536)).isEqualTo(Rung.POPULARITY);
    }
}
