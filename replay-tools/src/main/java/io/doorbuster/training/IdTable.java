package io.doorbuster.training;

import io.doorbuster.engine.model.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A vector for each id, in the order of the ids. An id of no row has the mean of all rows as of the last {@link #refresh},
 * which nothing is learned through: so it is when the model is served. One thread.
 */
final class IdTable {
    /** The mean's row. */
    static final int MEAN = -1;

    /** Rows at most; of more ids the most frequent get one. */
    static final int ROWS_MAX = 100_000;

    private final long[] ids;
    private final Parameter vectors;
    private final float[] mean;
    private final long leftOut;
    private final String name;

    private IdTable(String name, long[] ids, int dims, long leftOut, Random random) {
        this.name = name;
        this.ids = ids;
        this.leftOut = leftOut;
        vectors = new Parameter(name + ".vectors", ids.length, dims).uniform(random, 0.5 / Math.sqrt(dims));
        mean = new float[dims];
        refresh();
    }

    /**
     * A table of ids.
     *
     * @param seen each id as often as it was seen.
     */
    static IdTable of(String name, long[] seen, int rowsMax, int dims, Random random) {
        final long[] sorted = seen.clone();
        Arrays.sort(sorted);
        final long[] distinct = Arrays.stream(sorted).distinct().toArray();
        if (distinct.length <= rowsMax) {
            return new IdTable(name, distinct, dims, 0, random);
        }
        final int[] counts = new int[distinct.length];
        int at = 0;
        for (final long id : sorted) {
            at = distinct[at] == id ? at : at + 1;
            counts[at]++;
        }
        final int[] ascending = Arrays.stream(counts).sorted().toArray();
        final int least = ascending[distinct.length - rowsMax];
        long above = Arrays.stream(counts).filter(count -> count > least).count();
        final long[] kept = new long[rowsMax];
        int row = 0;
        for (int i = 0; i < distinct.length; i++) {
            if (counts[i] > least || counts[i] == least && above < rowsMax) {
                above += counts[i] == least ? 1 : 0; // Of those as frequent as the last, the lowest ids.
                kept[row++] = distinct[i];
            }
        }
        return new IdTable(name, kept, dims, distinct.length - rowsMax, random);
    }

    void refresh() {
        final int dims = mean.length;
        for (int i = 0; i < dims; i++) {
            double sum = 0;
            for (int row = 0; row < ids.length; row++) {
                sum += vectors.values()[row * dims + i];
            }
            mean[i] = (float) (sum / ids.length);
        }
    }

    int rowOf(long id) {
        final int row = Arrays.binarySearch(ids, id);
        return row < 0 ? MEAN : row;
    }

    /** Copies a row. */
    void read(int row, float[] to) {
        if (row == MEAN) {
            System.arraycopy(mean, 0, to, 0, mean.length);
        } else {
            System.arraycopy(vectors.values(), row * mean.length, to, 0, mean.length);
        }
    }

    /** Adds to a row's gradient. */
    void addGradient(int row, float[] slopes) {
        if (row == MEAN) {
            return;
        }
        vectors.touch(row);
        final int from = row * mean.length;
        for (int i = 0; i < mean.length; i++) {
            vectors.gradient()[from + i] += slopes[i];
        }
    }

    Parameter vectors() {
        return vectors;
    }

    List<Tensor> tensors() {
        return List.of(Tensor.ids(name + ".ids", ids), vectors.matrix());
    }

    /** A note on ids without a row. */
    List<String> notes() {
        return leftOut == 0
                ? List.of()
                : List.of(String.format(
                        "%,d %s ids, of which %,d, the least frequent, get the mean of the others' vectors",
                        ids.length + leftOut, name, leftOut));
    }
}
