package io.doorbuster.benchmarks.rivals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;

/** An index in this JVM: search and change are calls. */
final class LocalIndex implements TopKIndex {
    /** What an index can do. */
    interface Engine extends AutoCloseable {
        long bytes();

        /** Writes rows into {@code found}; returns how many. */
        int search(int query, int k, int effort, int filter, int[] found) throws IOException;

        void change(int row, float[] vector) throws IOException;

        @Override
        void close() throws IOException;
    }

    private static final double NS_PER_SECOND = 1e9;
    private static final double CHURN = 0.01;

    private final String name;
    private final TopKData data;
    private final Engine engine;
    private final boolean isApproximate;
    private final double buildSeconds;
    private long changes;

    LocalIndex(String name, TopKData data, Engine engine, boolean isApproximate, double buildSeconds) {
        this.name = name;
        this.data = data;
        this.engine = engine;
        this.isApproximate = isApproximate;
        this.buildSeconds = buildSeconds;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public double buildSeconds() {
        return buildSeconds;
    }

    @Override
    public long bytes() {
        return engine.bytes();
    }

    @Override
    public boolean isApproximate() {
        return isApproximate;
    }

    @Override
    public long changes() {
        return changes;
    }

    @Override
    public Contender searches(int k, int effort, int filter) {
        return new Searches(k, effort, filter);
    }

    @Override
    public Contender churning(int k, int effort) {
        return new Churning(new Searches(k, effort, 0));
    }

    @Override
    public int[][] found(int k, int effort, int filter) throws IOException {
        final int[][] found = new int[TopKData.QUERIES][k];
        for (int query = 0; query < found.length; query++) {
            found[query] = Arrays.copyOf(found[query], engine.search(query, k, effort, filter, found[query]));
        }
        return found;
    }

    @Override
    public void close() throws IOException {
        engine.close();
    }

    private final class Searches implements CalledContender {
        private final int k;
        private final int effort;
        private final int filter;
        private final int[] found;

        private Searches(int k, int effort, int filter) {
            this.k = k;
            this.effort = effort;
            this.filter = filter;
            found = new int[k];
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public float call(int query) {
            try {
                return engine.search(query, k, effort, filter, found) + found[0];
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private final class Churning implements CalledContender {
        private final Searches searches;

        private Churning(Searches searches) {
            this.searches = searches;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public float call(int query) {
            return searches.call(query);
        }

        /** Mean of a search with the changes that fall due in its time; the histogram receives the searches alone. */
        @Override
        public double block(int queries, SplittableRandom random, long ns, Histogram calls) {
            final long start = System.nanoTime();
            long searching = 0;
            long count = 0;
            double due = 0;
            float sum = 0;
            while (count == 0 || searching < ns) {
                final long before = System.nanoTime();
                sum += call(random.nextInt(queries));
                final long took = System.nanoTime() - before;
                calls.recordValue(took);
                searching += took;
                count++;
                for (due += took * data.rows * CHURN / NS_PER_SECOND; due >= 1; due--) {
                    change();
                }
            }
            Kept.value = sum;
            return (double) (System.nanoTime() - start) / count;
        }

        private void change() {
            final int next = (int) (changes++ % TopKData.CHANGES);
            try {
                engine.change(data.changedRows[next], data.changedVectors[next]);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
