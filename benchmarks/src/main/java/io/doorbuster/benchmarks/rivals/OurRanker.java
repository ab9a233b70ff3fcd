package io.doorbuster.benchmarks.rivals;

import io.doorbuster.kernels.Activation;
import io.doorbuster.kernels.Kernels;
import org.agrona.UnsafeApi;

/** Our kernels: rows gathered into tiles, one candidate a lane; the first layer split or folded once a request. */
final class OurRanker implements RowScorer {
    private final RankData data;
    private final Network network;
    private final long[] users = new long[RankData.REQUESTS];
    private final long[] rowAddresses = new long[RankData.REQUESTS];
    private final long scores;

    OurRanker(RankData data) {
        this.data = data;
        network = switch (data.model) {
            case RankModel.TwoTower model -> new SplitTwoTower(model);
            case RankModel.Interaction model -> new FoldedInteraction(model);
        };
        final int rowFloats = network.keptOf(data.item(0)).length;
        final long table = OffHeap.allocate(4L * rowFloats * data.rows);
        for (int row = 0; row < data.rows; row++) {
            OffHeap.putFloats(table + 4L * rowFloats * row, network.keptOf(data.item(row)));
        }
        for (int request = 0; request < users.length; request++) {
            users[request] = OffHeap.copyOf(data.users[request]);
            rowAddresses[request] = OffHeap.allocate(8L * data.candidates);
            for (int i = 0; i < data.candidates; i++) {
                UnsafeApi.putLong(rowAddresses[request] + 8L * i, table + 4L * rowFloats * data.ids[request][i]);
            }
        }
        scores = OffHeap.allocate(4L * Kernels.TILE_ROWS * tileCount(data.candidates));
    }

    @Override
    public String name() {
        return "ours";
    }

    @Override
    public float call(int request) {
        network.rank(users[request], rowAddresses[request], data.candidates, scores);
        return UnsafeApi.getFloat(scores);
    }

    @Override
    public float scoreAt(int position) {
        return UnsafeApi.getFloat(scores + 4L * position);
    }

    /** Weights in memory, and how a request goes through them. */
    private sealed interface Network {
        /** What is kept of an item in the table. */
        float[] keptOf(float[] item);

        /** Writes a score for each of the rows. */
        void rank(long user, long rowAddresses, int count, long scores);
    }

    /** A dense layer over tiles of candidates. */
    private static final class TileLayer {
        private final Dense layer;
        private final Activation activation;
        private final long weights;
        private final long biases;

        private TileLayer(Dense layer, Activation activation) {
            this.layer = layer;
            this.activation = activation;
            weights = OffHeap.copyOf(layer.weights());
            biases = OffHeap.copyOf(layer.biases());
        }

        private void apply(long inputs, int tileCount, long outputs) {
            Kernels.dense(inputs, tileCount, layer.inputs(), weights, biases, layer.outputs(), activation, outputs);
        }
    }

    /** A layer for the one shopper of a request: products of its vector with the rows of the weights. */
    private static final class UserLayer {
        private final Dense layer;
        private final long rows;
        private final long output;

        private UserLayer(Dense layer) {
            this.layer = layer;
            final long weights = OffHeap.copyOf(layer.weights());
            rows = OffHeap.allocate(8L * layer.outputs());
            for (int out = 0; out < layer.outputs(); out++) {
                UnsafeApi.putLong(rows + 8L * out, weights + 4L * layer.inputs() * out);
            }
            output = OffHeap.allocate(4L * layer.outputs());
        }

        /** Address of the outputs. */
        private long apply(long user) {
            Kernels.gatherDot(user, rows, layer.outputs(), layer.inputs(), output);
            for (int out = 0; out < layer.outputs(); out++) {
                final long address = output + 4L * out;
                UnsafeApi.putFloat(address, UnsafeApi.getFloat(address) + layer.biases()[out]);
            }
            return output;
        }
    }

    private static final class SplitTwoTower implements Network {
        private final RankModel.TwoTower model;
        private final UserLayer userHalf;
        private final TileLayer second;
        private final TileLayer last;
        private final int width;
        private final long first = tiles();
        private final long hidden = tiles();

        private SplitTwoTower(RankModel.TwoTower model) {
            this.model = model;
            userHalf = new UserLayer(model.userHalf());
            width = userHalf.layer.outputs();
            second = new TileLayer(model.layers().get(1), Activation.RELU);
            last = new TileLayer(model.layers().get(2), Activation.SIGMOID);
        }

        @Override
        public float[] keptOf(float[] item) {
            return model.itemHalf(item);
        }

        @Override
        public void rank(long user, long rowAddresses, int count, long scores) {
            final int tileCount = tileCount(count);
            Kernels.gatherTiles(rowAddresses, count, width, first);
            Kernels.addActivate(first, tileCount, width, userHalf.apply(user), Activation.RELU, first);
            second.apply(first, tileCount, hidden);
            last.apply(hidden, tileCount, scores);
        }
    }

    private static final class FoldedInteraction implements Network {
        private final int width;
        private final float[] original;
        private final float[] folded;
        private final float[] gains;
        private final UserLayer projection;
        private final TileLayer layer;
        private final TileLayer last;
        private final long rows = tiles();
        private final long hidden = tiles();

        private FoldedInteraction(RankModel.Interaction model) {
            width = model.itemDims();
            original = model.hidden().weights();
            folded = new float[original.length];
            gains = new float[width];
            projection = new UserLayer(model.projection());
            layer = new TileLayer(model.hidden(), Activation.RELU);
            last = new TileLayer(model.output(), Activation.SIGMOID);
        }

        @Override
        public float[] keptOf(float[] item) {
            return item;
        }

        @Override
        public void rank(long user, long rowAddresses, int count, long scores) {
            fold(projection.apply(user));
            final int tileCount = tileCount(count);
            Kernels.gatherTiles(rowAddresses, count, width, rows);
            layer.apply(rows, tileCount, hidden);
            last.apply(hidden, tileCount, scores);
        }

        /** Column d of the hidden weights times (P u)_d + 1, in arrays, where the compiler finds the vector unit itself. */
        private void fold(long projected) {
            for (int d = 0; d < width; d++) {
                gains[d] = UnsafeApi.getFloat(projected + 4L * d) + 1f;
            }
            for (int from = 0; from < folded.length; from += width) {
                for (int d = 0; d < width; d++) {
                    folded[from + d] = original[from + d] * gains[d];
                }
            }
            OffHeap.copy(folded, layer.weights);
        }
    }

    private static long tiles() {
        return OffHeap.allocate((long) Float.BYTES * RowScorer.KEPT * Kernels.DIMS_MAX);
    }

    private static int tileCount(int count) {
        return (count + Kernels.TILE_ROWS - 1) / Kernels.TILE_ROWS;
    }
}
