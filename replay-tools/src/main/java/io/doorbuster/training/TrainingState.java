package io.doorbuster.training;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * How far a training is, and the file that it goes on from after an interruption. One thread.
 *
 * <pre>
 *   fingerprint UTF | steps int64 | epochs int32 | a report each | per parameter: values, first, second, best float[] | CRC-32C int64
 * </pre>
 */
final class TrainingState {
    private final String fingerprint;
    private final List<Parameter> parameters;
    private final List<float[]> best = new ArrayList<>();
    private final List<EpochReport> reports = new ArrayList<>();
    private long steps;

    /** Before the first epoch; {@code fingerprint} says of what plan, engine and lessons. */
    TrainingState(String fingerprint, List<Parameter> parameters) {
        this.fingerprint = fingerprint;
        this.parameters = parameters;
        parameters.forEach(parameter -> best.add(parameter.values().clone()));
    }

    List<EpochReport> reports() {
        return reports;
    }

    /** Steps of Adam so far. */
    long steps() {
        return steps;
    }

    /** Takes note of an epoch; one that is the best keeps its weights. */
    void onEpoch(EpochReport report, long stepsSoFar) {
        reports.add(report);
        steps = stepsSoFar;
        if (report.best() == report.epoch()) {
            for (int i = 0; i < parameters.size(); i++) {
                final float[] values = parameters.get(i).values();
                System.arraycopy(values, 0, best.get(i), 0, values.length);
            }
        }
    }

    /** The parameters become those of the best epoch. */
    void takeBest() {
        for (int i = 0; i < parameters.size(); i++) {
            final float[] values = best.get(i);
            System.arraycopy(values, 0, parameters.get(i).values(), 0, values.length);
        }
    }

    void write(Path file) throws IOException {
        final Path draft = file.resolveSibling(file.getFileName() + ".draft");
        final CheckedOutputStream checked =
                new CheckedOutputStream(new BufferedOutputStream(Files.newOutputStream(draft)), new CRC32C());
        try (DataOutputStream out = new DataOutputStream(checked)) {
            out.writeUTF(fingerprint);
            out.writeLong(steps);
            out.writeInt(reports.size());
            for (final EpochReport report : reports) {
                write(out, report);
            }
            for (int i = 0; i < parameters.size(); i++) {
                for (final float[] values : arrays(i)) {
                    write(out, values);
                }
            }
            out.writeLong(checked.getChecksum().getValue());
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private List<float[]> arrays(int parameter) {
        final Parameter of = parameters.get(parameter);
        return List.of(of.values(), of.first(), of.second(), best.get(parameter));
    }

    /**
     * Goes on where a file says.
     *
     * @throws IllegalArgumentException when the file is of another training.
     * @throws IOException when it is damaged.
     */
    void read(Path file) throws IOException {
        final CheckedInputStream checked =
                new CheckedInputStream(new BufferedInputStream(Files.newInputStream(file)), new CRC32C());
        try (DataInputStream in = new DataInputStream(checked)) {
            final String of = in.readUTF();
            if (!of.equals(fingerprint)) {
                throw new IllegalArgumentException(file
                        + " is of another training: give the options and the journal that it"
                        + " began with, or leave --resume out.\n  it is of  " + of + "\n  this is   " + fingerprint);
            }
            steps = in.readLong();
            final int epochs = in.readInt();
            for (int i = 0; i < epochs; i++) {
                reports.add(readReport(in));
            }
            for (int i = 0; i < parameters.size(); i++) {
                for (final float[] values : arrays(i)) {
                    read(in, values);
                }
            }
            final long sum = checked.getChecksum().getValue();
            if (in.readLong() != sum) {
                throw new IOException(file + " is damaged: begin again, without --resume");
            }
        } catch (java.io.EOFException e) {
            throw new IOException(file + " is cut off: begin again, without --resume", e);
        }
    }

    private static void write(DataOutputStream out, float[] values) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
        bytes.asFloatBuffer().put(values);
        out.write(bytes.array());
    }

    private static void read(DataInputStream in, float[] values) throws IOException {
        final byte[] bytes = new byte[4 * values.length];
        in.readFully(bytes);
        ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
    }

    private static void write(DataOutputStream out, EpochReport report) throws IOException {
        final ListMetrics of = report.validation();
        out.writeInt(report.epoch());
        out.writeInt(report.best());
        for (final double value : Arrays.asList(
                report.trainLoss(),
                of.loss(),
                of.auc(),
                of.accuracy(),
                of.precision(),
                of.recall(),
                of.f1(),
                of.logLoss(),
                of.ndcg(),
                of.mrr())) {
            out.writeDouble(value);
        }
    }

    private static EpochReport readReport(DataInputStream in) throws IOException {
        final int epoch = in.readInt();
        final int best = in.readInt();
        final double trainLoss = in.readDouble();
        final ListMetrics validation = new ListMetrics(
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble());
        return new EpochReport(epoch, trainLoss, validation, best);
    }
}
