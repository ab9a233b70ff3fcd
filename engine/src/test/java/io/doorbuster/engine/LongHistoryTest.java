package io.doorbuster.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.codec.Setting;
import io.doorbuster.engine.store.ShopperStore;
import io.doorbuster.engine.store.Stores;
import io.doorbuster.engine.store.VectorStore;
import io.doorbuster.kernels.Kernels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What shoppers had long ago is learned from again. */
class LongHistoryTest {
    private static final int ITEMS = 240;
    private static final int SHOPPERS = 40;
    private static final int HAD = 60;

    @TempDir
    Path directory;

    private final Random random = new Random(5);

    @BeforeEach
    void seed() {
        random.setSeed(5);
    }

    private static Script begin(Engine engine) {
        final Script script = new Script(engine);
        script.configure(
                Setting.DIMENSIONS,
                16,
                Setting.ITEMS_MAX,
                ITEMS + 10,
                Setting.SHOPPERS_MAX,
                100,
                Setting.RESERVATIONS_MAX,
                32,
                Setting.SOURCES_MAX,
                8,
                Setting.SESSIONS_MAX,
                10_000);
        for (int id = 1; id <= ITEMS; id++) {
            script.item(id, 1, 100, "i" + id, false, 9_999);
        }
        return script;
    }

    /** Odd shoppers have odd items, even ones even items, each in an order of their own: the last items tell little. */
    private List<List<Integer>> play(Script script) {
        final List<List<Integer>> orders = new ArrayList<>();
        for (int shopper = 1; shopper <= SHOPPERS; shopper++) {
            final List<Integer> order = new ArrayList<>();
            for (int id = 1 + (shopper + 1) % 2; id <= ITEMS; id += 2) {
                order.add(id);
            }
            Collections.shuffle(order, random);
            orders.add(order);
        }
        for (int place = 0; place < HAD; place++) {
            for (int shopper = 1; shopper <= SHOPPERS; shopper++) {
                script.passSeconds(4_000);
                script.view(shopper, orders.get(shopper - 1).get(place));
            }
        }
        return orders;
    }

    private static float logit(Stores stores, long shopper, long itemId) {
        final int itemRow = stores.items().rowOf(itemId);
        final VectorStore items = stores.itemVectors();
        final long vector =
                stores.shoppers().vectors().address(stores.shoppers().rowOf(shopper));
        return Kernels.dot(vector, items.address(itemRow), items.dimensions()) + items.bias(itemRow);
    }

    @Test
    void tasteShouldTellWhatAShopperHasNotHadYetFromWhatIsNotTheirs() {
        try (Engine engine = new Engine(directory)) {
            final List<List<Integer>> orders = play(begin(engine));
            int right = 0;
            int pairs = 0;
            for (int shopper = 1; shopper <= SHOPPERS; shopper++) {
                final List<Integer> own = orders.get(shopper - 1);
                final List<Integer> others = orders.get(shopper % SHOPPERS); // Of the other kind.
                for (int place = HAD; place < own.size(); place++) {
                    final float theirs = logit(engine.stores(), shopper, own.get(place));
                    right += theirs > logit(engine.stores(), shopper, others.get(place)) ? 1 : 0;
                    pairs++;
                }
            }
            assertThat(right / (double) pairs).isGreaterThan(0.95);
        }
    }

    @Test
    void oneFactShouldTeachOthersWhatTheyRememberButNobodyWhoRemembersNothing() {
        try (Engine engine = new Engine(directory)) {
            final Script script = begin(engine);
            play(script);
            final ShopperStore shoppers = engine.stores().shoppers();
            final int[] before = updates(shoppers);
            script.view(1, 1);
            int moved = 0;
            for (int shopper = 2; shopper <= SHOPPERS; shopper++) {
                moved += shoppers.vectors().updates(shoppers.rowOf(shopper)) > before[shopper - 1] ? 1 : 0;
            }
            assertThat(moved).isBetween(1, 32);
            final int erased = shoppers.rowOf(2);
            script.erase(2);
            final int begun = shoppers.vectors().updates(erased);
            for (int i = 0; i < 40; i++) {
                script.view(1, 1 + i);
            }
            assertThat(shoppers.vectors().updates(erased)).isEqualTo(begun);
            script.configure(Setting.LEARNING_RATE_MICRO, 0);
            final int[] stopped = updates(shoppers);
            script.view(1, 3);
            assertThat(updates(shoppers)).isEqualTo(stopped);
        }
    }

    private static int[] updates(ShopperStore shoppers) {
        final int[] updates = new int[SHOPPERS];
        for (int shopper = 1; shopper <= SHOPPERS; shopper++) {
            final int row = shoppers.rowOf(shopper);
            updates[shopper - 1] =
                    row == ShopperStore.NONE ? 0 : shoppers.vectors().updates(row);
        }
        return updates;
    }
}
