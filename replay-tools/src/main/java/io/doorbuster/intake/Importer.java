package io.doorbuster.intake;

import io.doorbuster.client.PipelinedClient;
import io.doorbuster.codec.AckLevel;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.function.LongConsumer;
import org.agrona.BitUtil;
import org.jspecify.annotations.Nullable;

/** Brings a file into a running shop through its gateway. */
public final class Importer {
    private static final int PROGRESS_ROWS = 1_000;
    private static final int BUFFER_BYTES = 1 << 16;

    private Importer() {}

    /**
     * Sends every row and waits for every outcome. The same file again is recognised: its source is its content.
     *
     * @param progress told the rows read.
     */
    public static void run(
            Path path,
            RowFormat format,
            InetSocketAddress address,
            String token,
            IntakeReport report,
            LongConsumer progress)
            throws IOException {
        try (EventFile file = EventFile.open(path, format, report);
                PipelinedClient client = PipelinedClient.connect(address, token, source(path, format))) {
            client.acknowledge(AckLevel.PROCESS); // The process that imports forces all of it before it ends.
            client.nextSequence(1); // From the first row on, whatever an earlier run brought in.
            final EventSender sender = new EventSender(client, report, true);
            @Nullable ShopEvent event = file.next();
            while (event != null) {
                sender.send(event);
                if (report.read() % PROGRESS_ROWS == 0) {
                    progress.accept(report.read());
                }
                event = file.next();
            }
            sender.drain();
            progress.accept(report.read());
        }
    }

    /**
     * A file's rows are numbered behind a name that depends on nothing but its content, packed or not, and its meaning. Reads
     * the file to its end, so that a truncated one is refused before its first row is sent: the whole one, brought later,
     * would have another name.
     */
    public static long source(Path path, RowFormat format) throws IOException {
        final MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256; use a full JDK", e);
        }
        digest.update(format.toString().getBytes(StandardCharsets.UTF_8));
        readToEnd(path, digest);
        final byte[] hash = digest.digest();
        long source = 0;
        for (int i = 0; i < BitUtil.SIZE_OF_LONG; i++) {
            source = source << 8 | hash[i] & 0xFF;
        }
        return source == 0 ? 1 : source;
    }

    private static void readToEnd(Path path, MessageDigest digest) throws IOException {
        final byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream bytes = new DigestInputStream(RowFile.inflated(path), digest)) {
            int count = 0;
            while (count >= 0) {
                count = bytes.read(buffer);
            }
        } catch (IOException e) {
            throw new IOException(path + " cannot be read to its end, nothing was imported: " + e.getMessage(), e);
        }
    }
}
