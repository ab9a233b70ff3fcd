package io.doorbuster.benchmarks.rivals;

import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.GraphSearcher;
import io.github.jbellis.jvector.graph.ListRandomAccessVectorValues;
import io.github.jbellis.jvector.graph.RandomAccessVectorValues;
import io.github.jbellis.jvector.graph.SearchResult;
import io.github.jbellis.jvector.graph.similarity.BuildScoreProvider;
import io.github.jbellis.jvector.graph.similarity.DefaultSearchScoreProvider;
import io.github.jbellis.jvector.util.Bits;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * jvector's graph in memory. A changed row becomes a new node and its old one is marked deleted; deleted nodes are never
 * removed here, which spares it that work.
 */
final class JvectorEngine implements LocalIndex.Engine {
    /** Of the base layer and of those above, as the other graphs have them. */
    private static final List<Integer> DEGREES = List.of(32, 16);

    private static final int BEAM = 200;
    private static final float OVERFLOW = 1.2f;
    private static final float ALPHA = 1.2f;

    private final VectorTypeSupport types = VectorizationProvider.getInstance().getVectorTypeSupport();
    private final VectorFloat<?>[] queries = new VectorFloat<?>[TopKData.QUERIES];
    private final List<VectorFloat<?>> vectors = new ArrayList<>();
    private final RandomAccessVectorValues values;
    private final GraphIndexBuilder builder;
    private final Bits[] filters = new Bits[TopKData.FILTERS.length];
    private final int dims;

    /** Of each row its node; of each node its row. */
    private final int[] nodeOf;

    private int[] rowOf;
    private GraphSearcher searcher;
    private boolean isChanged;

    JvectorEngine(TopKData data) {
        dims = data.dims;
        values = new ListRandomAccessVectorValues(vectors, dims);
        builder = GraphIndexBuilder.builder(
                        BuildScoreProvider.randomAccessScoreProvider(values, VectorSimilarityFunction.DOT_PRODUCT),
                        dims,
                        DEGREES)
                .withBeamWidth(BEAM)
                .withNeighborOverflow(OVERFLOW)
                .withAlpha(ALPHA)
                .build();
        nodeOf = new int[data.rows];
        rowOf = new int[data.rows];
        for (int row = 0; row < data.rows; row++) {
            nodeOf[row] = row;
            rowOf[row] = row;
            vectors.add(types.createFloatVector(data.vectors[row]));
            builder.addGraphNode(row, vectors.get(row));
        }
        builder.cleanup();
        searcher = new GraphSearcher(builder.getGraph());
        for (int query = 0; query < queries.length; query++) {
            queries[query] = types.createFloatVector(data.queries[query]);
        }
        filters[0] = Bits.ALL;
        for (int filter = 1; filter < filters.length; filter++) {
            final boolean[] mayPass = data.filters[filter];
            filters[filter] = node -> mayPass[node];
        }
    }

    @Override
    public long bytes() {
        return builder.getGraph().ramBytesUsed() + 4L * dims * vectors.size();
    }

    @Override
    public int search(int query, int k, int effort, int filter, int[] found) {
        if (isChanged) {
            searcher = new GraphSearcher(builder.getGraph());
            isChanged = false;
        }
        final SearchResult result = searcher.search(
                DefaultSearchScoreProvider.exact(queries[query], VectorSimilarityFunction.DOT_PRODUCT, values),
                k,
                effort,
                0f,
                0f,
                filters[filter]);
        final SearchResult.NodeScore[] nodes = result.getNodes();
        for (int i = 0; i < nodes.length; i++) {
            found[i] = rowOf[nodes[i].node];
        }
        return nodes.length;
    }

    @Override
    public void change(int row, float[] vector) {
        final int node = vectors.size();
        if (node == rowOf.length) {
            rowOf = Arrays.copyOf(rowOf, 2 * node);
        }
        rowOf[node] = row;
        vectors.add(types.createFloatVector(vector));
        builder.addGraphNode(node, vectors.get(node));
        builder.markNodeDeleted(nodeOf[row]);
        nodeOf[row] = node;
        filters[0] = candidate -> nodeOf[rowOf[candidate]] == candidate;
        isChanged = true;
    }

    @Override
    public void close() throws IOException {
        builder.close();
    }
}
