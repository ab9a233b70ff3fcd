package io.doorbuster.training;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Lessons in the order of the journal, off the heap. Candidate 0 of a lesson is the one that came next. One thread.
 *
 * <pre>
 *   lesson:    0 position int64 | 8 engine time int64 | 16 shopper int64 | 24 candidates int32 | 28 history items int32
 *              item ids of the history int64[historyMax], the newest first | shared float[sharedFloats] | candidates
 *   candidate: 0 item id int64 | 8 live score float | 12 float[candidateFloats]
 * </pre>
 */
final class LessonStore implements AutoCloseable {
    /** Lessons at most. */
    static final int LESSONS_MAX = 8_000_000;

    private static final long CHUNK_BYTES = 8L << 20;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final LessonFormat format;
    private final int perChunk;
    private final Arena arena = Arena.ofConfined();
    private final List<MemorySegment> chunks = new ArrayList<>();
    private int count;

    LessonStore(LessonFormat format) {
        this.format = format;
        perChunk = (int) (CHUNK_BYTES / format.lessonBytes());
    }

    LessonFormat format() {
        return format;
    }

    /** Adds a lesson, zeros but for what is given, and returns its number. */
    int add(long position, long timeNs, long shopper, int candidates, int history) {
        if (count == LESSONS_MAX) {
            throw new IllegalArgumentException("the journal holds more than " + LESSONS_MAX
                    + " lessons: give --until, or raise the setting RANKER_INTERVAL");
        }
        if (count == chunks.size() * perChunk) {
            chunks.add(arena.allocate(CHUNK_BYTES, 64));
        }
        final int lesson = count++;
        final MemorySegment chunk = chunk(lesson);
        final long at = at(lesson);
        chunk.set(LONG, at, position);
        chunk.set(LONG, at + 8, timeNs);
        chunk.set(LONG, at + 16, shopper);
        chunk.set(INT, at + 24, candidates);
        chunk.set(INT, at + 28, history);
        return lesson;
    }

    private MemorySegment chunk(int lesson) {
        return chunks.get(lesson / perChunk);
    }

    private long at(int lesson) {
        return (long) (lesson % perChunk) * format.lessonBytes();
    }

    int count() {
        return count;
    }

    long position(int lesson) {
        return chunk(lesson).get(LONG, at(lesson));
    }

    long timeNs(int lesson) {
        return chunk(lesson).get(LONG, at(lesson) + 8);
    }

    long shopper(int lesson) {
        return chunk(lesson).get(LONG, at(lesson) + 16);
    }

    int candidates(int lesson) {
        return chunk(lesson).get(INT, at(lesson) + 24);
    }

    /** Items of its history. */
    int history(int lesson) {
        return chunk(lesson).get(INT, at(lesson) + 28);
    }

    /** Item id at a place of its history, 0 = the newest. */
    long historyItem(int lesson, int place) {
        return chunk(lesson).get(LONG, at(lesson) + format.historyOffset() + 8L * place);
    }

    void historyItem(int lesson, int place, long itemId) {
        chunk(lesson).set(LONG, at(lesson) + format.historyOffset() + 8L * place, itemId);
    }

    float shared(int lesson, int index) {
        return chunk(lesson).get(FLOAT, at(lesson) + format.sharedOffset() + 4L * index);
    }

    void shared(int lesson, int index, float value) {
        chunk(lesson).set(FLOAT, at(lesson) + format.sharedOffset() + 4L * index, value);
    }

    long item(int lesson, int candidate) {
        return chunk(lesson).get(LONG, at(lesson) + format.candidateOffset(candidate));
    }

    /** What the live ranker thought of it at the time. */
    float liveScore(int lesson, int candidate) {
        return chunk(lesson).get(FLOAT, at(lesson) + format.candidateOffset(candidate) + 8);
    }

    void candidate(int lesson, int candidate, long itemId, float liveScore) {
        final long at = at(lesson) + format.candidateOffset(candidate);
        chunk(lesson).set(LONG, at, itemId);
        chunk(lesson).set(FLOAT, at + 8, liveScore);
    }

    float own(int lesson, int candidate, int index) {
        return chunk(lesson).get(FLOAT, at(lesson) + format.candidateOffset(candidate) + 12 + 4L * index);
    }

    void own(int lesson, int candidate, int index, float value) {
        chunk(lesson).set(FLOAT, at(lesson) + format.candidateOffset(candidate) + 12 + 4L * index, value);
    }

    /** SHA-256 of all lessons. */
    String digest() {
        try {
            final MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (int lesson = 0; lesson < count; lesson += perChunk) {
                final long bytes = (long) Math.min(perChunk, count - lesson) * format.lessonBytes();
                digest.update(chunk(lesson).asSlice(0, bytes).asByteBuffer());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // Every JDK has it.
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
