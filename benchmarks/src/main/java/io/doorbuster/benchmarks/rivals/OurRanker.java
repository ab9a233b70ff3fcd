package io.doorbuster.benchmarks.rivals;

import io.doorbuster.kernels.Kernels;
import org.agrona.UnsafeApi;

/** Our kernels: rows gathered by address, the first layer split or folded once a request. */
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
        scores = OffHeap.allocate(4L * data.candidates);
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

    /** A layer whose outputs are products of one input with the rows of the weights. */
    private static final class Layer {
        private final Dense layer;
        private final long rows;
        private final long weights;
        private final long output;

        private Layer(Dense layer) {
            this.layer = layer;
            weights = OffHeap.copyOf(layer.weights());
            rows = OffHeap.allocate(8L * layer.outputs());
            for (int out = 0; out < layer.outputs(); out++) {
                UnsafeApi.putLong(rows + 8L * out, weights + 4L * layer.inputs() * out);
            }
            output = OffHeap.allocate(4L * layer.outputs());
        }

        /** Address of the outputs. */
        private long apply(long input, boolean isRelu) {
            Kernels.gatherDot(input, rows, layer.outputs(), layer.inputs(), output);
            for (int out = 0; out < layer.outputs(); out++) {
                final float sum = UnsafeApi.getFloat(output + 4L * out) + layer.biases()[out];
                UnsafeApi.putFloat(output + 4L * out, isRelu ? Math.max(0, sum) : sum);
            }
            return output;
        }
    }

    private static final class SplitTwoTower implements Network {
        private final RankModel.TwoTower model;
        private final Layer user;
        private final Layer second;
        private final Layer last;
        private final long first;

        private SplitTwoTower(RankModel.TwoTower model) {
            this.model = model;
            user = new Layer(model.userHalf());
            second = new Layer(model.layers().get(1));
            last = new Layer(model.layers().get(2));
            first = OffHeap.allocate(4L * model.layers().getFirst().outputs());
        }

        @Override
        public float[] keptOf(float[] item) {
            return model.itemHalf(item);
        }

        @Override
        public void rank(long userVector, long rowAddresses, int count, long scores) {
            final long half = user.apply(userVector, false);
            final int width = user.layer.outputs();
            for (int i = 0; i < count; i++) {
                final long row = UnsafeApi.getLong(rowAddresses + 8L * i);
                for (int d = 0; d < width; d++) {
                    final float sum = UnsafeApi.getFloat(half + 4L * d) + UnsafeApi.getFloat(row + 4L * d);
                    UnsafeApi.putFloat(first + 4L * d, Math.max(0, sum));
                }
                final float logit = UnsafeApi.getFloat(last.apply(second.apply(first, true), false));
                UnsafeApi.putFloat(scores + 4L * i, Kernels.sigmoid(logit));
            }
        }
    }

    private static final class FoldedInteraction implements Network {
        private final RankModel.Interaction model;
        private final Layer projection;
        private final Layer hidden;
        private final Layer last;

        private FoldedInteraction(RankModel.Interaction model) {
            this.model = model;
            projection = new Layer(model.projection());
            hidden = new Layer(model.hidden());
            last = new Layer(model.output());
        }

        @Override
        public float[] keptOf(float[] item) {
            return item;
        }

        @Override
        public void rank(long user, long rowAddresses, int count, long scores) {
            fold(projection.apply(user, false));
            for (int i = 0; i < count; i++) {
                final long row = UnsafeApi.getLong(rowAddresses + 8L * i);
                final float logit = UnsafeApi.getFloat(last.apply(hidden.apply(row, true), false));
                UnsafeApi.putFloat(scores + 4L * i, Kernels.sigmoid(logit));
            }
        }

        /** Column d of the hidden weights times (P u)_d + 1. */
        private void fold(long projected) {
            final float[] original = model.hidden().weights();
            final int width = model.itemDims();
            for (int i = 0; i < original.length; i++) {
                final float gain = UnsafeApi.getFloat(projected + 4L * (i % width)) + 1f;
                UnsafeApi.putFloat(hidden.weights + 4L * i, original[i] * gain);
            }
        }
    }
}
