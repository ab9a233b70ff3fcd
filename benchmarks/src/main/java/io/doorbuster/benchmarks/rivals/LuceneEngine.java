package io.doorbuster.benchmarks.rivals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.FixedBitSet;

/**
 * Lucene's HNSW over a mapped directory, merged into one segment, searched through the reader without the query layer above
 * it. Changes are document updates, made visible ten times a second of search at most.
 */
final class LuceneEngine implements LocalIndex.Engine {
    private static final String VECTOR = "vector";
    private static final String ID = "id";
    private static final String ROW = "row";
    private static final int MAX_CONNECTIONS = 16;
    private static final int BEAM = 200;
    private static final double BUFFER_MB = 1_900;

    private final TopKData data;
    private final Path path;
    private final MMapDirectory directory;
    private final IndexWriter writer;
    private final FixedBitSet[] filters = new FixedBitSet[TopKData.FILTERS.length];
    private DirectoryReader reader;
    private int unseenChanges;

    LuceneEngine(TopKData data) throws IOException {
        this.data = data;
        path = Files.createTempDirectory("rivals-lucene");
        directory = new MMapDirectory(path);
        final IndexWriterConfig config = new IndexWriterConfig()
                .setRAMBufferSizeMB(BUFFER_MB)
                .setUseCompoundFile(false)
                .setCodec(new Lucene104Codec() {
                    @Override
                    public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                        return new Lucene99HnswVectorsFormat(MAX_CONNECTIONS, BEAM);
                    }
                });
        writer = new IndexWriter(directory, config);
        for (int row = 0; row < data.rows; row++) {
            writer.addDocument(document(row, data.vectors[row]));
        }
        writer.forceMerge(1);
        writer.commit();
        reader = DirectoryReader.open(writer);
        for (int filter = 0; filter < filters.length; filter++) {
            filters[filter] = new FixedBitSet(data.rows); // One segment in the order of insertion: document = row.
            for (int row = 0; row < data.rows; row++) {
                if (data.filters[filter][row]) {
                    filters[filter].set(row);
                }
            }
        }
    }

    private static Document document(int row, float[] vector) {
        final Document document = new Document();
        document.add(new KnnFloatVectorField(VECTOR, vector, VectorSimilarityFunction.DOT_PRODUCT));
        document.add(new StringField(ID, Integer.toString(row), Field.Store.NO));
        document.add(new NumericDocValuesField(ROW, row));
        return document;
    }

    @Override
    public long bytes() {
        try {
            long bytes = 0;
            for (final String file : directory.listAll()) {
                bytes += directory.fileLength(file);
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int search(int query, int k, int effort, int filter, int[] found) throws IOException {
        final List<LeafReaderContext> leaves = reader.leaves();
        final TopDocs[] byLeaf = new TopDocs[leaves.size()];
        for (int i = 0; i < byLeaf.length; i++) {
            byLeaf[i] = search(leaves.get(i), query, effort, filter);
        }
        final ScoreDoc[] best = (byLeaf.length == 1 ? byLeaf[0] : TopDocs.merge(k, byLeaf)).scoreDocs;
        final int count = Math.min(k, best.length);
        for (int i = 0; i < count; i++) {
            found[i] = byLeaf.length == 1 && !reader.hasDeletions() ? best[i].doc : row(best[i].doc, leaves);
        }
        return count;
    }

    private TopDocs search(LeafReaderContext leaf, int query, int effort, int filter) throws IOException {
        final TopKnnCollector collector = new TopKnnCollector(effort, Integer.MAX_VALUE);
        final FixedBitSet bits = filters[filter];
        final int documents = leaf.reader().maxDoc();
        final AcceptDocs accepted = filter == 0
                ? AcceptDocs.fromLiveDocs(leaf.reader().getLiveDocs(), documents)
                : AcceptDocs.fromIteratorSupplier(
                        () -> new BitSetIterator(bits, bits.approximateCardinality()), null, documents);
        leaf.reader().searchNearestVectors(VECTOR, data.queries[query], collector, accepted);
        final TopDocs found = collector.topDocs();
        for (final ScoreDoc hit : found.scoreDocs) {
            hit.doc += leaf.docBase;
        }
        return found;
    }

    private static int row(int document, List<LeafReaderContext> leaves) throws IOException {
        final LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(document, leaves));
        final NumericDocValues rows = leaf.reader().getNumericDocValues(ROW);
        Objects.requireNonNull(rows).advanceExact(document - leaf.docBase);
        return (int) rows.longValue();
    }

    @Override
    public void change(int row, float[] vector) throws IOException {
        writer.updateDocument(new Term(ID, Integer.toString(row)), document(row, vector));
        unseenChanges++;
        if (unseenChanges >= data.rows / 1_000) {
            final DirectoryReader newer = DirectoryReader.openIfChanged(reader, writer);
            if (newer != null) {
                reader.close();
                reader = newer;
            }
            unseenChanges = 0;
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
        writer.close();
        for (final String file : new ArrayList<>(List.of(directory.listAll()))) {
            directory.deleteFile(file);
        }
        directory.close();
        Files.deleteIfExists(path);
    }
}
