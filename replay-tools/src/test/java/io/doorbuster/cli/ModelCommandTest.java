package io.doorbuster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.client.Slate;
import io.doorbuster.client.SlateFilter;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.model.ModelKind;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.engine.model.Tensor;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.gateway.GatewayConfig;
import io.doorbuster.gateway.GatewayServer;
import io.doorbuster.gateway.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a file to what is shown and back, by the commands alone. */
class ModelCommandTest {
    private static final Map<Setting, Long> SETTINGS =
            Map.of(Setting.DIMENSIONS, 16L, Setting.ITEMS_MAX, 500L, Setting.SHOPPERS_MAX, 100L);

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return DoorbusterMain.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private void done(String... arguments) {
        assertThat(run(arguments)).as("%s%s", out, err).isZero();
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(out.toString().lines().toList().getLast());
    }

    private Path data() {
        return directory.resolve("data");
    }

    private GatewayServer serve() throws IOException {
        return GatewayServer.start(GatewayConfig.local(data(), SETTINGS), Progress.NONE);
    }

    private DoorbusterClient connect(GatewayServer server) throws IOException {
        return DoorbusterClient.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()),
                Files.readString(data().resolve("token")).strip(),
                9);
    }

    private Path model(String name, float factor) throws IOException {
        final Path file = directory.resolve(name + ".safetensors");
        ModelFile.of(
                        ModelKind.NETWORK,
                        name,
                        Map.of("features", ModelFile.names(List.of("PRICE_DISTANCE")), "activation", "relu"),
                        List.of(
                                Tensor.floats("mean", new float[1], 1),
                                Tensor.floats("deviation", new float[] {1}, 1),
                                Tensor.floats("layer0.weight", new float[] {factor}, 1, 1),
                                Tensor.floats("layer0.bias", new float[1], 1)))
                .write(file);
        return file;
    }

    private static List<Long> slate(DoorbusterClient client) throws IOException {
        return client.recommend("ann", SlateFilter.of(10)).items().stream()
                .map(Slate.Item::itemId)
                .toList();
    }

    private static void trade(DoorbusterClient client) throws IOException {
        for (int item = 1; item <= 30; item++) {
            client.itemUpserted(item, CatalogueItem.of("item-" + item, 100L * item));
            client.stockSet(item, 5);
            client.viewed(item % 2 == 0 ? "ann" : "bob", item, 5);
        }
    }

    @Test
    void modelsShouldBePublishedReleasedAndTakenBack() throws IOException {
        final String[] at = {"--data", data().toString(), "--port", ""};
        final List<Long> far;
        try (GatewayServer server = serve();
                DoorbusterClient client = connect(server)) {
            at[3] = String.valueOf(server.port());
            trade(client);
            done("model", "publish", model("near", -1).toString(), "--data", at[1], "--json");
            final String hash = json().path("hash").asText();
            assertThat(ModelShelf.file(DataDirectory.models(data()), hash)).exists();
            done("model", "publish", model("far", 1).toString(), "--data", at[1]);
            done("model", "activate", hash.substring(0, 8), at[0], at[1], at[2], at[3], "--json");
            final long position = json().path("position").asLong();
            final List<Long> near = slate(client);
            done("model", "activate", "far", at[0], at[1], at[2], at[3]);
            far = slate(client);
            assertThat(far).isNotEqualTo(near);
            done("model", "rollback", at[0], at[1], at[2], at[3]);
            assertThat(slate(client)).isEqualTo(near);
            done("model", "activate", "far", at[0], at[1], at[2], at[3], "--shadow");
            slate(client);
            done("model", "list", "--data", at[1], "--json");
            assertThat(json().path("active").asText()).isEqualTo(hash);
            assertThat(json().path("models")).hasSize(2);
            assertThat(out.toString())
                    .contains("network      near  active from position")
                    .contains("shadow from");
            assertThat(position).isPositive();

            assertThat(run("model", "activate", "nobody", at[0], at[1], at[2], at[3]))
                    .isEqualTo(1);
            assertThat(err.toString()).contains("no model of the name or hash nobody");
            done("model", "rollback", at[0], at[1], at[2], at[3]);
        }
        done("replay", "--data", at[1], "--json");
        assertThat(out.toString()).contains("shadow model: 1 requests compared");
        final String state = json().path("stateHash").asText();
        done("backup", "--data", at[1], "--to", directory.resolve("backup").toString(), "--json");
        assertThat(json().path("stateHash").asText()).isEqualTo(state);
        done("verify", "--data", directory.resolve("backup").toString());
        done(
                "restore",
                "--data",
                at[1],
                "--at",
                "60",
                "--to",
                directory.resolve("before").toString());
        done("checkpoint", "--data", directory.resolve("before").toString());
        try (GatewayServer server = serve();
                DoorbusterClient client = connect(server)) {
            assertThat(slate(client)).isEqualTo(far);
        }
    }

    @Test
    void aMissingOrDamagedFileShouldBeSaid() throws IOException {
        final Path file;
        try (GatewayServer server = serve();
                DoorbusterClient client = connect(server)) {
            trade(client);
            done("model", "publish", model("near", -1).toString(), "--data", data().toString(), "--json");
            file = ModelShelf.file(
                    DataDirectory.models(data()), json().path("hash").asText());
            done("model", "activate", "near", "--data", data().toString(), "--port", String.valueOf(server.port()));
        }
        final byte[] whole = Files.readAllBytes(file);
        final byte[] damaged = whole.clone();
        damaged[damaged.length - 1] ^= 64;
        Files.write(file, damaged);
        assertThat(run("replay", "--data", data().toString())).isEqualTo(1);
        assertThat(err.toString()).contains(file.toString());
        assertThat(backup("b")).isEqualTo(1);
        assertThat(err.toString()).contains(file + " is damaged", "Publish the model again", "never activated");
        Files.delete(file);
        assertThat(run("replay", "--data", data().toString())).isEqualTo(1);
        assertThat(err.toString()).contains("there is no model file").contains(file.toString());
        assertThat(run("model", "list", "--data", data().toString())).isEqualTo(1);
        Files.write(file, whole);
        done("verify", "--data", data().toString());
    }

    private int backup(String to) {
        return run(
                "backup",
                "--data",
                data().toString(),
                "--to",
                directory.resolve(to).toString());
    }

    @Test
    void damagedFileThatIsNotInUseShouldBeMendedByPublishingOrDeletingIt() throws IOException {
        try (GatewayServer server = serve();
                DoorbusterClient client = connect(server)) {
            trade(client);
        }
        final Path published = model("near", -1);
        done("model", "publish", published.toString(), "--data", data().toString(), "--json");
        final Path file = ModelShelf.file(
                DataDirectory.models(data()), json().path("hash").asText());
        final byte[] whole = Files.readAllBytes(file);
        for (final byte[] damaged : List.of(Arrays.copyOf(whole, whole.length - 1), flipped(whole))) {
            Files.write(file, damaged);
            assertThat(backup("b")).isEqualTo(1);
            assertThat(err.toString())
                    .contains(
                            file + " is damaged: ",
                            "Publish the model again",
                            "delete it only if it was never activated")
                    .containsOnlyOnce(file.toString());
            assertThat(run("model", "activate", "near", "--data", data().toString(), "--port", "1"))
                    .isEqualTo(1);
            assertThat(err.toString())
                    .contains("no model of the name or hash near", file + " is damaged: ", "publish it again")
                    .doesNotContain("publish it first");
        }
        done("model", "publish", published.toString(), "--data", data().toString());
        assertThat(Files.readAllBytes(file)).isEqualTo(whole);
        Files.delete(file);
        assertThat(backup("b")).as(err.toString()).isZero();
    }

    private static byte[] flipped(byte[] whole) {
        final byte[] damaged = whole.clone();
        damaged[damaged.length - 1] ^= 64;
        return damaged;
    }

    @Test
    void nameOfTheLiveRankerShouldBeNoModels() throws IOException {
        Files.createDirectories(data());
        DataDirectory.open(data()).close();
        assertThat(run("model", "publish", model("LIVE", -1).toString(), "--data", data().toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("no model can be named LIVE", "make it under another one");
        assertThat(DataDirectory.models(data())).doesNotExist();
    }

    @Test
    void showShouldNameTheFileByItsBytes() throws IOException, NoSuchAlgorithmException {
        final Path file = model("near", -1);
        done("model", "show", file.toString(), "--json");
        assertThat(json().path("hash").asText())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file))));
        assertThat(json().path("tensors").path("layer0.weight").toString()).isEqualTo("[1,1]");
        assertThat(json().path("metadata").path("kind").asText()).isEqualTo("network");
        assertThat(run("model", "show", directory.toString())).isEqualTo(1);
        assertThat(run("model")).isEqualTo(2);
    }
}
