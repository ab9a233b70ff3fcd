package io.doorbuster.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.Retrieved;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.Feature;
import io.doorbuster.engine.decision.History;
import io.doorbuster.engine.embedding.SessionEmbedding;
import io.doorbuster.engine.ranking.NextItemRanking;
import io.doorbuster.engine.store.ShopperStore;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What texts and images show, as vectors from outside, and what the ranker makes of it. */
class ContentTest {
    private static final int DIMS = 32;
    private static final int ITEMS_MAX = 1_200;
    private static final int FIRST_NEW = 120;

    @TempDir
    Path directory;

    private final SplittableRandom random = new SplittableRandom(11);
    private Engine engine;
    private Script script;

    @BeforeEach
    void open() {
        engine = new Engine(directory);
        script = new Script(engine);
    }

    @AfterEach
    void close() {
        assertThat(engine.recomputeStateHash()).isEqualTo(engine.stateHash());
        engine.close();
    }

    private void shop(Object... more) {
        final Object[] settings = {
            Setting.DIMENSIONS, 16,
            Setting.ITEMS_MAX, ITEMS_MAX,
            Setting.SHOPPERS_MAX, 64,
            Setting.RESERVATIONS_MAX, 16,
            Setting.SOURCES_MAX, 16,
            Setting.SESSIONS_MAX, 1_024
        };
        final Object[] all = Arrays.copyOf(settings, settings.length + more.length);
        System.arraycopy(more, 0, all, settings.length, more.length);
        script.configure(all);
    }

    private void item(long id) {
        script.item(id, 7, 1_000, "item-" + id, false, 10);
    }

    private int row(long id) {
        return engine.stores().items().rowOf(id);
    }

    private float[] noise(double scale) {
        final float[] vector = new float[DIMS];
        for (int d = 0; d < DIMS; d++) {
            vector[d] = (float) (scale * random.nextGaussian());
        }
        return vector;
    }

    @Test
    void featureShouldBeTheCosineThatATwinFinds() {
        shop(Setting.CONTENT_DIMENSIONS, DIMS);
        final double[][] vectors = new double[61][];
        for (int id = 1; id <= 60; id++) {
            item(id);
            if (id % 3 != 0) {
                final float[] vector = noise(id % 2 == 0 ? 1e-6 : 1e6);
                assertThat(script.vector(id, vector)).isEqualTo(Outcome.ACCEPTED);
                vectors[id] = unit(vector);
            }
        }
        final History history = new History();
        final double[] shown = new double[DIMS];
        for (int place = 0; place < 5; place++) {
            final int id = 20 + place;
            history.addOlder(row(id));
            for (int d = 0; d < DIMS && vectors[id] != null; d++) {
                shown[d] += Math.exp(-place / 2.0) * vectors[id][d];
            }
        }
        final Candidates candidates = new Candidates(ITEMS_MAX);
        candidates.reset();
        for (int id = 1; id <= 60; id++) {
            candidates.add(row(id), Retrieved.TRENDING);
        }
        final SessionEmbedding session = new SessionEmbedding(engine.stores().embedding());
        session.encode(history);
        new NextItemRanking(engine.stores()).score(history, ShopperStore.NONE, session, candidates);
        final double length = Math.sqrt(dot(shown, shown));
        for (int id = 1; id <= 60; id++) {
            final double twin = vectors[id] == null ? 0 : dot(shown, vectors[id]) / length;
            final long column = candidates.columns() + 4L * Candidates.MAX * Feature.CONTENT.ordinal();
            assertThat((double) UnsafeApi.getFloat(column + 4L * (id - 1))).isCloseTo(twin, within(1e-5));
        }
    }

    private static double[] unit(float[] vector) {
        final double[] unit = new double[vector.length];
        double squares = 0;
        for (final float component : vector) {
            squares += (double) component * component;
        }
        for (int d = 0; d < unit.length; d++) {
            unit[d] = vector[d] / Math.sqrt(squares);
        }
        return unit;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int d = 0; d < a.length; d++) {
            sum += a[d] * b[d];
        }
        return sum;
    }

    @Test
    void newItemsShouldStandWhereWhatTheyShowIsLiked() {
        shop(Setting.CONTENT_DIMENSIONS, DIMS);
        assertThat(placesOfLikedOnes()).isLessThan(14); // 12 at best, 21 by chance.
    }

    @Test
    void newItemsShouldStandAnywhereWhenNobodyLooksAtThem() {
        shop(Setting.CONTENT_DIMENSIONS, DIMS, Setting.FEATURES_OFF, 1L << Feature.CONTENT.ordinal());
        assertThat(placesOfLikedOnes()).isGreaterThan(16);
    }

    /**
     * Sessions stay with even or with odd items; of six new ones of the same category three look like either. Sum of the
     * places among the new ones that those have which are like what a session is about, for one session of either kind.
     */
    private int placesOfLikedOnes() {
        for (int id = 1; id <= 60; id++) {
            item(id);
            lookLike(id);
        }
        for (int id = FIRST_NEW; id < FIRST_NEW + 1_000; id++) { // What comes anew is seen by those who like the like.
            item(id);
            lookLike(id);
            script.passSeconds(3_600);
            for (int view = 0; view < 2; view++) {
                script.view(1 + id % 40, 2 + 2 * random.nextInt(29) + id % 2);
            }
            script.view(1 + id % 40, random.nextInt(3) == 0 ? id : id - 2 * random.nextInt(3));
        }
        for (int id = 101; id <= 106; id++) {
            item(id);
            lookLike(id);
        }
        script.passSeconds(3_600);
        script.slateSize = 100;
        int places = 0;
        for (int parity = 0; parity < 2; parity++) {
            final long shopper = 50 + parity;
            script.view(shopper, 2 + parity);
            script.view(shopper, 4 + parity);
            final List<Long> newOnes = script.slate(shopper).stream()
                    .filter(id -> id > 100 && id < 110)
                    .toList();
            assertThat(newOnes).hasSize(6);
            for (int place = 0; place < newOnes.size(); place++) {
                places += newOnes.get(place) % 2 == parity ? place + 1 : 0;
            }
        }
        return places;
    }

    private void lookLike(int id) {
        final float[] vector = noise(0.2);
        vector[id % 2] += 1;
        script.vector(id, vector);
    }

    @Test
    void unusableVectorsShouldBeRefused() {
        shop(Setting.CONTENT_DIMENSIONS, DIMS);
        item(1);
        assertThat(script.vector(2, noise(1))).isEqualTo(Outcome.UNKNOWN_ITEM);
        assertThat(script.vector(1, new float[16])).isEqualTo(Outcome.INVALID_VECTOR);
        for (final float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 1.1e9f}) {
            final float[] vector = noise(1);
            vector[DIMS - 1] = bad;
            assertThat(script.vector(1, vector)).isEqualTo(Outcome.INVALID_VECTOR);
        }
        assertThat(engine.stores().content().has(row(1))).isFalse();
        assertThat(script.vector(1, noise(1e-3))).isEqualTo(Outcome.ACCEPTED);
        assertThat(engine.stores().content().has(row(1))).isTrue();
        assertThat(script.vector(1, new float[DIMS])).isEqualTo(Outcome.ACCEPTED);
        assertThat(engine.stores().content().has(row(1))).isFalse();
    }

    @Test
    void shopWithoutVectorsShouldTakeNone() {
        shop(Setting.CONTENT_DIMENSIONS, 0);
        item(1);
        assertThat(script.vector(1, noise(1))).isEqualTo(Outcome.INVALID_VECTOR);
        assertThat(script.vector(1, new float[0])).isEqualTo(Outcome.INVALID_VECTOR);
        script.view(1, 1);
        assertThat(script.slate(1)).containsExactly(1L);
    }
}
