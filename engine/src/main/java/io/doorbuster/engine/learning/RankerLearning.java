package io.doorbuster.engine.learning;

import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.Chance;
import io.doorbuster.engine.decision.Feature;
import io.doorbuster.engine.store.ItemCount;
import io.doorbuster.engine.store.RankerStore;
import io.doorbuster.engine.store.Stores;
import io.doorbuster.kernels.Adam;
import io.doorbuster.kernels.Kernels;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/**
 * Teaches the ranker, in the stream, which candidate came next: the softmax of all candidates' scores is to be 1 for the one
 * that did. One step of Adam for every {@link #BATCH} cases. Engine thread only.
 */
public final class RankerLearning {
    /** Up to so many cases the ranker learns from every event; then from one in so many as the configuration says. */
    public static final int YOUNG_CASES = 65_536;

    /** What a case counts for by what was done: a shop lives by what is bought, and most of what is done is looking. */
    private static final float[] WEIGHTS = {1f, 1f, 2f, 4f};

    /** Cases of a step. */
    static final int BATCH = 64;

    private static final int F = RankerStore.FEATURES;
    private static final int H = RankerStore.HIDDEN;
    private static final int LANES = Kernels.TILE_ROWS;
    private static final float RATE = 0.006f;
    private static final Adam ADAM = new Adam(0.9f, 0.999f, 1e-8f);

    /** Cases that the statistics begin with, and what a case counts for at least. */
    private static final float STATISTICS_PRIOR = 64f;

    private static final float STATISTICS_RATE_MIN = 1f / 4096;

    /** Cases of which late loss is the mean, and those of long loss. */
    static final int LATE_CASES = 256;

    static final int LONG_CASES = 8_192;

    /** Cases after which a freeze ends in any case. */
    public static final int FROZEN_CASES = 4_096;

    /** A smaller probability surprises no more than this one. */
    private static final float SHARE_MIN = 1e-6f;

    /** Below this a candidate's error is not worth its arithmetic. */
    private static final float ERROR_MIN = 1e-6f;

    private final Stores stores;
    private final RankerStore ranker;
    private final ByteBuffer memory = BufferUtil.allocateDirectAligned(4 * (Candidates.MAX + LANES), 64);
    private final long shares = BufferUtil.address(memory);
    private final float[] gradient = new float[RankerStore.WEIGHTS];
    private final float[] inputs = new float[F];
    private final FreezeCounts counts = new FreezeCounts();

    public RankerLearning(Stores stores) {
        this.stores = stores;
        ranker = stores.ranker();
        if (ranker.cases() == 0) {
            begin(stores.settings().seed());
        }
    }

    /** What the ranker begins with: neighbours and embedding as the log-linear model that they make, then popularity. */
    private void begin(long seed) {
        ranker.open();
        for (int i = 0; i < RankerStore.BIASES; i++) {
            putWeight(i, Chance.uniform(seed, i) * 0.5f);
        }
        for (int i = RankerStore.OUTPUT; i < RankerStore.DIRECT; i++) {
            putWeight(i, Chance.uniform(seed, i) * 0.5f);
        }
        putWeight(RankerStore.DIRECT + Feature.NEIGHBOURS_BEHIND.ordinal(), 0.7f);
        putWeight(RankerStore.DIRECT + Feature.NEIGHBOURS_BEFORE.ordinal(), 0.3f);
        putWeight(RankerStore.DIRECT + Feature.EMBEDDING_LOGIT.ordinal(), 0.5f);
        putWeight(RankerStore.DIRECT + Feature.POPULARITY.ordinal(), 0.3f);
        for (int feature = 0; feature < F; feature++) {
            ranker.statistics(feature, 0f, 1f);
        }
        ranker.close();
    }

    private void putWeight(int index, float value) {
        UnsafeApi.putFloat(ranker.weights() + 4L * index, value);
    }

    /**
     * Learns from one case.
     *
     * @param candidates as ranking left them.
     * @param target index of the candidate that came next, or -1 when none of them did: then only the features' means learn.
     * @param kind what was done with it.
     */
    public void learn(Candidates candidates, int target, ItemCount kind) {
        final int count = candidates.count();
        if (count == 0) {
            return;
        }
        ranker.open();
        if (target >= 0 && count > 1) {
            final boolean wasFrozen = isFrozen();
            share(candidates);
            guard(-Kernels.log(Math.max(SHARE_MIN, UnsafeApi.getFloat(shares + 4L * target))));
            if (!wasFrozen && !isFrozen()) {
                addCase(candidates, target, relativeWeight(WEIGHTS[kind.ordinal()]) / BATCH);
            } else {
                counts.leaveOut();
            }
        }
        if (!isFrozen()) {
            observe(candidates);
        }
        ranker.close();
    }

    /** The state has been taken over from a checkpoint. */
    public void onRestored() {
        counts.restored(ranker.freezes(), isFrozen());
    }

    /** What others may know of freezes. Any thread. */
    public FreezeCounts counts() {
        return counts;
    }

    /** Whether nothing is learned now, because what comes is far from what came. */
    public boolean isFrozen() {
        return ranker.frozen() > 0;
    }

    /**
     * Freezes learning when late cases surprise the ranker far more than those of a longer time, as bots or a broken feed
     * would; thaws when they do no more, or after {@link #FROZEN_CASES}: what goes on that long is what the shop is now.
     */
    private void guard(float loss) {
        final int cases = ranker.cases();
        final float late = moved(ranker.lateLoss(), loss, cases, LATE_CASES);
        final float before = ranker.longLoss();
        if (isFrozen()) {
            final int left = late < before * (1 + stores.settings().freezeAbove()) / 2 ? 0 : ranker.frozen() - 1;
            ranker.losses(late, left == 0 && late > before ? late : before);
            ranker.frozen(left, ranker.freezes());
            if (left == 0) {
                counts.thaw(stores.engine().position());
            }
            return;
        }
        ranker.losses(late, moved(before, loss, cases, LONG_CASES));
        if (cases >= LONG_CASES && late > before * stores.settings().freezeAbove()) {
            ranker.frozen(FROZEN_CASES, ranker.freezes() + 1);
            counts.freeze(stores.engine().position());
        }
    }

    private static float moved(float mean, float value, int cases, int span) {
        return mean + (value - mean) / Math.min(cases + 1, span);
    }

    /** Each candidate's probability of being next, as the ranker has it. */
    private void share(Candidates candidates) {
        final int count = candidates.count();
        for (int i = 0; i < count; i++) {
            UnsafeApi.putFloat(shares + 4L * i, candidates.score(i));
        }
        Kernels.softmax(shares, count);
    }

    /** Over the mean of cases of late, so that a shop in which all is of one kind learns as fast as any. */
    private float relativeWeight(float weight) {
        final float mean =
                ranker.cases() == 0 ? weight : moved(ranker.caseWeight(), weight, ranker.cases(), LONG_CASES);
        ranker.caseWeight(mean);
        return weight / mean;
    }

    private void addCase(Candidates candidates, int target, float weight) {
        final int count = candidates.count();
        Arrays.fill(gradient, 0f);
        for (int i = 0; i < count; i++) {
            final float error = UnsafeApi.getFloat(shares + 4L * i) - (i == target ? 1f : 0f);
            if (Math.abs(error) > ERROR_MIN) {
                addGradient(candidates, i, error);
            }
        }
        final long sum = ranker.gradient();
        for (int i = 0; i < RankerStore.WEIGHTS; i++) {
            UnsafeApi.putFloat(sum + 4L * i, UnsafeApi.getFloat(sum + 4L * i) + weight * gradient[i]);
        }
        final int cases = ranker.cases() == Integer.MAX_VALUE ? Integer.MAX_VALUE : ranker.cases() + 1;
        final int pending = ranker.pending() + 1;
        ranker.cases(cases, pending % BATCH);
        if (pending == BATCH) {
            step(Math.max(1, cases / BATCH));
        }
    }

    private void addGradient(Candidates candidates, int index, float error) {
        final long weights = ranker.weights();
        final long lane = 4L * (index % LANES);
        final long features = candidates.tiles() + (long) (index / LANES) * F * LANES * 4 + lane;
        final long hidden = candidates.hidden() + (long) (index / LANES) * H * LANES * 4 + lane;
        for (int f = 0; f < F; f++) {
            inputs[f] = UnsafeApi.getFloat(features + 4L * f * LANES);
            gradient[RankerStore.DIRECT + f] += error * inputs[f];
        }
        for (int h = 0; h < H; h++) {
            final float active = UnsafeApi.getFloat(hidden + 4L * h * LANES);
            if (active > 0) {
                gradient[RankerStore.OUTPUT + h] += error * active;
                final float back = error * UnsafeApi.getFloat(weights + 4L * (RankerStore.OUTPUT + h));
                gradient[RankerStore.BIASES + h] += back;
                final int row = h * F;
                for (int f = 0; f < F; f++) {
                    gradient[row + f] += back * inputs[f];
                }
            }
        }
    }

    private void step(int steps) {
        final long sum = ranker.gradient();
        final float first = 1f - (float) power(ADAM.beta1(), steps);
        final float second = 1f - (float) power(ADAM.beta2(), steps);
        final float rate = RATE * (float) Math.sqrt(second) / first;
        Kernels.adam(ranker.weights(), ranker.first(), ranker.second(), sum, ADAM, rate, RankerStore.WEIGHTS);
        UnsafeApi.setMemory(sum, 4L * RankerStore.WEIGHTS, (byte) 0);
    }

    /** By squaring: {@code StrictMath.pow} makes arrays. */
    private static double power(double base, int exponent) {
        double power = 1;
        double square = base;
        for (int rest = exponent; rest > 0; rest >>>= 1) {
            power = (rest & 1) == 1 ? power * square : power;
            square *= square;
        }
        return power;
    }

    /** Moves each feature's mean and variance towards those of these candidates. */
    private void observe(Candidates candidates) {
        final int count = candidates.count();
        final float rate = Math.max(1f / (STATISTICS_PRIOR + ranker.cases()), STATISTICS_RATE_MIN);
        for (int feature = 0; feature < F; feature++) {
            final long column = candidates.columns() + 4L * feature * Candidates.MAX;
            final float old = ranker.mean(feature);
            float sum = 0;
            float squares = 0;
            for (int i = 0; i < count; i++) {
                final float distance = UnsafeApi.getFloat(column + 4L * i) - old;
                sum += distance;
                squares += distance * distance;
            }
            final float variance = ranker.variance(feature);
            ranker.statistics(feature, old + rate * (sum / count), variance + rate * (squares / count - variance));
        }
    }
}
