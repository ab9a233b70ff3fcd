package io.doorbuster.benchmarks.rivals;

import java.io.IOException;

/** One way to find the k best rows. One thread. */
interface TopKIndex extends AutoCloseable {
    String name();

    /** Seconds that it took to build, on one thread. */
    double buildSeconds();

    /** Bytes that the index with its vectors takes. */
    long bytes();

    /** Whether more effort finds more. */
    boolean isApproximate();

    /**
     * Searches with random queries.
     *
     * @param effort size of the list of candidates (ef, beam), at least k.
     */
    Contender searches(int k, int effort, int filter);

    /** The same without a filter, while for each second of search a hundredth of the rows changes. */
    Contender churning(int k, int effort);

    /** Rows found for each query. */
    int[][] found(int k, int effort, int filter) throws IOException;

    /** Changes made so far, in the order of the data's list. */
    long changes();

    @Override
    void close() throws IOException;
}
