package io.doorbuster.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.doorbuster.cli.DoorbusterMain;
import io.doorbuster.client.PipelinedClient;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.Rung;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.model.ModelKind;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.engine.model.Tensor;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.gateway.GatewayConfig;
import io.doorbuster.gateway.GatewayServer;
import io.doorbuster.gateway.Progress;
import io.doorbuster.gateway.ThreadMode;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One journal, many JVMs, one hash of state and one of replies. {@code -Ddoorbuster.matrix=long} takes more of both: 24
 * configurations for each thread mode, and a million events.
 */
class DeterminismMatrixTest {
    private static final boolean IS_LONG = "long".equals(System.getProperty("doorbuster.matrix"));
    private static final int EVENTS = Integer.getInteger("doorbuster.events", IS_LONG ? 1_000_000 : 50_000);
    private static final int INTERPRETED_EVENTS = 1_000;
    private static final int SOURCES = 5; // One more than there is room for.
    private static final int AT_A_TIME = 2;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Flags come behind those of {@code .config/jvm.options}, and win. */
    private static final List<String> ISA =
            List.of("-XX:UseAVX=3", "-XX:UseAVX=2", "-XX:UseAVX=1", "-XX:UseAVX=0", "-XX:-UseFMA", "-Dkernels=scalar");

    private static final List<String> COMPILERS =
            List.of("-XX:+TieredCompilation", "-XX:TieredStopAtLevel=1", "-XX:-TieredCompilation", "-Xint");
    private static final List<String> COLLECTORS = List.of(
            "-XX:+UseSerialGC",
            "-XX:-UseSerialGC -XX:+UseG1GC",
            "-XX:-UseSerialGC -XX:+UseParallelGC",
            "-XX:-UseSerialGC -XX:+UseZGC");
    private static final List<String> LOCALES = List.of(
            "-Duser.language=en -Duser.country=US",
            "-Duser.language=tr -Duser.country=TR",
            "-Duser.language=ar -Duser.country=EG -Duser.timezone=Africa/Cairo",
            "-Duser.language=hi -Duser.country=IN -Duser.timezone=Asia/Kolkata",
            "-Duser.language=th -Duser.country=TH -Duser.variant=TH -Duser.timezone=Pacific/Chatham");

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void everyJvmShouldComeToTheRecordedHashes(ThreadMode mode) throws Exception {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "UseAVX is a flag of x86");
        final Path data = directory.resolve("data");
        final String recorded = record(data, mode);
        final String early = replayHere(data, INTERPRETED_EVENTS);
        assertThat(early).isNotEqualTo(recorded);
        final Map<String, String> found = replayAll(data, configurations(mode));
        assertThat(found)
                .allSatisfy((flags, hashes) -> assertThat(hashes).isEqualTo(isInterpreted(flags) ? early : recorded));
    }

    @Test
    void flagsUnderTestShouldWin() throws IOException, InterruptedException {
        final String flags = String.join(
                " ", COMPILERS.getLast(), COLLECTORS.get(1), LOCALES.get(2), "-Xlog:gc", "-XshowSettings:properties");
        assertThat(launch(flags, "--version"))
                .contains("Using G1")
                .contains("java.vm.info = interpreted mode")
                .contains("user.language = ar")
                .contains("user.timezone = Africa/Cairo");
    }

    private static List<String> configurations(ThreadMode mode) {
        final List<String> all = new ArrayList<>();
        for (int isa = 0; isa < ISA.size(); isa++) {
            for (int compiler = 0; compiler < COMPILERS.size(); compiler++) {
                final boolean isShort =
                        mode == ThreadMode.SHARED ? isOfShortRun(isa, compiler) : isa == 0 && compiler == 0;
                if (IS_LONG || isShort) { // In the long run each two options of two axes meet.
                    all.add(flags(
                            isa,
                            compiler,
                            (isa / 2 + compiler + mode.ordinal()) % COLLECTORS.size(),
                            (isa + compiler + 3 * mode.ordinal()) % LOCALES.size()));
                }
            }
        }
        return all;
    }

    /**
     * Every option of every axis, and no vectors under the first compiler, which makes an object of each: that takes minutes,
     * and their bits are compared where kernels are tested.
     */
    private static boolean isOfShortRun(int isa, int compiler) {
        return isa == 1 ? compiler == 0 || compiler == 3 : (isa + compiler) % 2 == 0;
    }

    private static int events(ThreadMode mode) {
        return IS_LONG || mode == ThreadMode.SHARED ? EVENTS : EVENTS / 5;
    }

    private static String flags(int isa, int compiler, int collector, int locale) {
        return String.join(" ", ISA.get(isa), COMPILERS.get(compiler), COLLECTORS.get(collector), LOCALES.get(locale));
    }

    private static boolean isInterpreted(String flags) {
        return flags.contains("-Xint");
    }

    /** Plays every message through a real gateway; what it came to. */
    private static String record(Path data, ThreadMode mode) throws IOException {
        final GatewayServer server = GatewayServer.start(
                GatewayConfig.local(data, EveryMessage.SETTINGS).withThreadMode(mode), Progress.NONE);
        final InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
        final String token = Files.readString(data.resolve("token")).strip();
        final Set<Outcome> missed = EnumSet.range(Outcome.ACCEPTED, Outcome.SOURCES_FULL);
        missed.remove(Outcome.RESERVATION_EXPIRED); // A matter of time.
        final Set<Rung> missedRungs = EnumSet.range(Rung.NETWORK, Rung.POPULARITY);
        try (server) {
            final List<byte[]> models = publishModels(DataDirectory.models(data));
            for (int source = 1; source <= SOURCES; source++) {
                try (PipelinedClient client = PipelinedClient.connect(address, token, source)) {
                    final EveryMessage script = new EveryMessage(client, source).withModels(models);
                    script.send(source == SOURCES - 1 ? events(mode) : INTERPRETED_EVENTS);
                    missed.removeAll(script.outcomes());
                    missedRungs.removeAll(script.rungs());
                }
            }
        }
        assertThat(missed).isEmpty();
        assertThat(missedRungs).isEmpty();
        assertThat(server.failure()).isNull();
        assertThat(server.position()).isGreaterThanOrEqualTo(events(mode));
        assertThat(new JournalInspector(MAPPER).summary(data).path("records").fieldNames())
                .toIterable()
                .containsAll(recordNames());
        return text(Hashes.hex(server.stateHash()), Hashes.hex(server.replyHash()));
    }

    /** The article's network and a session encoder, small ones, over some of the items. */
    private static List<byte[]> publishModels(Path directory) throws IOException {
        Files.createDirectories(directory);
        final Random random = new Random(3);
        final List<Tensor> interaction = new ArrayList<>(table("item", 400, 32, random));
        interaction.addAll(table("shopper", 1, 16, random));
        interaction.add(tensor("projection", random, 32, 16));
        interaction.add(tensor("hidden.weight", random, 16, 32));
        interaction.add(tensor("hidden.bias", random, 16));
        interaction.add(tensor("output.weight", random, 16));
        interaction.add(tensor("output.bias", random, 1));
        final List<Tensor> session = new ArrayList<>(table("item", 400, 16, random));
        session.add(tensor("position", random, 15, 16));
        for (final String name : List.of("query", "key", "value", "out")) {
            session.add(tensor(name, random, 16, 16));
        }
        session.add(tensor("ffn1.weight", random, 32, 16));
        session.add(tensor("ffn1.bias", random, 32));
        session.add(tensor("ffn2.weight", random, 16, 32));
        session.add(tensor("ffn2.bias", random, 16));
        final List<byte[]> hashes = new ArrayList<>();
        for (final ModelFile file : List.of(
                ModelFile.of(ModelKind.INTERACTION, "interaction", Map.of(), interaction),
                ModelFile.of(ModelKind.SESSION, "session", Map.of(), session))) {
            file.write(ModelShelf.file(directory, file.hash()));
            hashes.add(HexFormat.of().parseHex(file.hash()));
        }
        return hashes;
    }

    private static List<Tensor> table(String side, int count, int dims, Random random) {
        return List.of(
                Tensor.ids(side + ".ids", LongStream.rangeClosed(1, count).toArray()),
                tensor(side + ".vectors", random, count, dims));
    }

    private static Tensor tensor(String name, Random random, int... shape) {
        final float[] values = new float[IntStream.of(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() / 8);
        }
        return Tensor.floats(name, values, shape);
    }

    /** All that the schema has between its wire messages and the records about the journal itself. */
    private static List<String> recordNames() throws IOException {
        final EventPrinter printer = new EventPrinter(MAPPER);
        return IntStream.range(110, 190)
                .mapToObj(printer::nameOf)
                .filter(name -> name.endsWith("Record"))
                .toList();
    }

    private static String text(String stateHash, String replyHash) {
        return "state " + stateHash + " replies " + replyHash;
    }

    private static String replayHere(Path data, long until) throws IOException {
        try (Replayer replayer = new Replayer(data)) {
            final ReplayReport found = replayer.replay(until, Progress.NONE);
            return text(Hashes.hex(found.stateHash()), Hashes.hex(found.replyHash()));
        }
    }

    private static Map<String, String> replayAll(Path data, List<String> configurations)
            throws InterruptedException, ExecutionException {
        final List<Callable<String>> replays = new ArrayList<>();
        configurations.forEach(flags -> replays.add(() -> replay(data, flags)));
        final Map<String, String> found = new LinkedHashMap<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME)) {
            final List<Future<String>> results = threads.invokeAll(replays);
            for (int i = 0; i < results.size(); i++) {
                found.put(configurations.get(i), results.get(i).get());
            }
        }
        return found;
    }

    /** The hashes that another JVM comes to; everything it says when there are none, or an event differs. */
    private static String replay(Path data, String flags) throws IOException, InterruptedException {
        final String said = isInterpreted(flags)
                ? launch(flags, "replay", "--json", "--data", data.toString(), "--until", "" + INTERPRETED_EVENTS)
                : launch(flags, "verify", "--json", "--data", data.toString());
        final String last = said.lines().reduce("", (before, line) -> line);
        if (!last.startsWith("{") || last.contains("\"error\"") || said.contains("DIFFERS")) {
            return said;
        }
        final JsonNode json = MAPPER.readTree(last);
        return text(json.path("stateHash").asText(), json.path("replyHash").asText());
    }

    private static String launch(String flags, String... arguments) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.add("@" + Path.of(System.getProperty("doorbuster.root"), ".config", "jvm.options"));
        command.addAll(List.of(flags.split(" ")));
        command.addAll(List.of("-Xmx256m", "-cp", System.getProperty("java.class.path")));
        command.add(DoorbusterMain.class.getName());
        command.addAll(List.of(arguments));
        final Process process =
                new ProcessBuilder(command).redirectErrorStream(true).start();
        try (InputStream output = process.getInputStream()) {
            final String said = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return said;
        } finally {
            process.destroyForcibly();
        }
    }
}
