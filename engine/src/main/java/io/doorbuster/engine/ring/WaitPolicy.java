package io.doorbuster.engine.ring;

import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.WaitStrategy;
import com.lmax.disruptor.YieldingWaitStrategy;

/** How the threads of DEDICATED mode wait for work. */
public enum WaitPolicy {
    /** Sleeps on a lock: kind to other threads, tens of microseconds slower. For fewer cores than threads. */
    BLOCKING,
    /** Spins, then yields the core to whoever is runnable. */
    YIELDING,
    /** Spins for ever: only with a core for each thread. */
    BUSY_SPIN;

    WaitStrategy newStrategy() {
        return switch (this) {
            case BLOCKING -> new BlockingWaitStrategy();
            case YIELDING -> new YieldingWaitStrategy();
            case BUSY_SPIN -> new BusySpinWaitStrategy();
        };
    }
}
