package io.doorbuster.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.doorbuster.engine.Engine;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.model.ModelKind;
import io.doorbuster.replay.Hashes;
import io.doorbuster.replay.ReplayReport;
import io.doorbuster.replay.Replayer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * From a journal to a model file: the journal is replayed, the lessons of the live ranker are kept as of their moments, a model
 * is fitted to the first of them and judged by the last. Nothing in the file tells when or where it was made: the same journal,
 * plan and commit give the same bytes. Works beside a process that serves the journal. One thread.
 */
public final class Training {
    /** With fewer lessons, what is learned is chance. */
    static final int LESSONS_MIN = 50;

    private static final int SHOPPER_DIMS = 64;
    private static final int ITEM_DIMS = 128;
    private static final int HIDDEN = 64;
    private static final int SESSION_DIMS = 64;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Path journal;
    private final long until;
    private final TrainingPlan plan;
    private final Path file;
    private final String commit;

    /** Who is told how far it is. */
    public interface Listener {
        /** The journal is replayed up to here. */
        void onReplayed(long position);

        /** There are lessons, and training begins or goes on. */
        void onLessons(int trained, int validated, List<String> notes);

        /** An epoch is over, or was before an interruption. */
        void onEpoch(EpochReport report);
    }

    /**
     * A training to come.
     *
     * @param journal data directory.
     * @param until last position to learn from.
     * @param file where the model is to lie; its state after each epoch lies beside it, as {@code FILE.state}.
     * @param commit of the sources that train.
     */
    public Training(Path journal, long until, TrainingPlan plan, Path file, String commit) {
        this.journal = journal;
        this.until = until;
        this.plan = plan;
        this.file = file;
        this.commit = commit;
    }

    /**
     * Trains, and writes the model file.
     *
     * @param name of the model.
     * @param isResumed whether to go on from the state that an interrupted training left.
     * @throws IllegalStateException when the journal has too little to learn from, or the loss is none.
     */
    public TrainingResult run(String name, boolean isResumed, Listener listener) throws IOException {
        final Path state = file.resolveSibling(file.getFileName() + ".state");
        if (isResumed && !Files.exists(state)) {
            throw new IllegalArgumentException("there is no " + state + " to go on from: leave --resume out");
        }
        checkTarget(name);
        final boolean keepsHistory = plan.kind() == ModelKind.SESSION;
        try (LessonCollector collector =
                        new LessonCollector(plan.columns(), keepsHistory, plan.negatives(), plan.seed());
                Replayer replayer = new Replayer(journal, collector)) {
            final ReplayReport replayed = replayer.replay(until, listener::onReplayed);
            return train(collector, replayed, name, isResumed, state, listener);
        }
    }

    /** What would be refused when all work is done. */
    private void checkTarget(String name) {
        final Path parent = file.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent) || Files.isDirectory(file)) {
            throw new IllegalArgumentException("--to " + file + ": its directory does not exist, or it is one itself");
        }
        final int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > ModelFile.NAME_MAX) {
            throw new IllegalArgumentException("--name " + name + ": from 1 to " + ModelFile.NAME_MAX + " bytes");
        }
    }

    private TrainingResult train(
            LessonCollector collector,
            ReplayReport replayed,
            String name,
            boolean isResumed,
            Path stateFile,
            Listener listener)
            throws IOException {
        final LessonStore lessons = lessons(collector, replayed);
        final int validated = (int) (lessons.count() * plan.validation());
        final int trained = lessons.count() - validated;
        if (trained == 0 || validated == 0) {
            throw new IllegalStateException("--validation " + plan.validation() + " of " + lessons.count()
                    + " lessons leaves " + trained + " to train on and " + validated + " to judge by: both need some");
        }
        final String digest = lessons.digest();
        final Trainee model = model(lessons, trained, collector.dimensions());
        final TrainingState state =
                new TrainingState(plan + ", engine " + Engine.VERSION + ", lessons " + digest, model.parameters());
        if (isResumed) {
            state.read(stateFile);
        }
        final List<String> notes = new ArrayList<>(model.notes());
        if (replayed.firstDifference() != null) {
            notes.add("the journal does not replay to what was recorded: see verify; what was learned is as replayed");
        }
        final Trainer trainer = new Trainer(model, lessons, trained, plan);
        listener.onLessons(trained, validated, notes);
        state.reports().forEach(listener::onEpoch);
        trainer.train(state, stateFile, listener::onEpoch);
        final ListMetrics live = trainer.live();
        final Map<String, String> metadata = new TreeMap<>(model.metadata());
        final EpochReport best = state.reports().get(state.reports().getLast().best() - 1);
        metadata.put("metrics", json(metrics(best, live)));
        metadata.put("lessons", trained + " trained, " + validated + " validated");
        metadata.put("lessons.digest", digest);
        metadata.put("journal.positions", "1.." + replayed.position());
        metadata.put("journal.state", Hashes.hex(replayed.stateHash()));
        metadata.put(
                "journal.times",
                Instant.EPOCH.plusNanos(lessons.timeNs(0)) + ".."
                        + Instant.EPOCH.plusNanos(lessons.timeNs(lessons.count() - 1)));
        metadata.put("engine", String.valueOf(Engine.VERSION));
        metadata.put("commit", commit);
        metadata.put("seed", String.valueOf(plan.seed()));
        metadata.put("plan", json(plan));
        final ModelFile made = ModelFile.of(plan.kind(), name, metadata, model.tensors());
        made.write(file);
        Files.delete(stateFile);
        return new TrainingResult(made, List.copyOf(state.reports()), trained, validated, live, List.copyOf(notes));
    }

    private static LessonStore lessons(LessonCollector collector, ReplayReport replayed) {
        final LessonStore lessons = collector.lessons();
        final int count = lessons == null ? 0 : lessons.count();
        if (lessons == null || count < LESSONS_MIN) {
            throw new IllegalStateException(String.format(
                    "%,d events hold %,d lessons to train on, and %,d are needed; in %,d more what came next was none of the"
                            + " candidates, in %,d it was the only one. A lesson is a step of a known shopper from one item"
                            + " to the next; the setting RANKER_INTERVAL = 0 takes none",
                    replayed.position(), count, LESSONS_MIN, collector.withoutTarget(), collector.withoutOthers()));
        }
        return lessons;
    }

    private Trainee model(LessonStore lessons, int trained, int dimensions) {
        return switch (plan.kind()) {
            case NETWORK ->
                new NetworkTrainee(lessons, trained, plan.columns(), plan.hidden(), plan.activation(), plan.seed());
            case TOWERS -> new TowersTrainee(lessons, trained, plan.columns(), dimensions, plan.seed());
            case INTERACTION -> new InteractionTrainee(lessons, trained, SHOPPER_DIMS, ITEM_DIMS, HIDDEN, plan.seed());
            case SESSION -> new SessionTrainee(lessons, trained, SESSION_DIMS, plan.seed());
            case VECTORS -> throw new IllegalStateException("not trained: " + plan.kind());
        };
    }

    private static Map<String, Object> metrics(EpochReport best, ListMetrics live) {
        final Map<String, Object> metrics = new LinkedHashMap<>();
        metrics.put("epoch", best.epoch());
        metrics.put("trainLoss", best.trainLoss());
        metrics.put("validation", best.validation());
        metrics.put("liveRanker", new TreeMap<>(Map.of("auc", live.auc(), "ndcg", live.ndcg(), "mrr", live.mrr())));
        return metrics;
    }

    private static String json(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no JSON: " + value, e);
        }
    }
}
