package io.doorbuster.training;

import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Ids that lessons are about, each as often as it is there. */
final class Ids {
    private Ids() {}

    static long[] ofShoppers(LessonStore lessons, int trained) {
        return IntStream.range(0, trained).mapToLong(lessons::shopper).toArray();
    }

    static long[] ofCandidates(LessonStore lessons, int trained) {
        return IntStream.range(0, trained)
                .mapToObj(lesson -> lesson)
                .flatMapToLong(lesson -> candidates(lessons, lesson))
                .toArray();
    }

    /** Candidates and histories. */
    static long[] ofItems(LessonStore lessons, int trained) {
        return IntStream.range(0, trained)
                .mapToObj(lesson -> lesson)
                .flatMapToLong(lesson -> LongStream.concat(candidates(lessons, lesson), history(lessons, lesson)))
                .toArray();
    }

    private static LongStream candidates(LessonStore lessons, int lesson) {
        return IntStream.range(0, lessons.candidates(lesson)).mapToLong(c -> lessons.item(lesson, c));
    }

    private static LongStream history(LessonStore lessons, int lesson) {
        return IntStream.range(0, lessons.history(lesson)).mapToLong(place -> lessons.historyItem(lesson, place));
    }
}
