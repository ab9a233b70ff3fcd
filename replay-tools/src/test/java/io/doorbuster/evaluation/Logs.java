package io.doorbuster.evaluation;

import io.doorbuster.codec.Scenario;
import io.doorbuster.intake.ShopEvent.Kind;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Logs made by hand. Items are one letter each. */
final class Logs {
    static final long DAY_NS = 86_400_000_000_000L;

    final Catalogue catalogue = new Catalogue();
    final EventLog log = new EventLog();
    final EventLog next = new EventLog();
    final Cases cases = new Cases();

    /** A shopper has items, one a day from a day on. */
    void has(int shopper, int firstDay, String items) {
        has(shopper, firstDay, items, Kind.VIEWED);
    }

    void has(int shopper, int firstDay, String items, Kind kind) {
        for (int i = 0; i < items.length(); i++) {
            log.add(shopper, item(items.charAt(i)), (firstDay + i) * DAY_NS, kind, 1);
        }
    }

    void ask(int shopper, String context, String targets, String excluded) {
        cases.add(
                shopper, shopper, cases.pool(items(context)), cases.pool(items(targets)), cases.pool(items(excluded)));
    }

    int item(char name) {
        return catalogue.obtain(String.valueOf(name));
    }

    int[] items(String names) {
        return names.chars().map(name -> item((char) name)).toArray();
    }

    Task task(@Nullable Kind target, int day, int recentDays, int ownDays, double contextDecay) {
        return new Task(
                Protocol.SESSIONS,
                catalogue,
                List.of(),
                log,
                next,
                cases,
                null,
                "shoppers",
                day * DAY_NS,
                Scenario.SESSION,
                true,
                target,
                recentDays * DAY_NS,
                ownDays * DAY_NS,
                contextDecay,
                List.of(),
                List.of());
    }

    String slate(Recommender recommender, int number) {
        final int[] slate = new int[Metrics.PLACES];
        final int size = recommender.recommend(cases, number, slate);
        final StringBuilder names = new StringBuilder();
        Arrays.stream(slate, 0, size)
                .forEach(item -> names.append(catalogue.item(item).externalId()));
        return names.toString();
    }
}
