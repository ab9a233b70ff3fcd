package io.doorbuster.gateway.tcp;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;

/** A port that has been taken; nobody is accepted before a {@link TcpAgent} works. Whoever holds it closes it. */
public final class BoundPort implements AutoCloseable {
    private static final int BACKLOG = 1_024;

    final ServerSocketChannel channel;

    private BoundPort(ServerSocketChannel channel) {
        this.channel = channel;
    }

    /** Takes a port; 0 = any free one. */
    public static BoundPort bind(InetSocketAddress address) throws IOException {
        final ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(address, BACKLOG);
            return new BoundPort(channel);
        } catch (BindException e) {
            channel.close();
            throw new IOException(
                    "cannot listen on " + address + ": " + e.getMessage() + "; choose another port, or 0 for any", e);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
