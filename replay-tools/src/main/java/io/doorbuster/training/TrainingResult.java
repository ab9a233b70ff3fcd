package io.doorbuster.training;

import io.doorbuster.engine.model.ModelFile;
import java.util.List;

/**
 * A model and how it came about.
 *
 * @param trained lessons learned from.
 * @param validated lessons held back.
 * @param live how the live ranker ordered the latter at their time; only its AUC, NDCG and MRR mean something.
 * @param notes what somebody should know who trains it.
 */
public record TrainingResult(
        ModelFile file, List<EpochReport> epochs, int trained, int validated, ListMetrics live, List<String> notes) {
    /** The epoch whose weights the file holds. */
    public EpochReport best() {
        return epochs.get(epochs.getLast().best() - 1);
    }
}
