package io.doorbuster.offpolicy;

import io.doorbuster.intake.IntakeReport;
import io.doorbuster.intake.RejectedRowException;
import io.doorbuster.intake.Row;
import io.doorbuster.intake.RowFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Rows of a log of decisions. Each must be good: an estimate from those that are left would be about other decisions. */
final class LogFile {
    private static final int PROGRESS_ROWS = 4_096;

    private LogFile() {}

    /** Takes rows. */
    interface RowHandler {
        void onRow(Row row) throws RejectedRowException;
    }

    /**
     * Reads a CSV file, gzip or plain, from front to back.
     *
     * @throws IOException when it cannot be read, has not the columns, has no row, or has one that cannot be taken.
     */
    static void read(Path path, List<String> columns, LongConsumer progress, RowHandler handler) throws IOException {
        final IntakeReport report = new IntakeReport();
        try (RowFile file = RowFile.open(path, columns, false, report)) {
            @Nullable Row row = file.next();
            while (row != null) {
                try {
                    handler.onRow(row);
                } catch (RejectedRowException e) {
                    report.onRejected(row.number(), String.valueOf(e.getMessage()));
                }
                if (row.number() % PROGRESS_ROWS == 0) {
                    progress.accept(row.number());
                }
                row = file.next();
            }
        }
        if (report.read() == 0) {
            throw new IOException(path + " holds no row below its column names");
        }
        if (report.rejected() > 0) {
            report.rejectedByReason().forEach((reason, rejected) -> {
                throw new IllegalStateException(String.format(
                        Locale.ROOT,
                        "%s: row %,d cannot be taken: %s; %,d of %,d rows cannot. What the others tell would be about other"
                                + " decisions: mend the file",
                        path,
                        rejected.firstRow(),
                        reason,
                        report.rejected(),
                        report.read()));
            });
        }
    }

    /** A reward of 0 or 1. */
    static double binary(Row row, String column) throws RejectedRowException {
        final double value = row.real(column);
        if (value != 0 && value != 1) {
            throw new RejectedRowException(column + " is neither 0 nor 1");
        }
        return value;
    }

    /** A probability that an action was taken with, in (0, 1]. */
    static double propensity(Row row, String column) throws RejectedRowException {
        final double value = row.real(column);
        if (value <= 0 || value > 1) {
            throw new RejectedRowException(
                    column + " is not in (0, 1], so it cannot be the probability of what happened");
        }
        return value;
    }

    /** Refuses a log in which all rewards are the same. */
    static void requireBothRewards(Path path, String column, List<Decision> decisions) throws IOException {
        final double first = decisions.getFirst().reward();
        if (decisions.stream().allMatch(decision -> decision.reward() == first)) {
            throw new IOException(String.format(
                    Locale.ROOT,
                    "%s: %s is %.0f in all %,d rows: no policy earns more or less than another",
                    path,
                    column,
                    first,
                    decisions.size()));
        }
    }
}
