package io.doorbuster.evaluation;

import io.doorbuster.evaluation.Slates.TargetFilter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Parts of the cases that are looked at apart. A case with several targets is in each part that holds one of them. */
final class Segments {
    private static final int[] LENGTHS_FROM = {0, 1, 2, 3, 5, 10, 20, 50, 100};
    private static final List<String> POPULARITIES =
            List.of("first third of events", "second third", "last third", "none in training");

    private final Cases cases;
    private final int[] popularity;

    /**
     * A part.
     *
     * @param by what cases or targets are parted by.
     */
    record Part(String by, String name, TargetFilter filter) {}

    Segments(Task task, Cases cases) {
        this.cases = cases;
        popularity = popularity(task);
    }

    /** For each item the third of all events that it is in, most popular items first; 3 = without events. */
    private static int[] popularity(Task task) {
        final int[] counts = task.log().countsByItem(task.catalogue().size());
        final int[] ranked = IntStream.range(0, counts.length)
                .boxed()
                .sorted(Comparator.comparingInt(item -> -counts[item]))
                .mapToInt(Integer::intValue)
                .toArray();
        final int[] third = new int[counts.length];
        long before = 0;
        for (final int item : ranked) {
            third[item] = counts[item] == 0 ? 3 : (int) (3 * before / task.log().size());
            before += counts[item];
        }
        return third;
    }

    List<Part> parts() {
        final List<Part> parts = new ArrayList<>();
        parts.add(new Part("target", "had before", (number, item) -> cases.contains(cases.context(number), item)));
        parts.add(new Part("target", "new", (number, item) -> !cases.contains(cases.context(number), item)));
        for (int third = 0; third < POPULARITIES.size(); third++) {
            final int wanted = third;
            parts.add(new Part(
                    "popularity of target", POPULARITIES.get(third), (number, item) -> popularity[item] == wanted));
        }
        for (int i = 0; i < LENGTHS_FROM.length; i++) {
            final int from = LENGTHS_FROM[i];
            final int to = i + 1 < LENGTHS_FROM.length ? LENGTHS_FROM[i + 1] - 1 : Integer.MAX_VALUE;
            final String name = to == Integer.MAX_VALUE ? from + "+" : from == to ? "" + from : from + "-" + to;
            parts.add(new Part("items before", name, (number, item) -> {
                final int length = cases.context(number).length();
                return length >= from && length <= to;
            }));
        }
        return parts;
    }
}
