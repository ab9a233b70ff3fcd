package io.doorbuster.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.codec.AcknowledgedDecoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.RejectCode;
import io.doorbuster.codec.RejectedDecoder;
import io.doorbuster.codec.ScoreEncoder;
import io.doorbuster.codec.ScoresDecoder;
import io.doorbuster.codec.StockAdjustedEncoder;
import io.doorbuster.codec.WelcomeDecoder;
import io.doorbuster.gateway.frame.FrameDescriptor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sockets that trickle, say nothing, or end half-way. */
class ConnectionsTest {
    private static final long ITEM = 1;

    @TempDir
    Path directory;

    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[FrameDescriptor.FRAME_MAX]);
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();

    private byte[] frame(int encodedLength) {
        final int length = FrameDescriptor.BODY_OFFSET + encodedLength;
        FrameDescriptor.write(buffer, 0, length);
        return Arrays.copyOf(buffer.byteArray(), length);
    }

    private byte[] fact(long sequence) {
        final StockAdjustedEncoder adjusted = new StockAdjustedEncoder();
        adjusted.wrapAndApplyHeader(buffer, FrameDescriptor.FRAMING_LENGTH, header)
                .correlationId(sequence)
                .sourceSequence(sequence)
                .occurredAtNs(0)
                .acknowledge(io.doorbuster.codec.AckLevel.DEFAULT)
                .itemId(ITEM)
                .delta(1);
        return frame(adjusted.encodedLength());
    }

    private byte[] score(long correlationId) {
        final ScoreEncoder score = new ScoreEncoder();
        final ScoreEncoder.CandidatesEncoder candidates = score.wrapAndApplyHeader(
                        buffer, FrameDescriptor.FRAMING_LENGTH, header)
                .correlationId(correlationId)
                .timeoutMicros(0)
                .candidatesCount(500);
        for (int i = 0; i < 500; i++) {
            candidates.next().itemId(ITEM);
        }
        score.putShopper(new byte[0], 0, 0);
        return frame(score.encodedLength());
    }

    private static void createItem(RunningGateway gateway) throws IOException {
        try (DoorbusterClient client = gateway.connect(1_000)) {
            client.itemUpserted(ITEM, CatalogueItem.of("item", 5));
        }
    }

    private static byte[] hello(RunningGateway gateway, long source) throws IOException {
        return ClientFrames.record(gateway.token(), source).getFirst();
    }

    private static long welcomed(RawConnection connection) throws IOException {
        return new WelcomeDecoder()
                .wrapAndApplyHeader(
                        new UnsafeBuffer(connection.read()), FrameDescriptor.FRAMING_LENGTH, new MessageHeaderDecoder())
                .nextSequence();
    }

    /** Each byte of every slow connection is followed by a call of another client, which is answered meanwhile. */
    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void slowAndSilentConnectionsShouldHoldUpNobody(ThreadMode mode) throws IOException {
        try (RunningGateway gateway = new RunningGateway(directory, mode);
                DoorbusterClient other = gateway.connect(1)) {
            createItem(gateway);
            final List<RawConnection> silent = new ArrayList<>();
            final List<RawConnection> slow = new ArrayList<>();
            final List<byte[]> bytes = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                silent.add(new RawConnection(gateway.address()));
                silent.getLast().send(Arrays.copyOf(hello(gateway, 50 + i), i)); // From nothing to half a hello.
            }
            for (int i = 0; i < 3; i++) {
                slow.add(new RawConnection(gateway.address()));
                final ByteArrayOutputStream all = new ByteArrayOutputStream();
                all.writeBytes(hello(gateway, 10 + i));
                all.writeBytes(fact(1));
                all.writeBytes(fact(2));
                bytes.add(all.toByteArray());
            }
            final int length = bytes.getFirst().length;
            for (int at = 0; at < length; at++) {
                for (int i = 0; i < slow.size(); i++) {
                    slow.get(i).send(new byte[] {bytes.get(i)[at]});
                }
                assertThat(other.stockAdjusted(ITEM, 1).outcome()).isEqualTo(Outcome.ACCEPTED);
            }
            for (final RawConnection connection : slow) {
                assertThat(welcomed(connection)).isEqualTo(1);
                for (long sequence = 1; sequence <= 2; sequence++) {
                    final byte[] reply = connection.read();
                    assertThat(RawConnection.template(reply)).isEqualTo(AcknowledgedDecoder.TEMPLATE_ID);
                    assertThat(RawConnection.correlationId(reply)).isEqualTo(sequence);
                }
                connection.close();
            }
            for (final RawConnection connection : silent) {
                connection.close();
            }
            assertThat(gateway.closeAndReplay()).hasSize(1 + 1 + length + 2 * slow.size());
        }
    }

    /** Who ends without a bye waits for no reply, but what it sent whole has been taken. */
    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void halfClosedConnectionShouldHaveItsFactsTaken(ThreadMode mode) throws IOException {
        final int count = 1_000;
        try (RunningGateway gateway = new RunningGateway(directory, mode)) {
            createItem(gateway);
            try (RawConnection half = new RawConnection(gateway.address())) {
                half.send(hello(gateway, 5));
                assertThat(welcomed(half)).isEqualTo(1);
                final ByteArrayOutputStream all = new ByteArrayOutputStream();
                for (int i = 1; i <= count; i++) {
                    all.writeBytes(fact(i));
                }
                half.send(all.toByteArray());
                half.endOutput();
                int replies = 0;
                while (half.read().length > 0) {
                    replies++;
                }
                assertThat(replies).isLessThanOrEqualTo(count);
            }
            try (RawConnection again = new RawConnection(gateway.address())) {
                again.send(hello(gateway, 5));
                assertThat(welcomed(again)).isEqualTo(count + 1);
            }
            assertThat(gateway.closeAndReplay()).hasSize(1 + 1 + count);
        }
    }

    private static RejectCode codeOf(byte[] refusal) {
        return new RejectedDecoder()
                .wrapAndApplyHeader(
                        new UnsafeBuffer(refusal), FrameDescriptor.FRAMING_LENGTH, new MessageHeaderDecoder())
                .code();
    }

    /** The server closes behind a bad frame; its replies and the reason reach a client with a small buffer all the same. */
    @ParameterizedTest
    @EnumSource(ThreadMode.class)
    void refusalShouldReachAClientThatReadsLateAndWritesOn(ThreadMode mode) throws IOException {
        final int count = 100;
        try (RunningGateway gateway = new RunningGateway(directory, mode);
                RawConnection connection = new RawConnection(gateway.address(), 4_096);
                DoorbusterClient other = gateway.connect(1)) {
            createItem(gateway);
            connection.send(hello(gateway, 5));
            assertThat(welcomed(connection)).isEqualTo(1);
            for (int i = 1; i <= count; i++) {
                connection.send(score(i));
            }
            final byte[] bad = fact(1);
            bad[4] = 0;
            connection.send(bad);
            for (int i = 1; i <= 50; i++) {
                connection.send(score(count + i)); // Nobody reads these.
            }
            for (int i = 0; i < 1_000; i++) {
                assertThat(other.stockAdjusted(ITEM, 1).outcome()).isEqualTo(Outcome.ACCEPTED);
            }
            int refusals = 0;
            for (int i = 0; i <= count; i++) { // A refusal may overtake the replies that are still due.
                final byte[] reply = connection.read();
                assertThat(reply).as("reply %d", i).isNotEmpty();
                if (RawConnection.template(reply) == RejectedDecoder.TEMPLATE_ID) {
                    refusals++;
                    assertThat(codeOf(reply)).isEqualTo(RejectCode.MALFORMED);
                } else {
                    assertThat(RawConnection.template(reply)).isEqualTo(ScoresDecoder.TEMPLATE_ID);
                }
            }
            assertThat(refusals).isEqualTo(1);
            assertThat(connection.read()).isEmpty();
            assertThat(gateway.closeAndReplay()).hasSize(1 + 1 + count + 1_000);
        }
    }
}
