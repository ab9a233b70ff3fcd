package io.doorbuster.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jdi.connect.IllegalConnectorArgumentsException;
import io.doorbuster.client.PipelinedClient;
import io.doorbuster.gateway.DataDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes killed inside the code that writes: nothing acknowledged may be lost, whatever was half done. */
class KillPointTest {
    /** What the process does when it is killed. */
    private enum While {
        /** It begins a new data directory. */
        BEGINNING,
        /** It recovers, from a journal that a killed process has left. */
        STARTING,
        /** It takes facts, and checkpoints. */
        SERVING,
        /** It takes facts while a day passes. */
        ROLLING,
        /** It stops in order. */
        STOPPING
    }

    /**
     * A place in the code.
     *
     * @param callsMax of the method; the process is killed in one of the first so many.
     */
    private record Point(While doing, String type, String method, int callsMax) {
        String name() {
            return doing + " " + type.substring(type.lastIndexOf('.') + 1) + "." + method;
        }
    }

    private static final String JOURNAL = "io.doorbuster.journal.";
    private static final String CHECKPOINT = "io.doorbuster.engine.checkpoint.";
    private static final String GATEWAY = "io.doorbuster.gateway.";
    private static final String QUEUE = "net.openhft.chronicle.queue.impl.single.";
    private static final String WIRE = "net.openhft.chronicle.wire.AbstractWire";

    /** Copies the bytes of an excerpt into the mapped file. */
    private static final Point PAYLOAD =
            new Point(While.SERVING, "net.openhft.chronicle.bytes.internal.ChunkedMappedBytes", "rawCopy", 30);

    /** In the order in which an excerpt is written. */
    private static final List<Point> EXCERPT = List.of(
            new Point(While.SERVING, JOURNAL + "ChronicleLog", "write", 30),
            new Point(While.SERVING, WIRE, "enterHeader", 30), // The header is claimed in it,
            new Point(
                    While.SERVING, QUEUE + "StoreAppender$StoreAppenderContext", "metaData", 30), // ... and before it.
            PAYLOAD,
            new Point(While.SERVING, WIRE, "updateHeader", 30), // The payload is there, and the header completed in it,
            new Point(While.SERVING, WIRE, "incrementHeaderNumber", 30), // ... and before it.
            new Point(While.SERVING, QUEUE + "StoreAppender", "writeIndexForPosition", 30),
            new Point(While.SERVING, QUEUE + "TableStoreWriteLock", "unlock", 30));

    private static final List<Point> POINTS = points();

    private static final int STEP_BITS_MAX = 12;
    private static final int BATCH_BYTES = 1 << 16;
    private static final int RUNS_PER_POINT = 10;
    private static final int FACTS = 2_500;
    private static final int FACTS_MORE = 200;

    @TempDir
    Path directory;

    private final Map<String, Integer> killsOfPoint = new TreeMap<>();

    /** Of this run, for people. */
    private final List<String> kills = new ArrayList<>();

    private final List<Point> order = new ArrayList<>(POINTS);
    private SurvivingData data;
    private int directories;
    private long day;
    private int runs;

    private static List<Point> points() {
        final List<Point> all = new ArrayList<>();
        all.add(PAYLOAD); // The first three are what the build does.
        all.add(new Point(While.SERVING, "sun.nio.fs.UnixNativeDispatcher", "rename", 4)); // Pages, then description.
        all.add(new Point(While.ROLLING, QUEUE + "SingleChronicleQueueStore", "writeEOF", 1));
        EXCERPT.stream().filter(point -> !point.equals(PAYLOAD)).forEach(all::add);
        all.add(new Point(While.SERVING, JOURNAL + "JournalForcer", "force", 20));
        all.add(new Point(While.SERVING, JOURNAL + "JournalFiles", "force", 20));
        all.add(new Point(While.SERVING, JOURNAL + "JournalSpace", "advance", 4));
        all.add(new Point(While.SERVING, CHECKPOINT + "Checkpointer", "copyPage", 50));
        all.add(new Point(While.SERVING, CHECKPOINT + "Checkpointer", "drain", 3));
        all.add(new Point(While.SERVING, CHECKPOINT + "CheckpointDirectory", "complete", 2));
        all.add(new Point(While.SERVING, CHECKPOINT + "Checkpoint", "format", 2)); // Before the description is written.
        all.add(new Point(While.SERVING, CHECKPOINT + "CheckpointDirectory", "prune", 2));
        all.add(new Point(While.SERVING, "sun.nio.fs.UnixNativeDispatcher", "unlink", 3));
        all.add(new Point(While.BEGINNING, GATEWAY + "DataDirectory", "claim", 1));
        all.add(new Point(While.BEGINNING, JOURNAL + "AllocatedFile", "fallocate", 4));
        all.add(new Point(While.BEGINNING, QUEUE + "SingleChronicleQueue$StoreSupplier", "acquire", 1));
        all.add(new Point(
                While.BEGINNING, QUEUE + "SingleChronicleQueue$StoreSupplier", "createIndexThenUpdateHeader", 1));
        all.add(new Point(
                While.BEGINNING, WIRE, "updateFirstHeader", 2)); // Of the metadata, and of the journal's file.
        all.add(new Point(
                While.BEGINNING, "net.openhft.chronicle.queue.impl.table.SingleTableStore", "acquireValueFor", 8));
        all.add(new Point(While.BEGINNING, GATEWAY + "GatewayServer", "configure", 1));
        all.add(new Point(While.STARTING, CHECKPOINT + "PageFileReader", "restore", 3));
        all.add(new Point(While.STARTING, JOURNAL + "JournalEnd", "walk", 2));
        all.add(new Point(While.STARTING, JOURNAL + "JournalEnd", "blankRest", 1));
        all.add(new Point(While.STARTING, JOURNAL + "JournalQueue", "openUnlocked", 1));
        all.add(new Point(While.STARTING, JOURNAL + "JournalSpace", "start", 1));
        all.add(new Point(
                While.ROLLING, QUEUE + "SingleChronicleQueue$StoreSupplier", "createIndexThenUpdateHeader", 1));
        all.add(new Point(While.ROLLING, QUEUE + "PrecreatedFiles", "renamePreCreatedFileToRequiredFile", 1));
        all.add(new Point(While.ROLLING, JOURNAL + "JournalSpace", "follow", 2));
        all.add(new Point(While.STOPPING, JOURNAL + "JournalForcer", "close", 1));
        all.add(new Point(While.STOPPING, JOURNAL + "JournalAppender", "appendHash", 1));
        all.add(new Point(While.STOPPING, CHECKPOINT + "CheckpointDirectory", "complete", 1));
        all.add(new Point(While.STOPPING, QUEUE + "SingleChronicleQueue", "performClose", 1));
        return List.copyOf(all);
    }

    @BeforeEach
    void begin() {
        data = newDirectory();
    }

    private SurvivingData newDirectory() {
        return new SurvivingData(directory.resolve("data" + directories++), err());
    }

    private Path err() {
        return directory.resolve("err");
    }

    @Test
    void processKilledInsideItsCodeShouldLoseNothing() throws IOException, InterruptedException {
        SteppedClock.assumeWorks();
        final SteppedClock clock = new SteppedClock(directory);
        Campaign.run("points", 3, (index, random) -> run(index, clock, random), this::checkAtEnd);
    }

    private void run(int index, SteppedClock clock, SplittableRandom random) throws IOException, InterruptedException {
        if (index > 0 && index % order.size() == 0) {
            Collections.shuffle(order, random);
        }
        final Point point = order.get(index % order.size());
        if (point.doing == While.BEGINNING && index > 0) {
            data.checkAtEnd();
            Command.run("rm", "-r", data.path().toString());
            data = newDirectory();
        }
        kills.clear();
        try {
            if (point.doing == While.STARTING) {
                killAt(EXCERPT.get(random.nextInt(EXCERPT.size())), clock, random);
            }
            killAt(point, clock, random);
            serveAgain(random);
        } catch (AssertionError | IOException | IllegalConnectorArgumentsException e) {
            throw new AssertionError(
                    String.join(", then ", kills) + ": " + e.getMessage() + "\n" + Files.readString(err()), e);
        }
        runs++;
    }

    private void killAt(Point point, SteppedClock clock, SplittableRandom random)
            throws IOException, InterruptedException, IllegalConnectorArgumentsException {
        final int call = 1 + random.nextInt(point.callsMax);
        final boolean tears = point.equals(PAYLOAD) && random.nextBoolean();
        final int steps = tears ? random.nextInt(BATCH_BYTES) : random.nextInt(1 << random.nextInt(STEP_BITS_MAX));
        kills.add(point.name() + " " + call + (tears ? " torn " : " + ") + steps);
        final KillPoint kill = new KillPoint(point.type, point.method, call, steps, tears);
        final List<String> under = new ArrayList<>(point.doing == While.ROLLING ? clock.under() : List.of());
        under.addAll(kill.under());
        try (ServedProcess server = ServedProcess.launchUnder(under, data.path(), err())) {
            kill.attach(server, point.doing != While.ROLLING && point.doing != While.STOPPING);
            if (server.awaitListening()) {
                serve(point, kill, server, clock);
            }
            server.kill(); // If it has not come there.
            if (kill.wasReached()) {
                killsOfPoint.merge(point.name(), 1, Integer::sum);
            }
        }
    }

    private void serve(Point point, KillPoint kill, ServedProcess server, SteppedClock clock)
            throws InterruptedException {
        final FactLoad load = data.load();
        try (PipelinedClient client = server.connect(FactLoad.SOURCE)) {
            switch (point.doing) {
                case ROLLING -> {
                    load.send(client, FACTS_MORE);
                    kill.arm();
                    clock.step(++day);
                    final Path file = DataDirectory.journal(data.path())
                            .resolve(
                                    LocalDate.now(ZoneOffset.UTC).plusDays(day).format(DateTimeFormatter.BASIC_ISO_DATE)
                                            + "F.cq4");
                    load.send(client, () -> Files.exists(file));
                    load.send(client, FACTS);
                }
                case STOPPING -> {
                    load.send(client, FACTS);
                    load.drain(client);
                    kill.arm();
                    server.stop();
                }
                default -> load.send(client, FACTS);
            }
        } catch (IOException e) { // As it must when it is killed.
            return;
        }
    }

    /** An ordinary process, which is killed in the ordinary way. */
    private void serveAgain(SplittableRandom random) throws IOException, InterruptedException {
        try (ServedProcess server = ServedProcess.start(data.path(), err());
                PipelinedClient client = server.connect(FactLoad.SOURCE)) {
            data.check(client);
            data.load().sendAlone(client); // A short excerpt, where a longer one may have been left unfinished.
            data.load().send(client, 1 + random.nextInt(FACTS_MORE));
            server.kill();
        }
    }

    private void checkAtEnd() throws IOException, InterruptedException {
        data.checkAtEnd();
        System.out.println("kills by point, of " + runs + ": " + killsOfPoint);
        assertThat(killsOfPoint).isNotEmpty();
        if (runs >= RUNS_PER_POINT * POINTS.size()) {
            assertThat(killsOfPoint)
                    .containsOnlyKeys(POINTS.stream().map(Point::name).toArray(String[]::new));
        }
    }
}
