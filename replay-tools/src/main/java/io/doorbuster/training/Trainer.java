package io.doorbuster.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * Fits a model to lessons: binary cross-entropy of logits, Adam, a step for each batch of lessons in an order drawn for each
 * epoch, until the validation loss has not fallen for a while. The drawn candidates of a lesson weigh together as much as
 * the one that came next, so that a model that knows nothing is at log 2, and a half is the border of yes and no. The
 * same lessons and plan give the same bits: one thread, one order of additions. One thread.
 */
final class Trainer {
    private final Trainee model;
    private final LessonStore lessons;
    private final TrainingPlan plan;
    private final int trained;
    private final float[] logits;
    private final float[] slopes;

    /** For the first {@code trained} lessons, judged by the others. */
    Trainer(Trainee model, LessonStore lessons, int trained, TrainingPlan plan) {
        this.model = model;
        this.lessons = lessons;
        this.plan = plan;
        this.trained = trained;
        logits = new float[lessons.format().candidatesMax()];
        slopes = new float[logits.length];
    }

    /** Called at the end of each epoch, after the state was written down. */
    interface EpochListener {
        void onEpoch(EpochReport report);
    }

    /**
     * Trains from where the state is to the end; the model then has the weights of the best epoch.
     *
     * @param file where the state is written after each epoch.
     */
    void train(TrainingState state, Path file, EpochListener listener) throws IOException {
        final List<EpochReport> reports = state.reports();
        while (!isDone(reports)) {
            final int epoch = reports.size() + 1;
            final long steps = state.steps();
            final double trainLoss = learn(epoch, steps);
            final ListMetrics found = validate();
            if (!Double.isFinite(trainLoss) || !Double.isFinite(found.loss())) {
                throw new IllegalStateException(
                        "the loss of epoch " + epoch + " is not a number: give a smaller --rate than " + plan.rate());
            }
            final boolean isBest = reports.isEmpty() || found.loss() < bestLoss(reports);
            final int best = isBest ? epoch : reports.getLast().best();
            final EpochReport report = new EpochReport(epoch, trainLoss, found, best);
            state.onEpoch(report, steps + stepsOfEpoch());
            state.write(file);
            listener.onEpoch(report);
        }
        state.takeBest();
        model.refresh();
    }

    private static double bestLoss(List<EpochReport> reports) {
        return reports.get(reports.getLast().best() - 1).validation().loss();
    }

    private boolean isDone(List<EpochReport> reports) {
        final int epochs = reports.size();
        return epochs == plan.epochs()
                || epochs > 0 && epochs - reports.getLast().best() >= plan.patience();
    }

    private long stepsOfEpoch() {
        return (trained + plan.batch() - 1) / plan.batch();
    }

    private double learn(int epoch, long stepsBefore) {
        model.refresh();
        final int[] order = shuffled(epoch);
        double loss = 0;
        long step = stepsBefore;
        for (int from = 0; from < trained; from += plan.batch()) {
            final int to = Math.min(trained, from + plan.batch());
            for (int i = from; i < to; i++) {
                loss += learn(order[i], 1f / (to - from));
            }
            step++;
            for (final Parameter parameter : model.parameters()) {
                parameter.step(step, plan.rate());
            }
        }
        return loss / trained;
    }

    /** Adds a lesson's gradient, and returns its loss. */
    double learn(int lesson, float weight) {
        model.forward(lesson, logits);
        final int count = lessons.candidates(lesson);
        double loss = 0;
        for (int c = 0; c < count; c++) {
            final boolean came = c == 0;
            final float share = came ? 0.5f : 0.5f / (count - 1);
            loss += share * ListMetrics.logLoss(logits[c], came);
            slopes[c] = weight * share * (Nonlinearity.sigmoid(logits[c]) - (came ? 1f : 0f));
        }
        model.backward(lesson, slopes);
        return loss;
    }

    private int[] shuffled(int epoch) {
        final Random random = new Random(plan.seed() * 0x9E3779B97F4A7C15L + epoch);
        final int[] order = new int[trained];
        for (int i = 0; i < trained; i++) {
            final int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    private ListMetrics validate() {
        model.refresh();
        final ListMetrics.Sum sum = new ListMetrics.Sum(lessons.count() - trained);
        for (int lesson = trained; lesson < lessons.count(); lesson++) {
            model.forward(lesson, logits);
            sum.add(logits, lessons.candidates(lesson));
        }
        return sum.metrics();
    }

    /** How well the live ranker ordered the lessons held back, when it was asked. Its scores are not probabilities. */
    ListMetrics live() {
        final ListMetrics.Sum sum = new ListMetrics.Sum(lessons.count() - trained);
        for (int lesson = trained; lesson < lessons.count(); lesson++) {
            for (int c = 0; c < lessons.candidates(lesson); c++) {
                logits[c] = lessons.liveScore(lesson, c);
            }
            sum.add(logits, lessons.candidates(lesson));
        }
        return sum.metrics();
    }
}
