package io.doorbuster.engine.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.doorbuster.codec.Setting;
import io.doorbuster.engine.decision.History;
import io.doorbuster.engine.decision.Selection;
import io.doorbuster.engine.store.SessionStore;
import io.doorbuster.engine.store.Settings;
import io.doorbuster.engine.store.Stores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionNeighboursTest {
    private static final int ITEMS = 400;

    @TempDir
    Path directory;

    /** One pass over lists in double, from the formulas. */
    private static final class Naive {
        final List<List<Integer>> sessions = new ArrayList<>();
        final int remembered;

        Naive(int remembered) {
            this.remembered = remembered;
        }

        List<Integer> last(List<Integer> session) {
            return session.subList(Math.max(0, session.size() - SessionStore.ITEMS_MAX), session.size());
        }

        int sessionsOf(int item) {
            return (int) sessions.stream().filter(s -> s.contains(item)).count();
        }

        /** Numbers of sessions, newest first, that held an item. */
        List<Integer> newestOf(int item) {
            final List<Integer> found = new ArrayList<>();
            for (int n = sessions.size(); n >= 1 && found.size() < SessionStore.POSTINGS_MAX; n--) {
                if (sessions.get(n - 1).contains(item)) {
                    found.add(n);
                }
            }
            found.removeIf(n -> n <= sessions.size() - remembered);
            return found;
        }

        Map<Integer, double[]> find(List<Integer> newestFirst, int own) {
            final Map<Integer, Double> similarity = new LinkedHashMap<>();
            final Map<Integer, Integer> anchor = new HashMap<>();
            final Set<Integer> asked = new HashSet<>();
            for (int a = 0; a < Math.min(SessionNeighbours.ANCHORS_MAX, newestFirst.size()); a++) {
                final int item = newestFirst.get(a);
                if (asked.add(item)) {
                    final double weight = Math.exp(-a / 2.0) * Math.pow(sessionsOf(item) + 1, -0.4);
                    for (final int n : newestOf(item)) {
                        if (n != own) {
                            similarity.merge(n, weight, Double::sum);
                            anchor.putIfAbsent(n, item);
                        }
                    }
                }
            }
            similarity.replaceAll((n, s) -> s
                    * Math.pow(last(sessions.get(n - 1)).size(), -0.2)
                    * Math.exp(-1.75 * (sessions.size() - n) / remembered));
            final Map<Integer, double[]> sums = new HashMap<>();
            similarity.entrySet().stream()
                    .sorted(Map.Entry.<Integer, Double>comparingByValue(Comparator.reverseOrder()))
                    .limit(SessionNeighbours.SESSIONS_MAX)
                    .forEach(entry -> {
                        final List<Integer> items = last(sessions.get(entry.getKey() - 1));
                        final int at = Math.max(0, items.lastIndexOf(anchor.get(entry.getKey())));
                        for (int place = 0; place < items.size(); place++) {
                            final double[] sum = sums.computeIfAbsent(items.get(place), i -> new double[2]);
                            sum[place >= at ? 0 : 1] += entry.getValue() * Math.exp(-Math.abs(place - at) / 5.0);
                        }
                    });
            return sums;
        }
    }

    private static History history(List<Integer> newestFirst, int session) {
        final History history = new History();
        history.reset();
        newestFirst.forEach(history::addOlder);
        history.session(session);
        return history;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldFindWhatOnePassOverAllSessionsFinds(long seed) {
        final int remembered = seed == 2 ? 300 : 4_096;
        try (Stores stores = Stores.create(
                directory,
                Settings.DEFAULTS
                        .with(Setting.ITEMS_MAX, ITEMS)
                        .with(Setting.SHOPPERS_MAX, 10)
                        .with(Setting.SESSIONS_MAX, remembered))) {
            final SplittableRandom random = new SplittableRandom(seed);
            final SessionStore sessions = stores.sessions();
            final SessionNeighbours neighbours = new SessionNeighbours(sessions, ITEMS, remembered);
            final Naive naive = new Naive(remembered);
            int compared = 0;
            for (int n = 1; n <= 1_500; n++) {
                assertThat(sessions.begin()).isEqualTo(n);
                final List<Integer> items = new ArrayList<>();
                final int length = 1 + random.nextInt(random.nextInt(8) == 0 ? 30 : 6);
                naive.sessions.add(items);
                for (int i = 0; i < length; i++) {
                    final int item = random.nextInt(1 + random.nextInt(ITEMS));
                    items.add(item);
                    sessions.append(n, item);
                }
                if (n % 50 == 0) {
                    final List<Integer> newestFirst = new ArrayList<>();
                    for (int i = 0; i < 1 + random.nextInt(12); i++) {
                        newestFirst.add(random.nextInt(1 + random.nextInt(ITEMS)));
                    }
                    final int own = random.nextBoolean() ? n : SessionStore.NONE;
                    compared += compare(neighbours, naive, newestFirst, own);
                }
            }
            assertThat(compared).isGreaterThan(1_000);
        }
    }

    private static int compare(SessionNeighbours neighbours, Naive naive, List<Integer> newestFirst, int own) {
        neighbours.find(history(newestFirst, own));
        final Map<Integer, double[]> expected = naive.find(newestFirst, own);
        assertThat(neighbours.count()).isEqualTo(expected.size());
        for (int i = 0; i < neighbours.count(); i++) {
            assertThat(expected).containsKey(neighbours.row(i));
            final double[] sums = expected.getOrDefault(neighbours.row(i), new double[2]);
            assertThat((double) neighbours.forward(i)).isCloseTo(sums[0], within(1e-3 + 1e-3 * sums[0]));
            assertThat((double) neighbours.backward(i)).isCloseTo(sums[1], within(1e-3 + 1e-3 * sums[1]));
            final double score = (sums[0] + sums[1]) * Math.pow(naive.sessionsOf(neighbours.row(i)) + 1, -0.25);
            assertThat((double) neighbours.score(i)).isCloseTo(score, within(1e-3 + 1e-3 * score));
            assertThat(neighbours.indexOf(neighbours.row(i))).isEqualTo(i);
        }
        return neighbours.count();
    }

    @Test
    void emptyHistoryAndUnknownItemsShouldHaveNoNeighbours() {
        try (Stores stores = Stores.create(
                directory, Settings.DEFAULTS.with(Setting.ITEMS_MAX, ITEMS).with(Setting.SHOPPERS_MAX, 10))) {
            final SessionNeighbours neighbours = new SessionNeighbours(stores.sessions(), ITEMS, 1_000);
            neighbours.find(history(List.of(), SessionStore.NONE));
            assertThat(neighbours.count()).isZero();
            neighbours.find(history(List.of(3, 4), SessionStore.NONE));
            assertThat(neighbours.count()).isZero();
            assertThat(neighbours.indexOf(3)).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 17, 100, 101})
    void selectionShouldMoveTheGreatestToTheFront(int wanted) {
        final SplittableRandom random = new SplittableRandom(wanted);
        for (int run = 0; run < 200; run++) {
            final int count = run == 0 ? 0 : 1 + random.nextInt(400);
            final int bound = run % 2 == 0 ? 10 : Integer.MAX_VALUE;
            final long[] keys = random.longs(count, 0, bound).toArray();
            final long[] sorted = keys.clone();
            Arrays.sort(sorted);
            final int most = Math.min(wanted, count);
            final long[] inOrder = keys.clone();
            Selection.sort(inOrder, new long[count], count);
            assertThat(inOrder).isEqualTo(sorted);
            Selection.greatestFirst(keys, count, most);
            Selection.sortGreatestFirst(keys, most);
            assertThat(Arrays.copyOf(keys, most)).isEqualTo(greatest(sorted, most));
        }
    }

    private static long[] greatest(long[] sorted, int count) {
        final long[] reversed = new long[count];
        for (int i = 0; i < count; i++) {
            reversed[i] = sorted[sorted.length - 1 - i];
        }
        return reversed;
    }
}
