package io.doorbuster.gateway;

import io.doorbuster.client.CatalogueItem;
import io.doorbuster.client.PipelinedClient;
import io.doorbuster.client.SlateFilter;
import io.doorbuster.codec.ByeEncoder;
import io.doorbuster.codec.MessageHeaderEncoder;
import io.doorbuster.codec.ModelRole;
import io.doorbuster.codec.Scenario;
import io.doorbuster.codec.Setting;
import io.doorbuster.codec.WelcomeEncoder;
import io.doorbuster.gateway.frame.FrameDescriptor;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.agrona.concurrent.UnsafeBuffer;

/** One valid frame of every message of the schema that a client sends, as the client library encodes them. */
final class ClientFrames {
    private ClientFrames() {}

    /** Hello first; then facts, numbered from 1, commands and requests; bye last. Sent in this order, all are applied. */
    static List<byte[]> record(String token, long source) throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            final CompletableFuture<List<byte[]>> recorded = CompletableFuture.supplyAsync(() -> taken(listener));
            final InetSocketAddress address = new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
            try (PipelinedClient client = PipelinedClient.connect(address, token, source)) {
                facts(client);
                behaviour(client);
                commandsAndRequests(client);
                client.flush();
            }
            final List<byte[]> frames = recorded.join();
            frames.add(bye());
            return frames;
        }
    }

    static byte[] bye() {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[FrameDescriptor.BODY_OFFSET]);
        new ByeEncoder().wrapAndApplyHeader(buffer, FrameDescriptor.FRAMING_LENGTH, new MessageHeaderEncoder());
        FrameDescriptor.write(buffer, 0, FrameDescriptor.BODY_OFFSET);
        return buffer.byteArray();
    }

    private static List<byte[]> taken(ServerSocket listener) {
        final List<byte[]> frames = new ArrayList<>();
        try (Socket socket = listener.accept()) {
            final DataInputStream in = new DataInputStream(socket.getInputStream());
            while (true) {
                final int length = in.readInt();
                final byte[] frame = new byte[length];
                FrameDescriptor.write(new UnsafeBuffer(frame), 0, length);
                in.readFully(frame, 4, length - 4);
                frames.add(frame);
                if (frames.size() == 1) {
                    socket.getOutputStream().write(welcome());
                }
            }
        } catch (IOException e) {
            return frames;
        }
    }

    private static byte[] welcome() {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
        final WelcomeEncoder welcome = new WelcomeEncoder();
        welcome.wrapAndApplyHeader(buffer, FrameDescriptor.FRAMING_LENGTH, new MessageHeaderEncoder())
                .protocolVersion(1)
                .schemaVersion(0)
                .frameMax(FrameDescriptor.FRAME_MAX)
                .position(1)
                .nextSequence(1);
        final int length = FrameDescriptor.BODY_OFFSET + welcome.encodedLength();
        FrameDescriptor.write(buffer, 0, length);
        return Arrays.copyOf(buffer.byteArray(), length);
    }

    private static void facts(PipelinedClient client) {
        client.itemUpserted(1, CatalogueItem.of("item-1", 500).with(3, 4).withTitle("Red shoes"));
        client.itemUpserted(2, CatalogueItem.of("item-2", 700).withInitialOnHand(9));
        client.priceChanged(1, 450);
        client.stockSet(1, 90);
        client.stockAdjusted(1, -3);
        client.campaignUpserted(1, 1, 5, 500, 10, 20);
        client.promotionUpserted(1, 1, 500, 10, 10, 20);
        client.answerUpserted(1, "Where is it?", "On its way.");
        final float[] vector = new float[RunningGateway.DIMENSIONS];
        Arrays.fill(vector, 0.25f);
        client.itemVectorSet(1, vector);
        client.modelReleased(ModelRole.ACTIVE, 1, new byte[32], "model");
        client.configured(Setting.SLATE_MAX, 50);
    }

    private static void behaviour(PipelinedClient client) {
        client.searched("alice", "shoes");
        client.viewed("alice", 1, 100);
        client.clicked("alice", 1, 2, 0);
        client.carted("alice", 1, 1);
        client.purchased("alice", 1, 1, 450, 0);
        client.impressionShown("alice", 0, 1, 2);
        client.shopperLinked("alice", "bob");
    }

    private static void commandsAndRequests(PipelinedClient client) {
        client.reserveStock(7, 1, 2, 60_000);
        client.confirmReservation(7);
        client.reserveStock(8, 1, 2, 60_000);
        client.releaseReservation(8);
        client.checkpoint();
        client.rewindFilter(77, 1, 2);
        client.score("alice", 1, 2);
        client.recommend("alice", Scenario.CART, SlateFilter.of(5), new long[] {1}, new long[] {2});
        client.search("alice", SlateFilter.of(5), "shoes");
        client.ads("alice", SlateFilter.of(5));
        client.promote("alice");
        client.ask("alice", 3, "Where?");
        client.restock(1);
        client.explain("alice", 1);
        client.shopperErased("alice");
        client.itemRetired(2);
    }
}
