package io.doorbuster.benchmarks.gateway;

import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.ItemIds;
import io.doorbuster.client.PipelinedClient;
import java.io.IOException;
import java.util.SplittableRandom;

/**
 * The shop that the requests ask about. Its ids have one width each, so that all requests of a kind, and all their replies,
 * have one size.
 */
record Shop(int items, int shoppers, long seed) {
    private static final int FIRST_ITEM = 1_000_000;
    private static final int CATEGORIES = 20;
    private static final int UNITS = 1_000;
    private static final int VIEWS_PER_SHOPPER = 20;
    private static final int DWELL_MILLIS_MAX = 60_000;
    private static final int IN_FLIGHT_MAX = 64;

    long randomItem(SplittableRandom random) {
        return FIRST_ITEM + random.nextInt(items);
    }

    String randomShopper(SplittableRandom random) {
        return shopper(random.nextInt(shoppers));
    }

    private static String shopper(int index) {
        return "shopper-%05d".formatted(index);
    }

    private long randomItemOf(int category, SplittableRandom random) {
        final int ofCategory = (items - category + CATEGORIES - 1) / CATEGORIES;
        return FIRST_ITEM + category + (long) CATEGORIES * random.nextInt(ofCategory);
    }

    /** Sends catalogue and views. Each shopper looks at two categories only: there is something to learn. */
    void fill(PipelinedClient client) throws IOException {
        final SplittableRandom random = new SplittableRandom(seed);
        final AcceptedReplies replies = new AcceptedReplies();
        for (int i = 0; i < items; i++) {
            final String text = Integer.toString(FIRST_ITEM + i);
            final CatalogueItem item = CatalogueItem.of(text, 100 + random.nextInt(10_000))
                    .with(0, ItemIds.code("category-" + i % CATEGORIES))
                    .withTitle("item " + text)
                    .withInitialOnHand(UNITS);
            client.itemUpserted(ItemIds.of(text), item);
            drainWhenFull(client, replies);
        }
        for (int shopper = 0; shopper < shoppers; shopper++) {
            final int first = random.nextInt(CATEGORIES);
            final int second = random.nextInt(CATEGORIES);
            for (int view = 0; view < VIEWS_PER_SHOPPER; view++) {
                final long item = randomItemOf(view % 2 == 0 ? first : second, random);
                client.viewed(shopper(shopper), item, random.nextInt(DWELL_MILLIS_MAX));
                drainWhenFull(client, replies);
            }
        }
        replies.drain(client);
    }

    private static void drainWhenFull(PipelinedClient client, AcceptedReplies replies) throws IOException {
        if (client.inFlight() == IN_FLIGHT_MAX) {
            replies.drain(client);
        }
    }
}
