package io.doorbuster.training;

import java.util.Arrays;

/**
 * How well a model tells what came next, over lessons. Of each candidate as a yes or no at a probability of one half, the
 * drawn ones counted as they are: accuracy, precision, recall, F1, log-loss. Of their order over all lessons: AUC. Of the
 * order within each lesson, ties at their middle rank r: MRR = 1 / r and NDCG = 1 / log2(1 + r), averaged over lessons.
 *
 * @param loss what is trained on: log-loss, in which a lesson's drawn candidates weigh together as much as the one that came.
 */
public record ListMetrics(
        double loss,
        double auc,
        double accuracy,
        double precision,
        double recall,
        double f1,
        double logLoss,
        double ndcg,
        double mrr) {

    /** Adds up lessons. One thread. */
    static final class Sum {
        private final float[] positives;
        private float[] others;
        private int lessons;
        private int otherCount;
        private int truePositives;
        private int falsePositives;
        private double loss;
        private double logLoss;
        private double ndcg;
        private double mrr;

        Sum(int lessonsMax) {
            positives = new float[lessonsMax];
            others = new float[4 * lessonsMax];
        }

        /** The logits of a lesson; the first is that of what came next. */
        void add(float[] logits, int count) {
            final float positive = logits[0];
            positives[lessons++] = positive;
            truePositives += positive > 0 ? 1 : 0;
            loss += logLoss(positive, true) / 2;
            logLoss += logLoss(positive, true);
            double rank = 1;
            if (otherCount + count > others.length) {
                others = Arrays.copyOf(others, 2 * others.length + count);
            }
            for (int i = 1; i < count; i++) {
                others[otherCount++] = logits[i];
                falsePositives += logits[i] > 0 ? 1 : 0;
                loss += logLoss(logits[i], false) / (2 * (count - 1));
                logLoss += logLoss(logits[i], false);
                rank += logits[i] > positive ? 1 : logits[i] == positive ? 0.5 : 0;
            }
            mrr += 1 / rank;
            ndcg += StrictMath.log(2) / StrictMath.log(1 + rank);
        }

        ListMetrics metrics() {
            final double all = (double) lessons + otherCount;
            final double precision = ratio(truePositives, (double) truePositives + falsePositives);
            final double recall = ratio(truePositives, lessons);
            return new ListMetrics(
                    loss / lessons,
                    auc(),
                    ratio((double) truePositives + otherCount - falsePositives, all),
                    precision,
                    recall,
                    ratio(2 * precision * recall, precision + recall),
                    logLoss / all,
                    ndcg / lessons,
                    mrr / lessons);
        }

        private static double ratio(double part, double whole) {
            return whole == 0 ? 0 : part / whole;
        }

        /** Share of the pairs of one that came and one that did not in which the former stands higher; a tie is a half. */
        private double auc() {
            final float[] low = Arrays.copyOf(positives, lessons);
            final float[] high = Arrays.copyOf(others, otherCount);
            Arrays.sort(low);
            Arrays.sort(high);
            double won = 0;
            int below = 0;
            int notAbove = 0;
            for (final float positive : low) {
                while (below < otherCount && high[below] < positive) {
                    below++;
                }
                while (notAbove < otherCount && high[notAbove] <= positive) {
                    notAbove++;
                }
                won += (below + notAbove) / 2.0;
            }
            return won / ((double) lessons * otherCount);
        }
    }

    /** -log of the probability that a logit gives to what happened. */
    static double logLoss(double logit, boolean happened) {
        final double margin = happened ? logit : -logit;
        return margin > 0
                ? StrictMath.log1p(StrictMath.exp(-margin))
                : StrictMath.log1p(StrictMath.exp(margin)) - margin;
    }
}
