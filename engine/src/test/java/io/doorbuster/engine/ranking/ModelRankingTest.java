package io.doorbuster.engine.ranking;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.ModelReleasedRecordDecoder;
import io.doorbuster.codec.ModelReleasedRecordEncoder;
import io.doorbuster.codec.ModelRole;
import io.doorbuster.codec.Retrieved;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.decision.Candidates;
import io.doorbuster.engine.decision.Feature;
import io.doorbuster.engine.decision.History;
import io.doorbuster.engine.decision.Verdict;
import io.doorbuster.engine.embedding.SessionEmbedding;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.model.ModelInput;
import io.doorbuster.engine.model.ModelKind;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.engine.model.ReleasedModels;
import io.doorbuster.engine.model.Tensor;
import io.doorbuster.engine.store.Settings;
import io.doorbuster.engine.store.ShopperStore;
import io.doorbuster.engine.store.Stores;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRankingTest {
    private static final int COUNT = 300;

    @TempDir
    Path directory;

    /** A model whose score is the feature TASTE, far from where the live ranker's scores lie. */
    private ModelFile model() throws IOException {
        return ModelFile.of(
                ModelKind.NETWORK,
                "taste",
                Map.of("features", ModelFile.names(List.of("TASTE")), "activation", "relu"),
                List.of(
                        Tensor.floats("mean", new float[] {500}, 1),
                        Tensor.floats("deviation", new float[] {1}, 1),
                        Tensor.floats("layer0.weight", new float[] {1}, 1, 1),
                        Tensor.floats("layer0.bias", new float[] {0}, 1)));
    }

    private static void release(ReleasedModels models, String hash) {
        final UnsafeBuffer record = new UnsafeBuffer(new byte[256]);
        final ModelReleasedRecordEncoder released = new ModelReleasedRecordEncoder();
        released.wrapAndApplyHeader(record, 0, new MessageHeaderEncoder()).role(ModelRole.ACTIVE);
        final byte[] bytes = HexFormat.of().parseHex(hash);
        for (int i = 0; i < bytes.length; i++) {
            released.contentHash(i, (short) (bytes[i] & 0xFF));
        }
        models.onModelReleased(
                new ModelReleasedRecordDecoder().wrapAndApplyHeader(record, 0, new MessageHeaderDecoder()),
                1,
                new Verdict());
    }

    private static List<Integer> order(Candidates candidates, List<Float> scores) {
        return IntStream.range(0, candidates.count())
                .boxed()
                .sorted(Comparator.comparing(scores::get).reversed())
                .toList();
    }

    private static List<Float> scores(Candidates candidates) {
        return IntStream.range(0, candidates.count())
                .mapToObj(candidates::score)
                .toList();
    }

    @Test
    void whatTheModelDoesNotScoreShouldStayBehindInItsOrder() throws IOException {
        final ModelFile file = model();
        file.write(ModelShelf.file(directory, file.hash()));
        try (Stores stores =
                Stores.create(directory.resolve("state"), Settings.DEFAULTS.with(Setting.ITEMS_MAX, 512))) {
            final ReleasedModels models = new ReleasedModels(stores, new ModelShelf(directory));
            release(models, file.hash());
            final ModelRanking ranking = new ModelRanking(stores, models);
            final Candidates candidates = new Candidates(512);
            final Random random = new Random(4);
            final List<Float> taste = new ArrayList<>();
            final History history = new History();
            history.reset();
            candidates.reset();
            for (int i = 0; i < COUNT; i++) {
                candidates.add(stores.items().add(1_000 - i), Retrieved.TRENDING);
                UnsafeApi.putFloat(candidates.scores() + 4L * i, (float) random.nextGaussian());
                taste.add((float) random.nextGaussian());
                UnsafeApi.putFloat(
                        candidates.columns() + 4L * (Feature.TASTE.ordinal() * Candidates.MAX + i), taste.get(i));
            }
            final List<Integer> before = order(candidates, scores(candidates));

            ranking.rank(history, ShopperStore.NONE, new SessionEmbedding(stores.embedding()), candidates);

            final List<Integer> after = order(candidates, scores(candidates));
            final int scored = ModelInput.SCORED_MAX;
            assertThat(after.subList(0, scored))
                    .hasSameElementsAs(before.subList(0, scored))
                    .isSortedAccordingTo(Comparator.comparing(taste::get).reversed());
            assertThat(after.subList(scored, COUNT)).isEqualTo(before.subList(scored, COUNT));
        }
    }
}
