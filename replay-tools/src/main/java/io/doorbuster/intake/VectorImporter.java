package io.doorbuster.intake;

import io.doorbuster.client.PipelinedClient;
import io.doorbuster.client.ReplyHandler;
import io.doorbuster.codec.AckLevel;
import io.doorbuster.codec.ExplanationDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.codec.RejectCode;
import io.doorbuster.codec.ScoresDecoder;
import io.doorbuster.codec.SlateDecoder;
import io.doorbuster.foreign.KnownIds;
import io.doorbuster.foreign.Matrix;
import io.doorbuster.foreign.VectorTables;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Brings what items' texts or images show into a running shop through its gateway, a vector for each. One thread. */
public final class VectorImporter implements ReplyHandler {
    private static final int IN_FLIGHT_MAX = 256;
    private static final long PATIENCE_NS = 30_000_000_000L;

    private final Matrix vectors;
    private final long[] items;
    private final long source;
    private IntakeReport report = new IntakeReport();
    private long serverPosition;
    private long answered;

    private VectorImporter(Matrix vectors, long[] items, long source) {
        this.vectors = vectors;
        this.items = items;
        this.source = source;
    }

    /**
     * Reads all of it.
     *
     * @param vectors .npy or .safetensors, a row for each item.
     * @param tensor which one, of a .safetensors file.
     * @param ids the shop's id of each row, an id a line.
     * @param known the shop's ids.
     */
    public static VectorImporter read(Path vectors, @Nullable String tensor, Path ids, KnownIds known)
            throws IOException {
        final Matrix matrix = Matrix.read(vectors, tensor);
        final long[] items = new VectorTables(known).items(ids, matrix.rows());
        return new VectorImporter(matrix, items, Importer.source("vectors " + tensor, vectors, ids));
    }

    /**
     * Sends every vector and waits for every outcome. The same files again are recognised: their source is their content.
     *
     * @param progress told the rows sent.
     */
    public void send(InetSocketAddress address, String token, IntakeReport intake, LongConsumer progress)
            throws IOException {
        report = intake;
        answered = 0;
        try (PipelinedClient client = PipelinedClient.connect(address, token, source)) {
            serverPosition = client.serverPosition();
            client.acknowledge(AckLevel.PROCESS); // The process that imports forces all of it before it ends.
            client.nextSequence(1); // From the first row on, whatever an earlier run brought in.
            for (int row = 0; row < items.length; row++) {
                report.onRead(1);
                client.itemVectorSet(items[row], vectors.row(row));
                while (client.inFlight() > IN_FLIGHT_MAX) {
                    poll(client);
                }
                progress.accept(row + 1L);
            }
            while (client.inFlight() > 0) {
                poll(client);
            }
        }
    }

    private void poll(PipelinedClient client) throws IOException {
        if (client.poll(this, PATIENCE_NS) == 0) {
            throw new IOException("no answer within 30 s; the outcome is unknown");
        }
    }

    @Override
    public void onAcknowledged(long correlationId, long position, Outcome outcome, long detail) {
        answered++; // In the order sent.
        if (outcome == Outcome.SEQUENCE_STALE || position <= serverPosition) {
            report.onKnown();
        } else if (outcome == Outcome.INVALID_VECTOR && detail != vectors.paddedColumns()) {
            report.onRejected(
                    answered,
                    outcome + ": this shop takes vectors of " + detail + " and these are of " + vectors.paddedColumns()
                            + "; a new one says --set CONTENT_DIMENSIONS=" + vectors.paddedColumns());
        } else if (outcome != Outcome.ACCEPTED) {
            report.onRejected(answered, outcome.name());
        }
    }

    @Override
    public void onSlate(long correlationId, SlateDecoder slate) {
        throw new IllegalStateException("a slate that nobody asked for");
    }

    @Override
    public void onScores(long correlationId, ScoresDecoder scores) {
        throw new IllegalStateException("scores that nobody asked for");
    }

    @Override
    public void onExplanation(long correlationId, ExplanationDecoder explanation) {
        throw new IllegalStateException("an explanation that nobody asked for");
    }

    @Override
    public void onRejected(long correlationId, RejectCode code, String message) {
        throw new IllegalStateException("the gateway refused row " + (answered + 1) + ": " + code + ", " + message);
    }
}
