package io.doorbuster.gateway;

import io.doorbuster.codec.Setting;
import io.doorbuster.engine.ring.WaitPolicy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a gateway process runs. Only {@code settings} change what the engine computes, and they do it through the journal.
 *
 * @param dataDirectory journal, identities, token.
 * @param stateDirectory where the stores' files are made; null = memory-backed where there is room, else below the data.
 * @param address to listen on; port 0 = any free one.
 * @param tokenFile null = {@code token} in the data directory.
 * @param checkpointEvery events from one checkpoint to the next; 0 = by command and at the end only.
 * @param acceptsJournalAhead whether to go on with a journal whose last record is further ahead of the clock than clocks are
 *     set.
 * @param settings what is asked for. The rest is as the journal says; in a new one, the default.
 */
public record GatewayConfig(
        Path dataDirectory,
        @Nullable Path stateDirectory,
        InetSocketAddress address,
        ThreadMode threadMode,
        WaitPolicy waitPolicy,
        @Nullable Path tokenFile,
        long checkpointEvery,
        boolean acceptsJournalAhead,
        Map<Setting, Long> settings) {
    public GatewayConfig {
        if (checkpointEvery < 0) {
            throw new IllegalArgumentException("checkpointEvery=" + checkpointEvery + " is not 0 or more");
        }
    }

    /** Events between checkpoints, unless said otherwise: a restart applies no more than about these. */
    public static final long CHECKPOINT_EVERY = 100_000;

    /** Slots of the ring. */
    static final int RING_SLOTS = 1_024;

    /** One thread, any free port on loopback. */
    public static GatewayConfig local(Path dataDirectory, Map<Setting, Long> settings) {
        return new GatewayConfig(
                dataDirectory,
                null,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                ThreadMode.SHARED,
                WaitPolicy.BLOCKING,
                null,
                CHECKPOINT_EVERY,
                false,
                settings);
    }

    /** The same with other threads. */
    public GatewayConfig withThreadMode(ThreadMode mode) {
        return new GatewayConfig(
                dataDirectory,
                stateDirectory,
                address,
                mode,
                waitPolicy,
                tokenFile,
                checkpointEvery,
                acceptsJournalAhead,
                settings);
    }
}
