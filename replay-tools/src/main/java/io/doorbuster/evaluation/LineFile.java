package io.doorbuster.evaluation;

import io.doorbuster.intake.IntakeReport;
import io.doorbuster.intake.RejectedRowException;
import io.doorbuster.intake.RowFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/** Lines of ids in a text file, gzip or plain. */
final class LineFile {
    private static final int ID_BYTES_MAX = 40;

    private LineFile() {}

    /** Takes lines. */
    interface LineHandler {
        /** A line that is not blank; number 1 = the file's first. */
        void onLine(String line, long number) throws RejectedRowException;
    }

    /**
     * Reads a file from front to back. What the handler rejects goes into the report with the number of its line.
     *
     * @throws IOException when it cannot be read to its end, or is empty.
     */
    static void read(Path path, IntakeReport report, LineHandler handler) throws IOException {
        long number = 0;
        try (BufferedReader text = RowFile.text(path)) {
            @Nullable String line = text.readLine();
            while (line != null) {
                number++;
                if (!line.isBlank()) {
                    take(line, number, report, handler);
                }
                line = text.readLine();
            }
        }
        if (report.read() == 0) {
            throw new IOException(path + " is empty: it must hold a line for each session or shopper");
        }
    }

    private static void take(String line, long number, IntakeReport report, LineHandler handler) {
        report.onRead(1);
        try {
            if (line.indexOf(RowFile.REPLACEMENT) >= 0) {
                throw new RejectedRowException("not UTF-8");
            }
            handler.onLine(line, number);
        } catch (RejectedRowException e) {
            report.onRejected(number, String.valueOf(e.getMessage()));
        }
    }

    /** Ids of a line, separated by blanks or tabs. */
    static List<String> ids(String text) throws RejectedRowException {
        final StringTokenizer tokens = new StringTokenizer(text);
        final List<String> ids = new ArrayList<>(tokens.countTokens());
        while (tokens.hasMoreTokens()) {
            ids.add(checked(tokens.nextToken()));
        }
        return ids;
    }

    /** The same id, which is of 1 to 40 bytes. */
    static String checked(String id) throws RejectedRowException {
        if (id.isEmpty()) {
            throw new RejectedRowException("no id");
        }
        if (id.getBytes(StandardCharsets.UTF_8).length > ID_BYTES_MAX) {
            throw new RejectedRowException("id longer than 40 bytes");
        }
        return id;
    }
}
