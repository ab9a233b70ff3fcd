package io.doorbuster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.client.ItemIds;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.gateway.GatewayConfig;
import io.doorbuster.gateway.GatewayServer;
import io.doorbuster.gateway.Progress;
import io.doorbuster.gateway.identity.IdentityStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code model import} and {@code import --vectors-of} with ids as a shop's journal has them. */
class ModelImportCommandTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(Object... arguments) {
        return run(List.of("model", "import"), arguments);
    }

    private int run(List<String> command, Object... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        final List<String> all = new ArrayList<>(command);
        Arrays.stream(arguments).map(String::valueOf).forEach(all::add);
        return DoorbusterMain.run(new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
    }

    private Path vectors(String name, int rows) throws IOException {
        final String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + rows + ", 16), }\n";
        final ByteBuffer bytes =
                ByteBuffer.allocate(10 + header.length() + 64 * rows).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) header.length());
        bytes.put(header.getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < 16 * rows; i++) {
            bytes.putFloat(i);
        }
        return Files.write(directory.resolve(name), bytes.array());
    }

    private Path data() throws IOException {
        final Path data = directory.resolve("data");
        final Map<Setting, Long> small =
                Map.of(Setting.ITEMS_MAX, 100L, Setting.SHOPPERS_MAX, 100L, Setting.CONTENT_DIMENSIONS, 16L);
        try (GatewayServer server = GatewayServer.start(GatewayConfig.local(data, small), Progress.NONE);
                DoorbusterClient client = DoorbusterClient.connect(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()),
                        Files.readString(data.resolve("token")).strip(),
                        1)) {
            client.itemUpserted(ItemIds.of("85123A"), CatalogueItem.of("85123A", 100));
            client.itemUpserted(4_711, CatalogueItem.of("lantern", 100)); // The shop's own number.
            client.viewed("ann", 4_711, 0);
        }
        return data;
    }

    @Test
    void idsShouldBeThoseOfTheJournal() throws IOException {
        final Path data = data();
        final Path to = directory.resolve("v.safetensors");
        final Path items = Files.write(directory.resolve("items"), List.of("lantern", "85123A", "later"));
        final Path shoppers = Files.write(directory.resolve("shoppers"), List.of("nobody", "ann"));
        final Object[] arguments = {
            "--item-vectors",
            vectors("i.npy", 3),
            "--item-ids",
            items,
            "--shopper-vectors",
            vectors("s.npy", 2),
            "--shopper-ids",
            shoppers,
            "--data",
            data,
            "--to",
            to,
            "--json"
        };
        assertThat(run(arguments)).as(err.toString()).isZero();
        assertThat(out.toString())
                .contains(
                        "items: 1 of 3 ids are not in the catalogue; their vectors wait until they are: later",
                        "shoppers: 1 of 2 ids are shoppers who were never seen; their vectors are left out: nobody");
        final ModelFile file = ModelFile.read(to);
        assertThat(file.name()).isEqualTo("v");
        assertThat(file.ids("item.ids")).containsExactly(4_711, ItemIds.of("85123A"), ItemIds.of("later"));
        assertThat(file.ids("shopper.ids"))
                .containsExactly(IdentityStore.lookUp(DataDirectory.identities(data), "ann"));
        assertThat(file.floats("shopper.vectors")[0]).isEqualTo(16);
        Files.write(items, List.of("p", "q", "r"));
        assertThat(run(arguments)).isEqualTo(1);
        assertThat(err.toString()).contains("3 of 3 ids are not in the catalogue", "is this the right --data");
    }

    @Test
    void whatIsMissingShouldBeSaid() throws IOException {
        final Path to = directory.resolve("v.safetensors");
        assertThat(run("--to", to)).isEqualTo(2);
        assertThat(err.toString()).contains("either --onnx or --item-vectors");
        assertThat(run("--to", to, "--onnx", "a.onnx")).isEqualTo(2);
        assertThat(err.toString()).contains("--onnx needs --features");
        assertThat(run("--to", to, "--onnx", "a.onnx", "--features", "OWN", "--name", "live"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("no model can be named live");
        assertThat(run("--to", to, "--item-vectors", "a.npy")).isEqualTo(2);
        assertThat(err.toString()).contains("needs --item-ids, --shopper-vectors and --shopper-ids");
        final Path ids = Files.write(directory.resolve("ids"), List.of("1"));
        assertThat(run(
                        "--to",
                        to,
                        "--item-vectors",
                        "a.safetensors",
                        "--item-ids",
                        ids,
                        "--shopper-vectors",
                        "b.npy",
                        "--shopper-ids",
                        ids))
                .isEqualTo(2);
        assertThat(err.toString()).contains("say which, --tensor NAME");
        assertThat(to).doesNotExist();
    }

    @Test
    void whatItemsShowShouldComeFromAMatrixOnce() throws IOException {
        final Path data = data();
        final Path ids = Files.write(directory.resolve("ids"), List.of("lantern", "later", "85123A"));
        final Path matrix = vectors("titles.npy", 3);
        final List<String> command = List.of("import", "--data", data.toString(), "--vectors-of", ids.toString());
        assertThat(run(command, matrix)).as(err.toString()).isZero();
        assertThat(out.toString())
                .contains("3 rows read = 2 accepted + 1 rejected", "1 rejected: not in the catalogue (first: row 2)");
        assertThat(run(command, matrix)).as(err.toString()).isZero();
        assertThat(out.toString()).contains("3 rows read = 2 accepted + 1 rejected");
        Files.write(ids, List.of("85123A"));
        assertThat(run(command, vectors("other.npy", 2))).isEqualTo(1);
        assertThat(err.toString()).contains("1 ids for 2 vectors");
    }

    @Test
    void vectorsOfAnotherLengthShouldSayWhatTheShopTakes() throws IOException {
        final Path data = directory.resolve("wide");
        final Path catalogue = Files.write(directory.resolve("items.csv"), List.of("item,price", "lamp,9.99"));
        assertThat(run(
                        List.of("import", "--data", data.toString(), "--set", "ITEMS_MAX=100"),
                        "--format",
                        "csv",
                        "--type",
                        "item",
                        catalogue))
                .as(err.toString())
                .isZero();
        final Path ids = Files.write(directory.resolve("ids"), List.of("lamp"));
        assertThat(run(
                        List.of("import", "--data", data.toString(), "--vectors-of", ids.toString()),
                        vectors("a.npy", 1)))
                .isEqualTo(1);
        assertThat(err.toString()).contains("this shop takes vectors of 64 and these are of 16");
    }
}
