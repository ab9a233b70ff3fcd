package io.doorbuster.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.Setting;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stock through whole events, beside a naive book of units: the same outcomes, and no slate with a sold-out item. */
class StockModelTest {
    private static final int ITEMS = 12;
    private static final int EVENTS = 60_000;
    private static final int RESERVATIONS_MAX = 8;

    private record Promise(long itemId, int quantity, long expiresAtMs) {}

    private final long[] onHand = new long[ITEMS + 1];
    private final Map<Long, Promise> promises = new HashMap<>();
    private final SplittableRandom random = new SplittableRandom(5);
    private long nowMs;

    @TempDir
    Path directory;

    @Test
    void outcomesShouldBeThoseOfANaiveBook() {
        final Set<Outcome> seen = new HashSet<>();
        try (Engine engine = new Engine(directory)) {
            final Script script = new Script(engine);
            script.configure(
                    Setting.ITEMS_MAX, 64, Setting.SHOPPERS_MAX, 64, Setting.RESERVATIONS_MAX, RESERVATIONS_MAX);
            nowMs++;
            for (long item = 1; item <= ITEMS; item++) {
                script.item(item, 1, 100, "item-" + item);
                nowMs++;
            }
            for (int i = 0; i < EVENTS; i++) {
                if (random.nextInt(20) == 0) {
                    script.passSeconds(1);
                    nowMs += 1_000;
                }
                seen.add(step(script));
                final int row = engine.stores().items().rowOf(1 + i % ITEMS);
                assertThat((long) engine.stores().items().onHand(row)).isEqualTo(onHand[1 + i % ITEMS]);
            }
            assertThat(engine.recomputeStateHash()).isEqualTo(engine.stateHash());
        }
        assertThat(seen)
                .contains(
                        Outcome.ACCEPTED,
                        Outcome.OVERCOMMITTED,
                        Outcome.INSUFFICIENT_STOCK,
                        Outcome.RESERVATION_EXISTS,
                        Outcome.RESERVATIONS_FULL,
                        Outcome.RESERVATION_MISMATCH,
                        Outcome.UNKNOWN_RESERVATION);
    }

    private long free(long item) {
        return onHand[(int) item]
                - promises.values().stream()
                        .filter(promise -> promise.itemId == item)
                        .mapToLong(Promise::quantity)
                        .sum();
    }

    /** One event; gives back the outcome, which is the expected one. */
    private Outcome step(Script script) {
        nowMs++; // As the script's own clock.
        promises.values().removeIf(promise -> promise.expiresAtMs <= nowMs);
        final long item = 1 + random.nextInt(ITEMS);
        final long id = 1 + random.nextInt(60);
        final int quantity = 1 + random.nextInt(4);
        final Outcome expected;
        final Outcome found;
        switch (random.nextInt(7)) {
            case 0 -> {
                final int units = random.nextInt(30);
                expected = set(item, units);
                found = script.stock(item, units);
            }
            case 1 -> {
                final int delta = random.nextInt(21) - 10;
                expected = set(item, onHand[(int) item] + delta);
                found = script.adjust(item, delta);
            }
            case 2 -> {
                expected = sell(id, item, quantity);
                found = script.buy(1, item, quantity, id);
            }
            case 3 -> {
                expected = promises.containsKey(id)
                        ? sell(id, promises.get(id).itemId, promises.get(id).quantity)
                        : Outcome.UNKNOWN_RESERVATION;
                found = script.confirm(id);
            }
            case 4 -> {
                expected = promises.remove(id) == null ? Outcome.UNKNOWN_RESERVATION : Outcome.ACCEPTED;
                found = script.release(id);
            }
            case 5 -> {
                final Set<Long> shown = Set.copyOf(script.slate(1));
                assertThat(shown)
                        .isSubsetOf(LongStream.rangeClosed(1, ITEMS)
                                .filter(each -> free(each) > 0)
                                .boxed()
                                .collect(Collectors.toSet()));
                return Outcome.ACCEPTED;
            }
            default -> {
                expected = reserve(id, item, quantity);
                found = script.reserve(id, item, quantity, 20_000);
            }
        }
        assertThat(found).isEqualTo(expected);
        return found;
    }

    private Outcome set(long item, long units) {
        final long free = free(item) - onHand[(int) item] + units;
        onHand[(int) item] = Math.max(0, units);
        return free < 0 ? Outcome.OVERCOMMITTED : Outcome.ACCEPTED;
    }

    private Outcome reserve(long id, long item, int quantity) {
        if (promises.containsKey(id)) {
            return Outcome.RESERVATION_EXISTS;
        }
        if (free(item) < quantity) {
            return Outcome.INSUFFICIENT_STOCK;
        }
        if (promises.size() == RESERVATIONS_MAX) {
            return Outcome.RESERVATIONS_FULL;
        }
        promises.put(id, new Promise(item, quantity, nowMs + 20_000));
        return Outcome.ACCEPTED;
    }

    private Outcome sell(long id, long item, int quantity) {
        final Promise promise = promises.get(id);
        if (promise == null) {
            return Outcome.UNKNOWN_RESERVATION;
        }
        if (promise.itemId != item || promise.quantity != quantity) {
            return Outcome.RESERVATION_MISMATCH;
        }
        promises.remove(id);
        final long before = onHand[(int) item];
        onHand[(int) item] = Math.max(0, before - quantity);
        return before < quantity ? Outcome.OVERCOMMITTED : Outcome.ACCEPTED;
    }
}
