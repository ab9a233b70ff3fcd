package io.doorbuster.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.codec.Rung;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.History;
import io.doorbuster.engine.decision.RequestFilter;
import io.doorbuster.engine.embedding.SessionEmbedding;
import io.doorbuster.engine.learning.LessonObserver;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.engine.store.RankerStore;
import io.doorbuster.engine.store.Stores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No skew between what is learned from and what requests are decided by, and no leak from the event that is learned. */
class LessonsTest {
    private static final int ITEMS_MAX = 200;
    private static final int ITEMS = 60;
    private static final int SHOPPERS = 8;
    private static final int EVENTS = 600;

    /** So many features, the first ones, are measured against the best of all candidates. */
    private static final int SCALED = 5;

    @TempDir
    Path directory;

    /** A lesson, copied: item rows, bits of the features of each, which of them came next. */
    private record Lesson(List<Integer> rows, List<List<Integer>> features, int target) {}

    private static Lesson copy(Candidates candidates, int target) {
        final List<Integer> rows = new ArrayList<>();
        final List<List<Integer>> features = new ArrayList<>();
        for (int i = 0; i < candidates.count(); i++) {
            rows.add(candidates.row(i));
            final List<Integer> bits = new ArrayList<>();
            for (int feature = 0; feature < RankerStore.FEATURES; feature++) {
                bits.add(UnsafeApi.getInt(candidates.columns() + 4L * ((long) feature * Candidates.MAX + i)));
            }
            features.add(bits);
        }
        return new Lesson(rows, features, target);
    }

    private Script play(Engine engine, int events) {
        final Script script = new Script(engine);
        script.configure(
                Setting.DIMENSIONS,
                16,
                Setting.ITEMS_MAX,
                ITEMS_MAX,
                Setting.SHOPPERS_MAX,
                50,
                Setting.RESERVATIONS_MAX,
                32,
                Setting.SOURCES_MAX,
                8,
                Setting.SESSIONS_MAX,
                1_000);
        final SplittableRandom random = new SplittableRandom(11);
        for (int id = 1; id <= ITEMS; id++) {
            script.ratingCenti = random.nextInt(3) == 0 ? 0 : 100 + random.nextInt(400);
            script.item(
                    id,
                    random.nextInt(5),
                    random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(9_000),
                    "i" + id,
                    false,
                    9_999);
        }
        for (int i = 0; i < events; i++) {
            final long shopper = 1 + random.nextInt(SHOPPERS);
            final long item = 1 + random.nextInt(1 + random.nextInt(ITEMS)); // Some far more than others.
            script.passSeconds(random.nextInt(40) == 0 ? 4_000 : random.nextInt(60));
            switch (random.nextInt(8)) {
                case 0 -> script.buy(shopper, item, 1, 0);
                case 1 -> script.cart(shopper, item);
                case 2 -> script.price(item, 1 + random.nextInt(9_000));
                default -> script.view(shopper, item);
            }
        }
        return script;
    }

    @Test
    void requestOfTheSameMomentShouldSeeTheSameFeaturesToTheBit() {
        final int[] compared = new int[1];
        final LessonObserver observer = (stores, candidates, target, history, session, shopper, position) -> {
            final Candidates asked = new Candidates(ITEMS_MAX);
            propose(stores, asked, shopper, position);
            final Lesson lesson = copy(candidates, target);
            final Lesson request = copy(asked, target);
            for (int i = 0; i < lesson.rows().size(); i++) {
                final int index = asked.indexOf(lesson.rows().get(i));
                if (index >= 0) {
                    final List<Integer> served = request.features().get(index);
                    final List<Integer> learned = lesson.features().get(i);
                    // What is scaled by the best of all candidates is the same only where candidates are.
                    if (asked.count() == candidates.count()) {
                        assertThat(served).isEqualTo(learned);
                    }
                    assertThat(served.subList(SCALED, RankerStore.FEATURES))
                            .isEqualTo(learned.subList(SCALED, RankerStore.FEATURES));
                    compared[0]++;
                }
            }
        };
        try (Engine engine = new Engine(directory, new ModelShelf(directory), observer)) {
            play(engine, EVENTS);
        }
        assertThat(compared[0]).isGreaterThan(5_000);
    }

    private static void propose(Stores stores, Candidates asked, long shopper, long position) {
        final Proposal request = new Proposal(stores, asked);
        final RequestFilter filter = new RequestFilter(ITEMS_MAX);
        filter.open();
        final int row = stores.shoppers().rowOf(shopper);
        request.begin(row);
        request.addRemembered(row);
        request.propose(row, filter, position, Rung.NETWORK);
    }

    @Test
    void lessonShouldKnowNothingOfTheEventThatItIsAbout() {
        final List<Lesson> lessons = new ArrayList<>();
        for (final long next : new long[] {3, 44}) {
            final List<Lesson> seen = new ArrayList<>();
            final LessonObserver observer =
                    (Stores stores,
                            Candidates candidates,
                            int target,
                            History history,
                            SessionEmbedding session,
                            long shopper,
                            long position) -> seen.add(copy(candidates, target));
            final Path here = directory.resolve("next-" + next);
            try (Engine engine = new Engine(here, new ModelShelf(here), observer)) {
                final Script script = play(engine, EVENTS);
                final int before = seen.size();
                script.view(1, next);
                assertThat(seen).hasSize(before + 1);
                lessons.add(seen.getLast());
                assertThat(seen.getLast().target() < 0
                                || seen.getLast().rows().get(seen.getLast().target())
                                        == engine.stores().items().rowOf(next))
                        .isTrue();
            }
        }
        assertThat(lessons.get(0).rows()).isEqualTo(lessons.get(1).rows());
        assertThat(lessons.get(0).features()).isEqualTo(lessons.get(1).features());
        assertThat(lessons.get(0).target()).isNotEqualTo(lessons.get(1).target());
    }
}
