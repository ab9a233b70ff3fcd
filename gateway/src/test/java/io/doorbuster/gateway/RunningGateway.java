package io.doorbuster.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.client.PipelinedClient;
import io.doorbuster.codec.Setting;
import io.doorbuster.codec.TickRecordDecoder;
import io.doorbuster.engine.Engine;
import io.doorbuster.engine.model.ModelShelf;
import io.doorbuster.engine.ring.WaitPolicy;
import io.doorbuster.journal.JournalDisk;
import io.doorbuster.journal.JournalFiles;
import io.doorbuster.journal.JournalTailer;
import io.doorbuster.journal.RecordDescriptor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/** A real server on loopback for tests, and the judgement of its journal. */
final class RunningGateway implements AutoCloseable {
    static final int DIMENSIONS = 32;
    static final int SOURCES_MAX = 256;

    /** Few, so that every test is one of checkpoints too. */
    private static final int CHECKPOINT_EVERY = 50;

    private final Path directory;
    final GatewayServer server;

    RunningGateway(Path directory, ThreadMode mode) throws IOException {
        this(directory, mode, new JournalFiles(DataDirectory.journal(directory.resolve("data"))));
    }

    /** On a disk that is given. */
    RunningGateway(Path directory, ThreadMode mode, JournalDisk disk) throws IOException {
        this.directory = directory;
        final Map<Setting, Long> settings = Map.of(
                Setting.DIMENSIONS, (long) DIMENSIONS,
                Setting.CONTENT_DIMENSIONS, (long) DIMENSIONS,
                Setting.ITEMS_MAX, 2_000L,
                Setting.SHOPPERS_MAX, 2_000L,
                Setting.RESERVATIONS_MAX, 256L,
                Setting.SOURCES_MAX, (long) SOURCES_MAX,
                Setting.HASH_INTERVAL, 64L);
        server = GatewayServer.start(
                new GatewayConfig(
                        data(),
                        directory.resolve("state"),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        mode,
                        WaitPolicy.BLOCKING,
                        null,
                        CHECKPOINT_EVERY,
                        false,
                        settings),
                Progress.NONE,
                disk);
    }

    Path data() {
        return directory.resolve("data");
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
    }

    String token() throws IOException {
        return Files.readString(data().resolve("token")).strip();
    }

    DoorbusterClient connect(long source) throws IOException {
        return DoorbusterClient.connect(address(), token(), source);
    }

    PipelinedClient pipelined(long source) throws IOException {
        return PipelinedClient.connect(address(), token(), source);
    }

    /**
     * Closes the server, replays its journal into a fresh engine and compares every hash.
     *
     * @return SBE template ids of the records, in their order, without ticks.
     */
    List<Integer> closeAndReplay() throws IOException {
        return closeAndReplay(engine -> assertThat(engine.position()).isPositive());
    }

    /** The same, with another look at the engine that has replayed. */
    List<Integer> closeAndReplay(Consumer<Engine> judge) throws IOException {
        assertThat(server.failure()).isNull();
        server.close();
        assertThat(server.failure()).isNull();
        return replay(engine -> {
            assertThat(engine.position()).isEqualTo(server.position());
            assertThat(engine.stateHash()).isEqualTo(server.stateHash());
            assertThat(engine.replyHash()).isEqualTo(server.replyHash());
            judge.accept(engine);
        });
    }

    /** Replays the journal of the server, which is closed. */
    List<Integer> replay(Consumer<Engine> judge) {
        final List<Integer> templates = new ArrayList<>();
        final UnsafeBuffer reply = new UnsafeBuffer(new byte[Engine.REPLY_MAX]);
        try (Engine engine = new Engine(directory.resolve("replayed"), new ModelShelf(DataDirectory.models(data())));
                JournalTailer tailer = JournalTailer.open(DataDirectory.journal(data()))) {
            while (tailer.poll(
                            (buffer, offset, length) -> {
                                if (RecordDescriptor.position(buffer, offset) > 0) {
                                    engine.onRecord(buffer, offset, reply, 0);
                                    templates.add(
                                            buffer.getShort(offset + RecordDescriptor.MESSAGE_OFFSET + 2) & 0xFFFF);
                                }
                            },
                            10)
                    > 0) {
                assertThat(tailer.lastPosition()).isPositive();
            }
            assertThat(engine.recomputeStateHash()).isEqualTo(engine.stateHash());
            judge.accept(engine);
        }
        templates.removeIf(template -> template == TickRecordDecoder.TEMPLATE_ID);
        return templates;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
