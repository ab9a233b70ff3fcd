package io.doorbuster.intake;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * CSV text, one whole row at each read: the lines up to where its quotes are closed. A line that opens a quote which is not
 * closed within {@link #LINES_MAX} lines is left out and told, so that a stray quote costs one row and not the rest of the
 * file. One thread.
 */
final class ClosedRows extends Reader {
    /** Lines that the text of one row may go over. */
    static final int LINES_MAX = 20;

    private final BufferedReader lines;
    private final Runnable onUnclosed;
    private final Deque<String> ahead = new ArrayDeque<>();
    private String text = "";
    private int at;

    ClosedRows(BufferedReader lines, Runnable onUnclosed) {
        this.lines = lines;
        this.onUnclosed = onUnclosed;
    }

    @Override
    public int read(char[] target, int offset, int length) throws IOException {
        if (at == text.length()) {
            final @Nullable String row = nextRow();
            if (row == null) {
                return -1;
            }
            text = row;
            at = 0;
        }
        final int count = Math.min(length, text.length() - at);
        text.getChars(at, at + count, target, offset);
        at += count;
        return count;
    }

    private @Nullable String nextRow() throws IOException {
        while (true) {
            final @Nullable String first = ahead.isEmpty() ? lines.readLine() : ahead.poll();
            if (first == null) {
                return null;
            }
            if (first.isBlank()) {
                continue; // No row: neither read nor rejected.
            }
            if (!opensQuote(first, false)) {
                return first + "\n";
            }
            final @Nullable String whole = close(first);
            if (whole != null) {
                return whole;
            }
            onUnclosed.run();
        }
    }

    /** The row with the lines that close it; null, with all those lines kept ahead, when there are none. */
    private @Nullable String close(String first) throws IOException {
        while (ahead.size() < LINES_MAX - 1) {
            final @Nullable String line = lines.readLine();
            if (line == null) {
                break;
            }
            ahead.add(line);
        }
        final StringBuilder row = new StringBuilder(first);
        int count = 0;
        for (final String line : ahead) {
            row.append('\n').append(line);
            count++;
            if (!opensQuote(line, true)) {
                for (int i = 0; i < count; i++) {
                    ahead.poll();
                }
                return row.append('\n').toString();
            }
        }
        return null;
    }

    /** Whether a quote is open behind a line: one opens where a field begins, and closes where a field ends (RFC 4180). */
    private static boolean opensQuote(String line, boolean isOpenBefore) {
        boolean isOpen = isOpenBefore;
        boolean beginsField = !isOpenBefore;
        for (int i = 0; i < line.length(); i++) {
            final char c = line.charAt(i);
            if (isOpen) {
                if (c == '"' && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                    i++;
                } else if (c == '"' && (i + 1 == line.length() || line.charAt(i + 1) == ',')) {
                    isOpen = false;
                }
            } else if (c == '"' && beginsField) {
                isOpen = true;
            }
            beginsField = !isOpen && c == ',';
        }
        return isOpen;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
