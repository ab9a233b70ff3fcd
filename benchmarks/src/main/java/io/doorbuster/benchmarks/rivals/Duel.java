package io.doorbuster.benchmarks.rivals;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;

/**
 * Lets two contenders alternate: ours, theirs, theirs, ours in each round, so that what drifts falls out of a round's
 * ratio. One thread.
 */
final class Duel {
    private final Contender ours;
    private final Contender theirs;
    private final int queries;
    private final SplittableRandom random;
    private final Histogram ourCalls = new Histogram(Contender.DIGITS);
    private final Histogram theirCalls = new Histogram(Contender.DIGITS);
    private final List<Double> ourNs = new ArrayList<>();
    private final List<Double> theirNs = new ArrayList<>();
    private final ArrayNode ratios = JsonNodeFactory.instance.arrayNode();

    Duel(Contender ours, Contender theirs, int queries, long seed) {
        this.ours = ours;
        this.theirs = theirs;
        this.queries = queries;
        random = new SplittableRandom(seed);
    }

    /** Runs one contender for a while, unmeasured. */
    static void warmUp(Contender contender, int queries, long ns, long seed) {
        contender.block(queries, new SplittableRandom(seed), ns, new Histogram(Contender.DIGITS));
    }

    void round(long blockNs) {
        final double ourFirst = ours.block(queries, random, blockNs, ourCalls);
        final double theirFirst = theirs.block(queries, random, blockNs, theirCalls);
        final double theirSecond = theirs.block(queries, random, blockNs, theirCalls);
        final double ourSecond = ours.block(queries, random, blockNs, ourCalls);
        ratios.add((theirFirst + theirSecond) / (ourFirst + ourSecond));
        ourNs.add((ourFirst + ourSecond) / 2);
        theirNs.add((theirFirst + theirSecond) / 2);
    }

    /** Ratios of the rounds (theirs to ours: above 1, ours is faster) and the calls of both sides. */
    ObjectNode json() {
        final ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("rival", theirs.name());
        node.set("ratios", ratios);
        node.set("ours", json(ourCalls, ourNs));
        node.set("theirs", json(theirCalls, theirNs));
        return node;
    }

    private static ObjectNode json(Histogram calls, List<Double> blockNs) {
        final List<Double> sorted = blockNs.stream().sorted().toList();
        return JsonNodeFactory.instance
                .objectNode()
                .put("calls", calls.getTotalCount())
                .put("ns", sorted.get(sorted.size() / 2))
                .put("p50Ns", calls.getValueAtPercentile(50))
                .put("p99Ns", calls.getValueAtPercentile(99))
                .put("p999Ns", calls.getValueAtPercentile(99.9));
    }
}
