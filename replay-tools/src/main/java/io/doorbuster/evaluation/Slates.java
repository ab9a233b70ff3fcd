package io.doorbuster.evaluation;

import java.util.Arrays;
import java.util.function.LongConsumer;

/** One recommender's slates for all cases. Immutable. */
final class Slates {
    private static final int EMPTY = -1;
    private static final int PROGRESS_CASES = 256;

    private final String name;
    private final Cases cases;
    private final int[] places;

    /** Which targets of a case count. */
    interface TargetFilter {
        TargetFilter ALL = (number, item) -> true;

        boolean test(int number, int item);
    }

    /** Told each slate as it is made. */
    interface SlateHandler {
        void onSlate(int number, int[] slate, int size);
    }

    /** Rows of {@link Metrics} for the cases that have a target that counts. */
    static final class Rows {
        private final double[] values;
        private final boolean[] isCounted;
        private final int counted;

        private Rows(double[] values, boolean[] isCounted, int counted) {
            this.values = values;
            this.isCounted = isCounted;
            this.counted = counted;
        }

        /** Cases that count. */
        int counted() {
            return counted;
        }

        /** Copies a case's row; zeros when the case does not count. */
        void copy(int number, double[] target, int offset) {
            System.arraycopy(values, number * Metrics.NAMES.size(), target, offset, Metrics.NAMES.size());
        }

        double[] means() {
            final int width = Metrics.NAMES.size();
            final double[] means = new double[width];
            for (int number = 0; number < isCounted.length; number++) {
                for (int metric = 0; isCounted[number] && metric < width; metric++) {
                    means[metric] += values[number * width + metric];
                }
            }
            for (int metric = 0; metric < width; metric++) {
                means[metric] /= Math.max(1, counted);
            }
            return means;
        }
    }

    private Slates(String name, Cases cases, int[] places) {
        this.name = name;
        this.cases = cases;
        this.places = places;
    }

    /** Asks a recommender for every case. */
    static Slates of(Recommender recommender, Cases cases, SlateHandler handler, LongConsumer progress) {
        final int[] places = new int[Math.multiplyExact(cases.size(), Metrics.PLACES)];
        Arrays.fill(places, EMPTY);
        final int[] slate = new int[Metrics.PLACES];
        for (int number = 0; number < cases.size(); number++) {
            final int size = recommender.recommend(cases, number, slate);
            System.arraycopy(slate, 0, places, number * Metrics.PLACES, size);
            handler.onSlate(number, slate, size);
            if (number % PROGRESS_CASES == 0) {
                progress.accept(number);
            }
        }
        return new Slates(recommender.name(), cases, places);
    }

    String name() {
        return name;
    }

    /** An item, or -1 where the slate has ended. */
    int item(int number, int place) {
        return places[number * Metrics.PLACES + place];
    }

    Rows rows(TargetFilter filter, boolean isRecallCapped) {
        final int width = Metrics.NAMES.size();
        final double[] values = new double[cases.size() * width];
        final boolean[] isCounted = new boolean[cases.size()];
        int counted = 0;
        for (int number = 0; number < cases.size(); number++) {
            final Cases.Span targets = cases.targets(number);
            int count = 0;
            int hits = 0;
            for (int i = targets.from(); i < targets.to(); i++) {
                final int target = cases.item(i);
                if (filter.test(number, target)) {
                    count++;
                    hits |= bitOf(number, target);
                }
            }
            if (count > 0) {
                isCounted[number] = true;
                counted++;
                Metrics.write(hits, count, isRecallCapped, values, number * width);
            }
        }
        return new Rows(values, isCounted, counted);
    }

    /** The bit of the first place that holds an item: no item counts twice. */
    private int bitOf(int number, int item) {
        for (int place = 0; place < Metrics.PLACES; place++) {
            if (item(number, place) == item) {
                return 1 << place;
            }
        }
        return 0;
    }
}
