package io.doorbuster.gateway;

import io.doorbuster.engine.ring.WaitPolicy;
import io.doorbuster.engine.store.Settings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a gateway process runs. None of it changes what the engine computes; that is in {@code settings}, which go into the
 * first record of a new journal and are not looked at again.
 *
 * @param dataDirectory journal, identities, token.
 * @param stateDirectory where the stores' files are made; null = memory-backed where there is room, else below the data.
 * @param address to listen on; port 0 = any free one.
 * @param tokenFile null = {@code token} in the data directory.
 */
public record GatewayConfig(
        Path dataDirectory,
        @Nullable Path stateDirectory,
        InetSocketAddress address,
        ThreadMode threadMode,
        WaitPolicy waitPolicy,
        @Nullable Path tokenFile,
        Settings settings) {
    /** Slots of the ring. */
    static final int RING_SLOTS = 1_024;

    /** One thread, any free port on loopback. */
    public static GatewayConfig local(Path dataDirectory, Settings settings) {
        return new GatewayConfig(
                dataDirectory,
                null,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                ThreadMode.SHARED,
                WaitPolicy.BLOCKING,
                null,
                settings);
    }

    /** The same with other threads. */
    public GatewayConfig withThreadMode(ThreadMode mode) {
        return new GatewayConfig(dataDirectory, stateDirectory, address, mode, waitPolicy, tokenFile, settings);
    }
}
