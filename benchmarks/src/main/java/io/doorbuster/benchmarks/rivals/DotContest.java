package io.doorbuster.benchmarks.rivals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Who scores a row fastest, in order and at random? */
final class DotContest implements Contest {
    private static final int CHECKED_QUERIES = 4;
    private static final double SLACK = 1e-6;

    private final DotData data;
    private final LuceneDots lucene;
    private final List<RowScorer> contenders = new ArrayList<>();
    private final List<Contender> limits;

    DotContest(Case measured, long seed) throws IOException {
        data = new DotData(measured, seed);
        lucene = new LuceneDots(data);
        contenders.addAll(OurDots.of(data));
        contenders.addAll(ScalarDots.of(data));
        contenders.addAll(lucene.contenders);
        contenders.addAll(JvectorDots.of(data));
        limits = LimitDots.of(data);
    }

    /** The order of each query, the same array for all of them where all rows are asked for. */
    static int[][] orders(DotData data) {
        final int[][] orders = new int[DotData.QUERIES][];
        for (int query = 0; query < orders.length; query++) {
            orders[query] = query > 0 && !data.isGather() ? orders[0] : data.order(query);
        }
        return orders;
    }

    /** The same, cut into batches. */
    static int[][][] batches(DotData data, int batch) {
        final int[][] orders = orders(data);
        final int[][][] batches = new int[orders.length][][];
        for (int query = 0; query < orders.length; query++) {
            batches[query] = query > 0 && !data.isGather() ? batches[0] : cut(orders[query], batch);
        }
        return batches;
    }

    private static int[][] cut(int[] order, int batch) {
        final int[][] batches = new int[(order.length + batch - 1) / batch][];
        for (int i = 0; i < batches.length; i++) {
            batches[i] = Arrays.copyOfRange(order, i * batch, Math.min(order.length, (i + 1) * batch));
        }
        return batches;
    }

    @Override
    public List<Contender> contenders() {
        final List<Contender> all = new ArrayList<>(contenders);
        all.addAll(limits);
        return all;
    }

    @Override
    public int queries() {
        return DotData.QUERIES;
    }

    @Override
    public int items() {
        return data.positions;
    }

    /** Largest difference from the product in double (rows and queries have length 1), and what a scan has missed. */
    @Override
    public void check(ObjectNode facts) {
        for (final RowScorer contender : contenders) {
            double maxDifference = 0;
            int missed = 0;
            for (int query = 0; query < CHECKED_QUERIES; query++) {
                final float returned = contender.call(query);
                final int[] order = data.order(query);
                for (int i = Math.max(0, data.positions - RowScorer.KEPT); i < data.positions; i++) {
                    final double expected = data.score(query, order[i]);
                    final float score = contender.scoreAt(i);
                    if (Float.isNaN(score)) {
                        missed += expected > returned + SLACK ? 1 : 0; // A scan returns the best: nothing beats it.
                    } else {
                        maxDifference = Math.max(maxDifference, Math.abs(score - expected));
                    }
                }
            }
            facts.putObject(contender.name())
                    .put("maxDifference", maxDifference)
                    .put("missed", missed);
        }
    }

    @Override
    public void close() throws IOException {
        lucene.close();
    }
}
