package io.doorbuster.cli;

import java.io.Console;
import java.io.PrintWriter;

/** One line on the terminal that says how far long work is; nothing when nobody looks. One thread. */
final class ProgressLine {
    private static final long INTERVAL_NS = 200_000_000;
    private static final String CLEAR_LINE = "\r\u001B[K";

    private final PrintWriter err;
    private final boolean isSeen = isTerminal();
    private long lastNs;

    ProgressLine(PrintWriter err) {
        this.err = err;
    }

    @SuppressWarnings("SystemConsoleNull") // It still is null where neither end is a terminal.
    static boolean isTerminal() {
        final Console console = System.console();
        return console != null && console.isTerminal();
    }

    void show(String what, long count) {
        final long nowNs = System.nanoTime();
        if (isSeen && nowNs - lastNs > INTERVAL_NS) {
            lastNs = nowNs;
            err.printf("%s%s %,d", CLEAR_LINE, what, count);
            err.flush();
        }
    }

    void clear() {
        if (isSeen && lastNs != 0) {
            err.print(CLEAR_LINE);
            err.flush();
        }
    }
}
