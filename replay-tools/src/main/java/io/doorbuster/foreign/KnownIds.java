package io.doorbuster.foreign;

import static io.doorbuster.journal.RecordDescriptor.MESSAGE_OFFSET;

import io.doorbuster.client.ItemIds;
import io.doorbuster.codec.ItemUpsertedRecordDecoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.gateway.identity.IdentityStore;
import io.doorbuster.journal.JournalTailer;
import io.doorbuster.journal.RecordDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.agrona.MutableDirectBuffer;

/** How a data directory calls what a shop calls otherwise: its catalogue's items, its shoppers' surrogates. One thread. */
public final class KnownIds {
    private static final int POLL_EXCERPTS = 64;

    private final Path directory;
    private final Map<String, Long> itemIds = new HashMap<>();
    private final Set<Long> items = new HashSet<>();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final ItemUpsertedRecordDecoder upserted = new ItemUpsertedRecordDecoder();

    private KnownIds(Path directory) {
        this.directory = directory;
    }

    /** Reads the journal of a data directory. */
    public static KnownIds read(Path directory) throws IOException {
        DataDirectory.check(directory);
        final KnownIds ids = new KnownIds(directory);
        try (JournalTailer tailer = JournalTailer.open(DataDirectory.journal(directory))) {
            while (tailer.poll(ids::onRecord, POLL_EXCERPTS) > 0) {}
        }
        return ids;
    }

    private void onRecord(MutableDirectBuffer buffer, int offset, int length) {
        if (RecordDescriptor.templateId(buffer, offset) == ItemUpsertedRecordDecoder.TEMPLATE_ID) {
            upserted.wrapAndApplyHeader(buffer, offset + MESSAGE_OFFSET, header);
            items.add(upserted.itemId());
            itemIds.put(upserted.externalId(), upserted.itemId());
        }
    }

    /** Id of an item by the shop's own; what was never upserted is mapped as a client would. */
    long item(String external) {
        return itemIds.getOrDefault(external, ItemIds.of(external));
    }

    /** Whether an item was ever upserted. */
    public boolean hasItem(long itemId) {
        return items.contains(itemId);
    }

    /** Surrogates of shoppers; 0 for one who was never seen. */
    long[] shoppers(List<String> raw) throws IOException {
        return IdentityStore.lookUp(DataDirectory.identities(directory), raw);
    }
}
