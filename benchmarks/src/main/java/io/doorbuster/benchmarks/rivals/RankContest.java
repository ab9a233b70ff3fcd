package io.doorbuster.benchmarks.rivals;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.logging.Logger;
import java.util.stream.IntStream;

/** Who ranks candidates fastest with the same weights? */
final class RankContest implements Contest {
    private static final int CHECKED_REQUESTS = 16;
    private static final int TOP = 20;

    private final RankData data;
    private final OurRanker ours;
    private final List<OrtRanker> rivals = new ArrayList<>();

    RankContest(Case measured, int candidates, long seed) throws IOException {
        data = new RankData(measured, candidates, seed);
        ours = new OurRanker(data);
        try {
            for (final boolean isSplit : new boolean[] {false, true}) {
                final FloatBuffer table = OrtRanker.table(data, isSplit);
                rivals.add(new OrtRanker(data, table, isSplit, true));
                rivals.add(new OrtRanker(data, table, isSplit, false));
            }
        } catch (OrtException e) {
            throw new IOException("ONNX Runtime refused the model", e);
        }
        Logger.getLogger("ai.onnxruntime")
                .info("version " + OrtEnvironment.getEnvironment().getVersion() + ", providers "
                        + OrtEnvironment.getAvailableProviders()
                        + " (it logs no vector width; its kernels follow CPUID)");
    }

    @Override
    public List<Contender> contenders() {
        final List<Contender> all = new ArrayList<>(List.of(ours));
        all.addAll(rivals);
        return all;
    }

    @Override
    public int queries() {
        return RankData.REQUESTS;
    }

    @Override
    public int items() {
        return data.candidates;
    }

    /** Largest difference of a score from the twin in double, and from ours; requests whose best 20 are the same as ours. */
    @Override
    public void check(ObjectNode facts) {
        final List<RowScorer> all = new ArrayList<>(List.of(ours));
        all.addAll(rivals);
        for (final RowScorer contender : all) {
            double fromTwin = 0;
            double fromOurs = 0;
            int sameTops = 0;
            for (int request = 0; request < CHECKED_REQUESTS; request++) {
                ours.call(request);
                contender.call(request);
                for (int i = 0; i < data.candidates; i++) {
                    final double twin = data.model.score(data.users[request], data.item(data.ids[request][i]));
                    fromTwin = Math.max(fromTwin, Math.abs(contender.scoreAt(i) - twin));
                    fromOurs = Math.max(fromOurs, Math.abs(contender.scoreAt(i) - ours.scoreAt(i)));
                }
                sameTops += new HashSet<>(top(contender::scoreAt, request))
                                .equals(new HashSet<>(top(ours::scoreAt, request)))
                        ? 1
                        : 0;
            }
            facts.putObject(contender.name())
                    .put("maxDifference", fromTwin)
                    .put("maxDifferenceFromOurs", fromOurs)
                    .put("sameTop20", sameTops)
                    .put("requests", CHECKED_REQUESTS);
        }
    }

    /** Rows of the best scores, each row once. */
    private List<Integer> top(IntToDoubleFunction score, int request) {
        return IntStream.range(0, data.candidates)
                .boxed()
                .sorted((a, b) -> Double.compare(score.applyAsDouble(b), score.applyAsDouble(a)))
                .map(i -> data.ids[request][i])
                .distinct()
                .limit(TOP)
                .toList();
    }

    @Override
    public void close() {
        rivals.forEach(OrtRanker::close);
    }
}
