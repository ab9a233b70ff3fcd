package io.doorbuster.intake;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** What a gzip file of lines holds; says in which line it is cut off or damaged. One thread. */
final class GzipLines extends FilterInputStream {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path path;
    private long line = 1;

    private GzipLines(Path path, InputStream inflated) {
        super(inflated);
        this.path = path;
    }

    /** @throws IOException when the file's head is cut off or damaged already. */
    static InputStream open(Path path, InputStream packed) throws IOException {
        try {
            return new GzipLines(path, new GZIPInputStream(packed, BUFFER_BYTES));
        } catch (EOFException | ZipException e) {
            packed.close();
            throw broken(path, 1, e);
        }
    }

    @Override
    public int read() throws IOException {
        final byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        final int count;
        try {
            count = super.read(target, offset, length);
        } catch (EOFException | ZipException e) {
            throw broken(path, line, e);
        }
        for (int i = 0; i < count; i++) {
            line += target[offset + i] == '\n' ? 1 : 0;
        }
        return count;
    }

    private static IOException broken(Path path, long line, IOException e) {
        final String how = e instanceof EOFException ? "cut off" : "damaged (" + e.getMessage() + ")";
        return new IOException(path + " is " + how + " in line " + line + ": bring it again, whole", e);
    }
}
