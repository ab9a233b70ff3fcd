package io.doorbuster.intake;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The events of a file of rows, read once from front to back. What cannot be taken goes into the report, row by row. One
 * thread.
 */
public final class EventFile implements AutoCloseable {
    private final RowFile rows;
    private final RowFormat format;
    private final IntakeReport report;

    private EventFile(RowFile rows, RowFormat format, IntakeReport report) {
        this.rows = rows;
        this.format = format;
        this.report = report;
    }

    /**
     * Opens a file and reads its header.
     *
     * @throws IOException when it cannot be read, or has not the columns of the format; the message names them.
     */
    public static EventFile open(Path path, RowFormat format, IntakeReport report) throws IOException {
        return new EventFile(RowFile.open(path, format.columns(), format.isJsonLines(), report), format, report);
    }

    /** The next row that can be taken; null at the end. */
    public @Nullable ShopEvent next() throws IOException {
        Row next = rows.next();
        while (next != null) {
            try {
                return format.read(next);
            } catch (RejectedRowException e) {
                report.onRejected(next.number(), String.valueOf(e.getMessage()));
            }
            next = rows.next();
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
