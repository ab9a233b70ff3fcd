package io.doorbuster.benchmarks.gateway;

import io.doorbuster.codec.HelloEncoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.WelcomeDecoder;
import io.doorbuster.gateway.frame.FrameDescriptor;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One socket to the gateway or to the echo, with one request in flight. Not the client library: what is timed must be the same
 * few lines on both sides. One thread.
 */
final class TimedConnection implements AutoCloseable {
    private static final long PATIENCE_NS = 10_000_000_000L;

    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocateDirect(2 * FrameDescriptor.FRAME_MAX);
    private final UnsafeBuffer inBuffer = new UnsafeBuffer(in);

    private TimedConnection(SocketChannel channel) {
        this.channel = channel;
    }

    /** Connects to a port of loopback. */
    static TimedConnection connect(int port) throws IOException {
        final SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        return new TimedConnection(channel);
    }

    /** Opens the session that the gateway wants before all else. */
    void hello(String token, long source) throws IOException {
        final byte[] secret = token.getBytes(StandardCharsets.UTF_8);
        final ByteBuffer bytes = ByteBuffer.allocateDirect(FrameDescriptor.FRAME_MAX);
        final UnsafeBuffer frame = new UnsafeBuffer(bytes);
        final HelloEncoder hello = new HelloEncoder();
        hello.wrapAndApplyHeader(frame, FrameDescriptor.FRAMING_LENGTH, new MessageHeaderEncoder())
                .protocolVersion(FrameDescriptor.PROTOCOL_VERSION)
                .source(source)
                .putToken(secret, 0, secret.length);
        final int length = FrameDescriptor.BODY_OFFSET + hello.encodedLength();
        FrameDescriptor.write(frame, 0, length);
        roundTripNs(bytes.limit(length));
        final MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(inBuffer, FrameDescriptor.FRAMING_LENGTH);
        if (header.templateId() != WelcomeDecoder.TEMPLATE_ID) {
            throw new IOException("no welcome; the reply has template id " + header.templateId());
        }
    }

    /**
     * Sends a frame and spins until the whole reply is there.
     *
     * @return nanoseconds from before the write to after the last read.
     */
    long roundTripNs(ByteBuffer frame) throws IOException {
        in.clear();
        final long beginNs = System.nanoTime();
        while (frame.hasRemaining()) {
            channel.write(frame);
        }
        while (true) {
            final int count = channel.read(in);
            final long durationNs = System.nanoTime() - beginNs;
            if (count > 0 && isWhole()) {
                return durationNs;
            }
            if (count < 0) {
                throw new EOFException("the server closed the connection; it may say why above");
            }
            if (durationNs > PATIENCE_NS) {
                throw new IOException("no reply within 10 s");
            }
            Thread.onSpinWait();
        }
    }

    private boolean isWhole() {
        return in.position() >= FrameDescriptor.FRAMING_LENGTH && in.position() >= replyLength();
    }

    int replyLength() {
        return FrameDescriptor.length(inBuffer, 0);
    }

    long replyCorrelationId() {
        return inBuffer.getLong(FrameDescriptor.CORRELATION_ID_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    /** The last reply, valid until the next round trip. */
    DirectBuffer reply() {
        return inBuffer;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
