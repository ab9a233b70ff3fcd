package io.doorbuster.intake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * A file of rows, gzip or plain, CSV with a header or JSON lines, read once from front to back. What is no row goes into the
 * report. One thread.
 */
public final class RowFile implements AutoCloseable {
    /** Stands for bytes that are not UTF-8. */
    public static final char REPLACEMENT = '\uFFFD';

    private static final int BUFFER_BYTES = 1 << 16;
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final IntakeReport report;
    private final BufferedReader reader;
    private final Path path;
    private final ObjectMapper mapper = new ObjectMapper();
    private @Nullable CSVParser parser;
    private @Nullable Iterator<CSVRecord> records;
    private List<String> names = List.of();
    private long lastLine;
    private long row;

    private RowFile(Path path, BufferedReader reader, IntakeReport report) {
        this.path = path;
        this.reader = reader;
        this.report = report;
    }

    /**
     * Opens a file, and reads its header where it has one.
     *
     * @param columns that a CSV file must have.
     * @throws IOException when it cannot be read, or has not the columns; the message names them.
     */
    public static RowFile open(Path path, List<String> columns, boolean isJsonLines, IntakeReport report)
            throws IOException {
        final BufferedReader reader = text(path);
        final RowFile file = new RowFile(path, reader, report);
        try {
            if (!isJsonLines) {
                file.readHeader(columns);
            }
        } catch (IOException | RuntimeException e) {
            reader.close();
            throw e;
        }
        return file;
    }

    /** Text of a file, gzip or plain; what is not UTF-8 comes as {@link #REPLACEMENT}. */
    public static BufferedReader text(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new IOException("no file " + path + ": check the path");
        }
        return new BufferedReader(
                new InputStreamReader(
                        inflated(path),
                        StandardCharsets.UTF_8
                                .newDecoder()
                                .onMalformedInput(CodingErrorAction.REPLACE)
                                .onUnmappableCharacter(CodingErrorAction.REPLACE)),
                BUFFER_BYTES);
    }

    static InputStream inflated(Path path) throws IOException {
        final PushbackInputStream peeked = new PushbackInputStream(Files.newInputStream(path), 2);
        final byte[] magic = peeked.readNBytes(2);
        peeked.unread(magic);
        final boolean isGzip = magic.length == 2 && magic[0] == 0x1F && magic[1] == (byte) 0x8B;
        return isGzip ? GzipLines.open(path, peeked) : peeked;
    }

    private void readHeader(List<String> columns) throws IOException {
        final CSVParser csv = CSVParser.builder()
                .setReader(new ClosedRows(reader, this::onUnclosed))
                .setFormat(CSVFormat.RFC4180
                        .builder()
                        .setLenientEof(true)
                        .setTrailingData(true)
                        .setIgnoreEmptyLines(true)
                        .get())
                .get();
        parser = csv;
        final Iterator<CSVRecord> all = csv.iterator();
        records = all;
        if (!hasNext(all)) {
            throw new IOException(path + " is empty: it must begin with a line of column names");
        }
        names = all.next().stream().map(RowFile::withoutMark).toList();
        final List<String> missing =
                columns.stream().filter(column -> !names.contains(column)).toList();
        if (!missing.isEmpty()) {
            throw new IOException(path + " has no column " + String.join(", ", missing) + "; it has "
                    + printable(String.join(", ", names)) + ": is this the format, is it UTF-8, does a mapping fit?");
        }
        lastLine = csv.getCurrentLineNumber();
    }

    private void onUnclosed() {
        row++;
        report.onRead(1);
        report.onRejected(row, "a quote is not closed");
    }

    private static String withoutMark(String name) {
        return (name.indexOf(BYTE_ORDER_MARK) == 0 ? name.substring(1) : name).strip();
    }

    private static String printable(String text) {
        final String visible = text.replaceAll("\\p{Cntrl}|" + REPLACEMENT, "?");
        return visible.length() > 200 ? visible.substring(0, 200) + "..." : visible;
    }

    private boolean hasNext(Iterator<CSVRecord> all) throws IOException {
        try {
            return all.hasNext();
        } catch (UncheckedIOException e) {
            throw new IOException(
                    path + " cannot be read behind row " + row + ": "
                            + Objects.requireNonNull(e.getCause()).getMessage(),
                    e);
        }
    }

    /** The next row; null at the end. */
    public @Nullable Row next() throws IOException {
        while (true) {
            try {
                return records == null ? nextLine() : nextRecord(records);
            } catch (RejectedRowException e) {
                report.onRejected(row, String.valueOf(e.getMessage()));
            }
        }
    }

    private @Nullable Row nextRecord(Iterator<CSVRecord> all) throws IOException, RejectedRowException {
        while (hasNext(all)) {
            final CSVRecord fields = all.next();
            final long line = parser == null ? lastLine : parser.getCurrentLineNumber();
            final long lines = Math.max(1, line - lastLine);
            lastLine = line;
            row++;
            if (fields.size() != names.size()) {
                // A stray quote may have taken lines behind it along: each of them is a row that is lost.
                report.onRead(lines);
                report.onRejected(row, lines, "wrong number of columns (a quote may be missing, or one too many)");
                row += lines - 1;
                continue;
            }
            report.onRead(1);
            final Map<String, String> values = HashMap.newHashMap(names.size());
            for (int i = 0; i < names.size(); i++) {
                final String value = fields.get(i);
                if (value.indexOf(REPLACEMENT) >= 0) {
                    throw new RejectedRowException("not UTF-8");
                }
                values.put(names.get(i), value);
            }
            return new Row(values, row);
        }
        return null;
    }

    private @Nullable Row nextLine() throws IOException, RejectedRowException {
        String line = reader.readLine();
        while (line != null && line.isBlank()) {
            line = reader.readLine();
        }
        if (line == null) {
            return null;
        }
        row++;
        report.onRead(1);
        if (line.indexOf(REPLACEMENT) >= 0) {
            throw new RejectedRowException("not UTF-8");
        }
        final JsonNode node;
        try {
            node = mapper.readTree(withoutMark(line));
        } catch (JsonProcessingException e) {
            throw new RejectedRowException("no JSON object");
        }
        if (!node.isObject()) {
            throw new RejectedRowException("no JSON object");
        }
        final Map<String, String> values = new HashMap<>();
        for (final Map.Entry<String, JsonNode> field : node.properties()) {
            if (field.getValue().isValueNode() && !field.getValue().isNull()) {
                values.put(field.getKey(), field.getValue().asText());
            }
        }
        return new Row(values, row);
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
