package io.doorbuster.engine;

import io.doorbuster.codec.Retrieved;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.Feature;
import io.doorbuster.engine.decision.History;
import io.doorbuster.engine.embedding.SessionEmbedding;
import io.doorbuster.engine.model.Model;
import io.doorbuster.engine.model.ModelInput;
import io.doorbuster.engine.model.ReleasedModels;
import io.doorbuster.engine.ranking.ModelRanking;
import io.doorbuster.engine.store.Settings;
import io.doorbuster.engine.store.ShopperStore;
import io.doorbuster.engine.store.Stores;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.UnsafeApi;

/**
 * Has a model rank made-up requests on stores of its own before shoppers meet it: by the time that it is released, the JVM has
 * compiled what it needs, and whatever is wrong with it has shown. Slow; any thread but the engine's.
 */
public final class ModelRehearsal {
    private static final int ITEMS = 2 * ModelInput.SCORED_MAX;
    private static final int REQUESTS = 2_000;

    private ModelRehearsal() {}

    /**
     * Ranks.
     *
     * @param directory where the stores are made, and deleted in the end.
     * @param dimensions of the engine's vectors.
     */
    public static void run(Path directory, int dimensions, Model model) throws IOException {
        final Settings settings = Settings.DEFAULTS
                .with(Setting.DIMENSIONS, dimensions)
                .with(Setting.ITEMS_MAX, ITEMS)
                .with(Setting.SHOPPERS_MAX, 64)
                .with(Setting.RESERVATIONS_MAX, 64)
                .with(Setting.SESSIONS_MAX, 64)
                .with(Setting.SOURCES_MAX, 16);
        try (Stores stores = Stores.create(directory, settings)) {
            rank(stores, model);
        } finally {
            delete(directory);
        }
    }

    private static void rank(Stores stores, Model model) {
        final Candidates candidates = new Candidates(ITEMS);
        final History history = new History();
        history.reset();
        candidates.reset();
        for (int item = 1; item <= ITEMS; item++) {
            final int row = stores.items().add(item);
            candidates.add(row, Retrieved.GIVEN);
            history.addOlder(row);
            for (final Feature feature : Feature.values()) {
                final long column = candidates.columns() + 4L * feature.ordinal() * Candidates.MAX;
                UnsafeApi.putFloat(column + 4L * (item - 1), item % 7);
            }
        }
        final SessionEmbedding session = new SessionEmbedding(stores.embedding());
        session.encode(history);
        final boolean hasShoppers = model.file().tensors().contains("shopper.ids");
        final int shopperRow =
                hasShoppers ? stores.shoppers().obtain(model.file().ids("shopper.ids")[0]) : ShopperStore.NONE;
        final ModelRanking ranking = new ModelRanking(stores, ReleasedModels.both(stores, model));
        for (int request = 0; request < REQUESTS; request++) {
            for (int i = 0; i < candidates.count(); i++) {
                UnsafeApi.putFloat(candidates.scores() + 4L * i, (request + i) % 11);
            }
            ranking.rank(history, shopperRow, session, candidates);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (final Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
