package io.doorbuster.gateway;

import io.doorbuster.gateway.frame.FrameDescriptor;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/** A socket that says whatever it is told to. */
final class RawConnection implements AutoCloseable {
    private static final int PATIENCE_MS = 20_000;

    private final Socket socket;
    private final DataInputStream in;

    RawConnection(InetSocketAddress address) throws IOException {
        this(address, 0);
    }

    /** With a receive buffer of so many bytes; 0 = as the system has it. */
    RawConnection(InetSocketAddress address, int receiveBytes) throws IOException {
        socket = new Socket();
        if (receiveBytes > 0) {
            socket.setReceiveBufferSize(receiveBytes);
        }
        socket.connect(address);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MS);
        in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 1 << 16));
    }

    /** Sends bytes; a peer that has closed already is found out by {@link #read}. */
    void send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            Thread.onSpinWait();
        }
    }

    void endOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            Thread.onSpinWait();
        }
    }

    /** The next whole frame, or no bytes when the server has closed; a server that says nothing for long is a failure. */
    byte[] read() throws IOException {
        try {
            final int length = in.readInt();
            final byte[] frame = new byte[length];
            FrameDescriptor.write(new UnsafeBuffer(frame), 0, length);
            in.readFully(frame, 4, length - 4);
            return frame;
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            return new byte[0];
        }
    }

    static int template(byte[] frame) {
        return new UnsafeBuffer(frame).getShort(FrameDescriptor.FRAMING_LENGTH + 2, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    static long correlationId(byte[] frame) {
        return new UnsafeBuffer(frame).getLong(FrameDescriptor.BODY_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    /** The same bytes as one frame of another length: cut, or filled up with zeros. */
    static byte[] resized(byte[] frame, int length) {
        final byte[] bytes = Arrays.copyOf(frame, length);
        FrameDescriptor.write(new UnsafeBuffer(bytes), 0, length);
        return bytes;
    }

    /** Closes so that the peer finds a reset connection. */
    void vanish() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
