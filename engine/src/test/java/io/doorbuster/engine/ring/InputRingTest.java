package io.doorbuster.engine.ring;

import static org.assertj.core.api.Assertions.assertThat;

import com.lmax.disruptor.Sequence;
import org.junit.jupiter.api.Test;

class InputRingTest {
    @Test
    void waitingShouldCountWhatIsPublishedAndNotWorkedOff() {
        try (InputRing ring = new InputRing(8, WaitPolicy.BLOCKING)) {
            final Sequence consumed = new Sequence();
            ring.ringBuffer().addGatingSequences(consumed);
            assertThat(ring.waiting()).isZero();
            for (int published = 1; published <= 7; published++) {
                assertThat(ring.claim()).isNotNull();
                assertThat(ring.waiting())
                        .as("the slot claimed is not before itself")
                        .isEqualTo(published - 1);
                ring.publish();
                assertThat(ring.waiting()).isEqualTo(published);
            }
            consumed.set(4); // Sequences count from 0: five are done.
            assertThat(ring.waiting()).isEqualTo(2);
            consumed.set(6);
            assertThat(ring.waiting()).isZero();
        }
    }
}
