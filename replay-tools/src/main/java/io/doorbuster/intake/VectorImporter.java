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
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Brings what items' texts or images show into a running shop through its gateway, a vector for each. One thread. */
public final class VectorImporter implements ReplyHandler {
    /** One for all: what is brought again is set again. */
    private static final long SOURCE = 0x766563746f7273L;

    private static final int IN_FLIGHT_MAX = 256;
    private static final long PATIENCE_NS = 30_000_000_000L;

    private final Matrix vectors;
    private final long[] items;
    private final KnownIds known;
    private IntakeReport report = new IntakeReport();
    private final Map<Long, Long> rowOfCorrelation = new HashMap<>();
    private long lengthTaken;

    private VectorImporter(Matrix vectors, long[] items, KnownIds known) {
        this.vectors = vectors;
        this.items = items;
        this.known = known;
        lengthTaken = vectors.paddedColumns();
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
        return new VectorImporter(matrix, items, known);
    }

    /**
     * Sends the vectors of items that the shop knows and waits for every outcome.
     *
     * @param progress told the rows sent.
     * @throws IOException when the shop takes vectors of another length.
     */
    public void send(InetSocketAddress address, String token, IntakeReport intake, LongConsumer progress)
            throws IOException {
        report = intake;
        try (PipelinedClient client = PipelinedClient.connect(address, token, SOURCE)) {
            client.acknowledge(AckLevel.PROCESS); // The process that imports forces all of it before it ends.
            for (int row = 0; row < items.length; row++) {
                report.onRead(1);
                if (known.hasItem(items[row])) {
                    rowOfCorrelation.put(client.itemVectorSet(items[row], vectors.row(row)), row + 1L);
                } else {
                    report.onRejected(row + 1L, "not in the catalogue");
                }
                while (client.inFlight() > IN_FLIGHT_MAX || row == 0 && client.inFlight() > 0) {
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
        if (lengthTaken != vectors.paddedColumns()) {
            throw new IOException("this shop takes vectors of " + lengthTaken + " and these are of "
                    + vectors.paddedColumns() + ": its journal's first record says so (CONTENT_DIMENSIONS)");
        }
    }

    @Override
    public void onAcknowledged(long correlationId, long position, Outcome outcome, long detail) {
        final Long row = rowOfCorrelation.remove(correlationId);
        if (outcome == Outcome.INVALID_VECTOR) {
            lengthTaken = detail;
        }
        if (outcome != Outcome.ACCEPTED && row != null) {
            report.onRejected(row, outcome.name());
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
        throw new IllegalStateException("the gateway refused a vector: " + code + ", " + message);
    }
}
