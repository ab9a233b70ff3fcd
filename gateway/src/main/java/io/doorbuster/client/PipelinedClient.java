package io.doorbuster.client;

import io.doorbuster.codec.AckLevel;
import io.doorbuster.codec.AcknowledgedDecoder;
import io.doorbuster.codec.ByeEncoder;
import io.doorbuster.codec.ExplanationDecoder;
import io.doorbuster.codec.HelloEncoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.RejectedDecoder;
import io.doorbuster.codec.ScoresDecoder;
import io.doorbuster.codec.SlateDecoder;
import io.doorbuster.codec.WelcomeDecoder;
import io.doorbuster.gateway.frame.FrameDescriptor;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Many messages in flight on one connection: send as many as you like, {@link #poll} for the replies. One thread.
 *
 * <p>Facts and commands are numbered here, densely for each source. The gateway refuses a fact that is out of range, or that
 * finds the disk full, before it is recorded: its number is taken back, and facts that were already in flight behind it come
 * back as {@code SEQUENCE_GAP} or refused too, not applied; send them again once nothing is in flight.
 */
public final class PipelinedClient extends Messages implements AutoCloseable {
    private static final int OUT_BYTES = 1 << 16;
    private static final int FLUSH_AT = OUT_BYTES - FrameDescriptor.FRAME_MAX;
    private static final int IN_BYTES = 1 << 16;
    private static final int IN_FLIGHT_INITIAL = 1 << 14;
    private static final long HELLO_TIMEOUT_NS = 10_000_000_000L;
    private static final long SPIN_NS = 50_000;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final ByteBuffer outBytes = ByteBuffer.allocateDirect(OUT_BYTES);
    private final UnsafeBuffer out = new UnsafeBuffer(outBytes);
    private ByteBuffer inBytes = ByteBuffer.allocateDirect(IN_BYTES);
    private final UnsafeBuffer in = new UnsafeBuffer(inBytes);
    private long[] sequenceOfCorrelation = new long[IN_FLIGHT_INITIAL];
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final WelcomeDecoder welcome = new WelcomeDecoder();
    private final AcknowledgedDecoder acknowledged = new AcknowledgedDecoder();
    private final SlateDecoder slate = new SlateDecoder();
    private final ScoresDecoder scores = new ScoresDecoder();
    private final ExplanationDecoder explanation = new ExplanationDecoder();
    private final RejectedDecoder rejected = new RejectedDecoder();
    private int outLength;
    private long correlationId;
    private long nextSequence = 1;
    private AckLevel acknowledge = AckLevel.DEFAULT;
    private long occurredAtNs;
    private long timeoutMicros;
    private int inFlight;
    private long serverPosition = -1;

    private PipelinedClient(SocketChannel channel, Selector selector) throws IOException {
        this.channel = channel;
        this.selector = selector;
        key = channel.register(selector, SelectionKey.OP_READ);
    }

    /** Connects and says hello; see {@link DoorbusterClient#connect}. */
    public static PipelinedClient connect(InetSocketAddress address, String token, long source) throws IOException {
        final SocketChannel channel = SocketChannel.open(address);
        final Selector selector = Selector.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            final PipelinedClient client = new PipelinedClient(channel, selector);
            client.hello(token, source);
            return client;
        } catch (IOException | RuntimeException e) {
            selector.close();
            channel.close();
            throw e;
        }
    }

    private void hello(String token, long source) throws IOException {
        final byte[] secret = token.getBytes(StandardCharsets.UTF_8);
        final HelloEncoder hello = new HelloEncoder();
        hello.wrapAndApplyHeader(out, bodyAt(), headerEncoder)
                .protocolVersion(FrameDescriptor.PROTOCOL_VERSION)
                .source(source)
                .putToken(secret, 0, secret.length);
        frame(hello.encodedLength());
        final Answers answers = new Answers();
        answers.expect(-1);
        final long deadlineNs = System.nanoTime() + HELLO_TIMEOUT_NS;
        while (serverPosition < 0 && !answers.hasCome()) {
            if (System.nanoTime() > deadlineNs) {
                throw new IOException("no welcome within 10 s: is this the port of a doorbuster?");
            }
            poll(answers, HELLO_TIMEOUT_NS);
        }
        if (serverPosition < 0) {
            answers.take(Acknowledgement.class); // Throws the refusal.
        }
    }

    /** Journal position of the server when it said welcome. */
    public long serverPosition() {
        return serverPosition;
    }

    /**
     * Sequence of the next fact or command. A connection begins where the server says that its source stopped; set it to
     * send again what may or may not have arrived: each sequence counts once, and is answered with its first outcome.
     */
    public void nextSequence(long sequence) {
        nextSequence = sequence;
    }

    public long nextSequence() {
        return nextSequence;
    }

    /** When the facts that follow happened; 0 = when they arrive. */
    public void occurredAtNs(long timeNs) {
        occurredAtNs = timeNs;
    }

    /** When the facts and commands that follow are answered; at first {@link AckLevel#DEFAULT}. */
    public void acknowledge(AckLevel level) {
        acknowledge = level;
    }

    /**
     * When the answers to the requests that follow are worthless; 0 = never. Where that leaves no time for the best slate, the
     * next best that fits is made, and says so.
     */
    public void timeoutMicros(long micros) {
        timeoutMicros = micros;
    }

    /** Messages whose reply has not been polled. */
    public int inFlight() {
        return inFlight;
    }

    @Override
    UnsafeBuffer out() {
        return out;
    }

    @Override
    int bodyAt() {
        return outLength + FrameDescriptor.FRAMING_LENGTH;
    }

    @Override
    long nextCorrelationId(boolean isSequenced) {
        if (inFlight >= sequenceOfCorrelation.length / 2) {
            rememberMore();
        }
        correlationId++;
        sequenceOfCorrelation[(int) correlationId & (sequenceOfCorrelation.length - 1)] =
                isSequenced ? nextSequence : 0;
        return correlationId;
    }

    private void rememberMore() {
        final long[] old = sequenceOfCorrelation;
        final long[] larger = new long[2 * old.length];
        for (long id = Math.max(0, correlationId - old.length + 1); id <= correlationId; id++) {
            larger[(int) id & (larger.length - 1)] = old[(int) id & (old.length - 1)];
        }
        sequenceOfCorrelation = larger;
    }

    @Override
    long sequence() {
        return nextSequence;
    }

    @Override
    long occurredAtNs() {
        return occurredAtNs;
    }

    @Override
    AckLevel acknowledge() {
        return acknowledge;
    }

    @Override
    long timeoutMicros() {
        return timeoutMicros;
    }

    @Override
    long sent(int encodedLength) {
        frame(encodedLength);
        inFlight++;
        if (sequenceOfCorrelation[(int) correlationId & (sequenceOfCorrelation.length - 1)] != 0) {
            nextSequence++;
        }
        if (outLength > FLUSH_AT) {
            try {
                flush();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        return correlationId;
    }

    private void frame(int encodedLength) {
        final int length = FrameDescriptor.BODY_OFFSET + encodedLength;
        FrameDescriptor.write(out, outLength, length);
        outLength += length;
    }

    /** Sends what was encoded; reads meanwhile, so that two full sockets cannot wait for each other. */
    public void flush() throws IOException {
        outBytes.limit(outLength).position(0);
        try {
            while (outBytes.hasRemaining()) {
                if (channel.write(outBytes) == 0) {
                    read();
                    key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                    selector.select(1);
                    selector.selectedKeys().clear();
                    key.interestOps(SelectionKey.OP_READ);
                }
            }
        } finally { // What a broken connection does not take must not pile up either.
            outBytes.clear();
            outLength = 0;
        }
    }

    private int read() throws IOException {
        if (!inBytes.hasRemaining()) {
            final ByteBuffer larger = ByteBuffer.allocateDirect(2 * inBytes.capacity());
            inBytes.flip();
            larger.put(inBytes);
            inBytes = larger;
            in.wrap(inBytes);
        }
        final int count = channel.read(inBytes);
        if (count < 0) {
            throw new EOFException("the server closed the connection; what is in flight has an unknown outcome");
        }
        return count;
    }

    /**
     * Flushes, then hands over the replies that have come, waiting for one if there is none.
     *
     * @param waitNs how long to wait at most; 0 = not at all.
     * @return replies handed over.
     */
    public int poll(ReplyHandler handler, long waitNs) throws IOException {
        flush();
        final long beginNs = System.nanoTime();
        while (true) {
            boolean closed = false;
            try {
                read();
            } catch (EOFException e) {
                closed = true;
                if (inBytes.position() < FrameDescriptor.BODY_OFFSET) {
                    throw e;
                }
            }
            final int count = dispatch(handler);
            final long waitedNs = System.nanoTime() - beginNs;
            if (count > 0 || waitedNs >= waitNs) {
                return count;
            }
            if (closed) {
                throw new EOFException("the server closed the connection inside a frame");
            }
            if (waitedNs > SPIN_NS) {
                selector.select(Math.max(1, (waitNs - waitedNs) / 1_000_000));
                selector.selectedKeys().clear();
            } else {
                Thread.onSpinWait();
            }
        }
    }

    private int dispatch(ReplyHandler handler) throws IOException {
        final int end = inBytes.position();
        int at = 0;
        int count = 0;
        while (end - at >= FrameDescriptor.BODY_OFFSET) {
            final int length = FrameDescriptor.length(in, at);
            if (!FrameDescriptor.hasKnownEncoding(in, at) || length < FrameDescriptor.BODY_OFFSET) {
                throw new IOException("the server sent no frame: is this the port of a doorbuster?");
            }
            if (end - at < length) {
                break;
            }
            onReply(handler, at);
            count++;
            at += length;
        }
        if (at > 0) {
            inBytes.limit(end).position(at);
            inBytes.compact();
        }
        return count;
    }

    private void onReply(ReplyHandler handler, int at) throws IOException {
        final int body = at + FrameDescriptor.BODY_OFFSET;
        header.wrap(in, at + FrameDescriptor.FRAMING_LENGTH);
        final int blockLength = header.blockLength();
        final int version = header.version();
        inFlight--;
        switch (header.templateId()) {
            case AcknowledgedDecoder.TEMPLATE_ID -> {
                acknowledged.wrap(in, body, blockLength, version);
                handler.onAcknowledged(
                        acknowledged.correlationId(),
                        acknowledged.position(),
                        acknowledged.outcome(),
                        acknowledged.detail());
            }
            case SlateDecoder.TEMPLATE_ID -> {
                slate.wrap(in, body, blockLength, version);
                handler.onSlate(slate.correlationId(), slate);
            }
            case ScoresDecoder.TEMPLATE_ID -> {
                scores.wrap(in, body, blockLength, version);
                handler.onScores(scores.correlationId(), scores);
            }
            case ExplanationDecoder.TEMPLATE_ID -> {
                explanation.wrap(in, body, blockLength, version);
                handler.onExplanation(explanation.correlationId(), explanation);
            }
            case RejectedDecoder.TEMPLATE_ID -> {
                rejected.wrap(in, body, blockLength, version);
                final long refused = rejected.correlationId();
                final long sequence = sequenceOfCorrelation[(int) refused & (sequenceOfCorrelation.length - 1)];
                if (refused != 0 && sequence != 0) {
                    nextSequence = Math.min(nextSequence, sequence);
                }
                handler.onRejected(refused, rejected.code(), rejected.message());
            }
            case WelcomeDecoder.TEMPLATE_ID -> {
                inFlight++;
                welcome.wrap(in, body, blockLength, version);
                serverPosition = welcome.position();
                nextSequence = welcome.nextSequence();
            }
            default ->
                throw new IOException("the server sent a message of unknown template id " + header.templateId()
                        + "; use a newer client");
        }
    }

    /** Says bye when the connection still takes it, and closes. */
    @Override
    public void close() throws IOException {
        try {
            if (inFlight == 0) {
                final ByeEncoder bye = new ByeEncoder();
                bye.wrapAndApplyHeader(out, bodyAt(), headerEncoder);
                frame(bye.encodedLength());
                outBytes.limit(outLength).position(0);
                channel.write(outBytes);
            }
        } catch (IOException e) {
            outLength = 0; // The server went first.
        } finally {
            selector.close();
            channel.close();
        }
    }
}
