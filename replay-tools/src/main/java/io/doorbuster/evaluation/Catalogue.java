package io.doorbuster.evaluation;

import io.doorbuster.client.ItemIds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.collections.Long2LongHashMap;

/** Items of a log by dense number, 0, 1, 2, ... in the order in which they are first named. One thread. */
final class Catalogue {
    /** No such item. */
    static final int NONE = -1;

    private final Map<String, Integer> numbers = new HashMap<>();
    private final Long2LongHashMap numberOfId = new Long2LongHashMap(NONE);
    private final List<Item> items = new ArrayList<>();

    /**
     * What the engine is told of an item.
     *
     * @param id of the protocol.
     * @param externalId the shop's own, 1 to 40 bytes.
     * @param category code; 0 = unknown.
     * @param brand code; 0 = unknown.
     * @param priceMinor minor units; 0 = unknown.
     */
    record Item(long id, String externalId, long category, long brand, long priceMinor) {}

    /** Number of an item, which is new when it was not named before. */
    int obtain(String externalId) {
        final Integer known = numbers.get(externalId);
        return known == null ? add(new Item(ItemIds.of(externalId), externalId, 0, 0, 0)) : known;
    }

    private int add(Item item) {
        final int number = items.size();
        final long other = numberOfId.put(item.id(), number);
        if (other != NONE) {
            throw new IllegalStateException("items '" + items.get((int) other).externalId() + "' and '"
                    + item.externalId() + "' have the same 64-bit id: rename one of them");
        }
        numbers.put(item.externalId(), number);
        items.add(item);
        return number;
    }

    /** Number of an item by the shop's own id, or {@link #NONE}. */
    int numberOf(String externalId) {
        final Integer known = numbers.get(externalId);
        return known == null ? NONE : known;
    }

    /** Number of an item by its id of the protocol, or {@link #NONE}. */
    int numberOf(long id) {
        return (int) numberOfId.get(id);
    }

    Item item(int number) {
        return items.get(number);
    }

    /** Says more about an item that is there. */
    void describe(int number, long category, long brand, long priceMinor) {
        final Item item = items.get(number);
        items.set(number, new Item(item.id(), item.externalId(), category, brand, priceMinor));
    }

    /** Items named anywhere in the log. */
    int size() {
        return items.size();
    }
}
