package io.doorbuster.training;

import io.doorbuster.engine.model.Tensor;
import java.util.List;
import java.util.Map;

/** A model under training: its tensors, and its arithmetic forward and back. One thread. */
sealed interface Trainee permits NetworkTrainee, TowersTrainee, InteractionTrainee, SessionTrainee {
    /** What is learned, always in one order. */
    List<Parameter> parameters();

    /** Before an epoch, and before the model is judged: what stands for ids of no table is made anew. */
    default void refresh() {}

    /** Logits of a lesson's candidates. */
    void forward(int lesson, float[] logits);

    /**
     * Adds the gradients of the lesson that was put forward last.
     *
     * @param slopes of the loss by each candidate's logit.
     */
    void backward(int lesson, float[] slopes);

    /** Its tensors and what a reader must know of them, for the model file. */
    List<Tensor> tensors();

    /** Keys of the model file beside {@code kind} and {@code name}. */
    Map<String, String> metadata();

    /** What somebody should know who trains it: columns that say nothing, ids that found no place. */
    List<String> notes();
}
