package io.doorbuster.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.engine.model.ModelKind;
import io.doorbuster.gateway.JvmFlags;
import io.doorbuster.replay.ModelDirectory;
import io.doorbuster.training.EpochReport;
import io.doorbuster.training.ListMetrics;
import io.doorbuster.training.Nonlinearity;
import io.doorbuster.training.Training;
import io.doorbuster.training.TrainingPlan;
import io.doorbuster.training.TrainingResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a model on a journal. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = {
            "Replay a journal, keep what the live ranker learns from as of each moment, and fit a model to it.",
            "The same journal, options and commit give the same file, byte for byte. Kinds:",
            "  network      dense layers over the named features of a candidate",
            "  towers       two linear towers, of the shopper and of the item",
            "  interaction  a vector for each shopper and item, and a layer over what they make of each other",
            "  session      self-attention over the last items of a session",
            "After each epoch the state lies in FILE.state, for --resume."
        },
        footer = {
            "",
            "Examples:",
            "  doorbuster train --data /var/lib/shop --to network.safetensors",
            "  doorbuster train --data /var/lib/shop --to a.safetensors --features OWN,TASTE,POPULARITY --hidden 16 --json",
            "  doorbuster train --data /var/lib/shop --to session.safetensors --kind session --until 400000 --resume"
        })
final class TrainCommand implements Callable<Integer> {
    @Mixin
    private DataOption data = new DataOption();

    @Option(names = "--to", required = true, paramLabel = "FILE", description = "The model file to write.")
    private Path to = Path.of("");

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "What the model is called (default: the file's name without its ending).")
    private @Nullable String name;

    @Option(names = "--kind", defaultValue = "NETWORK", description = "network, towers, interaction, session.")
    private ModelKind kind = ModelKind.NETWORK;

    @Option(
            names = "--features",
            split = ",",
            paramLabel = "NAME",
            description = "network, towers: inputs by name, see Feature (default: all).")
    private List<String> features = List.of();

    @Option(
            names = "--hidden",
            split = ",",
            paramLabel = "N",
            defaultValue = "32,16",
            description = "network: units of each hidden layer (default: ${DEFAULT-VALUE}).")
    private List<Integer> hidden = List.of();

    @Option(
            names = "--activation",
            defaultValue = "RELU",
            description = "network: relu, tanh, sigmoid (default: ${DEFAULT-VALUE}).")
    private Nonlinearity activation = Nonlinearity.RELU;

    @Option(names = "--epochs", paramLabel = "N", defaultValue = "10", description = "At most (default: 10).")
    private int epochs = 10;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "32", description = "Lessons of a step (default: 32).")
    private int batch = 32;

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "0.001",
            description = "Step size of Adam (default: ${DEFAULT-VALUE}).")
    private double rate = 0.001;

    @Option(
            names = "--validation",
            paramLabel = "SHARE",
            defaultValue = "0.2",
            description = "Share of the lessons, the last ones, to judge by (default: ${DEFAULT-VALUE}).")
    private double validation = 0.2;

    @Option(
            names = "--patience",
            paramLabel = "N",
            defaultValue = "3",
            description = "Epochs without a better validation loss before it stops (default: ${DEFAULT-VALUE}).")
    private int patience = 3;

    @Option(
            names = "--negatives",
            paramLabel = "N",
            defaultValue = "4",
            description = "Candidates drawn beside the one that came next (default: ${DEFAULT-VALUE}).")
    private int negatives = 4;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    @Option(
            names = "--until",
            paramLabel = "POSITION",
            description = "Last position to learn from (default: the last one).")
    private long until = Long.MAX_VALUE;

    @Option(names = "--resume", description = "Go on where an interrupted training stopped.")
    private boolean isResumed;

    @Mixin
    private Report report = new Report();

    @Override
    public Integer call() throws IOException {
        JvmFlags.check();
        final TrainingPlan plan = new TrainingPlan(
                kind, features, hidden, activation, epochs, batch, rate, validation, patience, seed, negatives);
        final ProgressLine progress = new ProgressLine(report.err());
        final TrainingResult found = new Training(data.directory, until, plan, to, SimulateCommand.commit())
                .run(modelName(), isResumed, new Shown(progress));
        final EpochReport best = found.best();
        report.line(
                "best epoch %d; the live ranker on the same lessons at their time: AUC %.4f, NDCG %.4f, MRR %.4f",
                best.epoch(),
                found.live().auc(),
                found.live().ndcg(),
                found.live().mrr());
        report.line("written: %s, sha256 %s", to, found.file().hash());
        report.json(json(found));
        return 0;
    }

    private String modelName() {
        final String given = name;
        return ModelDirectory.checkedName(
                given != null ? given : String.valueOf(to.getFileName()).replaceFirst("\\.safetensors$", ""));
    }

    /** What is seen meanwhile. */
    private final class Shown implements Training.Listener {
        private final ProgressLine progress;

        Shown(ProgressLine progress) {
            this.progress = progress;
        }

        @Override
        public void onReplayed(long position) {
            progress.show("replayed", position);
        }

        @Override
        public void onLessons(int trained, int validated, List<String> notes) {
            progress.clear();
            report.line(
                    "%,d lessons to train on, %,d later ones to judge by; what came next beside up to %d others of its"
                            + " candidates",
                    trained, validated, negatives);
            notes.forEach(note -> report.line("%s", note));
            report.line(
                    "epoch      loss  val loss       AUC  accuracy precision    recall        F1  log-loss      NDCG       MRR");
        }

        @Override
        public void onEpoch(EpochReport epoch) {
            final ListMetrics of = epoch.validation();
            report.line(
                    "%5d %9.4f %9.4f %9.4f %9.4f %9.4f %9.4f %9.4f %9.4f %9.4f %9.4f%s",
                    epoch.epoch(),
                    epoch.trainLoss(),
                    of.loss(),
                    of.auc(),
                    of.accuracy(),
                    of.precision(),
                    of.recall(),
                    of.f1(),
                    of.logLoss(),
                    of.ndcg(),
                    of.mrr(),
                    epoch.best() == epoch.epoch() ? "  best" : "");
        }
    }

    private ObjectNode json(TrainingResult found) {
        final ObjectNode node = Report.MAPPER.createObjectNode();
        node.put("file", to.toString());
        node.put("sha256", found.file().hash());
        node.put("kind", kind.name());
        node.put("trained", found.trained());
        node.put("validated", found.validated());
        final ArrayNode array = node.putArray("epochs");
        found.epochs().forEach(array::addPOJO);
        node.put("bestEpoch", found.best().epoch());
        node.putObject("liveRanker")
                .put("auc", found.live().auc())
                .put("ndcg", found.live().ndcg())
                .put("mrr", found.live().mrr());
        found.notes().forEach(node.putArray("notes")::add);
        return node;
    }
}
