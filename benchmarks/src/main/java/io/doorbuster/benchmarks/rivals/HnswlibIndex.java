package io.doorbuster.benchmarks.rivals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** hnswlib in a process of its own, which is idle unless it is asked; compiled here, where compiler and headers are. */
final class HnswlibIndex implements TopKIndex {
    private static final Path HEADER = Path.of("/usr/include/hnswlib/hnswlib.h");
    private static final String SOURCE = "src/main/cpp/hnswlib_driver.cpp";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;
    private final Process process;
    private final BufferedReader answers;
    private final BufferedWriter questions;
    private final double buildSeconds;
    private final long bytes;
    private long changes;

    /** Why it cannot be compared here; empty where it can. */
    static String reasonAgainst() {
        if (source() == null) {
            return "no " + SOURCE + " here; start from the project's root";
        }
        if (!Files.isReadable(HEADER)) {
            return "hnswlib is not installed (Debian: libhnswlib-dev)";
        }
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                        .anyMatch(entry -> Files.isExecutable(Path.of(entry, "g++")))
                ? ""
                : "there is no g++ on the path";
    }

    private static @Nullable Path source() {
        return Stream.of(Path.of(SOURCE), Path.of("benchmarks", SOURCE))
                .filter(Files::isReadable)
                .findFirst()
                .orElse(null);
    }

    HnswlibIndex(TopKData data) throws IOException {
        directory = Files.createTempDirectory("rivals-hnswlib");
        final Path program = directory.resolve("driver");
        compile(program);
        final Path file = directory.resolve("vectors");
        write(data, file);
        process = new ProcessBuilder(program.toString(), file.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        answers = process.inputReader(StandardCharsets.UTF_8);
        questions = process.outputWriter(StandardCharsets.UTF_8);
        final JsonNode built = answer();
        buildSeconds = built.get("buildSeconds").asDouble();
        bytes = built.get("bytes").asLong();
        Logger.getLogger("hnswlib")
                .info("vector unit " + built.get("vectorUnit").asText());
    }

    private static void compile(Path program) throws IOException {
        final Process compiler = new ProcessBuilder(
                        "g++",
                        "-O3",
                        "-march=native",
                        "-std=c++17",
                        "-DNDEBUG",
                        "-o",
                        program.toString(),
                        "" + source())
                .redirectErrorStream(true)
                .start();
        final String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!Files.isExecutable(program)) {
            throw new IOException("g++ could not compile " + SOURCE + ": " + said);
        }
    }

    /** Five sizes, then what they count: vectors, queries, filters, changed rows, changed vectors. */
    private static void write(TopKData data, Path file) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20);
                DataOutputStream bytes = new DataOutputStream(out)) {
            ints(bytes, data.rows, data.dims, data.queries.length, data.filters.length, TopKData.CHANGES);
            floats(bytes, data.vectors);
            floats(bytes, data.queries);
            for (final boolean[] filter : data.filters) {
                for (final boolean mayPass : filter) {
                    bytes.writeBoolean(mayPass);
                }
            }
            ints(bytes, data.changedRows);
            floats(bytes, data.changedVectors);
        }
    }

    private static void ints(DataOutputStream out, int... values) throws IOException {
        for (final int value : values) {
            out.writeInt(Integer.reverseBytes(value));
        }
    }

    private static void floats(DataOutputStream out, float[][] vectors) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate(4 * vectors[0].length).order(ByteOrder.LITTLE_ENDIAN);
        for (final float[] vector : vectors) {
            bytes.asFloatBuffer().put(vector);
            out.write(bytes.array());
        }
    }

    private JsonNode ask(String question) throws IOException {
        questions.write(question);
        questions.newLine();
        questions.flush();
        return answer();
    }

    private JsonNode answer() throws IOException {
        final String line = answers.readLine();
        if (line == null) {
            throw new IOException("the hnswlib driver has ended");
        }
        return JSON.readTree(line);
    }

    @Override
    public String name() {
        return "hnswlib";
    }

    @Override
    public double buildSeconds() {
        return buildSeconds;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public boolean isApproximate() {
        return true;
    }

    @Override
    public long changes() {
        return changes;
    }

    @Override
    public Contender searches(int k, int effort, int filter) {
        return new Remote("search " + k + " " + effort + " " + filter, false);
    }

    @Override
    public Contender churning(int k, int effort) {
        return new Remote("churn " + k + " " + effort, true);
    }

    @Override
    public int[][] found(int k, int effort, int filter) throws IOException {
        return JSON.convertValue(ask("found " + k + " " + effort + " " + filter).get("found"), int[][].class);
    }

    @Override
    public void close() throws IOException {
        questions.close();
        process.destroy();
        try (Stream<Path> files = Files.list(directory)) {
            for (final Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    /** A block is one question: the time of a pipe does not count. */
    private final class Remote implements Contender {
        private final String question;
        private final boolean isChurning;

        private Remote(String question, boolean isChurning) {
            this.question = question;
            this.isChurning = isChurning;
        }

        @Override
        public String name() {
            return "hnswlib";
        }

        @Override
        public double block(int queries, SplittableRandom random, long ns, Histogram calls) {
            try {
                final JsonNode answer = ask(question + " " + ns + " " + random.nextInt(1, Integer.MAX_VALUE));
                final Histogram block = new Histogram(DIGITS);
                answer.get("ns").forEach(took -> block.recordValue(took.asLong()));
                calls.add(block);
                changes = answer.get("changes").asLong();
                return isChurning
                        ? answer.get("totalNs").asDouble() / block.getTotalCount()
                        : block.getValueAtPercentile(50);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
