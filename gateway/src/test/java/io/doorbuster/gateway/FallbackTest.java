package io.doorbuster.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.client.RejectedException;
import io.doorbuster.client.Slate;
import io.doorbuster.client.SlateFilter;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.RecommendRecordDecoder;
import io.doorbuster.codec.RejectCode;
import io.doorbuster.codec.Rung;
import io.doorbuster.codec.SlateDecoder;
import io.doorbuster.engine.Engine;
import io.doorbuster.journal.JournalTailer;
import io.doorbuster.journal.RecordDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A deadline that forces a slate made in haste is in the journal with it. */
class FallbackTest {
    private static final int ITEMS = 120;
    private static final int ATTEMPTS_MAX = 10_000;

    /** Too short for the network, and long enough that a request is hardly ever expired before it is looked at. */
    private static final long SHORT_MICROS = 190;

    @TempDir
    Path directory;

    private final Map<Long, Slate> answered = new TreeMap<>();

    private void play(DoorbusterClient client) throws IOException {
        for (int i = 1; i <= ITEMS; i++) {
            client.itemUpserted(i, CatalogueItem.of("item-" + i, 100L * i));
            client.stockSet(i, 5);
        }
        for (int i = 1; i <= 200; i++) {
            client.viewed("shopper-" + i % 20, 1 + i * i % ITEMS, 0);
        }
    }

    /** A slate with a timeout, asked for until none of them has run out. */
    private Slate ask(DoorbusterClient client, long timeoutMicros) throws IOException {
        client.pipelined().timeoutMicros(timeoutMicros);
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            try {
                final Slate slate = client.recommend("shopper-7", SlateFilter.of(10));
                answered.put(slate.position(), slate);
                return slate;
            } catch (RejectedException e) {
                assertThat(e.code()).isEqualTo(RejectCode.EXPIRED);
            }
        }
        throw new AssertionError("every request expired");
    }

    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void slateMadeInHasteShouldBeRecordedAndReplayedAsItWas(ThreadMode mode) throws IOException {
        final RunningGateway gateway = new RunningGateway(directory, mode);
        try (gateway;
                DoorbusterClient client = gateway.connect(1)) {
            play(client);
            assertThat(ask(client, 0).rung()).as("without a timeout").isEqualTo(Rung.NETWORK);
            assertThat(ask(client, 60_000_000).rung()).as("within a minute").isEqualTo(Rung.NETWORK);
            assertThat(ask(client, SHORT_MICROS).rung()).isNotEqualTo(Rung.NETWORK);
            assertThat(ask(client, SHORT_MICROS).items()).hasSize(10);
        }
        gateway.closeAndReplay(engine -> {
            final Map<Rung, Long> slates = new EnumMap<>(Rung.class);
            answered.values().forEach(slate -> slates.merge(slate.rung(), 1L, Long::sum));
            final Set<Rung> rungs = EnumSet.range(Rung.NETWORK, Rung.POPULARITY);
            assertThat(rungs)
                    .allSatisfy(rung ->
                            assertThat(engine.stores().engine().slates(rung)).isEqualTo(slates.getOrDefault(rung, 0L)));
        });
        assertThat(replayed(gateway)).isEqualTo(answered);
    }

    /** What a fresh engine answers to the recorded requests, by position; each says the rung that its record says. */
    private Map<Long, Slate> replayed(RunningGateway gateway) {
        final Map<Long, Slate> slates = new TreeMap<>();
        final UnsafeBuffer reply = new UnsafeBuffer(new byte[Engine.REPLY_MAX]);
        final MessageHeaderDecoder header = new MessageHeaderDecoder();
        final RecommendRecordDecoder record = new RecommendRecordDecoder();
        try (Engine engine = new Engine(directory.resolve("again"));
                JournalTailer tailer = JournalTailer.open(DataDirectory.journal(gateway.data()))) {
            int read = 1;
            while (read > 0) {
                read = tailer.poll(
                        (buffer, offset, length) -> {
                            if (RecordDescriptor.position(buffer, offset) == 0) {
                                return; // A record of hashes.
                            }
                            engine.onRecord(buffer, offset, reply, 0);
                            if (RecordDescriptor.templateId(buffer, offset) == RecommendRecordDecoder.TEMPLATE_ID) {
                                final Slate slate = Slate.of(new SlateDecoder().wrapAndApplyHeader(reply, 0, header));
                                record.wrapAndApplyHeader(buffer, offset + RecordDescriptor.MESSAGE_OFFSET, header);
                                assertThat(record.rung()).isEqualTo(slate.rung());
                                slates.put(slate.position(), slate);
                            }
                        },
                        10);
            }
        }
        return slates;
    }
}
