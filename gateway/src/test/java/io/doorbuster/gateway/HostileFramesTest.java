package io.doorbuster.gateway;

import static io.doorbuster.gateway.frame.FrameDescriptor.BODY_OFFSET;
import static io.doorbuster.gateway.frame.FrameDescriptor.FRAMING_LENGTH;
import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.client.SlateFilter;
import io.doorbuster.codec.AcknowledgedDecoder;
import io.doorbuster.codec.ExplainDecoder;
import io.doorbuster.codec.ExplanationDecoder;
import io.doorbuster.codec.ItemVectorSetDecoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.RecommendDecoder;
import io.doorbuster.codec.RejectCode;
import io.doorbuster.codec.RejectedDecoder;
import io.doorbuster.codec.ScoreDecoder;
import io.doorbuster.codec.ScoresDecoder;
import io.doorbuster.codec.ShopperErasedDecoder;
import io.doorbuster.codec.SlateDecoder;
import io.doorbuster.codec.WelcomeDecoder;
import io.doorbuster.engine.store.Settings;
import io.doorbuster.gateway.identity.IdentityStore;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HostileFramesTest {
    private static final int FIRST_REQUEST = 40;
    private static final int SEQUENCE_AT = BODY_OFFSET + 8;
    private static final int OCCURRED_AT = BODY_OFFSET + 16;
    private static final int MUTANTS_OF_EACH = 150;
    private static final Set<RejectCode> STAYS =
            EnumSet.of(RejectCode.INVALID_VALUE, RejectCode.MODEL_REFUSED, RejectCode.EXPIRED, RejectCode.OVERLOADED);
    private static final int[] COUNTS = {0, 1, 3, 64, 65, 255, 256, 257, 500, 501, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF};
    private static final long[] NUMBERS = {
        0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, Integer.MIN_VALUE, Integer.MAX_VALUE, 0xFFFFFFFFL, 1L << 63 | 1
    };

    @TempDir
    Path directory;

    private RunningGateway gateway;
    private List<byte[]> frames;
    private RawConnection connection;
    private long nextSequence;
    private int answered;
    private int refused;

    @BeforeEach
    void start() throws IOException {
        use(ThreadMode.SHARED);
    }

    private void use(ThreadMode mode) throws IOException {
        gateway = new RunningGateway(Files.createTempDirectory(directory, "gateway"), mode);
        frames = ClientFrames.record(gateway.token(), 9);
        connection = open();
    }

    @AfterEach
    void stop() throws IOException {
        connection.close();
        gateway.close();
    }

    private RawConnection open() throws IOException {
        final RawConnection opened = new RawConnection(gateway.address());
        opened.send(frames.getFirst());
        final byte[] reply = opened.read();
        assertThat(reply).as("welcome").isNotEmpty();
        final WelcomeDecoder welcome = new WelcomeDecoder()
                .wrapAndApplyHeader(new UnsafeBuffer(reply), FRAMING_LENGTH, new MessageHeaderDecoder());
        nextSequence = welcome.nextSequence();
        return opened;
    }

    private void reconnect() throws IOException {
        connection.close();
        connection = open();
    }

    private static int replyTo(int template) {
        return switch (template) {
            case RecommendDecoder.TEMPLATE_ID -> SlateDecoder.TEMPLATE_ID;
            case ScoreDecoder.TEMPLATE_ID -> ScoresDecoder.TEMPLATE_ID;
            case ExplainDecoder.TEMPLATE_ID -> ExplanationDecoder.TEMPLATE_ID;
            default -> AcknowledgedDecoder.TEMPLATE_ID;
        };
    }

    private static AcknowledgedDecoder acknowledged(byte[] reply) {
        return new AcknowledgedDecoder()
                .wrapAndApplyHeader(new UnsafeBuffer(reply), FRAMING_LENGTH, new MessageHeaderDecoder());
    }

    private static RejectedDecoder rejected(byte[] reply) {
        return new RejectedDecoder()
                .wrapAndApplyHeader(new UnsafeBuffer(reply), FRAMING_LENGTH, new MessageHeaderDecoder());
    }

    /** Messages between hello and bye. */
    private List<byte[]> messages() {
        return frames.subList(1, frames.size() - 1);
    }

    private byte[] sample(int template) {
        return messages().stream()
                .filter(frame -> RawConnection.template(frame) == template)
                .findFirst()
                .orElseThrow()
                .clone();
    }

    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void everyMessageShouldBeAnsweredInItsTypeAndJournaled(ThreadMode mode) throws IOException {
        stop();
        use(mode);
        final Set<Integer> templates = new TreeSet<>();
        frames.forEach(frame -> templates.add(RawConnection.template(frame)));
        final List<Integer> all = new ArrayList<>(List.of(1, 2));
        IntStream.of(10, 18, 20, 30, 40).forEach(all::add);
        assertThat(templates).containsAll(all).hasSize(2 + 18 + 1 + 5 + 8);
        final List<Integer> records = new ArrayList<>(List.of(129));
        for (final byte[] frame : messages()) {
            final int template = RawConnection.template(frame);
            connection.send(frame);
            final byte[] reply = connection.read();
            assertThat(RawConnection.template(reply))
                    .as("reply to %d", template)
                    .isEqualTo(replyTo(template));
            assertThat(RawConnection.correlationId(reply)).isEqualTo(RawConnection.correlationId(frame));
            if (replyTo(template) == AcknowledgedDecoder.TEMPLATE_ID) {
                assertThat(acknowledged(reply).outcome())
                        .as("outcome of %d", template)
                        .isIn(Outcome.ACCEPTED, Outcome.NOT_SUPPORTED);
            }
            records.add(100 + template);
        }
        connection.send(frames.getLast());
        assertThat(connection.read()).isEmpty();
        assertThat(gateway.closeAndReplay()).isEqualTo(records);
    }

    /** Sends a frame whose length is right, takes its one answer and checks it. */
    private byte[] exchange(byte[] frame) throws IOException {
        connection.send(frame);
        final byte[] reply = connection.read();
        if (reply.length == 0) {
            assertThat(RawConnection.template(frame))
                    .as("closed without a word")
                    .isEqualTo(2);
            reconnect();
        } else if (RawConnection.template(reply) == RejectedDecoder.TEMPLATE_ID) {
            refused++;
            final RejectedDecoder rejected = rejected(reply);
            final RejectCode code = rejected.code();
            assertThat(rejected.message()).isNotBlank();
            if (!STAYS.contains(code)) {
                assertThat(connection.read()).as("after %s", code).isEmpty();
                reconnect();
            }
        } else {
            answered++;
            assertThat(RawConnection.correlationId(reply)).isEqualTo(RawConnection.correlationId(frame));
            onAnswered(frame, reply);
        }
        return reply;
    }

    private void onAnswered(byte[] frame, byte[] reply) {
        final int template = RawConnection.template(frame);
        assertThat(RawConnection.template(reply)).isIn(replyTo(template), AcknowledgedDecoder.TEMPLATE_ID);
        if (template < FIRST_REQUEST) {
            final AcknowledgedDecoder acknowledged = acknowledged(reply);
            final Outcome outcome = acknowledged.outcome();
            final boolean skipped = outcome == Outcome.SEQUENCE_GAP || outcome == Outcome.SEQUENCE_STALE;
            final boolean isNext = new UnsafeBuffer(frame).getLong(SEQUENCE_AT) == nextSequence;
            nextSequence = skipped ? acknowledged.detail() : isNext ? nextSequence + 1 : nextSequence;
        }
    }

    /** A copy with the source's next sequence. */
    private byte[] fresh(byte[] frame) {
        final byte[] copy = frame.clone();
        if (RawConnection.template(copy) < FIRST_REQUEST && copy.length >= SEQUENCE_AT + Long.BYTES) {
            new UnsafeBuffer(copy).putLong(SEQUENCE_AT, nextSequence, ByteOrder.LITTLE_ENDIAN);
        }
        return copy;
    }

    private static byte[] mutate(byte[] frame, Random random) {
        final UnsafeBuffer buffer = new UnsafeBuffer(frame);
        final int at = FRAMING_LENGTH + random.nextInt(frame.length - FRAMING_LENGTH);
        final int room = frame.length - at;
        switch (random.nextInt(8)) {
            case 0 -> buffer.putByte(at, (byte) random.nextInt());
            case 1 -> buffer.putByte(at, (byte) (buffer.getByte(at) ^ 1 << random.nextInt(8)));
            case 2 -> buffer.setMemory(at, Math.min(room, 1 + random.nextInt(8)), (byte) (0xC0 | random.nextInt(64)));
            case 3 -> buffer.putShort(Math.min(at, frame.length - 2), (short) COUNTS[random.nextInt(COUNTS.length)]);
            case 4 -> {
                final long number = NUMBERS[random.nextInt(NUMBERS.length)];
                if (room >= 8) {
                    buffer.putLong(at, number, ByteOrder.LITTLE_ENDIAN);
                } else if (room >= 4) {
                    buffer.putInt(at, (int) number, ByteOrder.LITTLE_ENDIAN);
                }
            }
            case 5 -> buffer.putShort(FRAMING_LENGTH, (short) COUNTS[random.nextInt(COUNTS.length)]);
            case 6 -> {
                return RawConnection.resized(frame, frame.length + 1 + random.nextInt(random.nextInt(1, 9_000)));
            }
            default -> {
                for (int i = 0; i < 4; i++) {
                    buffer.putByte(
                            FRAMING_LENGTH + random.nextInt(frame.length - FRAMING_LENGTH), (byte) random.nextInt());
                }
            }
        }
        return frame;
    }

    private void serveAGoodClient() throws IOException {
        try (DoorbusterClient client = gateway.connect(1)) {
            assertThat(client.itemUpserted(1_000, CatalogueItem.of("good", 5)).outcome())
                    .isEqualTo(Outcome.ACCEPTED);
            assertThat(client.stockSet(1_000, 4).outcome()).isEqualTo(Outcome.ACCEPTED);
            assertThat(client.recommend("good", SlateFilter.of(5)).position()).isPositive();
            answered += 3;
        }
    }

    /** Each answer that is no refusal has one record, and nothing else but the first configuration has. */
    private void closeAndCompareWithAnswers() throws IOException {
        serveAGoodClient();
        assertThat(gateway.closeAndReplay()).hasSize(1 + answered);
    }

    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void mutantsShouldBeAnsweredOnceAndLeaveAJournalThatReplays(ThreadMode mode) throws IOException {
        stop();
        use(mode);
        final Random random = new Random(4025);
        for (int round = 0; round < MUTANTS_OF_EACH; round++) {
            for (final byte[] frame : messages()) {
                exchange(mutate(fresh(frame), random));
            }
        }
        assertThat(answered).isGreaterThan(500);
        assertThat(refused).isGreaterThan(500);
        closeAndCompareWithAnswers();
    }

    @Test
    void framesCutAnywhereShouldBeRefused() throws IOException {
        for (final byte[] frame : messages()) {
            for (int length = BODY_OFFSET; length < frame.length; length++) {
                final byte[] reply = exchange(RawConnection.resized(fresh(frame), length));
                assertThat(RawConnection.template(reply))
                        .as("%d cut to %d", RawConnection.template(frame), length)
                        .isEqualTo(RejectedDecoder.TEMPLATE_ID);
            }
            for (final int more : new int[] {1, 2, 8, 100}) {
                final byte[] reply = exchange(RawConnection.resized(fresh(frame), frame.length + more));
                assertThat(rejected(reply).code()).isEqualTo(RejectCode.MALFORMED);
            }
        }
        closeAndCompareWithAnswers();
    }

    /** The framing header itself, and a session that begins with anything: the server closes, or the client ends first. */
    @Test
    void hostileFramingAndHellosShouldLeaveTheServerAlive() throws IOException {
        final Random random = new Random(60);
        for (int i = 0; i < 600; i++) {
            final byte[] hello = frames.getFirst().clone();
            final byte[] message = messages().get(i % messages().size()).clone();
            if (i % 2 == 0) {
                final int at = random.nextInt(hello.length);
                hello[at] = (byte) random.nextInt();
            } else {
                message[random.nextInt(FRAMING_LENGTH)] = (byte) random.nextInt();
            }
            try (RawConnection hostile = new RawConnection(gateway.address())) {
                hostile.send(hello);
                hostile.send(message);
                hostile.endOutput();
                int frameCount = 0;
                while (hostile.read().length > 0) {
                    frameCount++;
                }
                assertThat(frameCount).isLessThanOrEqualTo(3);
            }
        }
        serveAGoodClient();
        assertThat(gateway.closeAndReplay()).isNotEmpty();
    }

    @Test
    void enumValuesThatNobodyKnowsShouldBeInvalid() throws IOException {
        final byte[] recommend = sample(RecommendDecoder.TEMPLATE_ID);
        final int scenarioAt = BODY_OFFSET + RecommendDecoder.scenarioEncodingOffset();
        for (int value = 4; value < 256; value++) {
            recommend[scenarioAt] = (byte) value;
            assertThat(rejected(exchange(recommend)).code()).isEqualTo(RejectCode.INVALID_VALUE);
        }
        final byte[] configured = sample(29);
        for (final int value : new int[] {0, Settings.LAST.value() + 1, 255, 0x7FFF, 0x8000, 0xFFFF}) {
            new UnsafeBuffer(configured).putShort(configured.length - 10, (short) value, ByteOrder.LITTLE_ENDIAN);
            assertThat(rejected(exchange(fresh(configured))).code()).isEqualTo(RejectCode.INVALID_VALUE);
        }
        closeAndCompareWithAnswers();
    }

    @Test
    void vectorsThatAreNotFiniteShouldBeInvalid() throws IOException {
        exchange(fresh(messages().getFirst()));
        for (final float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            final byte[] vector = fresh(sample(ItemVectorSetDecoder.TEMPLATE_ID));
            new UnsafeBuffer(vector).putFloat(vector.length - 4, value, ByteOrder.LITTLE_ENDIAN);
            assertThat(acknowledged(exchange(vector)).outcome()).isEqualTo(Outcome.INVALID_VECTOR);
        }
        closeAndCompareWithAnswers();
    }

    /** Too many of a group's items are a value out of range, whatever lies in them. */
    @Test
    void groupsThatAreTooLongShouldBeInvalidAndTheConnectionStay() throws IOException {
        for (final int template : new int[] {19, ScoreDecoder.TEMPLATE_ID}) {
            final byte[] frame = fresh(sample(template));
            final int block = new UnsafeBuffer(frame).getShort(FRAMING_LENGTH, ByteOrder.LITTLE_ENDIAN);
            final byte[] large = RawConnection.resized(frame, BODY_OFFSET + block + 4 + 501 * 8 + 3);
            Arrays.fill(large, BODY_OFFSET + block + 4, large.length, (byte) 0xFF);
            final UnsafeBuffer buffer = new UnsafeBuffer(large);
            buffer.putShort(BODY_OFFSET + block + 2, (short) 501, ByteOrder.LITTLE_ENDIAN);
            buffer.putShort(large.length - 3, (short) 1, ByteOrder.LITTLE_ENDIAN);
            assertThat(rejected(exchange(large)).code())
                    .as("template %d", template)
                    .isEqualTo(RejectCode.INVALID_VALUE);
        }
        closeAndCompareWithAnswers();
    }

    /** The same frame, each of {@code count} blocks that end before {@code end} without its last byte, and saying so. */
    private static byte[] shortened(byte[] frame, int lengthAt, int end, int count) {
        final byte[] shorter = RawConnection.resized(frame, frame.length - count);
        System.arraycopy(frame, end, shorter, end - count, frame.length - end);
        final UnsafeBuffer buffer = new UnsafeBuffer(shorter);
        final int length = buffer.getShort(lengthAt, ByteOrder.LITTLE_ENDIAN);
        buffer.putShort(lengthAt, (short) (length - 1), ByteOrder.LITTLE_ENDIAN);
        return shorter;
    }

    /** A last field that is left out must not be read from what lies behind the block. */
    @Test
    void blocksThatAreTooShortShouldBeRefused() throws IOException {
        for (final byte[] frame : messages()) {
            final int end = BODY_OFFSET + new UnsafeBuffer(frame).getShort(FRAMING_LENGTH, ByteOrder.LITTLE_ENDIAN);
            final byte[] reply = exchange(shortened(fresh(frame), FRAMING_LENGTH, end, 1));
            assertThat(RawConnection.template(reply))
                    .as("block of %d", RawConnection.template(frame))
                    .isEqualTo(RejectedDecoder.TEMPLATE_ID);
            if (end < frame.length) {
                assertThat(rejected(reply).message()).startsWith("block length=");
            }
        }
        for (final int template : new int[] {19, 29, ScoreDecoder.TEMPLATE_ID, RecommendDecoder.TEMPLATE_ID}) {
            final byte[] frame = fresh(sample(template));
            final UnsafeBuffer buffer = new UnsafeBuffer(frame);
            final int groupAt = BODY_OFFSET + buffer.getShort(FRAMING_LENGTH, ByteOrder.LITTLE_ENDIAN);
            final int count = buffer.getShort(groupAt + 2, ByteOrder.LITTLE_ENDIAN);
            final int end = groupAt + 4 + count * buffer.getShort(groupAt, ByteOrder.LITTLE_ENDIAN);
            assertThat(rejected(exchange(shortened(frame, groupAt, end, count))).message())
                    .as("group of %d", template)
                    .startsWith("block length=");
        }
        closeAndCompareWithAnswers();
    }

    /** What is refused must not have been half done: identities are made, linked and erased only behind the checks. */
    @Test
    void refusedFactsShouldLeaveIdentitiesAlone() throws IOException {
        final Path identities = DataDirectory.identities(gateway.data());
        for (final byte[] frame : messages().subList(0, 14)) {
            exchange(fresh(frame));
        }
        final long alice = IdentityStore.lookUp(identities, "alice");
        assertThat(alice).isNotZero();
        for (final int template : new int[] {ShopperErasedDecoder.TEMPLATE_ID, 20}) {
            final byte[] late = fresh(sample(template));
            new UnsafeBuffer(late).putLong(OCCURRED_AT, Long.MAX_VALUE, ByteOrder.LITTLE_ENDIAN);
            assertThat(rejected(exchange(late)).code()).isEqualTo(RejectCode.INVALID_VALUE);
            final byte[] longer = fresh(sample(template));
            assertThat(rejected(exchange(RawConnection.resized(longer, longer.length + 1)))
                            .code())
                    .isEqualTo(RejectCode.MALFORMED);
            assertThat(IdentityStore.lookUp(identities, "alice"))
                    .as("after %d", template)
                    .isEqualTo(alice);
            assertThat(IdentityStore.lookUp(identities, "bob"))
                    .as("after %d", template)
                    .isZero();
        }
        closeAndCompareWithAnswers();
    }
}
