package io.doorbuster.evaluation;

import io.doorbuster.codec.Scenario;
import io.doorbuster.evaluation.Cases.Span;
import io.doorbuster.evaluation.Task.Input;
import io.doorbuster.intake.IntakeReport;
import io.doorbuster.intake.RejectedRowException;
import io.doorbuster.intake.ShopEvent.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * See {@link Protocol#RATINGS}. Each shopper's rows are put in a random order by the seed, of which the first eight tenths are
 * trained on, one is the validation's and the last the test's, as RecBole's {@code order: RO, split: RS [0.8, 0.1, 0.1]}
 * grouped by user; the other items of a shopper are not ranked. What is asked for is so of any time, not of the latest; were
 * the training in order of time, who learns what comes next would learn another question. Times stay the shopper's own, in
 * the order of time, so that sessions and days are as they were.
 */
final class RatingsProtocol {
    private static final List<String> COLUMNS = List.of("user_id", "item_id", "rating", "timestamp");
    private static final long NS_PER_S = 1_000_000_000L;
    private static final long TIMESTAMP_MAX = Long.MAX_VALUE / NS_PER_S - 1;
    private static final long RECENT_NS = 30 * 86_400 * NS_PER_S;

    private final Catalogue catalogue = new Catalogue();
    private final Map<String, Integer> shoppers = new HashMap<>();
    private final EventLog unsorted = new EventLog();
    private final Cases cases = new Cases();
    private int[] columns = new int[0];

    private RatingsProtocol() {}

    static Task read(EvaluationInput input) throws IOException {
        return new RatingsProtocol().task(input);
    }

    private Task task(EvaluationInput input) throws IOException {
        final IntakeReport lines = new IntakeReport();
        LineFile.read(input.train(), lines, this::onLine);
        if (columns.length == 0) {
            throw new IOException(input.train() + " does not begin with a line of tab-separated column names that has "
                    + String.join(", ", COLUMNS));
        }
        final EventLog training = split(input.seed(), input.isValidation());
        final EventLog log = training.sortedByTime();
        return new Task(
                Protocol.RATINGS,
                catalogue,
                List.of(),
                log,
                new EventLog(),
                cases,
                null,
                "shoppers",
                log.size() == 0 ? 0 : log.timeNs(log.size() - 1) + NS_PER_S,
                Scenario.FEED,
                false,
                null,
                RECENT_NS,
                0,
                1,
                List.of(new Input(input.train(), lines)),
                List.of(
                        String.format(
                                "of each shopper's rows a random tenth is the %s's (seed %d), eight are trained on, in random order"
                                        + " too, at the times of that shopper's rows",
                                input.isValidation() ? "validation" : "test", input.seed()),
                        input.isValidation()
                                ? "what a shopper has in training is in no slate"
                                : "what a shopper has in training or validation is in no slate"));
    }

    private void onLine(String line, long number) throws RejectedRowException {
        final String[] fields = line.split("\t", -1);
        if (columns.length == 0) {
            if (number == 1) {
                columns = header(fields);
            }
            return;
        }
        if (fields.length <= Arrays.stream(columns).max().orElse(0)) {
            throw new RejectedRowException("too few columns");
        }
        final long seconds;
        try {
            seconds = (long) Double.parseDouble(fields[columns[3]].strip());
            Double.parseDouble(fields[columns[2]].strip());
        } catch (NumberFormatException e) {
            throw new RejectedRowException("rating or timestamp is no number");
        }
        if (seconds <= 0 || seconds > TIMESTAMP_MAX) {
            throw new RejectedRowException("timestamp out of range");
        }
        final String shopper = LineFile.checked(fields[columns[0]].strip());
        final int item = catalogue.obtain(LineFile.checked(fields[columns[1]].strip()));
        final int nextShopper = shoppers.size();
        unsorted.add(shoppers.computeIfAbsent(shopper, name -> nextShopper), item, seconds * NS_PER_S, Kind.VIEWED, 1);
    }

    /** Places of the columns, named {@code user_id} or {@code user_id:token}; empty when one is missing. */
    private static int[] header(String[] fields) {
        final List<String> names = Arrays.stream(fields)
                .map(field -> field.strip().replaceFirst(":.*", ""))
                .toList();
        return names.containsAll(COLUMNS)
                ? COLUMNS.stream().mapToInt(names::indexOf).toArray()
                : new int[0];
    }

    private EventLog split(long seed, boolean isValidation) {
        final EventLog rows = unsorted.sortedByTime();
        final EventLog training = new EventLog();
        final SplittableRandom random = new SplittableRandom(seed);
        final EventLog.ByShopper byShopper = rows.byShopper();
        for (int shopper = 0; shopper < shoppers.size(); shopper++) {
            final int[] events = new int[byShopper.count(shopper)];
            for (int i = 0; i < events.length; i++) {
                events[i] = byShopper.event(shopper, i);
            }
            shuffle(events, random);
            final int tenth = tenthOf(events.length);
            final int trained = events.length - 2 * tenth;
            final Set<Integer> seen = new LinkedHashSet<>();
            final List<Integer> context = new ArrayList<>();
            final int[] inTime = Arrays.copyOf(events, trained);
            Arrays.sort(inTime);
            for (int i = 0; i < trained; i++) {
                training.add(shopper, rows.item(events[i]), rows.timeNs(inTime[i]), Kind.VIEWED, 1);
                context.add(rows.item(events[i]));
            }
            seen.addAll(context);
            final int asked = isValidation ? trained : trained + tenth;
            for (int i = trained; i < asked; i++) {
                seen.add(rows.item(events[i]));
            }
            final Set<Integer> targets = new LinkedHashSet<>();
            for (int i = asked; i < asked + tenth; i++) {
                targets.add(rows.item(events[i]));
            }
            seen.removeAll(targets);
            if (!targets.isEmpty()) {
                cases.add(shopper, shopper, pooled(context), pooled(targets), pooled(seen));
            }
        }
        return training;
    }

    private Span pooled(Iterable<Integer> items) {
        final List<Integer> list = new ArrayList<>();
        items.forEach(list::add);
        return cases.pool(list.stream().mapToInt(Integer::intValue).toArray());
    }

    /** RecBole takes one row where a tenth would be less, as long as any is left to train on. */
    private static int tenthOf(int count) {
        return count >= 10 ? count / 10 : count >= 3 ? 1 : 0;
    }

    private static void shuffle(int[] values, SplittableRandom random) {
        for (int i = values.length - 1; i > 0; i--) {
            final int other = random.nextInt(i + 1);
            final int value = values[i];
            values[i] = values[other];
            values[other] = value;
        }
    }
}
