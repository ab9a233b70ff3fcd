package io.doorbuster.benchmarks.gate;

import static io.doorbuster.journal.RecordDescriptor.MESSAGE_OFFSET;

import io.doorbuster.codec.ClickedRecordEncoder;
import io.doorbuster.codec.ConfiguredRecordEncoder;
import io.doorbuster.codec.ItemUpsertedRecordEncoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.RecommendRecordEncoder;
import io.doorbuster.codec.Rung;
import io.doorbuster.codec.Scenario;
import io.doorbuster.codec.Setting;
import io.doorbuster.codec.ViewedRecordEncoder;
import io.doorbuster.engine.Engine;
import io.doorbuster.journal.RecordDescriptor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** The event path of an engine in this process: views, clicks and recommends of a small shop. One thread. */
final class EngineOperations implements AutoCloseable {
    private static final int ITEMS = 500;
    private static final int PER_ROUND = 30_000;
    private static final long SOURCE = 1;
    private static final long BEGIN_NS = 1_700_000_000_000_000_000L;
    private static final long STEP_NS = 1_000_000;

    private final UnsafeBuffer record = new UnsafeBuffer(new byte[RecordDescriptor.RECORD_MAX]);
    private final UnsafeBuffer reply = new UnsafeBuffer(new byte[Engine.REPLY_MAX]);
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final ViewedRecordEncoder viewed = new ViewedRecordEncoder();
    private final ClickedRecordEncoder clicked = new ClickedRecordEncoder();
    private final RecommendRecordEncoder recommend = new RecommendRecordEncoder();
    private final Engine engine;
    private long position;
    private long sequence;

    /** @param directory where the engine's stores are made. */
    EngineOperations(Path directory) {
        engine = new Engine(directory);
        configure();
        for (int id = 1; id <= ITEMS; id++) {
            item(id);
        }
    }

    /** A third each of views, clicks and recommends. */
    List<HotOperation> all() {
        return List.of(new HotOperation("engine event", PER_ROUND, this::play));
    }

    private void play(int count) {
        for (int i = 0; i < count; i++) {
            switch (i % 3) {
                case 0 -> {
                    viewed.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                            .shopper(1 + i % 400)
                            .itemId(1 + i % 200)
                            .dwellMillis(0);
                    fact(viewed.encodedLength());
                }
                case 1 -> {
                    clicked.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                            .shopper(1 + i % 300)
                            .itemId(1 + i % 150)
                            .slatePosition(i % 20)
                            .requestPosition(0);
                    fact(clicked.encodedLength());
                }
                default -> recommend(1 + i % 350);
            }
        }
    }

    private void recommend(long shopper) {
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
        apply(recommend.encodedLength(), 0, 0);
    }

    private void configure() {
        final ConfiguredRecordEncoder configured = new ConfiguredRecordEncoder();
        configured
                .wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .settingsCount(3)
                .next()
                .setting(Setting.ITEMS_MAX)
                .value(1_000)
                .next()
                .setting(Setting.SHOPPERS_MAX)
                .value(1_000)
                .next()
                .setting(Setting.HASH_INTERVAL)
                .value(64);
        apply(configured.encodedLength(), 0, 0);
    }

    private void item(int id) {
        final byte[] name = Integer.toString(id).getBytes(StandardCharsets.US_ASCII);
        final ItemUpsertedRecordEncoder item = new ItemUpsertedRecordEncoder();
        item.wrapAndApplyHeader(record, MESSAGE_OFFSET, header)
                .itemId(id)
                .priceMinor(100L * id)
                .brand(id % 50)
                .category(id % 7)
                .ratingCenti(400)
                .blocked((short) 0)
                .createOnly((short) 0)
                .initialOnHand(1_000)
                .putExternalId(name, 0, name.length)
                .putTitle(name, 0, 0);
        fact(item.encodedLength());
    }

    private void fact(int length) {
        apply(length, SOURCE, ++sequence);
    }

    private void apply(int length, long source, long sourceSequence) {
        position++;
        RecordDescriptor.length(record, 0, RecordDescriptor.BODY_OFFSET + length);
        RecordDescriptor.position(record, 0, position);
        RecordDescriptor.journalTimeNs(record, 0, BEGIN_NS + position * STEP_NS);
        RecordDescriptor.occurredAtNs(record, 0, BEGIN_NS + position * STEP_NS);
        RecordDescriptor.source(record, 0, source);
        RecordDescriptor.sourceSequence(record, 0, sourceSequence);
        engine.onRecord(record, 0, reply, 0);
    }

    @Override
    public void close() {
        engine.close();
    }
}
