package io.doorbuster.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.client.Acknowledgement;
import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.client.PipelinedClient;
import io.doorbuster.client.SlateFilter;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.ShopperErasedRecordDecoder;
import io.doorbuster.codec.ShopperLinkedRecordDecoder;
import io.doorbuster.codec.ViewedRecordDecoder;
import io.doorbuster.engine.store.ShopperStore;
import io.doorbuster.gateway.identity.IdentityStore;
import io.doorbuster.journal.JournalTailer;
import io.doorbuster.journal.RecordDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is left of a shopper who asked to be forgotten, looked for from outside. */
class ErasureTest {
    private static final List<String> RAW_IDS =
            List.of("alice@example.org", "bob@example.org", "carol@example.org", "dave@example.org");
    private static final String STRANGER = "mallory@example.org";

    @TempDir
    Path directory;

    private RunningGateway gateway;

    @BeforeEach
    void start() throws IOException {
        use(ThreadMode.SHARED);
    }

    private void use(ThreadMode mode) throws IOException {
        gateway = new RunningGateway(directory, mode);
        try (DoorbusterClient client = gateway.connect(1)) {
            client.itemUpserted(1, CatalogueItem.of("item-1", 5).withInitialOnHand(50));
        }
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
    }

    private long surrogate(String rawId) throws IOException {
        return IdentityStore.lookUp(DataDirectory.identities(gateway.data()), rawId);
    }

    /** Every surrogate that the journal's records about shoppers hold, with the position of the last that holds it. */
    private Map<Long, Long> surrogatesInJournal() {
        final Map<Long, Long> lastPositions = new LinkedHashMap<>();
        final MessageHeaderDecoder header = new MessageHeaderDecoder();
        try (JournalTailer tailer = JournalTailer.open(DataDirectory.journal(gateway.data()))) {
            int records = 1;
            while (records > 0) {
                records = tailer.poll(
                        (buffer, offset, length) -> {
                            final long position = RecordDescriptor.position(buffer, offset);
                            surrogatesOf(buffer, offset, header).forEach(id -> lastPositions.put(id, position));
                        },
                        100);
            }
        }
        lastPositions.remove(0L);
        return lastPositions;
    }

    private static List<Long> surrogatesOf(DirectBuffer buffer, int offset, MessageHeaderDecoder header) {
        final int at = offset + RecordDescriptor.MESSAGE_OFFSET;
        return switch (RecordDescriptor.templateId(buffer, offset)) {
            case ViewedRecordDecoder.TEMPLATE_ID ->
                List.of(new ViewedRecordDecoder()
                        .wrapAndApplyHeader(buffer, at, header)
                        .shopper());
            case ShopperLinkedRecordDecoder.TEMPLATE_ID -> {
                final ShopperLinkedRecordDecoder linked =
                        new ShopperLinkedRecordDecoder().wrapAndApplyHeader(buffer, at, header);
                yield List.of(linked.shopper(), linked.linked());
            }
            case ShopperErasedRecordDecoder.TEMPLATE_ID ->
                List.of(new ShopperErasedRecordDecoder()
                        .wrapAndApplyHeader(buffer, at, header)
                        .shopper());
            default -> List.of();
        };
    }

    /** Files that hold any of the byte strings, of all files of server and journal. */
    private List<Path> filesHolding(List<byte[]> needles) throws IOException {
        final List<Path> holding = new ArrayList<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (final Path file : files.filter(Files::isRegularFile).toList()) {
                final String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                for (final byte[] needle : needles) {
                    if (content.contains(new String(needle, StandardCharsets.ISO_8859_1))) {
                        holding.add(file);
                    }
                }
            }
        }
        return holding;
    }

    /** Links in a chain, so that ids that had a surrogate of their own lose it, and one that had none gets one. */
    private void linkAll(DoorbusterClient client) throws IOException {
        for (final String rawId : RAW_IDS.subList(0, 3)) {
            assertThat(client.viewed(rawId, 1, 5).outcome()).isEqualTo(Outcome.ACCEPTED);
        }
        client.shopperLinked(RAW_IDS.get(0), RAW_IDS.get(1));
        client.shopperLinked(RAW_IDS.get(2), RAW_IDS.get(0));
        client.shopperLinked(RAW_IDS.get(1), RAW_IDS.get(3));
        client.recommend(RAW_IDS.get(3), SlateFilter.of(3));
    }

    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void erasingOneOfSeveralLinkedIdsShouldForgetThemAll(ThreadMode mode) throws IOException {
        stop();
        use(mode);
        for (final String erased : RAW_IDS) {
            try (DoorbusterClient client = gateway.connect(1)) {
                linkAll(client);
            }
            gateway.close(); // The links are read from the file again.
            final Map<Long, Long> before = surrogatesInJournal();
            use(mode);
            final long together = surrogate(erased);
            assertThat(together).isNotZero();
            for (final String rawId : RAW_IDS) {
                assertThat(surrogate(rawId)).isEqualTo(together);
            }
            final long erasedAt;
            try (DoorbusterClient client = gateway.connect(1)) {
                final Acknowledgement answer = client.shopperErased(erased);
                assertThat(answer.outcome()).isEqualTo(Outcome.ACCEPTED);
                erasedAt = answer.position();
                assertThat(client.shopperErased(RAW_IDS.getFirst()).outcome()).isEqualTo(Outcome.UNKNOWN_SHOPPER);
                for (final String rawId : RAW_IDS) {
                    assertThat(surrogate(rawId)).isZero();
                    client.viewed(rawId, 1, 5);
                    assertThat(surrogate(rawId)).isNotZero().isNotIn(before.keySet());
                }
            }
            final byte[] identities =
                    Files.readAllBytes(DataDirectory.identities(gateway.data()).resolve("identities"));
            gateway.closeAndReplay(engine -> {
                for (final long old : before.keySet()) {
                    assertThat(engine.stores().shoppers().rowOf(old)).isEqualTo(ShopperStore.NONE);
                }
            });
            surrogatesInJournal().forEach((id, last) -> {
                if (before.containsKey(id)) {
                    assertThat(last).isLessThanOrEqualTo(erasedAt);
                    assertThat(holds(identities, bytesOf(id))).isFalse();
                }
            });
            use(mode);
        }
    }

    private static byte[] bytesOf(long id) {
        return ByteBuffer.allocate(Long.BYTES).putLong(id).array();
    }

    private static boolean holds(byte[] bytes, byte[] needle) {
        return new String(bytes, StandardCharsets.ISO_8859_1).contains(new String(needle, StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void rawIdsShouldLieInNoFileOfServerOrJournal(ThreadMode mode) throws IOException {
        stop();
        use(mode);
        final List<byte[]> needles = new ArrayList<>();
        RAW_IDS.forEach(rawId -> needles.add(rawId.getBytes(StandardCharsets.UTF_8)));
        needles.add(STRANGER.getBytes(StandardCharsets.UTF_8));
        try (DoorbusterClient client = gateway.connect(1)) {
            linkAll(client);
            client.impressionShown(RAW_IDS.getFirst(), 0, 1);
            client.search(RAW_IDS.getFirst(), SlateFilter.of(3), "shoes");
            client.ask(STRANGER, 3, "Where?");
            client.explain(STRANGER, 1);
            assertThat(filesHolding(needles)).as("while linked").isEmpty();
            client.shopperErased(RAW_IDS.get(1));
            assertThat(filesHolding(needles)).as("once erased").isEmpty();
            assertThat(filesHolding(List.of("item-1".getBytes(StandardCharsets.UTF_8))))
                    .as("what must be found")
                    .anyMatch(path -> path.toString().endsWith(".cq4"))
                    .anyMatch(path -> path.toString().endsWith(".pages"));
        }
        gateway.closeAndReplay();
        assertThat(filesHolding(needles)).as("once closed").isEmpty();
    }

    /** What the engine refuses, or has answered before, must not change who a shopper is either. */
    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void factsOutOfTurnShouldLeaveIdentitiesAlone(ThreadMode mode) throws IOException {
        stop();
        use(mode);
        try (DoorbusterClient client = gateway.connect(1)) {
            client.viewed("alice", 1, 0);
            final long erasure = client.pipelined().nextSequence();
            final Acknowledgement erased = client.shopperErased("alice");
            final long link = client.pipelined().nextSequence();
            final Acknowledgement linked = client.shopperLinked("carol", "dave");
            client.shopperErased("dave");
            for (final String shopper : List.of("alice", "bob", "carol", "dave")) {
                client.viewed(shopper, 1, 0); // They come back, as somebody else.
            }
            final long next = client.pipelined().nextSequence();
            final List<Long> before =
                    List.of(surrogate("alice"), surrogate("bob"), surrogate("carol"), surrogate("dave"));
            for (final long sequence : new long[] {erasure, 0, -1, Long.MIN_VALUE, next + 1, Long.MAX_VALUE}) {
                client.pipelined().nextSequence(sequence);
                final Acknowledgement again = client.shopperErased("alice");
                if (sequence == erasure) {
                    assertThat(again).isEqualTo(erased);
                } else {
                    assertThat(again.outcome()).isIn(Outcome.SEQUENCE_STALE, Outcome.SEQUENCE_GAP);
                }
                client.pipelined().nextSequence(sequence == erasure ? link : sequence);
                final Acknowledgement linkedAgain = client.shopperLinked("carol", "dave");
                assertThat(linkedAgain.equals(linked)).isEqualTo(sequence == erasure);
                assertThat(List.of(surrogate("alice"), surrogate("bob"), surrogate("carol"), surrogate("dave")))
                        .as("after sequence %d", sequence)
                        .isEqualTo(before);
            }
            client.pipelined().nextSequence(next);
            assertThat(client.shopperErased("alice").outcome()).isEqualTo(Outcome.ACCEPTED);
            assertThat(surrogate("alice")).isZero();
        }
        gateway.closeAndReplay();
    }

    /** A server that is closed with erasures in flight: who is forgotten has a record, and who has a record is forgotten. */
    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void erasuresInFlightShouldBeDoneAndJournaledOrNeither(ThreadMode mode) throws IOException {
        stop();
        use(mode);
        final int count = 1_500;
        final PipelinedClient client = gateway.pipelined(1);
        for (int i = 0; i < count; i++) {
            client.viewed("shopper-" + i, 1, 0);
        }
        while (client.inFlight() > 0) {
            client.poll(new Ignoring(), 20_000_000_000L);
        }
        for (int i = 0; i < count; i++) {
            client.shopperErased("shopper-" + i);
        }
        client.flush();
        final List<Integer> records = gateway.closeAndReplay();
        client.close();
        long journaled = records.stream()
                .filter(template -> template == ShopperErasedRecordDecoder.TEMPLATE_ID)
                .count();
        for (int i = 0; i < count; i++) {
            assertThat(surrogate("shopper-" + i) == 0).as("shopper %d", i).isEqualTo(journaled > 0);
            journaled--;
        }
    }
}
