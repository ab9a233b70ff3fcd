package io.doorbuster.benchmarks.rivals;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.List;
import java.util.Map;

/**
 * ONNX Runtime with the same weights: one thread, no spinning, sequential, all optimisations, tensors over direct buffers
 * that are made once, output too. The rows come from a table that is an input tensor without a copy, by a Gather node, or
 * are copied by Java into the input. Whole or with the first layer split as ours is.
 */
final class OrtRanker implements RowScorer, AutoCloseable {
    private static final String USER = "user";
    private static final String TABLE = "table";
    private static final String IDS = "ids";
    private static final String ROWS = "rows";
    private static final String SCORES = "scores";

    private final RankData data;
    private final boolean isSplit;
    private final boolean isGather;
    private final int rowFloats;
    private final FloatBuffer table;
    private final FloatBuffer user;
    private final FloatBuffer rows;
    private final IntBuffer ids;
    private final FloatBuffer scores;
    private final OrtSession session;
    private final Map<String, OnnxTensor> inputs;
    private final Map<String, OnnxTensor> outputs;

    /** {@code table} from {@link #table}, shared by those that want the same rows. */
    OrtRanker(RankData data, FloatBuffer table, boolean isSplit, boolean isGather) throws OrtException {
        this.data = data;
        this.table = table;
        this.isSplit = isSplit;
        this.isGather = isGather;
        rowFloats = table.capacity() / data.rows;
        user = direct(RankModel.USER_DIMS).asFloatBuffer();
        rows = direct(data.candidates * rowFloats).asFloatBuffer();
        ids = direct(data.candidates).asIntBuffer();
        scores = direct(data.candidates).asFloatBuffer();
        final OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            options.addConfigEntry("session.inter_op.allow_spinning", "0");
            session = environment.createSession(model(), options);
        }
        final OnnxTensor users = OnnxTensor.createTensor(environment, user, new long[] {1, RankModel.USER_DIMS});
        final long[] rowShape = {data.candidates, rowFloats};
        inputs = isGather
                ? Map.of(
                        USER,
                        users,
                        TABLE,
                        OnnxTensor.createTensor(environment, table, new long[] {data.rows, rowFloats}),
                        IDS,
                        OnnxTensor.createTensor(environment, ids, new long[] {data.candidates}))
                : Map.of(USER, users, ROWS, OnnxTensor.createTensor(environment, rows, rowShape));
        outputs = Map.of(SCORES, OnnxTensor.createTensor(environment, scores, new long[] {data.candidates, 1}));
    }

    private static ByteBuffer direct(int values) {
        return ByteBuffer.allocateDirect(4 * values).order(ByteOrder.nativeOrder());
    }

    /** What is kept of the items, on huge pages like ours: their vectors, or for a split two-tower model their halves. */
    static FloatBuffer table(RankData data, boolean isSplit) {
        final int floats = kept(data, 0, isSplit).length;
        final FloatBuffer table = OffHeap.buffer(4L * floats * data.rows).asFloatBuffer();
        for (int row = 0; row < data.rows; row++) {
            table.put(row * floats, kept(data, row, isSplit));
        }
        return table;
    }

    private static float[] kept(RankData data, int row, boolean isSplit) {
        final float[] item = data.item(row);
        return isSplit && data.model instanceof RankModel.TwoTower model ? model.itemHalf(item) : item;
    }

    private byte[] model() {
        final Onnx onnx = new Onnx().floatInput(USER, 1, RankModel.USER_DIMS).floatOutput(SCORES, data.candidates, 1);
        if (isGather) {
            onnx.floatInput(TABLE, data.rows, rowFloats).intInput(IDS, data.candidates);
            onnx.node("Gather", List.of(TABLE, IDS), ROWS);
        } else {
            onnx.floatInput(ROWS, data.candidates, rowFloats);
        }
        switch (data.model) {
            case RankModel.TwoTower model -> twoTower(onnx, model);
            case RankModel.Interaction model -> interaction(onnx, model);
        }
        return onnx.node("Sigmoid", List.of("last"), SCORES).toBytes();
    }

    private void twoTower(Onnx onnx, RankModel.TwoTower model) {
        if (isSplit) {
            onnx.dense("half", USER, model.userHalf()).node("Add", List.of("half", ROWS), "first");
        } else {
            onnx.longs("shape", data.candidates, RankModel.USER_DIMS).node("Expand", List.of(USER, "shape"), "users");
            onnx.concat(List.of("users", ROWS), "both")
                    .dense("first", "both", model.layers().get(0));
        }
        onnx.node("Relu", List.of("first"), "first.relu");
        onnx.dense("second", "first.relu", model.layers().get(1)).node("Relu", List.of("second"), "second.relu");
        onnx.dense("last", "second.relu", model.layers().get(2));
    }

    private void interaction(Onnx onnx, RankModel.Interaction model) {
        onnx.dense("projected", USER, model.projection()).layer("hidden", model.hidden());
        if (isSplit) {
            onnx.floats("one", new float[] {1}, 1).node("Add", List.of("projected", "one"), "gain");
            onnx.node("Mul", List.of("hidden.w", "gain"), "folded");
            onnx.gemm(List.of(ROWS, "folded", "hidden.b"), "hidden");
        } else {
            onnx.node("Mul", List.of("projected", ROWS), "product").node("Add", List.of("product", ROWS), "input");
            onnx.gemm(List.of("input", "hidden.w", "hidden.b"), "hidden");
        }
        onnx.node("Relu", List.of("hidden"), "relu").dense("last", "relu", model.output());
    }

    @Override
    public String name() {
        return "ONNX Runtime, " + (isSplit ? "split" : "whole") + (isGather ? ", Gather" : ", rows copied");
    }

    @Override
    public float call(int request) {
        user.put(0, data.users[request]);
        final int[] wanted = data.ids[request];
        if (isGather) {
            ids.put(0, wanted);
        } else {
            for (int i = 0; i < wanted.length; i++) {
                rows.put(i * rowFloats, table, wanted[i] * rowFloats, rowFloats);
            }
        }
        try (OrtSession.Result result = session.run(inputs, outputs)) {
            return result.size() + scores.get(0);
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public float scoreAt(int position) {
        return scores.get(position);
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
        inputs.values().forEach(OnnxTensor::close);
        outputs.values().forEach(OnnxTensor::close);
    }
}
