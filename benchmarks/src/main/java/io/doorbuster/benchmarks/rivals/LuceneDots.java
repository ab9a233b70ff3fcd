package io.doorbuster.benchmarks.rivals;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.codecs.hnsw.FlatVectorScorerUtil;
import org.apache.lucene.codecs.hnsw.FlatVectorsScorer;
import org.apache.lucene.codecs.lucene95.OffHeapFloatVectorValues.DenseOffHeapVectorValues;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.VectorUtil;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** Lucene: pair by pair from arrays, and its scorer of many rows at once over a mapped file, its best layout. */
final class LuceneDots implements Closeable {
    private static final String FILE = "vectors";

    final List<RowScorer> contenders;
    private final Path path;
    private final MMapDirectory directory;
    private final IndexInput input;

    LuceneDots(DotData data) throws IOException {
        path = Files.createTempDirectory("rivals-lucene");
        directory = new MMapDirectory(path);
        final ByteBuffer bytes = ByteBuffer.allocate(4 * data.dims).order(ByteOrder.LITTLE_ENDIAN);
        final float[][] rows = new float[data.rows][];
        try (IndexOutput output = directory.createOutput(FILE, IOContext.DEFAULT)) {
            for (int row = 0; row < data.rows; row++) {
                rows[row] = data.row(row);
                bytes.asFloatBuffer().put(rows[row]);
                output.writeBytes(bytes.array(), bytes.capacity());
            }
        }
        input = directory.openInput(FILE, IOContext.DEFAULT);
        contenders = List.of(new Bulk(data, input), new Pairs(data, rows));
    }

    @Override
    public void close() throws IOException {
        input.close();
        directory.deleteFile(FILE);
        directory.close();
        Files.delete(path);
    }

    private static final class Pairs implements RowScorer {
        private final DotData data;
        private final float[][] rows;
        private final float[] scores = new float[KEPT];
        private final int[][] orders;

        private Pairs(DotData data, float[][] rows) {
            this.data = data;
            this.rows = rows;
            orders = DotContest.orders(data);
        }

        @Override
        public String name() {
            return "Lucene, VectorUtil.dotProduct";
        }

        @Override
        public float call(int query) {
            final float[] vector = data.queries[query];
            final int[] order = orders[query];
            for (int i = 0; i < order.length; i++) {
                scores[i & KEPT - 1] = VectorUtil.dotProduct(vector, rows[order[i]]);
            }
            return scores[0];
        }

        @Override
        public float scoreAt(int position) {
            return scores[position & KEPT - 1];
        }
    }

    private static final class Bulk implements RowScorer {
        private static final int BATCH = 512;

        private final List<RandomVectorScorer> scorers = new ArrayList<>();
        private final int[][][] batches;
        private final float[][] scores = new float[KEPT / BATCH][BATCH];
        private final int positions;

        private Bulk(DotData data, IndexInput input) throws IOException {
            positions = data.positions;
            final FlatVectorsScorer scorer = FlatVectorScorerUtil.getLucene99FlatVectorsScorer();
            final VectorSimilarityFunction similarity = VectorSimilarityFunction.DOT_PRODUCT;
            for (final float[] query : data.queries) {
                final DenseOffHeapVectorValues values = new DenseOffHeapVectorValues(
                        data.dims, data.rows, input.clone(), 4 * data.dims, scorer, similarity);
                scorers.add(scorer.getRandomVectorScorer(similarity, values, query));
            }
            batches = DotContest.batches(data, BATCH);
        }

        @Override
        public String name() {
            return "Lucene, bulkScore off-heap";
        }

        @Override
        public float call(int query) {
            try {
                final RandomVectorScorer scorer = scorers.get(query);
                final int[][] mine = batches[query];
                float best = 0;
                for (int i = 0; i < mine.length; i++) {
                    best = scorer.bulkScore(mine[i], scores[i % scores.length], mine[i].length);
                }
                return best;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** What Lucene returns is (1 + product) / 2. */
        @Override
        public float scoreAt(int position) {
            return position >= positions
                    ? Float.NaN
                    : 2 * scores[position / BATCH % scores.length][position % BATCH] - 1;
        }
    }
}
