package io.doorbuster.gateway.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.doorbuster.client.ItemIds;
import io.doorbuster.codec.AckLevel;
import io.doorbuster.codec.AcknowledgedEncoder;
import io.doorbuster.codec.HelloEncoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.RecommendEncoder;
import io.doorbuster.codec.RejectCode;
import io.doorbuster.codec.RejectedEncoder;
import io.doorbuster.codec.Retrieved;
import io.doorbuster.codec.Rung;
import io.doorbuster.codec.Scenario;
import io.doorbuster.codec.SlateEncoder;
import io.doorbuster.codec.StockSetEncoder;
import io.doorbuster.codec.WelcomeEncoder;
import io.doorbuster.gateway.frame.FrameDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** The bytes that {@code PROTOCOL.md} draws are those of the codecs, and the ids it tells are those of the client. */
class ProtocolPageTest {
    private static final Pattern DUMP = Pattern.compile("### (\\w+)\n\n[^\n]+\n\n```\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINE = Pattern.compile(" *(\\d+)  ([0-9a-f]{2}(?: [0-9a-f]{2})*)  .*");
    private static final long LANTERN = ItemIds.of("85123A");

    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[FrameDescriptor.FRAME_MAX]);
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final Map<String, String> encoded = new LinkedHashMap<>();

    private static String page() throws IOException {
        return Files.readString(Path.of(System.getProperty("doorbuster.root"), "PROTOCOL.md"));
    }

    /** The bytes of each dump as hexadecimal digits; each line must begin where the one before ended. */
    private static Map<String, String> drawn(String page) {
        final Map<String, String> dumps = new LinkedHashMap<>();
        final Matcher dump = DUMP.matcher(page);
        while (dump.find()) {
            final StringBuilder bytes = new StringBuilder();
            dump.group(2).lines().forEach(line -> {
                final Matcher parts = LINE.matcher(line);
                assertThat(parts.matches()).as(line).isTrue();
                assertThat(Integer.parseInt(parts.group(1))).as(line).isEqualTo(bytes.length() / 2);
                bytes.append(parts.group(2).replace(" ", ""));
            });
            dumps.put(dump.group(1), bytes.toString());
        }
        return dumps;
    }

    private void encoded(String name, int length) {
        final int frameLength = FrameDescriptor.BODY_OFFSET + length;
        FrameDescriptor.write(buffer, 0, frameLength);
        encoded.put(name, HexFormat.of().formatHex(buffer.byteArray(), 0, frameLength));
    }

    private void session() {
        final HelloEncoder hello = new HelloEncoder();
        hello.wrapAndApplyHeader(buffer, FrameDescriptor.FRAMING_LENGTH, header)
                .protocolVersion(FrameDescriptor.PROTOCOL_VERSION)
                .source(77)
                .token("secret-token");
        encoded("Hello", hello.encodedLength());
        final WelcomeEncoder welcome = new WelcomeEncoder();
        welcome.wrapAndApplyHeader(buffer, FrameDescriptor.FRAMING_LENGTH, header)
                .protocolVersion(FrameDescriptor.PROTOCOL_VERSION)
                .schemaVersion(WelcomeEncoder.SCHEMA_VERSION)
                .frameMax(FrameDescriptor.FRAME_MAX)
                .position(2)
                .nextSequence(2);
        encoded("Welcome", welcome.encodedLength());
    }

    private void fact() {
        final StockSetEncoder stockSet = new StockSetEncoder();
        stockSet.wrapAndApplyHeader(buffer, FrameDescriptor.FRAMING_LENGTH, header)
                .correlationId(1)
                .sourceSequence(2)
                .occurredAtNs(0)
                .acknowledge(AckLevel.DEFAULT)
                .itemId(LANTERN)
                .onHand(12);
        encoded("StockSet", stockSet.encodedLength());
        final AcknowledgedEncoder acknowledged = new AcknowledgedEncoder();
        acknowledged
                .wrapAndApplyHeader(buffer, FrameDescriptor.FRAMING_LENGTH, header)
                .correlationId(1)
                .position(3)
                .outcome(Outcome.ACCEPTED)
                .detail(0);
        encoded("Acknowledged", acknowledged.encodedLength());
    }

    private void request() {
        final RecommendEncoder recommend = new RecommendEncoder();
        recommend
                .wrapAndApplyHeader(buffer, FrameDescriptor.FRAMING_LENGTH, header)
                .correlationId(2)
                .timeoutMicros(50_000)
                .scenario(Scenario.ITEM_PAGE)
                .filter()
                .category(0)
                .categoryCap(0)
                .slateSize(2)
                .priceMinMinor(0)
                .priceMaxMinor(1_000);
        recommend.contextCount(1).next().itemId(LANTERN);
        recommend.blocklistCount(0);
        recommend.shopper("ann");
        encoded("Recommend", recommend.encodedLength());
        final SlateEncoder slate = new SlateEncoder();
        slate.wrapAndApplyHeader(buffer, FrameDescriptor.FRAMING_LENGTH, header)
                .correlationId(2)
                .position(4)
                .rung(Rung.NETWORK)
                .itemsCount(1)
                .next()
                .itemId(17)
                .priceMinor(250)
                .score(1.5f)
                .retrieved(Retrieved.NEIGHBOUR)
                .propensity(1)
                .externalId("17");
        encoded("Slate", slate.encodedLength());
    }

    private void refusal() {
        final RejectedEncoder rejected = new RejectedEncoder();
        rejected.wrapAndApplyHeader(buffer, FrameDescriptor.FRAMING_LENGTH, header)
                .correlationId(3)
                .code(RejectCode.INVALID_VALUE)
                .retryAfterMicros(0)
                .message("priceMinor=-1 is not in 0..9223372036854775807");
        encoded("Rejected", rejected.encodedLength());
    }

    @Test
    void bytesDrawnShouldBeThoseOfTheCodecs() throws IOException {
        session();
        fact();
        request();
        refusal();
        assertThat(drawn(page())).containsExactlyEntriesOf(encoded);
    }

    private static String seconds(long ns) {
        return ns / 1_000_000_000 + " s";
    }

    @Test
    void idsAndLimitsToldShouldBeThoseOfTheCode() throws IOException {
        assertThat(page())
                .contains("`85123A` is " + Long.toUnsignedString(LANTERN) + ".")
                .contains("`lamps` is " + ItemIds.code("lamps") + ".")
                .contains("`Hello` within " + seconds(ConnectionLimits.HELLO_NS) + "; a frame that has begun within "
                        + seconds(ConnectionLimits.FRAME_NS) + ",")
                .contains(Connection.IN_FLIGHT_MAX + " frames of a connection whose reply is due, or "
                        + (Connection.PENDING_MAX >> 20) + " MiB of replies")
                .contains("takes none for " + seconds(ConnectionLimits.STALLED_NS))
                .contains("waits up to " + seconds(ConnectionLimits.LINGER_NS))
                .contains(String.format(Locale.ROOT, "%,d connections", ConnectionLimits.CONNECTIONS_MAX))
                .contains(String.format(Locale.ROOT, "14 to %,d (`frameMax`", FrameDescriptor.FRAME_MAX))
                .contains("Protocol version " + FrameDescriptor.PROTOCOL_VERSION + ", schema "
                        + WelcomeEncoder.SCHEMA_ID + " version " + WelcomeEncoder.SCHEMA_VERSION + ".");
    }
}
