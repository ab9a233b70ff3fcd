package io.doorbuster.intake;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Accounts for every row of a file: read = accepted + rejected. One thread. */
public final class IntakeReport {
    /** Rows refused for one reason. */
    public record Rejections(long count, long firstRow) {}

    private final Map<String, Rejections> rejected = new LinkedHashMap<>();
    private long read;
    private long rejectedCount;
    private long known;

    /** Rows were read. */
    public void onRead(long rows) {
        read += rows;
    }

    /** A row that {@link #onRead} has counted is not taken. */
    public void onRejected(long row, String reason) {
        onRejected(row, 1, reason);
    }

    void onRejected(long row, long rows, String reason) {
        rejectedCount += rows;
        rejected.merge(reason, new Rejections(rows, row), (a, b) -> new Rejections(a.count + b.count, a.firstRow));
    }

    /** A row that an earlier run brought in. */
    void onKnown() {
        known++;
    }

    public long read() {
        return read;
    }

    /** Rows taken, those of an earlier run among them. */
    public long accepted() {
        return read - rejectedCount;
    }

    public long rejected() {
        return rejectedCount;
    }

    /** Rows that an earlier run had brought in already; they are counted once in the shop. */
    public long known() {
        return known;
    }

    /** By reason, in the order in which reasons came up. */
    public Map<String, Rejections> rejectedByReason() {
        return Collections.unmodifiableMap(rejected);
    }
}
