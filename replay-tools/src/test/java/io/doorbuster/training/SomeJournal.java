package io.doorbuster.training;

import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.client.ItemIds;
import io.doorbuster.codec.Setting;
import io.doorbuster.gateway.GatewayConfig;
import io.doorbuster.gateway.GatewayServer;
import io.doorbuster.gateway.Progress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A journal of shoppers who go along a row of 30 items, none of them twice to the same one. */
final class SomeJournal {
    private static final Map<Setting, Long> SMALL = Map.of(
            Setting.ITEMS_MAX, 500L,
            Setting.SHOPPERS_MAX, 500L,
            Setting.RESERVATIONS_MAX, 64L,
            Setting.SOURCES_MAX, 64L,
            Setting.SESSIONS_MAX, 1_024L);

    private SomeJournal() {}

    static Path play(Path data) throws IOException {
        try (GatewayServer server = GatewayServer.start(GatewayConfig.local(data, SMALL), Progress.NONE);
                DoorbusterClient client = DoorbusterClient.connect(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()),
                        Files.readString(data.resolve("token")).strip(),
                        1)) {
            for (int item = 0; item < 30; item++) {
                client.itemUpserted(ItemIds.of("a" + item), CatalogueItem.of("a" + item, 100));
            }
            for (int shopper = 0; shopper < 25; shopper++) {
                for (int step = 0; step < 8; step++) {
                    client.viewed("s" + shopper, ItemIds.of("a" + (shopper * 3 + step) % 30), 0);
                }
            }
        }
        return data;
    }
}
