package io.doorbuster.offpolicy;

import io.doorbuster.intake.RejectedRowException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Logs of the Open Bandit data set: CSV with item_id, position, click and propensity_score, one row for each item shown.
 * The policies of that data know no shopper: each position has its own probabilities of items.
 */
public final class OpenBanditLog {
    private static final String CLICK = "click";
    private static final String PROPENSITY = "propensity_score";
    private static final List<String> COLUMNS = List.of("item_id", "position", CLICK, PROPENSITY);
    private static final double SUM_TOLERANCE = 1e-3;

    private final Map<String, Integer> items = new HashMap<>();
    private final Map<Integer, Integer> positions = new TreeMap<>();

    private OpenBanditLog() {}

    /**
     * Reads a log, and asks it about the policy that made another one, or without one about a draw among all items, each as
     * likely.
     */
    public static Study study(Path log, @Nullable Path onPolicy, LongConsumer progress) throws IOException {
        final OpenBanditLog reader = new OpenBanditLog();
        final List<Decision> logged = reader.read(log, progress);
        final List<Decision> own = onPolicy == null ? null : reader.read(onPolicy, progress);
        final int itemCount = reader.items.size();
        final int positionCount = reader.positions.size();
        final int[][] shown = counts(logged, positionCount, itemCount);
        final List<TargetChoice> byPosition = new ArrayList<>();
        final int[] all = new int[itemCount];
        for (int item = 0; item < itemCount; item++) {
            all[item] = item;
        }
        for (int position = 0; position < positionCount; position++) {
            final double[] wanted = own == null ? uniform(itemCount) : probabilities(own, position, itemCount);
            double unsupported = 0;
            for (int item = 0; item < itemCount; item++) {
                unsupported += shown[position][item] == 0 ? wanted[item] : 0;
            }
            byPosition.add(new TargetChoice(1, all, wanted, unsupported));
        }
        final List<TargetChoice> choices = logged.stream()
                .map(decision -> byPosition.get(decision.context()))
                .toList();
        final String name = onPolicy == null ? "uniform" : "that of " + onPolicy;
        final List<String> strata = new ArrayList<>();
        reader.positions.keySet().forEach(position -> strata.add("position " + position));
        return new Study(
                log.toString(),
                "clicks of items shown",
                List.of(String.format(
                        "%,d items at %d positions; rows are taken to be independent", itemCount, positionCount)),
                logged,
                strata,
                List.of(new Study.Target(name, choices, own)));
    }

    private List<Decision> read(Path path, LongConsumer progress) throws IOException {
        final List<int[]> places = new ArrayList<>();
        final List<double[]> values = new ArrayList<>();
        final boolean isFirst = positions.isEmpty();
        LogFile.read(path, COLUMNS, progress, row -> {
            final double click = LogFile.binary(row, CLICK);
            final double propensity = LogFile.propensity(row, PROPENSITY);
            final int position = row.whole("position");
            final int item = items.computeIfAbsent(row.item("item_id"), key -> items.size());
            if (isFirst) {
                positions.put(position, 0);
            } else if (!positions.containsKey(position)) {
                throw new RejectedRowException("a position that the other file has not");
            }
            places.add(new int[] {position, item});
            values.add(new double[] {click, propensity});
        });
        int number = 0;
        for (final Map.Entry<Integer, Integer> position : positions.entrySet()) {
            position.setValue(number++);
        }
        final List<Decision> decisions = new ArrayList<>();
        for (int row = 0; row < places.size(); row++) {
            final int position = positions.getOrDefault(places.get(row)[0], 0);
            final double[] value = values.get(row);
            decisions.add(new Decision(position, position, places.get(row)[1], value[0], value[1], row));
        }
        LogFile.requireBothRewards(path, CLICK, decisions);
        return decisions;
    }

    private static int[][] counts(List<Decision> decisions, int positions, int items) {
        final int[][] counts = new int[positions][items];
        decisions.forEach(decision -> counts[decision.context()][decision.action()]++);
        return counts;
    }

    private static double[] uniform(int items) {
        final double[] probabilities = new double[items];
        Arrays.fill(probabilities, 1.0 / items);
        return probabilities;
    }

    /**
     * How a policy chooses at a position: what its log says where that never changes, and otherwise how often it took each
     * item while it changed.
     */
    private static double[] probabilities(List<Decision> decisions, int position, int items) {
        final double[] told = new double[items];
        final double[] shares = new double[items];
        int count = 0;
        boolean isSteady = true;
        for (final Decision decision : decisions) {
            if (decision.context() == position) {
                final int item = decision.action();
                isSteady &= told[item] == 0 || told[item] == decision.propensity();
                told[item] = decision.propensity();
                shares[item]++;
                count++;
            }
        }
        double sum = 0;
        for (int item = 0; item < items; item++) {
            shares[item] /= Math.max(1, count);
            sum += told[item];
        }
        return isSteady && Math.abs(sum - 1) < SUM_TOLERANCE ? told : shares;
    }
}
