package io.doorbuster.engine.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.doorbuster.codec.Retrieved;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.History;
import io.doorbuster.engine.embedding.SessionEmbedding;
import io.doorbuster.engine.store.Settings;
import io.doorbuster.engine.store.ShopperStore;
import io.doorbuster.engine.store.Stores;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogLinearRankingTest {
    private static final int ITEMS = 200;
    private static final int COUNT = 77; // No multiple of a vector's lanes.

    @TempDir
    Path directory;

    private final SplittableRandom random = new SplittableRandom(1);
    private final Map<Integer, Float> own = new HashMap<>();
    private int shopper;

    /** Items of random vectors, in sessions of which there are more of some than of others. */
    private Stores stores() {
        final Stores stores = Stores.create(
                directory, Settings.DEFAULTS.with(Setting.ITEMS_MAX, ITEMS).with(Setting.SHOPPERS_MAX, 10));
        for (int i = 1; i <= ITEMS; i++) {
            final int row = stores.items().add(i);
            stores.embedding().open(row);
            for (int d = 0; d < stores.embedding().dimensions(); d++) {
                UnsafeApi.putFloat(stores.embedding().address(row) + 4L * d, (float) random.nextGaussian());
            }
            stores.embedding().close(row);
        }
        for (int i = 0; i < 100; i++) {
            final int session = stores.sessions().begin();
            for (int place = 0; place < 4; place++) {
                stores.sessions().append(session, random.nextInt(1 + random.nextInt(ITEMS)));
            }
        }
        shopper = stores.shoppers().obtain(77);
        for (int entry = 0; entry < 30; entry++) {
            final float weight = (float) random.nextDouble() * 9 - 2;
            own.put(5 * entry, weight);
            stores.shoppers().ownItems().put(shopper, entry, 5 * entry, weight);
        }
        return stores;
    }

    private void fill(Candidates candidates) {
        candidates.reset();
        while (candidates.count() < COUNT) {
            if (candidates.add(random.nextInt(ITEMS), Retrieved.NEIGHBOUR) && candidates.count() % 3 != 0) {
                candidates.neighbours(
                        candidates.count() - 1, (float) random.nextDouble(), (float) random.nextDouble() / 2);
            }
        }
    }

    private static double sum(Stores stores, Candidates candidates, int index) {
        final double heard = candidates.forward(index) + candidates.backward(index);
        return heard / Math.pow(stores.sessions().sessionsOf(candidates.row(index)) + 1.0, 0.25);
    }

    private static double cosine(Stores stores, SessionEmbedding session, int row) {
        double dot = 0;
        double squares = 0;
        for (int d = 0; d < stores.embedding().dimensions(); d++) {
            final double value = UnsafeApi.getFloat(stores.embedding().address(row) + 4L * d);
            dot += value * UnsafeApi.getFloat(session.unit() + 4L * d);
            squares += value * value;
        }
        return dot / Math.sqrt(squares);
    }

    private void assertScores(Stores stores, SessionEmbedding session, Candidates candidates) {
        final double heaviest =
                own.values().stream().mapToDouble(weight -> weight).max().orElseThrow();
        double most = 0;
        for (int i = 0; i < COUNT; i++) {
            most = Math.max(most, sum(stores, candidates, i));
        }
        for (int i = 0; i < COUNT; i++) {
            final Float weight = own.get(candidates.row(i));
            final double share =
                    Math.max(sum(stores, candidates, i) / most, weight == null ? 0 : Math.pow(2, weight - heaviest));
            final double logit = session.length() == 0 ? 0 : cosine(stores, session, candidates.row(i)) / 0.09;
            assertThat(candidates.score(i))
                    .isCloseTo((float) (Math.log(share + 0.001 * (1 - i / 1_024.0)) + 0.4 * logit), within(0.001f));
        }
    }

    @Test
    void scoresShouldBeThoseOfTheFormula() {
        try (Stores stores = stores()) {
            final LogLinearRanking ranking = new LogLinearRanking(stores);
            final SessionEmbedding session = new SessionEmbedding(stores.embedding());
            final Candidates candidates = new Candidates(ITEMS);
            final History history = new History();
            history.reset();
            session.encode(history);
            fill(candidates);
            ranking.score(shopper, session, candidates);
            assertScores(stores, session, candidates);
            for (int round = 0; round < 20; round++) {
                history.reset();
                for (int i = 0; i < 5; i++) {
                    history.addOlder(random.nextInt(ITEMS));
                }
                session.encode(history);
                fill(candidates);
                ranking.score(shopper, session, candidates);
                assertScores(stores, session, candidates);
            }
        }
    }

    @Test
    void candidatesThatNothingIsKnownOfShouldStandAsTheyWereAdded() {
        try (Stores stores = stores()) {
            final SessionEmbedding session = new SessionEmbedding(stores.embedding());
            final History history = new History();
            history.reset();
            session.encode(history);
            final Candidates candidates = new Candidates(ITEMS);
            candidates.reset();
            new LogLinearRanking(stores).score(ShopperStore.NONE, session, candidates);
            candidates.add(3, Retrieved.TRENDING);
            candidates.add(9, Retrieved.TRENDING);
            new LogLinearRanking(stores).score(ShopperStore.NONE, session, candidates);
            assertThat(candidates.score(0)).isGreaterThan(candidates.score(1)).isFinite();
        }
    }
}
