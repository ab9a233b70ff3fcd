package io.doorbuster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.doorbuster.client.Acknowledgement;
import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.client.ItemIds;
import io.doorbuster.client.SlateFilter;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.PurchasedRecordDecoder;
import io.doorbuster.codec.Setting;
import io.doorbuster.engine.Engine;
import io.doorbuster.engine.store.ItemCount;
import io.doorbuster.engine.store.ItemStore;
import io.doorbuster.gateway.DataDirectory;
import io.doorbuster.gateway.GatewayConfig;
import io.doorbuster.gateway.GatewayServer;
import io.doorbuster.gateway.Progress;
import io.doorbuster.journal.JournalTailer;
import io.doorbuster.journal.RecordDescriptor;
import io.doorbuster.replay.Replayer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A shop in which a source of bots pushes one item up, rewound while it is served, and again when it has stopped. */
class RewindCommandTest {
    private static final Map<Setting, Long> SMALL = Map.of(
            Setting.ITEMS_MAX, 500L,
            Setting.SHOPPERS_MAX, 500L,
            Setting.RESERVATIONS_MAX, 64L,
            Setting.SOURCES_MAX, 64L,
            Setting.SESSIONS_MAX, 1_024L,
            Setting.HASH_INTERVAL, 32L);

    private static final long SHOP = 1;
    private static final long BOTS = 9;
    private static final int ITEMS = 30;
    private static final int BOUGHT = 3;

    /** What the bots push. */
    private static final long PUSHED = ItemIds.of("a29");

    @TempDir
    static Path directory;

    private static final StringWriter OUT = new StringWriter();
    private static final StringWriter ERR = new StringWriter();
    private static long raidEnd;
    private static long lastBotSequence;
    private static JsonNode first = new ObjectMapper().createObjectNode();
    private static JsonNode second = first;

    private static int run(String... arguments) {
        OUT.getBuffer().setLength(0);
        ERR.getBuffer().setLength(0);
        return DoorbusterMain.run(new PrintWriter(OUT, true), new PrintWriter(ERR, true), arguments);
    }

    private static JsonNode json() throws IOException {
        return new ObjectMapper().readTree(OUT.toString().lines().toList().getLast());
    }

    private static String path(String name) {
        return directory.resolve(name).toString();
    }

    private static int rewind(String out, String... choice) {
        final String[] arguments = new String[6 + choice.length];
        System.arraycopy(
                new String[] {"rewind", "--data", path("old"), "--out", path(out), "--json"}, 0, arguments, 0, 6);
        System.arraycopy(choice, 0, arguments, 6, choice.length);
        return run(arguments);
    }

    private static DoorbusterClient connect(GatewayServer server, String name, long source) throws IOException {
        final String token =
                Files.readString(directory.resolve(name).resolve("token")).strip();
        return DoorbusterClient.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()), token, source);
    }

    @BeforeAll
    static void play() throws IOException {
        try (GatewayServer server =
                        GatewayServer.start(GatewayConfig.local(directory.resolve("old"), SMALL), Progress.NONE);
                DoorbusterClient shop = connect(server, "old", SHOP);
                DoorbusterClient bots = connect(server, "old", BOTS)) {
            for (int item = 0; item < ITEMS; item++) {
                shop.itemUpserted(ItemIds.of("a" + item), CatalogueItem.of("a" + item, 100));
                shop.stockSet(ItemIds.of("a" + item), 40);
            }
            shop.viewed("bot-b", PUSHED, 0);
            visits(shop, 0);
            raid(bots, 0);
            visits(shop, 12);
            assertThat(rewind("new", "--source", "9")).as(ERR.toString()).isZero();
            first = json();
            raid(bots, 1);
            shop.shopperLinked("bot-a", "bot-b");
            visits(shop, 24);
            bots.viewed("bot-1", PUSHED, 0); // The last record is one that is left out: it tells both journals apart.
            lastBotSequence = bots.pipelined().nextSequence() - 1;
        }
        assertThat(rewind("new", "--source", "9")).as(ERR.toString()).isZero();
        second = json();
    }

    private static void visits(DoorbusterClient shop, int from) throws IOException {
        for (int shopper = from; shopper < from + 12; shopper++) {
            for (int step = 0; step < 6; step++) {
                shop.viewed("s" + shopper, ItemIds.of("a" + (shopper * 3 + step) % ITEMS), 0);
            }
            shop.recommend("s" + shopper, SlateFilter.of(5));
        }
    }

    private static void raid(DoorbusterClient bots, int number) throws IOException {
        for (int i = 0; i < 30; i++) {
            final String bot = "bot-" + i % 5;
            bots.viewed(bot, ItemIds.of("a" + i), 0);
            bots.clicked(bot, PUSHED, 0, 0);
            bots.carted(bot, PUSHED, 1);
        }
        bots.searched("bot-1", "lantern");
        bots.impressionShown("bot-1", 0, PUSHED, ItemIds.of("a2"));
        bots.reserveStock(100 + number, PUSHED, 2, 60_000);
        bots.purchased("bot-1", PUSHED, 1, 100, 100 + number); // Not what was reserved: refused.
        bots.purchased("bot-1", PUSHED, 2, 100, 100 + number);
        bots.purchased("bot-2", PUSHED, BOUGHT, 100, 0);
        raidEnd = bots.viewed("bot-1", PUSHED, 0).position();
    }

    /** Replies by position, but for those to the bots and the last hash of all. */
    private static Map<Long, String> replies(String name) throws IOException {
        final Map<Long, String> replies = new TreeMap<>();
        try (Replayer replayer = new Replayer(directory.resolve(name))) {
            replayer.replay(Long.MAX_VALUE, Progress.NONE, (record, offset, reply, length) -> {
                if (RecordDescriptor.source(record, offset) != BOTS) {
                    replies.put(RecordDescriptor.position(record, offset), hex(reply, length));
                }
            });
        }
        return replies;
    }

    private static String hex(DirectBuffer reply, int length) {
        final byte[] bytes = new byte[length];
        reply.getBytes(0, bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** An engine that is never shown what the bots did, their purchases and reservations excepted. */
    private Map<Long, String> withoutBots() {
        final Map<Long, String> replies = new TreeMap<>();
        final UnsafeBuffer reply = new UnsafeBuffer(new byte[Engine.REPLY_MAX]);
        try (Engine engine = new Engine(directory.resolve("twin"));
                JournalTailer tailer = JournalTailer.open(DataDirectory.journal(directory.resolve("old")))) {
            int excerpts = 1;
            while (excerpts > 0) {
                excerpts = tailer.poll(
                        (buffer, offset, recordLength) -> {
                            final long position = RecordDescriptor.position(buffer, offset);
                            final int template = RecordDescriptor.templateId(buffer, offset);
                            final boolean isBot = RecordDescriptor.source(buffer, offset) == BOTS;
                            if (position == 0 || isBot && template < PurchasedRecordDecoder.TEMPLATE_ID) {
                                return;
                            }
                            if (isBot) { // Its earlier facts are missing, so its sequence has gaps: as nobody's it has
                                // none.
                                RecordDescriptor.source(buffer, offset, 0);
                            }
                            final int length = engine.onRecord(buffer, offset, reply, 0);
                            if (!isBot) {
                                replies.put(position, hex(reply, length));
                            }
                        },
                        64);
            }
        }
        return replies;
    }

    @Test
    void slatesShouldBeThoseOfAnEngineThatNeverSawTheBots() throws IOException {
        final Map<Long, String> rewound = replies("new");
        final Map<Long, String> real = replies("old");
        assertThat(rewound.keySet()).isEqualTo(real.keySet());
        assertThat(rewound).isNotEqualTo(real);
        assertThat(rewound).isEqualTo(withoutBots());
    }

    @Test
    void whatWasDoneShouldBeTold() {
        assertThat(first.path("continued").asBoolean()).isFalse();
        assertThat(first.path("leftOutByKind").toString())
                .isEqualTo("{\"carted\":30,\"clicked\":30,\"impressionShown\":1,\"searched\":1,\"viewed\":31}");
        assertThat(first.path("leftOutBySource").toString()).isEqualTo("{\"9\":93}");
        assertThat(second.path("continued").asBoolean()).isTrue();
        assertThat(second.path("leftOut").asLong()).isEqualTo(94);
        assertThat(second.path("events").asLong())
                .as("only what has come since")
                .isEqualTo(second.path("position").asLong()
                        - first.path("position").asLong());
        assertThat(second.at("/old/position").asLong())
                .isEqualTo(second.path("position").asLong());
        assertThat(second.at("/old/stateHash").asText())
                .isNotEqualTo(second.path("stateHash").asText());
    }

    @Test
    void inTwoStepsShouldBeAsInOneAndBeServedAndKnowDuplicates() throws IOException {
        assertThat(rewind("at-once", "--source", "9")).as(ERR.toString()).isZero();
        assertThat(json().path("stateHash")).isEqualTo(second.path("stateHash"));
        assertThat(json().path("replyHash")).isEqualTo(second.path("replyHash"));
        assertThat(json().path("leftOut").asLong()).isEqualTo(187);
        try (GatewayServer server = GatewayServer.start(
                        GatewayConfig.local(directory.resolve("at-once"), Map.of()), Progress.NONE);
                DoorbusterClient bots = connect(server, "at-once", BOTS)) {
            assertThat(server.startPosition()).isEqualTo(second.path("position").asLong());
            assertThat(bots.pipelined().nextSequence()).isEqualTo(lastBotSequence + 1);
            bots.pipelined().nextSequence(lastBotSequence - 1);
            final Acknowledgement again = bots.viewed("bot-1", PUSHED, 0);
            assertThat(again.outcome()).isEqualTo(Outcome.ACCEPTED);
            assertThat(again.position()).isEqualTo(raidEnd);
        }
        assertThat(rewind("at-once", "--source", "9")).isEqualTo(1);
        assertThat(ERR.toString()).contains("has changed since").contains("choose a new directory");
    }

    @Test
    void theNewDirectoryShouldBeVerified() throws IOException {
        assertThat(run("verify", "--data", path("new"), "--json"))
                .as(OUT.toString())
                .isZero();
        assertThat(json().path("checkpoints").asInt()).isPositive();
        assertThat(json().path("stateHash")).isEqualTo(second.path("stateHash"));
        assertThat(json().path("ledgerHash").asText()).isEqualTo(ledgerHash("old"));
    }

    private static String ledgerHash(String name) throws IOException {
        assertThat(run("replay", "--data", path(name), "--json")).isZero();
        return json().path("ledgerHash").asText();
    }

    @Test
    void purchasesShouldKeepTheirStockAndTeachNobody() throws IOException {
        assertThat(rewind("purchases", "--source", "9", "--purchases"))
                .as(ERR.toString())
                .isZero();
        assertThat(json().at("/leftOutByKind/purchased").asInt())
                .as("not the two that were refused")
                .isEqualTo(4);
        assertThat(boughtAndLedger("new", 4)).isEqualTo(boughtAndLedger("purchases", 0));
    }

    private static long boughtAndLedger(String name, int bought) throws IOException {
        try (Replayer replayer = new Replayer(directory.resolve(name))) {
            final long ledger = replayer.replay(Long.MAX_VALUE, Progress.NONE).ledgerHash();
            final ItemStore items = replayer.engine().stores().items();
            final int row = items.rowOf(PUSHED);
            assertThat(items.onHand(row)).isEqualTo(40 - 2 * (2 + BOUGHT));
            assertThat(items.count(row, ItemCount.PURCHASES)).isEqualTo(bought);
            return ledger;
        }
    }

    @Test
    void aShopperShouldBeLeftOutByAllIdsAndASpanByPositionsOrTimes() throws IOException {
        assertThat(rewind("linked", "--shopper", "bot-a")).as(ERR.toString()).isZero();
        assertThat(json().path("leftOutBySource").toString())
                .as("what bot-b did before it was linked")
                .isEqualTo("{\"1\":1}");
        assertThat(run("inspect", "--data", path("old"), "--position", "70", "--json"))
                .isZero();
        final String time = json().path("journalTime").asText();
        assertThat(rewind("span", "--from", time, "--to", "72"))
                .as(ERR.toString())
                .isZero();
        assertThat(json().path("leftOut").asLong()).isBetween(3L, 11L); // Others may have the time of that one.
    }

    @Test
    void mistakesShouldBeExplained() throws IOException {
        assertThat(rewind("nothing", "--source", "77")).isEqualTo(1);
        assertThat(OUT.toString()).contains("nothing is to be left out");
        assertThat(rewind("nothing", "--source", "9", "--to", "2")).isEqualTo(1);
        assertThat(rewind("nothing")).isEqualTo(2);
        assertThat(ERR.toString()).contains("say what to leave out");
        assertThat(rewind("nothing", "--source", "nine")).isEqualTo(2);
        assertThat(ERR.toString()).contains("--source nine is no source");
        assertThat(rewind("nothing", "--shopper", "nobody")).isEqualTo(1);
        assertThat(ERR.toString()).contains("there is no shopper nobody");
        assertThat(rewind("nothing", "--from", "9", "--to", "8")).isEqualTo(2);
        assertThat(ERR.toString()).contains("the end lies before the beginning");
        assertThat(rewind("nothing", "--from", "yesterday")).isEqualTo(2);
        assertThat(ERR.toString()).contains("2026-11-27T09:00:00Z");
        assertThat(rewind("nothing", "--from", "0")).isEqualTo(2);
        assertThat(directory.resolve("nothing")).doesNotExist();
        assertThat(rewind("old", "--source", "9")).isEqualTo(1);
        assertThat(ERR.toString()).contains("lies in").contains("choose a new directory");
        assertThat(rewind("old/inside", "--source", "9")).isEqualTo(1);
        assertThat(directory.resolve("old/inside")).doesNotExist();
        assertThat(rewind("new", "--source", "1")).isEqualTo(1);
        assertThat(ERR.toString()).contains("other options").contains("choose a new directory");
        assertThat(run("rewind", "--data", path("gone"), "--out", path("nothing"), "--source", "9"))
                .isEqualTo(1);
        assertThat(ERR.toString()).contains("no data directory of doorbuster");
    }

    @Test
    void anotherJournalShouldBeRefused() throws IOException {
        assertThat(run("rewind", "--data", path("new"), "--out", path("new"), "--source", "9"))
                .isEqualTo(1);
        assertThat(ERR.toString()).contains("lies in");
        assertThat(run("restore", "--data", path("old"), "--at", "65", "--to", path("short")))
                .isZero();
        assertThat(run("rewind", "--data", path("short"), "--out", path("new"), "--source", "9"))
                .isEqualTo(1);
        assertThat(ERR.toString()).contains("ends before position");
    }

    @Test
    void whatAKilledRewindLeftShouldBeNoShop() throws IOException {
        assertThat(run("restore", "--data", path("old"), "--at", "60", "--to", path("half")))
                .isZero();
        Files.createFile(directory.resolve("half/unfinished"));
        for (final String command : List.of("verify", "replay")) {
            assertThat(run(command, "--data", path("half"))).isNotZero();
        }
        assertThat(run("serve", "--data", path("half"))).isEqualTo(1);
        assertThat(ERR.toString()).contains("did not end: delete it, and make it again");
        assertThat(run("backup", "--data", path("old"), "--to", path("half"))).isEqualTo(1);
        assertThat(ERR.toString()).contains("did not end: delete it, and make it again");
        assertThat(rewind("half", "--source", "9")).isEqualTo(1);
        assertThat(ERR.toString()).contains("half is ");
    }
}
