package io.doorbuster.gateway.tcp;

import io.doorbuster.codec.RejectCode;
import io.doorbuster.engine.ring.InputRing;
import io.doorbuster.engine.ring.InputSlot;
import io.doorbuster.engine.ring.Pipeline;
import io.doorbuster.engine.ring.ReplySink;
import io.doorbuster.gateway.frame.FrameDescriptor;
import io.doorbuster.gateway.wire.WireTranslator;
import io.doorbuster.journal.JournalClock;
import io.doorbuster.journal.JournalForcer;
import io.doorbuster.journal.JournalSpace;
import io.doorbuster.journal.RecordDescriptor;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The duty cycle of the network: reads, publishes, lets the pipeline work (SHARED), writes. One thread owns every socket.
 * Spins while there is work and a little longer, then sleeps in the selector.
 */
public final class TcpAgent implements ReplySink, AutoCloseable {
    private static final long SPIN_NS = 200_000;
    private static final long SLEEP_MS = 20;
    private static final long HOUSEKEEPING_NS = 100_000_000;

    private final ServerSocketChannel server;
    private final Selector selector;
    private final SelectionKey serverKey;
    private final InputRing ring;
    private final FrameHandler frames;
    private final Consumer<SelectionKey> onReady = this::onReady;
    private final Long2ObjectHashMap<Connection> connections = new Long2ObjectHashMap<>();
    private final ArrayList<Connection> dirty = new ArrayList<>();
    private final ArrayList<Connection> resumable = new ArrayList<>();
    private final ArrayList<Connection> waiting = new ArrayList<>();
    private final JournalSpace space;
    private final JournalForcer forcer;
    private final DiskQueue diskQueue;
    private final @Nullable ReplyHandover handover;
    private volatile boolean sleepsBesideDisk;
    private @Nullable Pipeline pipeline;
    private volatile boolean abandoned;
    private long nextConnectionId = 1;
    private long lastWorkNs;
    private long lastHousekeepingNs;
    private int work;

    private TcpAgent(
            ServerSocketChannel server,
            Selector selector,
            SelectionKey serverKey,
            InputRing ring,
            FrameHandler frames,
            JournalSpace space,
            JournalForcer forcer,
            boolean repliesComeFromAnotherThread) {
        this.server = server;
        this.selector = selector;
        this.serverKey = serverKey;
        this.ring = ring;
        this.frames = frames;
        this.space = space;
        this.forcer = forcer;
        diskQueue = new DiskQueue(forcer, this::onDiskReply);
        handover = repliesComeFromAnotherThread ? new ReplyHandover(selector, this::onReply) : null;
        forcer.onForced(this::wakeFromDisk);
        lastWorkNs = System.nanoTime();
        lastHousekeepingNs = lastWorkNs;
    }

    /** An agent of a port that has been taken; it closes it. */
    public static TcpAgent of(
            BoundPort port,
            InputRing ring,
            WireTranslator translator,
            JournalClock clock,
            Token token,
            SourceSequences sequences,
            long position,
            JournalSpace space,
            JournalForcer forcer,
            ModelLoader models,
            boolean repliesComeFromAnotherThread)
            throws IOException {
        final ServerSocketChannel server = port.channel;
        server.configureBlocking(false);
        final Selector selector = Selector.open();
        final SelectionKey key = server.register(selector, SelectionKey.OP_ACCEPT);
        final FrameHandler frames =
                new FrameHandler(ring, translator, clock, token, sequences, space, models, position);
        return new TcpAgent(server, selector, key, ring, frames, space, forcer, repliesComeFromAnotherThread);
    }

    /** The port that is listened on. */
    public int port() {
        return server.socket().getLocalPort();
    }

    /**
     * One lap of the duty cycle.
     *
     * @param pipeline behind the ring; the same in every lap.
     */
    public void doWork(Pipeline pipeline) throws IOException {
        this.pipeline = pipeline;
        work = 0;
        final long nowNs = System.nanoTime();
        if (nowNs - lastWorkNs < SPIN_NS || !pipeline.isDrained()) {
            selector.selectNow(onReady);
        } else {
            sleep();
        }
        work += pipeline.poll();
        if (handover != null) {
            work += handover.drain();
        }
        work += diskQueue.release();
        final IOException failure = forcer.failure() != null ? forcer.failure() : space.failure();
        if (failure != null) {
            throw failure; // Nothing is answered any more: who asked cannot know, and neither can we.
        }
        flushDirty();
        resume();
        if (nowNs - lastHousekeepingNs > HOUSEKEEPING_NS) {
            lastHousekeepingNs = nowNs;
            housekeeping(nowNs);
        }
        if (work > 0) {
            lastWorkNs = System.nanoTime(); // Not nowNs, which may lie before a sleep.
        } else {
            Thread.onSpinWait();
        }
    }

    private void sleep() throws IOException {
        sleepsBesideDisk = true;
        if (diskQueue.isReady()) {
            selector.selectNow(onReady);
        } else if (handover == null) {
            selector.select(onReady, SLEEP_MS);
        } else if (handover.beginSleep()) {
            selector.select(onReady, SLEEP_MS);
            handover.endSleep();
        }
        sleepsBesideDisk = false;
    }

    /** Called by the thread that forces the journal. */
    private void wakeFromDisk() {
        if (sleepsBesideDisk) {
            sleepsBesideDisk = false;
            selector.wakeup();
        }
    }

    private void onReady(SelectionKey key) {
        work++;
        if (key.attachment() == null) { // Only the listening channel has no connection.
            accept();
            return;
        }
        final Connection connection = (Connection) key.attachment();
        try {
            if (key.isValid() && key.isWritable()) {
                markDirty(connection);
            }
            if (key.isValid() && key.isReadable()) {
                read(connection);
            }
        } catch (IOException e) {
            close(connection); // The peer is gone; what it sent whole has been taken.
        }
    }

    private void accept() {
        try {
            for (SocketChannel channel = server.accept(); channel != null; channel = server.accept()) {
                if (connections.size() >= ConnectionLimits.CONNECTIONS_MAX) {
                    channel.close();
                    continue;
                }
                admit(channel);
            }
        } catch (IOException e) {
            serverKey.interestOps(0); // Out of descriptors: the next housekeeping tries again.
        }
    }

    private void admit(SocketChannel channel) throws IOException {
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        } catch (IOException e) {
            channel.close(); // The peer has gone already; the next one may be well.
            return;
        }
        final SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
        final long deadlineNs = System.nanoTime() + ConnectionLimits.HELLO_NS;
        final Connection connection = new Connection(nextConnectionId++, channel, key, deadlineNs);
        key.attach(connection);
        connections.put(connection.id, connection);
    }

    private void read(Connection connection) throws IOException {
        if (connection.ended) {
            connection.in.clear(); // Whatever it still says is thrown away.
        }
        final int count = connection.channel.read(connection.in);
        if (count < 0) {
            close(connection);
            return;
        }
        take(connection);
    }

    /** Takes the whole frames that have arrived. */
    private void take(Connection connection) {
        if (connection.ended) {
            return;
        }
        final long arrivedNs = System.nanoTime();
        final int end = connection.in.position();
        int at = 0;
        while (end - at >= FrameDescriptor.FRAMING_LENGTH && connection.mayTake()) {
            final int length = FrameDescriptor.length(connection.inBuffer, at);
            if (!checkFrame(connection, at, length)) {
                break;
            }
            if (end - at < length) {
                break;
            }
            makeRoom();
            if (frames.mustWait(connection, connection.inBuffer, at, length)) {
                hold(connection);
                break;
            }
            if (frames.onFrame(connection, connection.inBuffer, at, length, arrivedNs)) {
                work++;
            }
            at += length;
        }
        if (connection.closeWhenSent) {
            at = end; // Nothing behind the frame that ended the session is read.
        }
        connection.in.limit(end).position(at);
        connection.in.compact();
        if (connection.authenticated) {
            connection.readDeadlineNs = frameDeadline(connection, at, arrivedNs);
        }
        updateReading(connection);
        markDirty(connection);
    }

    /** SHARED: this very thread takes a full ring through. DEDICATED: does nothing; others make room. */
    private void makeRoom() {
        final Pipeline current = pipeline;
        if (current != null && !ring.hasRoom()) {
            work += current.poll();
        }
    }

    /** Until there is room again the connection is not read: the client feels it in its own socket. */
    private void hold(Connection connection) {
        if (!connection.waitsForRoom) {
            connection.waitsForRoom = true;
            waiting.add(connection);
        }
    }

    private static boolean isHeldBack(Connection connection) {
        return connection.waitsForRoom || !connection.mayTake();
    }

    /** A frame that has begun must end in time; what is held back by us has all the time. */
    private static long frameDeadline(Connection connection, int taken, long nowNs) {
        if (connection.in.position() == 0 || isHeldBack(connection)) {
            return Long.MAX_VALUE;
        }
        final boolean runs = taken == 0 && connection.readDeadlineNs != Long.MAX_VALUE;
        return runs ? connection.readDeadlineNs : nowNs + ConnectionLimits.FRAME_NS;
    }

    private boolean checkFrame(Connection connection, int at, int length) {
        if (!FrameDescriptor.hasKnownEncoding(connection.inBuffer, at) || length < FrameDescriptor.BODY_OFFSET) {
            frames.fail(connection, RejectCode.MALFORMED, "no frame: expected its length and encoding 0xEB50");
            return false;
        }
        if (length > FrameDescriptor.FRAME_MAX) {
            frames.fail(
                    connection,
                    RejectCode.OVERSIZED,
                    "a frame of " + length + " bytes; the largest has " + FrameDescriptor.FRAME_MAX);
            return false;
        }
        return true;
    }

    /** A connection that may not take frames is not read: the client feels it in its own socket. */
    private void updateReading(Connection connection) {
        if (!connection.key.isValid()) {
            return;
        }
        final boolean pause = isHeldBack(connection);
        if (pause != connection.readPaused) {
            connection.readPaused = pause;
            final int ops = connection.key.interestOps();
            connection.key.interestOps(pause ? ops & ~SelectionKey.OP_READ : ops | SelectionKey.OP_READ);
        }
    }

    @Override
    public void onReply(InputSlot slot, boolean endOfBatch) {
        final boolean isWanted = slot.connectionId() != 0 && slot.replyLength() != 0 && !abandoned;
        final long diskPosition = slot.waitsForDisk() ? RecordDescriptor.position(slot.record(), 0) : 0;
        if (handover == null) {
            if (isWanted) {
                onReply(slot.connectionId(), slot.correlationId(), diskPosition, slot.reply(), 0, slot.replyLength());
            }
            return;
        }
        if (isWanted) {
            handover.offer(slot, diskPosition);
        }
        if (endOfBatch) {
            handover.wake();
        }
    }

    private void onReply(
            long connectionId, long correlationId, long diskPosition, DirectBuffer reply, int offset, int length) {
        if (diskPosition > 0) {
            diskQueue.add(connectionId, correlationId, diskPosition, reply, offset, length);
        } else {
            queueReply(connectionId, correlationId, reply, offset, length);
        }
    }

    private void onDiskReply(long connectionId, long correlationId, DirectBuffer reply, int offset, int length) {
        frames.onDiskReply();
        queueReply(connectionId, correlationId, reply, offset, length);
    }

    private void queueReply(long connectionId, long correlationId, DirectBuffer reply, int offset, int length) {
        final Connection connection = connections.get(connectionId);
        if (connection != null) { // Otherwise it has gone; its facts and commands are applied all the same.
            connection.appendReply(reply, offset, length, correlationId);
            connection.inFlight--;
            markDirty(connection);
        }
    }

    private void markDirty(Connection connection) {
        if (!connection.dirty) {
            connection.dirty = true;
            dirty.add(connection);
        }
    }

    private void flushDirty() {
        for (int i = 0; i < dirty.size(); i++) {
            final Connection connection = dirty.get(i);
            connection.dirty = false;
            flush(connection);
        }
        dirty.clear();
    }

    /** Goes on with what connections sent while no frame of theirs might be taken. */
    private void resume() {
        for (int i = 0, resumed = resumable.size(); i < resumed; i++) {
            take(resumable.get(i));
        }
        resumable.clear();
        for (int i = 0, held = waiting.size(); i < held && ring.hasRoom(); i++) {
            final Connection connection = waiting.remove(0);
            connection.waitsForRoom = false;
            take(connection);
        }
    }

    private void flush(Connection connection) {
        if (!connection.channel.isOpen()) {
            return;
        }
        try {
            final boolean all = connection.flush(System.nanoTime() + ConnectionLimits.STALLED_NS);
            if (all && connection.closeWhenSent && connection.inFlight == 0) {
                end(connection);
                return;
            }
            final int ops = connection.key.interestOps();
            final boolean waits = (ops & SelectionKey.OP_WRITE) != 0;
            if (all == waits) {
                connection.key.interestOps(all ? ops & ~SelectionKey.OP_WRITE : ops | SelectionKey.OP_WRITE);
            }
            if (connection.readPaused && connection.mayTake()) {
                resumable.add(connection);
            }
        } catch (IOException e) {
            close(connection);
        }
    }

    /**
     * Ends our side, and reads until the client ends its own: bytes that lie unread when a socket is closed reset the
     * connection, and take back every reply that the client has not read yet.
     */
    private static void end(Connection connection) throws IOException {
        if (connection.ended) {
            return;
        }
        connection.ended = true;
        connection.channel.shutdownOutput();
        connection.readDeadlineNs = System.nanoTime() + ConnectionLimits.LINGER_NS;
        connection.key.interestOps(SelectionKey.OP_READ);
    }

    private void housekeeping(long nowNs) {
        serverKey.interestOps(SelectionKey.OP_ACCEPT);
        if (frames.tick()) {
            work++;
        }
        for (final Connection connection : connections.values().toArray(new Connection[0])) {
            if (nowNs > Math.min(connection.readDeadlineNs, connection.writeDeadlineNs)) {
                close(connection);
            }
        }
    }

    private void close(Connection connection) {
        connection.key.cancel();
        try {
            connection.channel.close();
        } catch (IOException e) {
            connection.closeWhenSent = true; // Closed as far as we are concerned.
        }
        connections.remove(connection.id);
    }

    /** Takes replies while the pipeline works off its ring; its egress may be waiting for room. Not beside {@link #doWork}. */
    public void drain(Pipeline last) {
        while (!last.isDrained()) {
            last.poll();
            if (handover != null) {
                handover.drain();
            }
            Thread.onSpinWait();
        }
    }

    /** Nothing is answered any more, and nobody waits for it: a failure has stopped {@link #doWork}. Any thread. */
    public void abandonReplies() {
        abandoned = true;
        if (handover != null) {
            handover.abandon();
        }
    }

    /** Sends what can be sent at once, and closes every socket; takes no frame any more: nobody would journal it. */
    @Override
    public void close() throws IOException {
        if (!abandoned) {
            if (handover != null) {
                handover.drain();
            }
            diskQueue.release();
            flushDirty();
        }
        for (final Connection connection : connections.values().toArray(new Connection[0])) {
            close(connection);
        }
        server.close();
        selector.close();
    }
}
