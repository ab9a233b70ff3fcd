package io.doorbuster.benchmarks.gateway;

import io.doorbuster.gateway.frame.FrameDescriptor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The least that a server can do: reads a frame, answers one of the wished length. One thread, one client at a time, one
 * request in flight.
 *
 * <p>It is the stronger of two baselines: it reads its one channel directly, where the gateway asks a selector because it may
 * have thousands. Like the gateway it sleeps when nothing came for a while; a spinning echo would take a core from the engine
 * while that is measured.
 */
final class EchoAgent implements AutoCloseable {
    // As long as the gateway's TcpAgent.
    private static final long SPIN_NS = 200_000;
    private static final long SLEEP_MS = 1;

    private final ServerSocketChannel server;
    private final Selector selector;
    private final ByteBuffer in = ByteBuffer.allocateDirect(FrameDescriptor.FRAME_MAX);
    private final UnsafeBuffer inBuffer = new UnsafeBuffer(in);
    private final ByteBuffer out = ByteBuffer.allocateDirect(FrameDescriptor.FRAME_MAX);
    private final UnsafeBuffer outBuffer = new UnsafeBuffer(out);
    private final Thread thread = new Thread(this::run, "echo");
    private volatile boolean running = true;
    private @Nullable SocketChannel channel;
    private long lastWorkNs = System.nanoTime();

    private EchoAgent(ServerSocketChannel server, Selector selector) {
        this.server = server;
        this.selector = selector;
        thread.setDaemon(true);
    }

    /** Listens on any free port of loopback, on a thread of its own. */
    static EchoAgent start() throws IOException {
        final ServerSocketChannel server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        server.configureBlocking(false);
        final Selector selector = Selector.open();
        server.register(selector, SelectionKey.OP_ACCEPT);
        final EchoAgent agent = new EchoAgent(server, selector);
        agent.thread.start();
        return agent;
    }

    int port() {
        return server.socket().getLocalPort();
    }

    private void run() {
        try (server;
                selector) {
            while (running) {
                doWork();
            }
            drop();
        } catch (IOException e) {
            throw new IllegalStateException("the echo has failed", e);
        }
    }

    private void doWork() throws IOException {
        final SocketChannel connected = channel;
        if (connected == null) {
            sleep();
            accept();
        } else if (answer(connected)) {
            lastWorkNs = System.nanoTime();
        } else if (System.nanoTime() - lastWorkNs < SPIN_NS) {
            Thread.onSpinWait();
        } else {
            sleep();
        }
    }

    private void sleep() throws IOException {
        selector.select(SLEEP_MS);
        selector.selectedKeys().clear();
    }

    private void accept() throws IOException {
        final SocketChannel accepted = server.accept();
        if (accepted != null) {
            accepted.configureBlocking(false);
            accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
            accepted.register(selector, SelectionKey.OP_READ);
            in.clear();
            channel = accepted;
        }
    }

    /** Reads once, and answers when the frame is whole; whether bytes came. */
    private boolean answer(SocketChannel connected) throws IOException {
        try {
            final int count = connected.read(in);
            if (count < 0) {
                drop();
            } else if (count > 0 && isWhole()) {
                final int replyLength = EchoDescriptor.replyLength(inBuffer, 0);
                if (replyLength < EchoDescriptor.FRAME_MIN || replyLength > FrameDescriptor.FRAME_MAX) {
                    throw new IOException("a reply of " + replyLength + " bytes is not to be had");
                }
                EchoDescriptor.writeReply(outBuffer, inBuffer);
                in.clear();
                out.limit(replyLength).position(0);
                while (out.hasRemaining()) {
                    connected.write(out);
                }
            }
            return count > 0;
        } catch (IOException e) {
            drop(); // The client finds out by the end of its stream.
            return false;
        }
    }

    private boolean isWhole() {
        return in.position() >= EchoDescriptor.FRAME_MIN && in.position() >= FrameDescriptor.length(inBuffer, 0);
    }

    private void drop() throws IOException {
        final SocketChannel connected = channel;
        if (connected != null) {
            connected.close();
            channel = null;
        }
    }

    @Override
    public void close() {
        running = false;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
