package io.doorbuster.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.Feature;
import io.doorbuster.engine.store.EngineStore;
import io.doorbuster.engine.store.RankerStore;
import io.doorbuster.engine.store.Settings;
import io.doorbuster.engine.store.Stores;
import io.doorbuster.gateway.JvmFlags;
import io.doorbuster.replay.Replayer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints the feature file, or what became of the features in a journal. */
@Command(
        name = "features",
        mixinStandardHelpOptions = true,
        description = {
            "Print the feature file of the defaults; with --data, replay a journal and print what its features come to: mean",
            "and spread, which never change, what was imputed and clipped."
        },
        footer = {
            "",
            "Examples:",
            "  doorbuster features > features.properties",
            "  doorbuster serve --data /var/lib/shop --features features.properties",
            "  doorbuster features --data /var/lib/shop"
        })
final class FeaturesCommand implements Callable<Integer> {
    @Option(names = "--data", paramLabel = "DIR", description = "Data directory whose journal is replayed.")
    private @Nullable Path data;

    @Mixin
    private Report report = new Report();

    /** Extremes of each feature over all lessons; the ranker's own spread begins at 1 and takes long to forget it. */
    private final float[] least = new float[Feature.values().length];

    private final float[] most = new float[least.length];

    @Override
    public Integer call() throws IOException {
        if (data == null) {
            report.line("%s", FeatureFile.write(Settings.DEFAULTS).stripTrailing());
            report.json(Report.MAPPER.createObjectNode().put("file", FeatureFile.write(Settings.DEFAULTS)));
            return 0;
        }
        JvmFlags.check();
        final ProgressLine progress = new ProgressLine(report.err());
        Arrays.fill(least, Float.POSITIVE_INFINITY);
        Arrays.fill(most, Float.NEGATIVE_INFINITY);
        try (Replayer replayer = new Replayer(
                data, (stores, candidates, target, history, session, shopper, position) -> look(candidates))) {
            replayer.replay(Long.MAX_VALUE, position -> progress.show("replayed", position));
            progress.clear();
            if (replayer.engine().position() == 0) {
                throw new IOException("the journal of " + data + " is empty: import or serve first");
            }
            show(replayer.engine().stores());
        }
        return 0;
    }

    private void look(Candidates candidates) {
        for (int feature = 0; feature < least.length; feature++) {
            final long column = candidates.columns() + 4L * feature * Candidates.MAX;
            for (int i = 0; i < candidates.count(); i++) {
                final float value = UnsafeApi.getFloat(column + 4L * i);
                least[feature] = Math.min(least[feature], value);
                most[feature] = Math.max(most[feature], value);
            }
        }
    }

    private void show(Stores stores) {
        final RankerStore ranker = stores.ranker();
        final ObjectNode node = Report.MAPPER.createObjectNode();
        final ArrayNode features = node.putArray("features");
        report.line("%-20s %10s %10s %10s", "feature", "mean", "deviation", "weight");
        for (final Feature feature : Feature.values()) {
            final int column = feature.ordinal();
            final boolean isOff = (stores.settings().featuresOff() >>> column & 1) == 1;
            final double deviation = Math.sqrt(ranker.variance(column));
            final float weight = UnsafeApi.getFloat(ranker.weights() + 4L * (RankerStore.DIRECT + column));
            final String note = isOff ? "off" : least[column] == most[column] ? "constant: counts for nothing" : "";
            report.line("%-20s %10.4f %10.4f %10.4f  %s", feature, ranker.mean(column), deviation, weight, note);
            features.addObject()
                    .put("name", feature.name())
                    .put("mean", ranker.mean(column))
                    .put("deviation", deviation)
                    .put("weight", weight)
                    .put("constant", least[column] == most[column])
                    .put("off", isOff);
        }
        final EngineStore engine = stores.engine();
        report.line(
                "the ranker learned from %,d cases; its loss is %.3f of late, %.3f of long; learning was frozen %,d times%s",
                ranker.cases(),
                ranker.lateLoss(),
                ranker.longLoss(),
                ranker.freezes(),
                ranker.frozen() > 0 ? ", and is" : "");
        report.line(
                "%,d prices and ratings imputed, %,d values clipped, %,d categories, %,d frames refused",
                engine.imputed(), engine.clipped(), stores.categories().inUse(), engine.refused());
        node.put("cases", ranker.cases());
        node.put("lateLoss", ranker.lateLoss());
        node.put("longLoss", ranker.longLoss());
        node.put("freezes", ranker.freezes());
        node.put("frozenCases", ranker.frozen());
        node.put("imputed", engine.imputed());
        node.put("clipped", engine.clipped());
        node.put("categories", stores.categories().inUse());
        node.put("refused", engine.refused());
        report.json(node);
    }
}
