package io.doorbuster.training;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.doorbuster.client.ItemIds;
import io.doorbuster.engine.decision.Feature;
import io.doorbuster.gateway.Progress;
import io.doorbuster.replay.Replayer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a lesson knows: everything before its moment, and nothing of what it is to foretell. */
class LessonsTest {
    private static final List<Feature> READ =
            List.of(Feature.TIMES_SEEN, Feature.IS_LAST, Feature.OWN, Feature.HISTORY_LENGTH);

    @TempDir
    Path directory;

    @Test
    void lessonsShouldNotKnowWhatTheyAreToForetell() throws IOException {
        final Path data = SomeJournal.play(directory.resolve("data"));
        final Columns columns = new Columns(List.of(), true, READ, true);
        try (LessonCollector collector = new LessonCollector(columns, true, 4, 1);
                Replayer replayer = new Replayer(data, collector);
                Replayer alone = new Replayer(data)) {
            final long stateHash =
                    replayer.replay(Long.MAX_VALUE, Progress.NONE).stateHash();
            assertThat(stateHash)
                    .as("who looks changes nothing")
                    .isEqualTo(alone.replay(Long.MAX_VALUE, Progress.NONE).stateHash());
            final LessonStore lessons = requireNonNull(collector.lessons());
            assertThat(lessons.count()).isGreaterThan(100);
            final int dims = collector.dimensions();
            for (int lesson = 0; lesson < lessons.count(); lesson++) {
                final int number = (int) numberOf(lessons.item(lesson, 0));
                assertThat(numberOf(lessons.historyItem(lesson, 0)))
                        .as("what came before what came next")
                        .isEqualTo((number + 29) % 30);
                assertThat(lessons.own(lesson, 0, dims)).as("seen before").isZero();
                assertThat(lessons.own(lesson, 0, dims + 1)).as("is the last").isZero();
                assertThat(lessons.own(lesson, 0, dims + 2)).as("own").isEqualTo(-9f);
                assertThat(lessons.own(lesson, 0, dims + 3))
                        .isCloseTo((float) Math.log(lessons.history(lesson) + 1), within(1e-5f));
                assertThat(unit(lessons, lesson, dims)).isCloseTo(1, within(1e-3));
                for (int c = 1; c < lessons.candidates(lesson); c++) {
                    assertThat(lessons.item(lesson, c)).isNotEqualTo(lessons.item(lesson, 0));
                }
            }
        }
    }

    private static long numberOf(long itemId) {
        for (int item = 0; item < 30; item++) {
            if (ItemIds.of("a" + item) == itemId) {
                return item;
            }
        }
        throw new IllegalArgumentException("itemId=" + itemId);
    }

    private static double unit(LessonStore lessons, int lesson, int dims) {
        double squares = 0;
        for (int i = 0; i < dims; i++) {
            squares += lessons.own(lesson, 0, i) * (double) lessons.own(lesson, 0, i);
        }
        return Math.sqrt(squares);
    }
}
