package io.doorbuster.benchmarks.decisions;

import static io.doorbuster.journal.RecordDescriptor.MESSAGE_OFFSET;

import io.doorbuster.codec.ConfiguredRecordEncoder;
import io.doorbuster.codec.ItemUpsertedRecordEncoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.RecommendRecordEncoder;
import io.doorbuster.codec.Rung;
import io.doorbuster.codec.Scenario;
import io.doorbuster.codec.Setting;
import io.doorbuster.codec.ViewedRecordEncoder;
import io.doorbuster.engine.Engine;
import io.doorbuster.gateway.JvmFlags;
import io.doorbuster.gateway.StateDirectory;
import io.doorbuster.journal.RecordDescriptor;
import io.doorbuster.kernels.Kernels;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Time of a feed of 20 and of a view inside the engine, every source and the network on, in a seeded shop of any size: items
 * lie in groups of 32 that sessions stay in four times of five, few of them are met often.
 *
 * <pre>
 *   SlateMain ITEMS SHOPPERS EVENTS REQUESTS
 * </pre>
 */
public final class SlateMain {
    private static final int GROUP = 32;
    private static final long BEGIN_NS = 1_700_000_000_000_000_000L;
    private static final long STEP_NS = 1_000_000_000L;

    private final SplittableRandom random = new SplittableRandom(1);
    private final UnsafeBuffer record = new UnsafeBuffer(ByteBuffer.allocateDirect(RecordDescriptor.RECORD_MAX));
    private final UnsafeBuffer reply = new UnsafeBuffer(ByteBuffer.allocateDirect(Engine.REPLY_MAX));
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final ItemUpsertedRecordEncoder upserted = new ItemUpsertedRecordEncoder();
    private final ViewedRecordEncoder viewed = new ViewedRecordEncoder();
    private final RecommendRecordEncoder recommend = new RecommendRecordEncoder();
    private final Engine engine;
    private final int items;
    private final int shoppers;
    private long position;
    private long sequence;
    private long timeNs = BEGIN_NS;
    private long shopper = 1;
    private int item = 1;

    private SlateMain(Engine engine, int items, int shoppers) {
        this.engine = engine;
        this.items = items;
        this.shoppers = shoppers;
    }

    /** Measures and prints. */
    public static void main(String[] arguments) throws IOException {
        JvmFlags.check();
        run(
                System.out,
                Integer.parseInt(arguments[0]),
                Integer.parseInt(arguments[1]),
                Integer.parseInt(arguments[2]),
                Integer.parseInt(arguments[3]));
    }

    static void run(PrintStream out, int items, int shoppers, int events, int requests) throws IOException {
        try (StateDirectory state = StateDirectory.temporary();
                Engine engine = new Engine(state.path())) {
            final SlateMain main = new SlateMain(engine, items, shoppers);
            main.open();
            final long beginNs = System.nanoTime();
            for (int i = 0; i < events; i++) {
                main.view();
            }
            final double seconds = (System.nanoTime() - beginNs) / 1e9;
            final Histogram slates = new Histogram(3);
            final Histogram views = new Histogram(3);
            for (int i = 0; i < requests; i++) {
                slates.recordValue(main.timed(main.encodeRequest()));
                views.recordValue(main.timed(main.encodeView()));
            }
            out.printf("%,d items, %,d shoppers, %s%n", items, shoppers, Kernels.description());
            out.printf(
                    "%,d views to learn from, %,.0f/s; stores hold %,d MB%n",
                    events, events / seconds, megabytes(state));
            print(out, "recommend", slates);
            print(out, "view", views);
        }
    }

    private static long megabytes(StateDirectory state) throws IOException {
        try (Stream<Path> files = Files.list(state.path())) {
            return files.mapToLong(file -> file.toFile().length()).sum() >> 20;
        }
    }

    private static void print(PrintStream out, String name, Histogram nanos) {
        out.printf(
                "%-10s p50 %.1f us, p99 %.1f us, p99.9 %.1f us, max %.1f us%n",
                name,
                nanos.getValueAtPercentile(50) / 1e3,
                nanos.getValueAtPercentile(99) / 1e3,
                nanos.getValueAtPercentile(99.9) / 1e3,
                nanos.getMaxValue() / 1e3);
    }

    private void open() {
        final ConfiguredRecordEncoder configured = new ConfiguredRecordEncoder();
        configured
                .wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .settingsCount(2)
                .next()
                .setting(Setting.ITEMS_MAX)
                .value(items)
                .next()
                .setting(Setting.SHOPPERS_MAX)
                .value(shoppers);
        apply(configured.encodedLength(), false);
        for (int id = 1; id <= items; id++) {
            final byte[] text = Integer.toString(id).getBytes(StandardCharsets.US_ASCII);
            upserted.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                    .itemId(id)
                    .priceMinor(100 + id % 9_000)
                    .brand(1 + id % 500)
                    .category(1 + id / GROUP % 2_000)
                    .ratingCenti(400)
                    .blocked((short) 0)
                    .createOnly((short) 0)
                    .initialOnHand(1_000)
                    .putExternalId(text, 0, text.length)
                    .putTitle(text, 0, 0);
            apply(upserted.encodedLength(), true);
        }
    }

    private int skewed(int count) {
        return (int) (count * random.nextDouble() * random.nextDouble());
    }

    private void view() {
        apply(encodeView(), true);
    }

    private int encodeView() {
        if (random.nextInt(6) == 0) {
            shopper = 1 + skewed(shoppers);
            item = 1 + skewed(items);
        } else if (random.nextInt(5) > 0) {
            item = 1 + Math.min(items - 1, (item - 1) / GROUP * GROUP + random.nextInt(GROUP));
        } else {
            item = 1 + skewed(items);
        }
        viewed.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .shopper(shopper)
                .itemId(item)
                .dwellMillis(100);
        return viewed.encodedLength();
    }

    private int encodeRequest() {
        recommend
                .wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .shopper(shopper)
                .scenario(Scenario.FEED)
                .rung(Rung.NETWORK);
        recommend
                .filter()
                .category(0)
                .categoryCap(0)
                .slateSize(20)
                .priceMinMinor(0)
                .priceMaxMinor(0);
        recommend.contextCount(0);
        recommend.blocklistCount(0);
        return recommend.encodedLength();
    }

    private long timed(int length) {
        frame(length, RecordDescriptor.templateId(record, 0) == ViewedRecordEncoder.TEMPLATE_ID);
        final long beginNs = System.nanoTime();
        engine.onRecord(record, 0, reply, 0);
        return System.nanoTime() - beginNs;
    }

    private void apply(int length, boolean isFact) {
        frame(length, isFact);
        engine.onRecord(record, 0, reply, 0);
    }

    private void frame(int length, boolean isFact) {
        timeNs += STEP_NS;
        RecordDescriptor.length(record, 0, RecordDescriptor.BODY_OFFSET + length);
        RecordDescriptor.position(record, 0, ++position);
        RecordDescriptor.journalTimeNs(record, 0, timeNs);
        RecordDescriptor.occurredAtNs(record, 0, timeNs);
        RecordDescriptor.source(record, 0, isFact ? 1 : 0);
        RecordDescriptor.sourceSequence(record, 0, isFact ? ++sequence : 0);
    }
}
