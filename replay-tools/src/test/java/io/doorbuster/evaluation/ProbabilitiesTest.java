package io.doorbuster.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ProbabilitiesTest {
    private static final int SIZE = 12;

    private static float[] scores(SplittableRandom random) {
        final float[] scores = new float[SIZE];
        for (int i = 0; i < SIZE; i++) {
            scores[i] = (float) random.nextGaussian() * 1.5f;
        }
        return scores;
    }

    private static double[] softmax(float[] scores) {
        final double[] shares = new double[SIZE];
        double sum = 0;
        for (int i = 0; i < SIZE; i++) {
            shares[i] = Math.exp(scores[i]);
            sum += shares[i];
        }
        for (int i = 0; i < SIZE; i++) {
            shares[i] /= sum;
        }
        return shares;
    }

    private static int draw(double[] shares, double chance) {
        double left = chance;
        for (int i = 0; i < SIZE; i++) {
            left -= shares[i];
            if (left < 0) {
                return i;
            }
        }
        return SIZE - 1;
    }

    @Test
    void shouldBeWhatEveryPairSays() {
        final SplittableRandom random = new SplittableRandom(4);
        final Probabilities probabilities = new Probabilities();
        final List<Double> targets = new ArrayList<>();
        final List<Double> others = new ArrayList<>();
        double loss = 0;
        for (int n = 0; n < 60; n++) {
            final float[] scores = scores(random);
            final int target = random.nextInt(SIZE);
            probabilities.add(scores, SIZE, target);
            final double[] shares = softmax(scores);
            loss -= Math.log(shares[target]);
            for (int i = 0; i < SIZE; i++) {
                (i == target ? targets : others).add(shares[i]);
            }
        }
        double wins = 0;
        for (final double target : targets) {
            for (final double other : others) {
                wins += target > other ? 1 : target == other ? 0.5 : 0;
            }
        }
        assertThat(probabilities.metrics().get("AUC")).isCloseTo(wins / targets.size() / others.size(), within(1e-3));
        assertThat(probabilities.metrics().get("logLoss")).isCloseTo(loss / targets.size(), within(1e-6));
    }

    @Test
    void scoresThatAreTrueShouldBeCalibratedAndOthersNot() {
        final SplittableRandom random = new SplittableRandom(6);
        final Probabilities honest = new Probabilities();
        final Probabilities boastful = new Probabilities();
        for (int n = 0; n < 20_000; n++) {
            final float[] scores = scores(random);
            final int target = draw(softmax(scores), random.nextDouble());
            honest.add(scores, SIZE, target);
            for (int i = 0; i < SIZE; i++) {
                scores[i] *= 3;
            }
            boastful.add(scores, SIZE, target);
        }
        assertThat(honest.metrics().get("calibrationError")).isLessThan(0.005);
        assertThat(boastful.metrics().get("calibrationError")).isGreaterThan(0.03);
        assertThat(boastful.metrics().get("logLoss"))
                .isGreaterThan(honest.metrics().get("logLoss"));
    }

    @Test
    void nothingShouldBeSaidOfNothing() {
        final Probabilities none = new Probabilities();
        assertThat(none.metrics()).isEmpty();
        none.add(new float[] {1}, 1, 0);
        assertThat(none.metrics()).as("one class only").isEmpty();
    }
}
