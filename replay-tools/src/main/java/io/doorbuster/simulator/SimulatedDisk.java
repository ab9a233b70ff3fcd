package io.doorbuster.simulator;

import io.doorbuster.journal.ExcerptLog;
import io.doorbuster.journal.ExcerptSource;
import io.doorbuster.journal.JournalAppender;
import io.doorbuster.journal.JournalCorruptException;
import io.doorbuster.journal.JournalDisk;
import io.doorbuster.journal.RecordDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.agrona.collections.IntArrayList;
import org.agrona.collections.LongArrayList;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A journal's file behind a page cache. What was appended outlives the process; what was forced outlives the power.
 *
 * <pre>
 *   excerpt:  length int32, negative while it is being written | bytes | padding to 8
 *   a length of 0 is the end
 * </pre>
 */
final class SimulatedDisk implements ExcerptLog, JournalDisk {
    static final int HEADER_BYTES = 4;

    private static final int UNFINISHED = 1 << 31;
    private static final int PAGE_BYTES = 4096;
    private static final int NEVER = -1;
    private static final int MARKED_EVERY = 64;

    private byte[] file = new byte[1 << 22];
    private final UnsafeBuffer view = new UnsafeBuffer(file);
    private int end;
    private int dirtyEnd;
    private int forcedEnd;
    private int capacity = Integer.MAX_VALUE;
    private int dieAfter = NEVER;
    private boolean failsForce;

    /** Where each so many excerpts begin, so that a search need not begin with the first. */
    private final IntArrayList marks = new IntArrayList();

    private final LongArrayList markedPositions = new LongArrayList();
    private int excerpts;

    /** The process is killed in the middle of an append. */
    static final class Death extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @Override
    public long append(ByteBuffer batch, int length) {
        final int next = next(end, length);
        if (next > capacity) {
            throw new SimulationFailure("an append meets a full disk, which tears it");
        }
        reserve(next + HEADER_BYTES);
        view.putInt(end, length | UNFINISHED);
        if (dieAfter != NEVER) {
            final int torn = Math.min(dieAfter, length);
            view.putBytes(end + HEADER_BYTES, batch, 0, torn);
            dirtyEnd = end + HEADER_BYTES + torn;
            throw new Death();
        }
        view.putBytes(end + HEADER_BYTES, batch, 0, length);
        view.putInt(end, length);
        mark();
        end = next;
        dirtyEnd = next;
        return JournalAppender.end(0, end);
    }

    /** Notes where an excerpt of records begins; those of hashes have no positions. */
    private void mark() {
        final long first = view.getLong(end + HEADER_BYTES + RecordDescriptor.POSITION_OFFSET);
        if (excerpts++ % MARKED_EVERY == 0 && first > 0) {
            marks.addInt(end);
            markedPositions.addLong(first);
        }
    }

    /** Offset of the last marked excerpt that begins before a position; 0 where there is none. */
    private int markBefore(long position) {
        int low = 0;
        int high = marks.size();
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (markedPositions.getLong(middle) < position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? 0 : marks.getInt(low - 1);
    }

    private static int next(int offset, int length) {
        return (offset + HEADER_BYTES + length + 7) & -8;
    }

    private void reserve(int bytes) {
        if (bytes > file.length) {
            file = Arrays.copyOf(file, Math.max(bytes, (int) Math.min(Integer.MAX_VALUE - 8L, 2L * file.length)));
            view.wrap(file);
        }
    }

    @Override
    public void force(int cycle, long position) throws IOException {
        if (failsForce) {
            throw new IOException("Input/output error");
        }
        forcedEnd = end;
    }

    /** The next append is the last thing that this process does, and ends after so many bytes. */
    void dieInAppend(int bytes) {
        dieAfter = bytes;
    }

    /** Every force fails until the next start. */
    void failForces() {
        failsForce = true;
    }

    /** So many bytes may still be appended. */
    void room(int bytes) {
        capacity = end + bytes;
    }

    void freeSpace() {
        capacity = Integer.MAX_VALUE;
    }

    int room() {
        return capacity - end;
    }

    int end() {
        return end;
    }

    int forcedEnd() {
        return forcedEnd;
    }

    /** Each page that was not forced is there, torn at any byte, or lost. */
    void cutPower(SplittableRandom random) {
        for (int from = forcedEnd; from < dirtyEnd; ) {
            final int to = Math.min(dirtyEnd, (from / PAGE_BYTES + 1) * PAGE_BYTES);
            final int kind = random.nextInt(4);
            if (kind == 0) {
                Arrays.fill(file, from, to, (byte) 0);
            } else if (kind == 1) {
                Arrays.fill(file, random.nextInt(from, to), to, (byte) 0);
            } else if (kind == 2 && random.nextBoolean()) {
                Arrays.fill(file, from, random.nextInt(from, to), (byte) 0);
            }
            from = to;
        }
    }

    /** The next process goes on where a source has come to the end, or to what cannot be read; the rest is blanked. */
    void openAt(int offset) {
        Arrays.fill(file, Math.min(offset, dirtyEnd), dirtyEnd, (byte) 0);
        end = offset;
        dirtyEnd = offset;
        while (!marks.isEmpty() && marks.getInt(marks.size() - 1) >= offset) {
            marks.removeAt(marks.size() - 1);
            markedPositions.removeAt(markedPositions.size() - 1);
        }
        dieAfter = NEVER;
        failsForce = false;
    }

    /** Flips one bit; the same again flips it back. */
    void flip(int offset, int bit) {
        file[offset] ^= (byte) (1 << bit);
    }

    /** Bytes of the excerpt that begins at an offset. */
    int length(int offset) {
        return view.getInt(offset);
    }

    Source source() {
        return new Source();
    }

    @Override
    public void close() {}

    /** Reads the file from its beginning. */
    final class Source implements ExcerptSource {
        private int offset;
        private int excerpt = NEVER;

        @Override
        public boolean read(ByteBuffer target, long reached) {
            if (offset + HEADER_BYTES > file.length) {
                return false;
            }
            final int length = view.getInt(offset);
            if (length == 0 || (length & UNFINISHED) != 0) {
                return false;
            }
            excerpt = offset;
            if (length > target.capacity() || next(offset, length) > file.length) {
                throw new JournalCorruptException("an excerpt of " + length + " bytes", reached, excerpt);
            }
            target.clear().limit(length);
            target.put(0, file, offset + HEADER_BYTES, length);
            offset = next(offset, length);
            return true;
        }

        @Override
        public long index() {
            return excerpt; // Its offset is what names an excerpt here.
        }

        @Override
        public long seek(long position) {
            int found = markBefore(position);
            long before = 0;
            for (int at = found;
                    at + HEADER_BYTES <= file.length && view.getInt(at) > 0;
                    at = next(at, view.getInt(at))) {
                final long first = view.getLong(at + HEADER_BYTES + RecordDescriptor.POSITION_OFFSET);
                if (first >= position) {
                    break;
                }
                if (first > 0) {
                    found = at;
                    before = first - 1;
                }
            }
            offset = found;
            excerpt = found;
            return before;
        }

        @Override
        public @Nullable String problemBehindEnd(long reached) {
            if (offset + HEADER_BYTES <= file.length && view.getInt(offset) < 0) {
                return null; // An append that a kill has ended.
            }
            for (int at = offset; at < dirtyEnd; at++) {
                if (file[at] != 0) {
                    excerpt = offset;
                    return "bytes behind the end";
                }
            }
            return null;
        }

        /** Where the next excerpt would begin. */
        int offset() {
            return offset;
        }

        /** Where the last excerpt begins, also one that cannot be read. */
        int excerpt() {
            return excerpt;
        }

        @Override
        public void close() {}
    }
}
