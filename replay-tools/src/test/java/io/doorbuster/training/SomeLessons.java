package io.doorbuster.training;

import java.util.Random;

/** Lessons made by chance, in which something can be learned. */
final class SomeLessons {
    static final int FEATURES = 5;
    static final int SHARED = 20;
    static final int DIMENSIONS = 16;

    private SomeLessons() {}

    /** Of what came next the first input is higher, and the second goes with the first shared one; a shopper {@code s} likes items {@code s mod 4 (mod 4)}. */
    static LessonStore of(int count, long seed) {
        final Random random = new Random(seed);
        final LessonStore lessons = new LessonStore(new LessonFormat(5, 15, SHARED, FEATURES));
        for (int i = 0; i < count; i++) {
            final int candidates = 2 + random.nextInt(4);
            final int history = 1 + random.nextInt(15);
            final long shopper = 1 + random.nextInt(12);
            final int lesson = lessons.add(i + 1L, i * 1_000_000_000L, shopper, candidates, history);
            for (int place = 0; place < history; place++) {
                lessons.historyItem(lesson, place, 100 + 4 * random.nextInt(10) + shopper % 4);
            }
            for (int f = 0; f < SHARED; f++) {
                lessons.shared(lesson, f, random.nextFloat() - 0.5f);
            }
            for (int c = 0; c < candidates; c++) {
                final int liked = c == 0 ? (int) (shopper % 4) : random.nextInt(4);
                lessons.candidate(lesson, c, 100 + 4 * random.nextInt(10) + liked, random.nextFloat());
                for (int f = 0; f < FEATURES; f++) {
                    final float told = c > 0 || f > 1 ? 0f : f == 0 ? 1.5f : 12 * lessons.shared(lesson, 0);
                    lessons.own(lesson, c, f, random.nextFloat() * 3 + f + told);
                }
            }
        }
        return lessons;
    }
}
