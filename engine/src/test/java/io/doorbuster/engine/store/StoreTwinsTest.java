package io.doorbuster.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each store beside a naive twin on the same seeded operations; the kept hash beside the recomputed one. */
class StoreTwinsTest {
    private static final int OPERATIONS = 100_000;

    private final SplittableRandom random = new SplittableRandom(17);

    @TempDir
    Path directory;

    @Test
    void keyTableShouldFindWhatAMapFinds() {
        final Map<Long, Integer> twin = new HashMap<>();
        try (PageStores stores = new PageStores(directory)) {
            final KeyTable table = new KeyTable(stores, "keys", 1, 300);
            for (int i = 0; i < OPERATIONS; i++) {
                final long key = 1 + random.nextInt(600);
                if (twin.containsKey(key)) {
                    if (random.nextBoolean()) {
                        table.remove(key);
                        twin.remove(key);
                    }
                } else if (twin.size() < 300) {
                    table.put(key, i);
                    twin.put(key, i);
                }
                final long asked = 1 + random.nextInt(600);
                assertThat(table.get(asked)).isEqualTo(twin.getOrDefault(asked, KeyTable.NONE));
            }
            assertThat(stores.recomputeHash()).isEqualTo(stores.hash().value());
        }
    }

    @Test
    void rowTableShouldHandRowsOutOnceAndKnowStaleReferences() {
        final Map<Long, Integer> rowOf = new HashMap<>();
        final Map<Integer, Integer> generationOf = new HashMap<>();
        final Set<Integer> taken = new HashSet<>();
        try (PageStores stores = new PageStores(directory)) {
            final RowTable table = new RowTable(stores, "rows", 4, 64, 100);
            for (int i = 0; i < OPERATIONS; i++) {
                final long key = 1 + random.nextInt(150);
                final Integer row = rowOf.get(key);
                if (row != null) {
                    table.remove(row);
                    rowOf.remove(key);
                    taken.remove(row);
                } else {
                    final int fresh = table.add(key);
                    if (rowOf.size() == 100) {
                        assertThat(fresh).isEqualTo(RowTable.NONE);
                        continue;
                    }
                    assertThat(taken.add(fresh)).isTrue();
                    assertThat(table.generation(fresh)).isEqualTo(generationOf.merge(fresh, 1, Integer::sum));
                    rowOf.put(key, fresh);
                }
                assertThat(table.inUse()).isEqualTo(rowOf.size());
            }
            rowOf.forEach((key, row) -> assertThat(table.rowOf(key)).isEqualTo(row));
            assertThat(stores.recomputeHash()).isEqualTo(stores.hash().value());
        }
    }

    @Test
    void victimShouldBeTheLeastRecentOfEightUnderTheHand() {
        try (PageStores stores = new PageStores(directory)) {
            final RowTable table = new RowTable(stores, "victims", 4, 64, 20);
            final long[] active = new long[20];
            for (int row = 0; row < 20; row++) {
                table.add(row + 1);
            }
            int hand = 0;
            for (int i = 0; i < 500; i++) {
                final int touched = random.nextInt(20);
                active[touched] = i;
                table.rows().open(touched);
                table.lastActiveNs(touched, i);
                table.rows().close(touched);
                int expected = hand;
                for (int step = 1; step < 8; step++) {
                    final int row = (hand + step) % 20;
                    if (active[row] < active[expected]) {
                        expected = row;
                    }
                }
                assertThat(table.nextVictim()).isEqualTo(expected);
                hand = (hand + 8) % 20;
            }
        }
    }

    private record Deadline(long id, long atNs) {}

    @Test
    void reservationsShouldEndInTheOrderOfTheirDeadlines() {
        final Map<Long, Long> twin = new TreeMap<>();
        try (PageStores stores = new PageStores(directory)) {
            final ReservationStore store = new ReservationStore(stores, 200);
            for (int i = 0; i < OPERATIONS; i++) {
                final long id = 1 + random.nextInt(400);
                if (twin.containsKey(id)) {
                    store.remove(store.rowOf(id));
                    twin.remove(id);
                } else if (twin.size() < 200) {
                    final long atNs = random.nextInt(50);
                    store.add(id, (int) id * 3, (int) id % 7, atNs);
                    twin.put(id, atNs);
                }
                final long first =
                        twin.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
                final long nowNs = random.nextInt(50);
                final int row = store.expired(nowNs);
                if (first > nowNs) {
                    assertThat(row).isEqualTo(ReservationStore.NONE);
                } else {
                    assertThat(store.expiresAtNs(row)).isEqualTo(first);
                    final Deadline found = new Deadline(store.reservationId(row), store.expiresAtNs(row));
                    assertThat(twin).containsEntry(found.id, found.atNs);
                    assertThat(store.itemRow(row)).isEqualTo((int) found.id * 3);
                }
                assertThat(store.size()).isEqualTo(twin.size());
            }
            assertThat(stores.recomputeHash()).isEqualTo(stores.hash().value());
        }
    }

    private static final class Neighbour {
        int item = -1;
        int generation;
        float weight;
        float inherited;
    }

    @Test
    void neighboursShouldBeThoseOfAListThatReplacesItsLightest() {
        final List<Neighbour> twin = new ArrayList<>();
        for (int entry = 0; entry < NeighbourStore.ENTRIES; entry++) {
            twin.add(new Neighbour());
        }
        try (PageStores stores = new PageStores(directory)) {
            final NeighbourStore store = new NeighbourStore(stores, 10);
            for (int i = 0; i < OPERATIONS; i++) {
                final int item = random.nextInt(60);
                final int generation = 1 + random.nextInt(2);
                final float weight = (1 + random.nextInt(4)) * 0.25f;
                store.add(3, item, generation, weight);
                Neighbour target = twin.stream()
                        .filter(n -> n.item == item && n.generation == generation)
                        .findFirst()
                        .orElse(null);
                if (target == null) {
                    target = twin.stream()
                            .min(Comparator.comparingDouble(n -> n.weight))
                            .orElseThrow();
                    target.item = item;
                    target.generation = generation;
                    target.inherited = target.weight;
                }
                target.weight += weight;
                if (target.weight > NeighbourStore.WEIGHT_MAX) {
                    twin.forEach(n -> {
                        n.weight *= 0.5f;
                        n.inherited *= 0.5f;
                    });
                }
                final int asked = random.nextInt(NeighbourStore.ENTRIES);
                assertThat(store.item(3, asked)).isEqualTo(twin.get(asked).item);
                assertThat(store.weight(3, asked)).isEqualTo(twin.get(asked).weight - twin.get(asked).inherited);
            }
            assertThat(stores.recomputeHash()).isEqualTo(stores.hash().value());
        }
    }

    @Test
    void trendingShouldBeTheHeadOfASortedList() {
        final int count = 700;
        final double[] popularity = new double[count];
        try (PageStores stores = new PageStores(directory)) {
            final ItemStore items = new ItemStore(stores, count);
            final TrendingStore trending = new TrendingStore(stores, items);
            for (int row = 0; row < count; row++) {
                items.add(row + 1);
            }
            for (int i = 0; i < OPERATIONS / 5; i++) {
                final int row = random.nextInt(1 + random.nextInt(count));
                final double before = popularity[row];
                popularity[row] += random.nextInt(4);
                items.open(row);
                items.popularity(row, popularity[row]);
                items.close(row);
                trending.onPopularity(row, before);
            }
            final List<Integer> sorted = new ArrayList<>();
            for (int row = 0; row < count; row++) {
                sorted.add(row);
            }
            sorted.sort(Comparator.comparingDouble((Integer row) -> -popularity[row])
                    .thenComparing(Comparator.naturalOrder()));
            assertThat(trending.size()).isEqualTo(TrendingStore.SIZE_MAX);
            for (int place = 0; place < 400; place++) { // Ties at the very end depend on who was there first.
                assertThat(trending.item(place)).isEqualTo(sorted.get(place));
            }
            assertThat(stores.recomputeHash()).isEqualTo(stores.hash().value());
        }
    }
}
