package io.doorbuster.engine.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.doorbuster.codec.Retrieved;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.History;
import io.doorbuster.engine.embedding.SessionEmbedding;
import io.doorbuster.engine.ranking.NextItemRanking;
import io.doorbuster.engine.store.ItemCount;
import io.doorbuster.engine.store.RankerStore;
import io.doorbuster.engine.store.Settings;
import io.doorbuster.engine.store.ShopperStore;
import io.doorbuster.engine.store.Stores;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RankerLearningTest {
    private static final int ITEMS = 120;
    private static final int COUNT = 45;

    @TempDir
    Path directory;

    private Stores stores;
    private RankerLearning learning;
    private NextItemRanking ranking;
    private SessionEmbedding session;
    private final Candidates candidates = new Candidates(ITEMS);
    private final History history = new History();

    @BeforeEach
    void open() {
        stores = Stores.create(
                directory, Settings.DEFAULTS.with(Setting.ITEMS_MAX, ITEMS).with(Setting.SHOPPERS_MAX, 10));
        stores.engine().onEvent(1, 1_000_000_000L, 110);
        final EmbeddingLearning embedding = new EmbeddingLearning(stores);
        final SplittableRandom random = new SplittableRandom(1);
        for (int i = 1; i <= ITEMS; i++) {
            final int row = stores.items().add(i);
            stores.items().open(row);
            stores.items().category(row, random.nextInt(4));
            stores.items().priceMinor(row, random.nextInt(10_000));
            stores.items().popularity(row, 1 + random.nextDouble() * 5);
            stores.items().close(row);
            embedding.onNewItem(row);
        }
        for (int i = 0; i < 30; i++) {
            final int number = stores.sessions().begin();
            for (int place = 0; place < 4; place++) {
                stores.sessions().append(number, random.nextInt(ITEMS));
            }
        }
        learning = new RankerLearning(stores);
        ranking = new NextItemRanking(stores);
        session = new SessionEmbedding(stores.embedding());
    }

    @AfterEach
    void close() {
        assertThat(stores.recomputeStateHash()).isEqualTo(stores.stateHash());
        stores.close();
    }

    private void fill(long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        history.reset();
        for (int i = 0; i < 1 + random.nextInt(5); i++) {
            history.addOlder(random.nextInt(ITEMS));
        }
        candidates.reset();
        while (candidates.count() < COUNT) {
            if (candidates.add(random.nextInt(ITEMS), Retrieved.NEIGHBOUR)) {
                candidates.neighbours(candidates.count() - 1, random.nextFloat(), random.nextFloat());
            }
        }
        session.encode(history);
        ranking.score(history, ShopperStore.NONE, session, candidates);
    }

    private double loss(long seed, int target) {
        fill(seed);
        double sum = 0;
        for (int i = 0; i < COUNT; i++) {
            sum += Math.exp(candidates.score(i));
        }
        return Math.log(sum) - candidates.score(target);
    }

    private void nudge(int weight, float by) {
        stores.ranker().open();
        final long address = stores.ranker().weights() + 4L * weight;
        UnsafeApi.putFloat(address, UnsafeApi.getFloat(address) + by);
        stores.ranker().close();
    }

    /** Learns from a case whose target the ranker finds most, or least, likely. */
    private void lesson(long seed, boolean isLikely) {
        fill(seed);
        int target = 0;
        for (int i = 1; i < COUNT; i++) {
            target = candidates.score(i) > candidates.score(target) == isLikely ? i : target;
        }
        learning.learn(candidates, target, ItemCount.VIEWS);
    }

    private int[] weights() {
        final int[] weights = new int[RankerStore.WEIGHTS];
        for (int weight = 0; weight < weights.length; weight++) {
            weights[weight] = UnsafeApi.getInt(stores.ranker().weights() + 4L * weight);
        }
        return weights;
    }

    @Test
    void learningShouldFreezeWhileWhatComesIsFarFromWhatCame() {
        final RankerStore ranker = stores.ranker();
        for (int i = 0; i < RankerLearning.LONG_CASES + 10; i++) {
            lesson(i, true);
        }
        assertThat(learning.isFrozen()).isFalse();
        int surprises = 0;
        while (!learning.isFrozen() && surprises < RankerLearning.LATE_CASES) {
            lesson(surprises++, false);
        }
        assertThat(learning.isFrozen()).isTrue();
        assertThat(surprises).isBetween(3, 200);
        final int[] frozen = weights();
        final int cases = ranker.cases();
        for (int i = 0; i < 100; i++) {
            lesson(i, false);
        }
        assertThat(weights()).isEqualTo(frozen);
        assertThat(ranker.cases()).isEqualTo(cases);
        assertThat(learning.counts().leftOut())
                .as("these, and the one that froze it")
                .isEqualTo(101);
        final RankerLearning restarted = new RankerLearning(stores);
        restarted.onRestored();
        assertThat(restarted.counts().changes())
                .as("whoever begins with a checkpoint is told too")
                .isEqualTo(learning.counts().changes())
                .isEqualTo(1);
        int calm = 0;
        while (learning.isFrozen() && calm < RankerLearning.FROZEN_CASES) {
            lesson(calm++, true);
        }
        assertThat(calm).as("thaws when it is over").isLessThan(2_000);
        for (int i = 0; i < RankerLearning.FROZEN_CASES + 300; i++) {
            lesson(i, false);
        }
        assertThat(learning.isFrozen())
                .as("what goes on is what the shop is now")
                .isFalse();
        assertThat(ranker.freezes()).isEqualTo(2);
    }

    @Test
    void gradientShouldBeThatOfTheLoss() {
        final int target = 7;
        fill(5);
        learning.learn(candidates, target, ItemCount.PURCHASES);
        stores.ranker().open(); // The lesson has moved the features' means too: back to where they were.
        for (int feature = 0; feature < RankerStore.FEATURES; feature++) {
            stores.ranker().statistics(feature, 0f, 1f);
        }
        stores.ranker().close();
        final float step = 1f / 2048;
        int moved = 0;
        for (int weight = 0; weight < RankerStore.WEIGHTS; weight++) {
            final double gradient =
                    RankerLearning.BATCH * UnsafeApi.getFloat(stores.ranker().gradient() + 4L * weight);
            nudge(weight, step);
            final double above = loss(5, target);
            nudge(weight, -2 * step);
            final double below = loss(5, target);
            nudge(weight, step);
            assertThat((above - below) / (2 * step)).isCloseTo(gradient, within(0.02 + 0.03 * Math.abs(gradient)));
            moved += Math.abs(gradient) > 0.05 ? 1 : 0;
        }
        assertThat(moved).isGreaterThan(40);
        assertThat(stores.ranker().cases()).isEqualTo(1);
    }

    @Test
    void purchaseShouldCountFourTimesWhatAViewDoes() {
        final float[] gradients = new float[2];
        for (int i = 0; i < 10; i++) {
            fill(5);
            learning.learn(candidates, 7, ItemCount.VIEWS);
        }
        for (final ItemCount kind : new ItemCount[] {ItemCount.VIEWS, ItemCount.PURCHASES}) {
            stores.ranker().open();
            stores.ranker().caseWeight(2f);
            final int bias = RankerStore.DIRECT;
            final float before = UnsafeApi.getFloat(stores.ranker().gradient() + 4L * bias);
            stores.ranker().close();
            fill(5);
            learning.learn(candidates, 7, kind);
            gradients[kind == ItemCount.VIEWS ? 0 : 1] =
                    (UnsafeApi.getFloat(stores.ranker().gradient() + 4L * bias) - before)
                            * stores.ranker().caseWeight();
        }
        assertThat((double) gradients[1]).isCloseTo(4.0 * gradients[0], within(0.02 * Math.abs(gradients[1])));
    }

    @Test
    void aRuleInTheDataShouldBeLearned() {
        double before = 0;
        double after = 0;
        for (int seed = 0; seed < 50; seed++) {
            fill(seed);
            before += loss(seed, mostFrequentlyBehind());
        }
        for (int seed = 100; seed < 100 + 150 * RankerLearning.BATCH; seed++) {
            fill(seed);
            learning.learn(candidates, mostFrequentlyBehind(), ItemCount.VIEWS);
        }
        for (int seed = 0; seed < 50; seed++) {
            fill(seed);
            after += loss(seed, mostFrequentlyBehind());
        }
        assertThat(after).isLessThan(0.7 * before);
        assertThat(stores.ranker().pending()).isZero();
    }

    /** The rule: it is the candidate of the history's category that stood most behind the anchor. */
    private int mostFrequentlyBehind() {
        int best = 0;
        float most = -1;
        for (int i = 0; i < candidates.count(); i++) {
            final float behind = candidates.forward(i);
            if (behind > most) {
                most = behind;
                best = i;
            }
        }
        return best;
    }

    @Test
    void withoutATargetOnlyTheFeaturesAreObserved() {
        fill(3);
        learning.learn(candidates, -1, ItemCount.VIEWS);
        assertThat(stores.ranker().cases()).isZero();
        assertThat(stores.ranker().mean(5)).isNotZero();
        candidates.reset();
        learning.learn(candidates, -1, ItemCount.VIEWS);
    }
}
