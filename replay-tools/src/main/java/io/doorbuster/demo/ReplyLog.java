package io.doorbuster.demo;

import io.doorbuster.client.Slate;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongHashSet;

/** What the clients were answered, by journal position. Any thread. */
public final class ReplyLog {
    private final Long2ObjectHashMap<long[]> slates = new Long2ObjectHashMap<>();
    private final LongHashSet accepted = new LongHashSet();

    /** A slate came. */
    synchronized void onSlate(Slate slate) {
        slates.put(
                slate.position(),
                slate.items().stream().mapToLong(Slate.Item::itemId).toArray());
    }

    /** A reservation was made, or reserved units were sold. */
    synchronized void onAccepted(long position) {
        accepted.add(position);
    }

    /** Items of the slate answered at a position; empty when there was none. */
    synchronized long[] slate(long position) {
        final long[] items = slates.get(position);
        return items == null ? new long[0] : items;
    }

    synchronized boolean isAccepted(long position) {
        return accepted.contains(position);
    }

    /** Slates in all. */
    public synchronized int slates() {
        return slates.size();
    }
}
