package io.doorbuster.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.client.PipelinedClient;
import io.doorbuster.client.RejectedException;
import io.doorbuster.client.ReplyHandler;
import io.doorbuster.client.Slate;
import io.doorbuster.client.SlateFilter;
import io.doorbuster.codec.ExplanationDecoder;
import io.doorbuster.codec.ModelRole;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.RejectCode;
import io.doorbuster.codec.ScoresDecoder;
import io.doorbuster.codec.SlateDecoder;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.model.ModelKind;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.engine.model.Tensor;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ModelReleaseTest {
    private static final int ITEMS = 40;

    @TempDir
    Path directory;

    private Path models() throws IOException {
        return Files.createDirectories(DataDirectory.models(directory.resolve("data")));
    }

    /** A model whose score is a factor times the distance of the price from the last item's. */
    private String publish(float factor) throws IOException {
        return publish(ModelFile.of(
                ModelKind.NETWORK,
                "price x " + factor,
                Map.of("features", ModelFile.names(List.of("PRICE_DISTANCE")), "activation", "relu"),
                List.of(
                        Tensor.floats("mean", new float[] {0}, 1),
                        Tensor.floats("deviation", new float[] {1}, 1),
                        Tensor.floats("layer0.weight", new float[] {factor}, 1, 1),
                        Tensor.floats("layer0.bias", new float[] {0}, 1))));
    }

    private String publish(ModelFile file) throws IOException {
        file.write(ModelShelf.file(models(), file.hash()));
        return file.hash();
    }

    private ModelFile towers(int dims) throws IOException {
        return ModelFile.of(
                ModelKind.TOWERS,
                "towers",
                Map.of("shopper.features", "[\"SESSION_VECTOR\"]", "item.features", "[\"SESSIONS\"]"),
                List.of(
                        Tensor.floats("shopper.mean", new float[dims], dims),
                        Tensor.floats("shopper.deviation", ones(dims), dims),
                        Tensor.floats("shopper.weight", ones(dims), 1, dims),
                        Tensor.floats("item.mean", new float[1], 1),
                        Tensor.floats("item.deviation", ones(1), 1),
                        Tensor.floats("item.weight", ones(1), 1, 1),
                        Tensor.floats("bias", ones(1), 1)));
    }

    private static float[] ones(int count) {
        final float[] values = new float[count];
        Arrays.fill(values, 1f);
        return values;
    }

    private static void trade(DoorbusterClient client, int from) throws IOException {
        for (int i = from; i < from + ITEMS; i++) {
            final int item = 1 + i % ITEMS;
            client.itemUpserted(item, CatalogueItem.of("item-" + item, 100L * item));
            client.stockSet(item, 50);
            client.viewed("shopper-" + i % 3, item, 5);
        }
    }

    private static List<Long> slate(DoorbusterClient client) throws IOException {
        return client.recommend("shopper-1", SlateFilter.of(20)).items().stream()
                .map(Slate.Item::itemId)
                .toList();
    }

    private static Outcome release(DoorbusterClient client, ModelRole role, String hash) throws IOException {
        return client.modelReleased(role, 1, HexFormat.of().parseHex(hash), "model")
                .outcome();
    }

    /** Release, checkpoint, kill of the state, restart, rollback; then the whole journal once more, and a standby. */
    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void releaseShouldOutliveARestartAndReplayToTheSameHashes(ThreadMode mode) throws IOException {
        final List<Long> live;
        final List<Long> near;
        final List<Long> far;
        try (RunningGateway gateway = new RunningGateway(directory, mode);
                DoorbusterClient client = gateway.connect(3)) {
            trade(client, 0);
            live = slate(client);
            assertThat(release(client, ModelRole.ACTIVE, publish(-1))).isEqualTo(Outcome.ACCEPTED);
            near = slate(client);
            assertThat(release(client, ModelRole.ACTIVE, publish(1))).isEqualTo(Outcome.ACCEPTED);
            far = slate(client);
            assertThat(release(client, ModelRole.SHADOW, publish(towers(RunningGateway.DIMENSIONS))))
                    .isEqualTo(Outcome.ACCEPTED);
            assertThat(slate(client)).isEqualTo(far);
            assertThat(gateway.server.shadowCounts().compared()).isEqualTo(1);
            assertThat(near).isNotEqualTo(far).isNotEqualTo(live);
        }
        try (RunningGateway gateway = new RunningGateway(directory, mode)) {
            try (DoorbusterClient client = gateway.connect(3)) {
                assertThat(slate(client)).as("after a restart").isEqualTo(far);
                assertThat(gateway.server.shadowCounts().compared()).isEqualTo(1);
                assertThat(release(client, ModelRole.ROLLBACK, "00".repeat(32))).isEqualTo(Outcome.ACCEPTED);
                assertThat(slate(client)).as("rolled back").isEqualTo(near);
                assertThat(release(client, ModelRole.ACTIVE, "00".repeat(32))).isEqualTo(Outcome.ACCEPTED);
                assertThat(slate(client)).as("the live ranker again").isNotEqualTo(near);
                client.viewed("shopper-2", 5, 5);
            }
            gateway.closeAndReplay(engine -> {
                assertThat(engine.models().shadowCounts().compared()).isEqualTo(4);
                assertThat(engine.models().active()).isNull();
            });
            try (Standby standby = Standby.open(gateway.data(), directory.resolve("standby"), 0)) {
                while (standby.poll() > 0) {
                    assertThat(standby.position()).isPositive();
                }
                assertThat(standby.stateHash()).isEqualTo(gateway.server.stateHash());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void modelThatCannotBeServedShouldBeRefusedAndChangeNothing(ThreadMode mode) throws IOException {
        try (RunningGateway gateway = new RunningGateway(directory, mode)) {
            try (DoorbusterClient client = gateway.connect(3)) {
                trade(client, 0);
                assertThat(release(client, ModelRole.ACTIVE, publish(-1))).isEqualTo(Outcome.ACCEPTED);
                final List<Long> before = slate(client);
                final long position = client.viewed("shopper-2", 5, 5).position();
                assertRefused(client, "ab".repeat(32), "there is no model file");
                final String damaged = publish(-2);
                final Path file = ModelShelf.file(models(), damaged);
                final byte[] bytes = Files.readAllBytes(file);
                bytes[bytes.length - 1] ^= 1;
                Files.write(file, bytes);
                assertRefused(client, damaged, "is not the file it was");
                Files.write(file, Arrays.copyOf(bytes, bytes.length - 3));
                assertRefused(client, damaged, "the file is cut off");
                assertRefused(client, publish(towers(16)), "wants 16 dimensions");
                assertThat(slate(client)).isEqualTo(before);
                assertThat(client.viewed("shopper-2", 6, 5).position())
                        .as("two requests, one fact and a tick")
                        .isBetween(position + 2, position + 4);
            }
            assertThat(gateway.closeAndReplay()).isNotEmpty();
        }
    }

    private static void assertRefused(DoorbusterClient client, String hash, String reason) {
        assertThatThrownBy(() -> release(client, ModelRole.ACTIVE, hash))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining(reason)
                .extracting(refused -> ((RejectedException) refused).code())
                .isEqualTo(RejectCode.MODEL_REFUSED);
    }

    /** The file is a pipe that nobody writes to yet: opening it takes as long as we like. */
    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void othersShouldBeServedWhileAModelIsLoaded(ThreadMode mode) throws IOException, InterruptedException {
        final String hash = "cd".repeat(32);
        try (RunningGateway gateway = new RunningGateway(directory, mode);
                PipelinedClient releasing = gateway.pipelined(9);
                DoorbusterClient client = gateway.connect(3)) {
            final Path pipe = ModelShelf.file(models(), hash);
            assumeTrue(makePipe(pipe), "mkfifo makes no pipe here");
            trade(client, 0);
            final Replies replies = new Replies();
            releasing.modelReleased(ModelRole.ACTIVE, 1, HexFormat.of().parseHex(hash), "slow");
            releasing.viewed("shopper-2", 5, 5);
            releasing.flush();
            trade(client, 0);
            assertThat(slate(client)).isNotEmpty();
            assertThat(releasing.poll(replies, 0)).isZero();
            FileChannel.open(pipe, StandardOpenOption.WRITE).close();
            while (replies.rejected == null || replies.accepted == 0) {
                releasing.poll(replies, 1_000_000_000L);
            }
            assertThat(replies.rejected).isEqualTo(RejectCode.MODEL_REFUSED);
        }
    }

    /** What has come of one refusal and one fact. */
    private static final class Replies implements ReplyHandler {
        private int accepted;
        private @Nullable RejectCode rejected;

        @Override
        public void onAcknowledged(long correlationId, long position, Outcome outcome, long detail) {
            accepted++;
        }

        @Override
        public void onSlate(long correlationId, SlateDecoder slate) {}

        @Override
        public void onScores(long correlationId, ScoresDecoder scores) {}

        @Override
        public void onExplanation(long correlationId, ExplanationDecoder explanation) {}

        @Override
        public void onRejected(long correlationId, RejectCode code, String message) {
            rejected = code;
        }
    }

    private static boolean makePipe(Path path) throws InterruptedException {
        try {
            final Process process = new ProcessBuilder("mkfifo", path.toString()).start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
