package io.doorbuster.replay;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.codec.Rung;
import io.doorbuster.engine.Engine;
import io.doorbuster.engine.store.ItemCount;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.engine.store.ShopperStore;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.journal.JournalCorruptException;
import io.doorbuster.journal.JournalRemains;
import io.doorbuster.journal.JournalTailer;
import io.doorbuster.journal.RecordDescriptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** Looks into a journal and, after a replay, into the stores. One thread. */
public final class JournalInspector {
    private static final int POLL_EXCERPTS = 64;
    private static final long NS_PER_MS = 1_000_000;

    private final ObjectMapper mapper;
    private final EventPrinter printer;

    public JournalInspector(ObjectMapper mapper) throws IOException {
        this.mapper = mapper;
        printer = new EventPrinter(mapper);
    }

    /** Records by type, first and last position and time. */
    public ObjectNode summary(Path dataDirectory) throws IOException {
        DataDirectory.check(dataDirectory);
        final Map<String, Long> counts = new TreeMap<>();
        final long[] firstTimeNs = {0};
        final ObjectNode node = mapper.createObjectNode();
        final Path journal = DataDirectory.journal(dataDirectory);
        try (JournalTailer tailer = JournalTailer.open(journal)) {
            try {
                count(tailer, counts, firstTimeNs);
            } catch (JournalCorruptException e) {
                describe(node.putObject("damage"), dataDirectory, e);
            }
            node.put("lastPosition", tailer.lastPosition());
            node.put("firstJournalTime", time(firstTimeNs[0]));
            node.put("lastJournalTime", time(tailer.lastJournalTimeNs()));
        }
        final ObjectNode records = node.putObject("records");
        counts.forEach(records::put);
        return node;
    }

    private void count(JournalTailer tailer, Map<String, Long> counts, long[] firstTimeNs) {
        boolean more = true;
        while (more) {
            more = tailer.poll(
                            (buffer, offset, length) -> {
                                counts.merge(
                                        printer.nameOf(RecordDescriptor.templateId(buffer, offset)), 1L, Long::sum);
                                if (RecordDescriptor.position(buffer, offset) == 1) {
                                    firstTimeNs[0] = RecordDescriptor.journalTimeNs(buffer, offset);
                                }
                            },
                            POLL_EXCERPTS)
                    > 0;
        }
    }

    /** Where the damage is, what lies before it, and what can still be read behind it. */
    private void describe(ObjectNode node, Path dataDirectory, JournalCorruptException damage) throws IOException {
        node.put("problem", damage.getMessage());
        node.put("behindPosition", damage.positionBefore());
        if (damage.positionBefore() > 0) {
            node.set("before", event(dataDirectory, damage.positionBefore()));
        }
        final JournalRemains remains =
                JournalRemains.behind(DataDirectory.journal(dataDirectory), damage.positionBefore());
        node.put("wholeRecordsBehind", remains.count());
        if (remains.count() > 0) {
            node.put("firstPositionBehind", remains.first());
            node.put("lastPositionBehind", remains.last());
        }
    }

    /** The record at a position, or null when there is none. */
    public @Nullable ObjectNode event(Path dataDirectory, long position) throws IOException {
        DataDirectory.check(dataDirectory);
        final ObjectNode[] found = new ObjectNode[1];
        try (JournalTailer tailer = JournalTailer.openAt(DataDirectory.journal(dataDirectory), position)) {
            int excerpts = 1;
            while (excerpts > 0 && found[0] == null) {
                excerpts = tailer.follow(
                        (buffer, offset, length) -> {
                            if (RecordDescriptor.position(buffer, offset) == position) {
                                found[0] = printer.print(buffer, offset);
                            }
                        },
                        1);
            }
        } catch (JournalCorruptException e) {
            if (found[0] == null) { // Else the damage lies behind it.
                throw e;
            }
        }
        return found[0];
    }

    /** How full the stores are, and whether learning is frozen. */
    public ObjectNode stores(Engine engine) {
        final ObjectNode node = mapper.createObjectNode();
        node.put("items", engine.stores().items().inUse());
        node.put("itemsMax", engine.settings().itemsMax());
        node.put("shoppers", engine.stores().shoppers().inUse());
        node.put("shoppersMax", engine.settings().shoppersMax());
        node.put("reservations", engine.stores().reservations().size());
        node.put("reservationsMax", engine.settings().reservationsMax());
        node.put("refusedFrames", engine.stores().engine().refused());
        final ObjectNode slates = node.putObject("slatesByRung");
        for (final Rung rung : Rung.values()) {
            if (rung != Rung.NULL_VAL) {
                slates.put(
                        rung.name().toLowerCase(Locale.ROOT),
                        engine.stores().engine().slates(rung));
            }
        }
        node.putObject("learning")
                .put("frozen", engine.stores().ranker().frozen() > 0)
                .put("timesFrozen", engine.stores().ranker().freezes())
                .put("lessonsLeftOut", engine.freezeCounts().leftOut());
        node.put("stateHash", Hashes.hex(engine.stateHash()));
        node.put("replyHash", Hashes.hex(engine.replyHash()));
        return node;
    }

    /** One item, or null when the shop has no such item. */
    public @Nullable ObjectNode item(Engine engine, long itemId) {
        final ItemStore items = engine.stores().items();
        final int row = items.rowOf(itemId);
        if (row == ItemStore.NONE) {
            return null;
        }
        final ObjectNode node = mapper.createObjectNode();
        node.put("itemId", Long.toUnsignedString(itemId));
        final byte[] text = new byte[items.externalIdLength(row)];
        items.copyExternalId(row, new UnsafeBuffer(text), 0);
        node.put("externalId", new String(text, StandardCharsets.UTF_8));
        node.put("priceMinor", items.priceMinor(row));
        node.put("brand", Integer.toUnsignedLong(items.brand(row)));
        node.put("category", Integer.toUnsignedLong(items.category(row)));
        node.put("ratingCenti", items.ratingCenti(row));
        node.put("onHand", items.onHand(row));
        node.put("reserved", items.reserved(row));
        node.put("free", items.free(row));
        node.put("retired", items.isRetired(row));
        node.put("blocked", (items.flags(row) & ItemStore.BLOCKED) != 0);
        for (final ItemCount count : ItemCount.values()) {
            node.put(count.name().toLowerCase(Locale.ROOT), items.count(row, count));
        }
        node.put("bias", engine.stores().itemVectors().bias(row));
        node.put("updates", engine.stores().itemVectors().updates(row));
        return node;
    }

    /** One shopper by surrogate, or null when there is no row. */
    public @Nullable ObjectNode shopper(Engine engine, long surrogate) {
        final ShopperStore shoppers = engine.stores().shoppers();
        final int row = shoppers.rowOf(surrogate);
        if (row == ShopperStore.NONE) {
            return null;
        }
        final ItemStore items = engine.stores().items();
        final ObjectNode node = mapper.createObjectNode();
        node.put("surrogate", Long.toUnsignedString(surrogate));
        node.put("updates", shoppers.vectors().updates(row));
        final ArrayNode recent = node.putArray("recent");
        for (int age = 0, count = shoppers.recentCount(row); age < count; age++) {
            final ObjectNode event = recent.addObject();
            event.put(
                    "what",
                    ItemCount.values()[shoppers.recentKind(row, age)].name().toLowerCase(Locale.ROOT));
            event.put("itemId", Long.toUnsignedString(items.itemId(shoppers.recentItem(row, age))));
            event.put("time", time(shoppers.recentTimeNs(row, age)));
        }
        return node;
    }

    private static String time(long ns) {
        return Instant.ofEpochMilli(ns / NS_PER_MS).toString();
    }
}
